//! Calls as they come in: a method, and its arguments from a query, a form or JSON.

use axum::http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use super::error::ApiError;
use super::ids::{Id, Ts};
use crate::world::upload;

/// A call that has been read.
#[derive(Debug, Clone)]
pub struct Call {
    pub to: To,
    pub args: Map<String, Value>,
    /// The arguments came as JSON.
    pub json: bool,
    /// What is no argument: the content of a file.
    pub bytes: Vec<u8>,
}

/// What an address stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    Method(String),
    /// The response address of an interaction.
    Response(u64),
    Upload(Id),
}

impl To {
    /// What the path of an address stands for; none for an address that there never was.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        match steps.as_slice() {
            ["api", method] => Some(Self::Method((*method).to_owned())),
            ["response", number, _secret] => Some(Self::Response(number.parse().ok()?)),
            ["upload", "v1", file] => Some(Self::Upload((*file).to_owned())),
            _ => None,
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Method(method) => method,
            Self::Response(_) => "response_url",
            Self::Upload(_) => "upload",
        }
    }
}

/// Arguments whose values are JSON, also where they come in a form.
const NESTED: &[&str] = &["attachments", "blocks", "files", "metadata", "view"];

impl Call {
    /// # Errors
    /// What Slack answers to a body that it can't read.
    pub fn read(to: To, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if let To::Upload(_) = to {
            return Ok(Self { to, args: Map::new(), json: false, bytes: content(kind, body) });
        }
        let mut args = pairs(uri.query().unwrap_or_default().as_bytes());
        let json = kind.starts_with("application/json");
        if json {
            let parsed: Value = serde_json::from_slice(body).map_err(|_| ApiError::new("invalid_json"))?;
            let Value::Object(parsed) = parsed else { return Err(ApiError::new("json_not_object")) };
            // An argument that is null was not given.
            args.extend(parsed.into_iter().filter(|(_, value)| !value.is_null()));
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            args.extend(pairs(body));
        } else if !body.is_empty() {
            return Err(ApiError::new("invalid_post_type"));
        }
        for key in NESTED {
            if let Some(Value::String(text)) = args.get(*key) {
                let nested = serde_json::from_str(text).map_err(|_| ApiError::new("invalid_arguments"))?;
                args.insert((*key).to_owned(), nested);
            }
        }
        Ok(Self { to, args, json, bytes: Vec::new() })
    }

    /// An argument as text; forms have no other, and JSON may have a number.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        match self.args.get(key)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    #[must_use]
    pub fn truth(&self, key: &str) -> bool {
        matches!(self.text(key).as_deref(), Some("true" | "1"))
    }

    #[must_use]
    pub fn number(&self, key: &str) -> Option<usize> {
        self.text(key)?.parse().ok()
    }

    #[must_use]
    pub fn ts(&self, key: &str) -> Option<Ts> {
        self.text(key)?.parse().ok()
    }

    /// The channel that the call is about; empty for none.
    #[must_use]
    pub fn channel(&self) -> Id {
        self.text("channel").or_else(|| self.text("channel_id")).unwrap_or_default()
    }
}

fn pairs(text: &[u8]) -> Map<String, Value> {
    let read: Vec<(String, String)> = form_pairs(text);
    read.into_iter().map(|(key, value)| (key, Value::String(value))).collect()
}

fn form_pairs(text: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(text).into_owned();
    let pair = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (unescape(key), unescape(value))
    };
    text.split('&').filter(|text| !text.is_empty()).map(pair).collect()
}

/// `%41` and `+`, as forms have them.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let coded = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(coded.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        rest = if coded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A file comes as it is, or in a form.
fn content(kind: &str, body: &[u8]) -> Vec<u8> {
    let Some(boundary) = upload::boundary(kind) else { return body.to_vec() };
    let parts = upload::parts(body, boundary);
    parts.into_iter().find(|(_, name, _)| name.is_some()).map(|(_, _, bytes)| bytes.to_vec()).unwrap_or_default()
}
