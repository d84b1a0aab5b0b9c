//! Web API calls to Slack: one try each, paced, with errors that say whether the call can have worked.
//!
//! Slack-morphism's own client is not used here. Its rate controller repeats calls by itself, a body that can't be read
//! looks the same as one that never came, and exactly-once needs to know which of the two it was.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;

use super::limits::{Key, Limits, Urgency};
use crate::core::ids::Platform;
use crate::metrics::Metrics;

/// The base of all methods; replaced by `SLACK_API_URL`.
const SLACK: &str = "https://slack.com/api";
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Where Slack names no pause.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Api {
    client: reqwest::Client,
    base: String,
    bot: HeaderValue,
    app: HeaderValue,
    limits: Limits,
    metrics: Metrics,
    /// What the bot's token may do, as Slack said last.
    scopes: Mutex<Option<Vec<String>>>,
    /// Slack's word, while it refuses the bot's token.
    refused: watch::Sender<Option<String>>,
}

/// A call to make.
pub(super) struct Call {
    method: &'static str,
    body: Body,
    /// The channel that it writes to, where Slack counts by channel.
    channel: Option<String>,
    urgency: Urgency,
    as_app: bool,
}

enum Body {
    Json(Value),
    /// Methods that read take no JSON.
    Form(Vec<(&'static str, String)>),
}

/// Why a call did not work out. None of these holds a token or an address.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum ApiError {
    /// Slack said no: its own word for why, and the scope that it wants where it names one.
    #[error("{error}")]
    Refused { error: String, needed: Option<String> },
    /// Too many requests: it was not carried out.
    #[error("rate-limited for {} ms", .0.as_millis())]
    Limited(Duration),
    /// It never reached Slack.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may or may not have been carried out.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl ApiError {
    /// Slack's own word for a refusal.
    pub(super) fn word(&self) -> Option<&str> {
        match self {
            Self::Refused { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The token was revoked, or the app was thrown out of the workspace.
    pub(super) fn is_about_token(&self) -> bool {
        const WORDS: [&str; 8] = [
            "token_revoked",
            "token_expired",
            "account_inactive",
            "invalid_auth",
            "not_authed",
            "team_access_not_granted",
            "org_login_required",
            "http_401",
        ];
        self.word().is_some_and(|word| WORDS.contains(&word))
    }
}

/// What every answer begins with.
#[derive(serde::Deserialize)]
struct Said {
    ok: bool,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    needed: Option<String>,
}

impl Call {
    pub(super) fn json(method: &'static str, body: Value) -> Self {
        Self { method, body: Body::Json(body), channel: None, urgency: Urgency::Soon, as_app: false }
    }

    pub(super) fn form(method: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { method, body: Body::Form(fields), channel: None, urgency: Urgency::Soon, as_app: false }
    }

    pub(super) fn in_channel(self, channel: &str) -> Self {
        Self { channel: Some(channel.to_owned()), ..self }
    }

    pub(super) fn urgency(self, urgency: Urgency) -> Self {
        Self { urgency, ..self }
    }

    /// With the app's token in place of the bot's.
    pub(super) fn with_app_token(self) -> Self {
        Self { as_app: true, ..self }
    }
}

impl Api {
    /// # Errors
    /// A sentence, where a token can't be one or the machine has no TLS.
    pub(super) fn new(
        bot: &SecretString,
        app: &SecretString,
        base: Option<&str>,
        metrics: Metrics,
    ) -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| format!("no HTTP client: {error}"))?;
        let base = base.unwrap_or(SLACK).trim_end_matches('/').to_owned();
        let (bot, app) = (bearer(bot)?, bearer(app)?);
        Ok(Self {
            client,
            base,
            bot,
            app,
            limits: Limits::default(),
            metrics,
            scopes: Mutex::default(),
            refused: watch::Sender::new(None),
        })
    }

    /// What the bot's token may do, once Slack has said it.
    pub(super) fn scopes(&self) -> Option<Vec<String>> {
        self.scopes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Slack's word, while it refuses the bot's token.
    pub(super) fn refused(&self) -> watch::Receiver<Option<String>> {
        self.refused.subscribe()
    }

    /// Makes a call and reads its answer.
    ///
    /// # Errors
    /// Any [`ApiError`]; [`ApiError::Unknown`] also where the answer can't be read.
    pub(super) async fn call<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        let body = self.answer(call).await?;
        serde_json::from_slice(&body).map_err(|error| unreadable(&error))
    }

    /// Makes a call whose answer does not matter.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub(super) async fn done(&self, call: Call) -> Result<(), ApiError> {
        self.answer(call).await.map(drop)
    }

    async fn answer(&self, call: Call) -> Result<Vec<u8>, ApiError> {
        let key = Key { method: call.method, channel: call.channel.clone() };
        self.limits.pass(&key, call.urgency).await.map_err(ApiError::Limited)?;
        let as_app = call.as_app;
        let response = self.request(call).send().await.map_err(sending)?;
        if !as_app {
            self.learn(response.headers());
        }
        let result = read(response).await;
        if !as_app {
            self.judge(&result);
        }
        if let Err(ApiError::Limited(pause)) = &result {
            self.metrics.limited(Platform::Slack);
            self.limits.closed(&key, *pause);
        }
        result
    }

    fn request(&self, call: Call) -> RequestBuilder {
        let token = if call.as_app { &self.app } else { &self.bot };
        let request = self.client.post(format!("{}/{}", self.base, call.method)).header(AUTHORIZATION, token.clone());
        match call.body {
            Body::Json(body) => request.json(&body),
            Body::Form(fields) => request.form(&fields),
        }
    }

    /// Takes note of whether the token is any good.
    fn judge(&self, result: &Result<Vec<u8>, ApiError>) {
        let refused = match result {
            Ok(_) => None,
            Err(error) if error.is_about_token() => error.word().map(ToOwned::to_owned),
            Err(_) => return,
        };
        self.refused.send_if_modified(|now| {
            let changed = *now != refused;
            *now = refused;
            changed
        });
    }

    fn learn(&self, headers: &HeaderMap) {
        let Some(scopes) = headers.get("x-oauth-scopes").and_then(|value| value.to_str().ok()) else { return };
        let scopes = scopes.split(',').map(|scope| scope.trim().to_owned()).filter(|scope| !scope.is_empty()).collect();
        *self.scopes.lock().unwrap_or_else(PoisonError::into_inner) = Some(scopes);
    }

    /// Posts to an address that Slack gave for one interaction, or for one file. The address is a secret.
    ///
    /// # Errors
    /// Any [`ApiError`].
    pub(super) async fn post_to(&self, url: &str, body: Posted<'_>) -> Result<(), ApiError> {
        let request = self.client.post(url);
        let request = match body {
            Posted::Json(body) => request.json(body),
            Posted::Bytes(bytes) => request.body(bytes),
        };
        let response = request.send().await.map_err(sending)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.metrics.limited(Platform::Slack);
            return Err(ApiError::Limited(pause(response.headers())));
        }
        if status.is_server_error() {
            return Err(ApiError::Unknown(format!("Slack answered {status}")));
        }
        Err(ApiError::Refused { error: status.to_string(), needed: None })
    }
}

