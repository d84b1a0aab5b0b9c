//! Answers over HTTP, as all fakes give them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

/// What a route answers; `Null` goes out without a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    #[must_use]
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    #[must_use]
    pub fn created(body: Value) -> Self {
        Self { status: 201, body }
    }

    #[must_use]
    pub fn empty() -> Self {
        Self { status: 204, body: Value::Null }
    }
}

/// JSON, but for a mere text, which goes out as it is.
///
/// # Panics
/// Where the status is none.
#[must_use]
pub fn respond(reply: &Reply, headers: HeaderMap) -> Response<Body> {
    let (body, kind) = match &reply.body {
        Value::Null => (Body::empty(), None),
        Value::String(text) => (Body::from(text.clone()), Some("text/plain")),
        json => (Body::from(json.to_string()), Some("application/json")),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).expect("a three-digit status");
    *response.headers_mut() = headers;
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    response
}

/// An answer that breaks off in the middle of its JSON.
#[must_use]
pub fn garbage() -> Response<Body> {
    let mut response = Response::new(Body::from("{\"id\": \"12"));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A header's value.
///
/// # Panics
/// Where it is no plain ASCII.
#[must_use]
pub fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("numbers, names and buckets are plain ASCII")
}
