//! What Slack's documentation says a payload may be.

pub mod blocks;
pub mod elements;
pub mod message;
pub mod objects;
pub mod view;

use serde_json::Value;

/// The text at a key.
#[must_use]
pub fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// The list at a key; empty where there is none.
#[must_use]
pub fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Slack counts characters, not bytes.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().count()
}
