//! A visitor without a screen: keeps cookies, and sends forms with their tokens.

#![allow(dead_code, reason = "each test crate that includes this uses its own part")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use reqwest::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, redirect};

pub(crate) struct Agent {
    client: Client,
    base: String,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers[LOCATION].to_str().unwrap()
    }
}

impl Agent {
    pub(crate) fn new(base: &str) -> Self {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
        Self { client, base: base.to_owned(), cookies: BTreeMap::new() }
    }

    /// A member by this name.
    pub(crate) async fn named(base: &str, name: &str) -> Self {
        let mut agent = Self::new(base);
        assert_eq!(agent.post("/name", &[("name", name)]).await.status, StatusCode::SEE_OTHER);
        agent
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(path);
        self.send(request).await
    }

    /// Whatever `change` makes of a GET.
    pub(crate) async fn get_with(
        &mut self,
        path: &str,
        change: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let request = change(self.request(path));
        self.send(request).await
    }

    /// Sends a form as a page of the channel would: with its token.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token().await;
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all).await
    }

    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, fields, |request| request).await
    }

    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        change: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .header(COOKIE, self.cookie())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode(fields));
        self.send(change(request)).await
    }

    /// The token that the channel's forms carry for this visitor.
    pub(crate) async fn token(&mut self) -> String {
        let page = self.get("/me/delete").await.body;
        let start = page.find("name=\"csrf\" value=\"").expect("a form with a token") + "name=\"csrf\" value=\"".len();
        page[start..].split('"').next().unwrap().to_owned()
    }

    /// A stream of events that stays open.
    pub(crate) async fn events(&mut self) -> Response {
        self.request("/events").send().await.unwrap()
    }

    fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.base)).header(COOKIE, self.cookie())
    }

    fn cookie(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for set in headers.get_all(SET_COOKIE) {
            let text = set.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer { status, headers, body: response.text().await.unwrap() }
    }
}

/// Says that the request is for another host.
pub(crate) fn for_host(host: &'static str) -> impl FnOnce(RequestBuilder) -> RequestBuilder {
    move |request| request.header(HOST, host)
}

fn encode(fields: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        let separator = if out.is_empty() { "" } else { "&" };
        let _ = write!(out, "{separator}{name}=");
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
