//! Files that come with a message: `multipart/form-data` with the JSON in `payload_json`.

use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::error::{self, ApiError};
use crate::world::upload;

pub use crate::world::upload::File;

/// What Discord takes without anybody's boost.
const MAX_BYTES: usize = 10 * 1024 * 1024;

/// Reads a request's body: JSON, or a form with JSON and files in it. Null where there is none.
///
/// # Errors
/// What Discord answers.
pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<(Value, Vec<File>), ApiError> {
    if body.is_empty() {
        return Ok((Value::Null, Vec::new()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(boundary) = upload::boundary(kind) else { return Ok((json(body)?, Vec::new())) };
    let mut payload = Value::Null;
    let mut files = Vec::new();
    for (name, file, bytes) in upload::parts(body, boundary) {
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