/// What is posted to an address that Slack gave.
pub(super) enum Posted<'a> {
    Json(&'a Value),
    Bytes(Vec<u8>),
}

fn bearer(token: &SecretString) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim()))
        .map_err(|_| "a Slack token holds characters that no token has".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

async fn read(response: Response) -> Result<Vec<u8>, ApiError> {
    let status = response.status();
    let wait = pause(response.headers());
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(ApiError::Limited(wait));
    }
    if status.is_server_error() {
        return Err(ApiError::Unknown(format!("Slack answered {status}")));
    }
    let body = response.bytes().await.map_err(|error| failed(error, ApiError::Unknown))?;
    let said: Said = match serde_json::from_slice(&body) {
        Ok(said) => said,
        Err(_) if status.is_client_error() => {
            return Err(ApiError::Refused { error: format!("http_{}", status.as_u16()), needed: None });
        }
        Err(error) => return Err(unreadable(&error)),
    };
    if said.ok { Ok(body.to_vec()) } else { Err(refusal(said, wait)) }
}

/// What a refusal's word says about the outcome.
fn refusal(said: Said, wait: Duration) -> ApiError {
    let error = said.error.unwrap_or_else(|| "unknown_error".to_owned());
    match error.as_str() {
        "ratelimited" | "rate_limited" => ApiError::Limited(wait),
        // By Slack's reference, some of it may have succeeded before these were raised.
        "internal_error" | "fatal_error" | "service_unavailable" => ApiError::Unknown(error),
        // The body was cut off on its way.
        "request_timeout" => ApiError::NotSent(error),
        _ => ApiError::Refused { error, needed: said.needed },
    }
}

fn pause(headers: &HeaderMap) -> Duration {
    let seconds = headers.get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.trim().parse::<u64>().ok());
    seconds.map_or(PAUSE, Duration::from_secs).min(LONGEST_PAUSE)
}

fn unreadable(error: &serde_json::Error) -> ApiError {
    // The parser's own words may quote the body.
    ApiError::Unknown(format!("an answer that can't be read, at column {}", error.column()))
}

fn sending(error: reqwest::Error) -> ApiError {
    let never_left = error.is_connect() || error.is_builder();
    failed(error, if never_left { ApiError::NotSent } else { ApiError::Unknown })
}

/// The address may be a secret, so it is left out.
fn failed(error: reqwest::Error, kind: fn(String) -> ApiError) -> ApiError {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
    let deepest = causes.last().map_or_else(String::new, |cause| format!(": {cause}"));
    kind(format!("{error}{deepest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_whether_it_can_have_worked() {
        let said = |error: &str| {
            let said = Said { ok: false, error: Some(error.to_owned()), needed: None };
            refusal(said, Duration::from_secs(7))
        };
        assert_eq!(said("ratelimited"), ApiError::Limited(Duration::from_secs(7)));
        assert!(matches!(said("internal_error"), ApiError::Unknown(_)));
        assert!(matches!(said("request_timeout"), ApiError::NotSent(_)));
        assert_eq!(said("channel_not_found").word(), Some("channel_not_found"));
    }

    #[test]
    fn the_pause_is_slacks_or_a_second() {
        let mut headers = HeaderMap::new();
        assert_eq!(pause(&headers), PAUSE);
        headers.insert("retry-after", "30".parse().unwrap());
        assert_eq!(pause(&headers), Duration::from_secs(30));
        headers.insert("retry-after", "soon".parse().unwrap());
        assert_eq!(pause(&headers), PAUSE);
    }
}
