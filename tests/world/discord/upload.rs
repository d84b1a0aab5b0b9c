//! Files that come with a message: `multipart/form-data` with the JSON in `payload_json`.

use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::error::{self, ApiError};

/// What Discord takes without anybody's boost.
const MAX_BYTES: usize = 10 * 1024 * 1024;

/// A file as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
    /// What the message says of it.
    pub description: Option<String>,
}

/// Reads a request's body: JSON, or a form with JSON and files in it. Null where there is none.
///
/// # Errors
/// What Discord answers.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<(Value, Vec<File>), ApiError> {
    if body.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(boundary) = kind.strip_prefix("multipart/form-data").and_then(|rest| rest.split_once("boundary=")) else {
        return Ok((json(body)?, Vec::new()));
    };
    let mut payload = Value::Null;
    let mut files = Vec::new();
    for (name, file, bytes) in parts(body, boundary.1.trim_matches('"')) {
        match file {
            Some(_) if bytes.len() > MAX_BYTES => return Err(ApiError::new(413, 40005, "Request entity too large")),
            Some(name) => files.push(File { name, bytes: bytes.to_vec(), description: None }),
            None if name == "payload_json" => payload = json(bytes)?,
            None => {}
        }
    }
    Ok((payload, files))
}

fn json(bytes: &[u8]) -> Result<Value, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| error::bad_json())
}

/// Name, file name and content of each part.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<(String, Option<String>, &'a [u8])> {
    let mark = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(start) = find(rest, mark.as_bytes()) {
        let after = &rest[start + mark.len()..];
        let Some(end) = find(after, mark.as_bytes()) else { break };
        found.extend(part(&after[..end]));
        rest = &after[end..];
    }
    found
}

/// A part begins with a line break, and ends with one before the next mark.
fn part(bytes: &[u8]) -> Option<(String, Option<String>, &[u8])> {
    let split = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..split]).ok()?;
    let content = bytes[split + 4..].strip_suffix(b"\r\n")?;
    let quoted = |key: &str| {
        let value = head.split_once(&format!("; {key}=\""))?.1;
        value.split_once('"').map(|(value, _)| value.to_owned())
    };
    Some((quoted("name")?, quoted("filename"), content))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
