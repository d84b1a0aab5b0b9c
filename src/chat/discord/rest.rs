//! REST calls to Discord: one try each, paced, with errors that say whether the call can have worked.
//!
//! Serenity's own client is not used here: with a base address of its own (`DISCORD_API_URL`) it either ignores the
//! address or drops its rate limiter, it repeats calls by itself, and its spans record whole bodies.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Method, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serenity::http::Route;

use super::limits::{Limits, Pass, seconds};
use crate::core::ids::Platform;
use crate::metrics::Metrics;

/// Where [`Route::path`] begins; replaced by `DISCORD_API_URL`.
const DISCORD: &str = "https://discord.com";
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Rest {
    client: reqwest::Client,
    /// For calls about interactions: made on the gateway's thread, whose connections end with it.
    answering: reqwest::Client,
    base: String,
    authorization: HeaderValue,
    limits: Limits,
    metrics: Metrics,
}

/// A call to make.
pub(super) struct Call<'a> {
    method: Method,
    route: Route<'a>,
    /// Keys and numbers: nothing that would have to be escaped.
    query: Vec<(&'static str, u64)>,
    body: Option<Vec<u8>>,
    file: Option<File>,
    paced: bool,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) mime: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Why a call did not work out. None of these holds a token or an address.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum RestError {
    /// Discord said no: HTTP status, its own code (0 where it gave none) and its words.
    #[error("{status} (code {code}): {message}")]
    Refused { status: u16, code: i64, message: String },
    /// Too many requests: it was not carried out.
    #[error("rate-limited for {} ms", .0.as_millis())]
    Limited(Duration),
    /// It never reached Discord.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may or may not have been carried out.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

/// What a refusal's body says.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Said {
    code: i64,
    message: String,
    errors: serde_json::Value,
    retry_after: Option<f64>,
    global: bool,
}

impl<'a> Call<'a> {
    pub(super) fn get(route: Route<'a>) -> Self {
        Self { method: Method::GET, route, query: Vec::new(), body: None, file: None, paced: true }
    }

    pub(super) fn post(route: Route<'a>, body: &impl Serialize) -> Self {
        Self { method: Method::POST, ..Self::get(route) }.body(body)
    }

    pub(super) fn patch(route: Route<'a>, body: &impl Serialize) -> Self {
        Self { method: Method::PATCH, ..Self::get(route) }.body(body)
    }

    pub(super) fn put(route: Route<'a>, body: &impl Serialize) -> Self {
        Self { method: Method::PUT, ..Self::get(route) }.body(body)
    }

    fn body(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("payloads have text keys and finite numbers");
        Self { body: Some(body), ..self }
    }

    pub(super) fn query(self, query: Vec<(&'static str, u64)>) -> Self {
        Self { query, ..self }
    }

    pub(super) fn file(self, file: Option<File>) -> Self {
        Self { file, ..self }
    }

    /// Calls about an interaction don't count against the global limit, and each interaction has limits of its own,
    /// which a few calls don't reach.
    pub(super) fn unpaced(self) -> Self {
        Self { paced: false, ..self }
    }
}

impl Rest {
    /// # Errors
    /// A sentence, where the token can't be one or the machine has no TLS.
    pub(super) fn new(token: &SecretString, base: Option<&str>, metrics: Metrics) -> Result<Self, String> {
        let token = token.expose_secret().trim();
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        let mut authorization = HeaderValue::from_str(&format!("Bot {token}"))
            .map_err(|_| "the Discord token holds characters that no token has".to_owned())?;
        authorization.set_sensitive(true);
        let client = || {
            reqwest::Client::builder()
                .timeout(TIMEOUT)
                .connect_timeout(CONNECT_TIMEOUT)
                // Discord has no redirects, and a token is to go nowhere else.
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .build()
                .map_err(|error| format!("no HTTP client: {error}"))
        };
        let base = base.unwrap_or(DISCORD).trim_end_matches('/').to_owned();
        Ok(Self { client: client()?, answering: client()?, base, authorization, limits: Limits::default(), metrics })
    }

    pub(super) fn client(&self) -> reqwest::Client {
        self.client.clone()
    }

