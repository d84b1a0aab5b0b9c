//! The compiled program with its web channel on a free port, and everything that it writes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, StatusCode};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::world::hub::PATIENCE;

/// A running `trapline`; it dies with this handle.
pub(crate) struct Program {
    child: Child,
    /// Of the web channel, without a slash at its end.
    pub(crate) url: String,
    folder: TempDir,
}

impl Program {
    /// Starts it with nothing but these settings, in a folder of its own, and waits until it listens.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        Self::launch(Command::new(env!("CARGO_BIN_EXE_trapline")), folder, settings).await
    }

    /// As [`Self::start`], with a command of the caller's own that becomes the program.
    pub(crate) async fn launch(mut command: Command, folder: TempDir, settings: &[(&str, &str)]) -> Self {
        let database = database(folder.path());
        let log = File::create(folder.path().join("log")).unwrap();
        command
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("DATABASE_URL", format!("sqlite://{}", database.display()))
            .env("TRAPLINE_HTTP", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, said.next_line()).await.expect("the program says where it is");
        let Some(first) = first.unwrap() else {
            panic!("the program ended: {}", std::fs::read_to_string(folder.path().join("log")).unwrap());
        };
        let url = first.rsplit(' ').next().unwrap().trim_end_matches('/').to_owned();
        // Nobody reads the rest, and it is less than a pipe holds.
        child.stdout = Some(said.into_inner().into_inner());
        Self { child, url, folder }
    }

    pub(crate) fn database(&self) -> PathBuf {
        database(self.folder.path())
    }

    /// All that it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        let client = Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("{}{path}", self.url)).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// Asks for a page until it is as it should be.
    pub(crate) async fn until(&self, path: &str, holds: impl Fn(StatusCode, &str) -> bool) -> String {
        let found = async {
            loop {
                let (status, said) = self.get(path).await;
                if holds(status, &said) {
                    return said;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(said) => said,
            Err(_) => panic!("{path} says for too long: {:?}\nand the log: {}", self.get(path).await, self.log()),
        }
    }

    /// Waits for a line in the log that holds this.
    pub(crate) async fn logs(&self, what: &str) {
        let found = async {
            while !self.log().contains(what) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, found).await.is_err() {
            panic!("no `{what}` in the log: {}", self.log());
        }
    }

    /// How many files and sockets it has open.
    pub(crate) fn files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id().unwrap())).unwrap().count()
    }

    /// Asks it to end (SIGTERM), which may take it a while.
    pub(crate) async fn ask_to_end(&self) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    }

    /// Waits until it has ended; returns its exit code and the whole log.
    pub(crate) async fn ended(mut self) -> (Option<i32>, String) {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends when it is asked to");
        (ended.unwrap().code(), self.log())
    }

    /// Asks it to end (SIGTERM), and waits until it has; returns the whole log.
    pub(crate) async fn stop(self) -> String {
        self.stop_and(|| {}).await
    }

    /// As [`Self::stop`]; `then`: what is to be done before its folder goes.
    pub(crate) async fn stop_and(mut self, then: impl FnOnce()) -> String {
        self.ask_to_end().await;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends when it is asked to");
        assert!(ended.unwrap().success(), "{}", self.log());
        then();
        self.log()
    }
}

pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("data/trapline.db")
}
