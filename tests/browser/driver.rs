//! Real Chromium, driven through chromedriver: windows of two sizes, light and dark, keys, screenshots.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::channel::PATIENCE;

/// What a phone and a desk see: width and height in CSS pixels.
pub(crate) const SIZES: [(&str, u32, u32); 2] = [("phone", 360, 740), ("desk", 1280, 900)];
pub(crate) const SCHEMES: [&str; 2] = ["light", "dark"];

pub(crate) struct Browser {
    pub(crate) client: Client,
    /// The session's address at the driver.
    session: String,
    http: reqwest::Client,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a driver and a browser of the test's own.
    pub(crate) async fn start() -> Self {
        let chromium = in_path("chromium").or_else(|| in_path("chromium-browser")).or_else(|| in_path("google-chrome"));
        let (Some(driver), Some(chromium)) = (in_path("chromedriver"), chromium) else {
            panic!("the browser tests need Chromium and its driver: apt-get install chromium chromium-driver");
        };
        let (driver, address) = start_driver(&driver).await;
        let profile = tempfile::tempdir().unwrap();
        let capabilities = json!({
            "goog:chromeOptions": { "binary": chromium, "args": arguments(profile.path()) },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&address)
            .await
            .expect("chromedriver starts Chromium");
        let id = client.session_id().await.unwrap().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, session: format!("{address}/session/{id}"), http, _driver: driver, _profile: profile }
    }

    pub(crate) async fn close(self) {
        self.client.close().await.unwrap();
    }

    pub(crate) async fn go(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Waits until the page has this.
    pub(crate) async fn see(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("no {selector}: {error}\n{}", self.text("body").await),
        }
    }

    /// Waits until the first match has this text in it.
    pub(crate) async fn read(&self, selector: &str, text: &str) {
        let script =
            "const e = document.querySelector(arguments[0]); return !!e && e.textContent.includes(arguments[1]);";
        self.until(script, vec![json!(selector), json!(text)], &format!("{selector} says '{text}'")).await;
    }

    /// Waits until a script gives `true`.
    pub(crate) async fn until(&self, script: &str, arguments: Vec<Value>, what: &str) {
        let end = tokio::time::Instant::now() + PATIENCE;
        while self.client.execute(script, arguments.clone()).await.unwrap() != json!(true) {
            assert!(tokio::time::Instant::now() < end, "not true in time: {what}\n{}", self.text("body").await);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn text(&self, selector: &str) -> String {
        self.value("return document.querySelector(arguments[0])?.innerText ?? '';", vec![json!(selector)]).await
    }

    pub(crate) async fn value<T: serde::de::DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> T {
        serde_json::from_value(self.client.execute(script, arguments).await.unwrap()).unwrap()
    }

    pub(crate) async fn press(&self, key: char) {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.client.perform_actions(keys).await.unwrap();
    }

    pub(crate) async fn type_text(&self, text: &str) {
        for key in text.chars() {
            self.press(key).await;
        }
    }

    /// Presses Tab until this has the focus, as somebody without a mouse does.
    pub(crate) async fn tab_to(&self, selector: &str) {
        for _ in 0..60 {
            let arrived: bool =
                self.value("return document.activeElement.matches(arguments[0]);", vec![json!(selector)]).await;
            if arrived {
                return;
            }
            self.press(Key::Tab.into()).await;
        }
        panic!("the keyboard does not reach {selector}");
    }

    pub(crate) async fn enter(&self) {
        self.press(Key::Enter.into()).await;
    }

    /// A window of this size, in this colour scheme.
    pub(crate) async fn look(&self, (width, height): (u32, u32), scheme: &str) {
        let is_phone = width < 600;
        let scale = if is_phone { 2 } else { 1 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let features = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Whether pages that are loaded from now on may run their script.
    pub(crate) async fn script(&self, runs: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !runs })).await;
    }

    /// Whoever is made dizzy by what moves says so to the browser, or does not.
    pub(crate) async fn motion(&self, wanted: &str) {
        let features = json!({ "features": [{ "name": "prefers-reduced-motion", "value": wanted }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// The page as it would be printed, or as it is on a screen again.
    pub(crate) async fn paper(&self, printed: bool) {
        let media = json!({ "media": if printed { "print" } else { "" } });
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// The page from top to bottom, as a PNG. `tallest`: cut below, in CSS pixels.
    pub(crate) async fn picture(&self, size: (u32, u32), scheme: &str, tallest: u32) -> Vec<u8> {
        self.look(size, scheme).await;
        let height: u32 = self.value("return Math.ceil(document.documentElement.scrollHeight);", vec![]).await;
        self.look((size.0, height.clamp(size.1, tallest)), scheme).await;
        self.client.execute("window.scrollTo(0, 0);", vec![]).await.unwrap();
        self.client.screenshot().await.unwrap()
    }

    /// What the browser's console has said since the last look.
    pub(crate) async fn console(&self) -> Vec<String> {
        let said = self.post("se/log", json!({ "type": "browser" })).await;
        said.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await;
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.http.post(format!("{}/{path}", self.session)).json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.text().await.unwrap());
        response.json::<Value>().await.unwrap()["value"].take()
    }
}

fn arguments(profile: &Path) -> Vec<String> {
    let fixed = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--disable-default-apps",
        "--disable-extensions",
        "--hide-scrollbars",
        "--no-proxy-server",
        "--lang=en-GB",
    ];
    fixed.into_iter().map(ToOwned::to_owned).chain([format!("--user-data-dir={}", profile.display())]).collect()
}

/// A driver on a port that it picks, and its address. It ends with the test, whatever becomes of that.
async fn start_driver(path: &Path) -> (Child, String) {
    let mut driver = Command::new(path)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("chromedriver can be run");
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return port.trim_end_matches('.').to_owned();
            }
        }
        panic!("chromedriver ended before it was ready");
    };
    let port = tokio::time::timeout(PATIENCE, port).await.expect("chromedriver says its port");
    (driver, format!("http://127.0.0.1:{port}"))
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}