    /// The base of all addresses, without `/api`.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Makes a call and reads its answer.
    ///
    /// # Errors
    /// Any [`RestError`]; [`RestError::Unknown`] also where the answer can't be read.
    pub(super) async fn json<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, RestError> {
        let response = self.respond(call).await?;
        let body = response.bytes().await.map_err(|error| failed(error, RestError::Unknown))?;
        serde_json::from_slice(&body)
            .map_err(|error| RestError::Unknown(format!("an answer that can't be read: {error}")))
    }

    /// Makes a call whose answer does not matter.
    ///
    /// # Errors
    /// Any [`RestError`].
    pub(super) async fn done(&self, call: Call<'_>) -> Result<(), RestError> {
        let response = self.respond(call).await?;
        // Read to its end, whatever it is, so that the connection serves the next call.
        let _ = response.bytes().await;
        Ok(())
    }

    async fn respond(&self, call: Call<'_>) -> Result<Response, RestError> {
        let pass = if call.paced {
            let key = (call.method.clone(), call.route.ratelimiting_bucket());
            Some(self.limits.pass(key).await.map_err(RestError::Limited)?)
        } else {
            None
        };
        let response = self.request(call)?.send().await.map_err(sending)?;
        if let Some(pass) = &pass {
            pass.learn(response.headers());
        }
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            self.metrics.limited(Platform::Discord);
        }
        if response.status().is_success() { Ok(response) } else { Err(refusal(response, pass.as_ref()).await) }
    }

    fn request(&self, call: Call<'_>) -> Result<reqwest::RequestBuilder, RestError> {
        let path = call.route.path();
        let query: String = call
            .query
            .iter()
            .enumerate()
            .map(|(index, (key, value))| format!("{}{key}={value}", if index == 0 { '?' } else { '&' }))
            .collect();
        let url = format!("{}{}{query}", self.base, path.strip_prefix(DISCORD).unwrap_or(&path));
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(USER_AGENT, HeaderValue::from_static(serenity::constants::USER_AGENT));
        let client = if call.paced { &self.client } else { &self.answering };
        let request = client.request(call.method, url).headers(headers);
        Ok(match (call.body, call.file) {
            (Some(body), Some(file)) => request.multipart(form(body, file)?),
            (Some(body), None) => request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body),
            (None, _) => request,
        })
    }
}

fn form(body: Vec<u8>, file: File) -> Result<reqwest::multipart::Form, RestError> {
    use reqwest::multipart::{Form, Part};
    let part = |bytes: Vec<u8>, mime: &str| {
        Part::bytes(bytes).mime_str(mime).map_err(|error| failed(error, RestError::NotSent))
    };
    let json = part(body, "application/json")?;
    Ok(Form::new().part("payload_json", json).part("files[0]", part(file.bytes, file.mime)?.file_name(file.name)))
}

fn sending(error: reqwest::Error) -> RestError {
    let never_left = error.is_connect() || error.is_builder();
    failed(error, if never_left { RestError::NotSent } else { RestError::Unknown })
}

/// The address holds an interaction's token, so it is left out.
fn failed(error: reqwest::Error, kind: fn(String) -> RestError) -> RestError {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    let deepest = causes.last().map_or_else(String::new, |cause| format!(": {cause}"));
    kind(format!("{error}{deepest}"))
}

async fn refusal(response: Response, pass: Option<&Pass<'_>>) -> RestError {
    let status = response.status();
    let header = response.headers().get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let said: Said = match response.bytes().await {
        Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
        Err(_) => Said::default(),
    };
    if status == StatusCode::TOO_MANY_REQUESTS {
        let wait = said.retry_after.or(header).and_then(seconds).unwrap_or(Duration::from_secs(1));
        if let Some(pass) = pass {
            pass.closed(wait, said.global);
        }
        return RestError::Limited(wait);
    }
    if status.is_server_error() {
        return RestError::Unknown(format!("Discord answered {status}"));
    }
    RestError::Refused { status: status.as_u16(), code: said.code, message: words(&said, status) }
}

/// Discord's own words, with what it says of single fields.
fn words(said: &Said, status: StatusCode) -> String {
    let message = if said.message.is_empty() { status.to_string() } else { said.message.clone() };
    match &said.errors {
        serde_json::Value::Null => message,
        errors => super::payload::cut(&format!("{message}: {errors}"), 400),
    }
}
