//! The documented limits on what a program may send, checked as Discord checks them.

pub mod commands;
pub mod components;
pub mod embeds;
pub mod message;
pub mod modal;

use serde_json::Value;

/// Characters, as Discord counts them: Unicode code points.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().count()
}

/// A string at a key; null and absence are the same.
#[must_use]
pub fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

/// A list at a key; null and absence are an empty one.
#[must_use]
pub fn list<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Keys of an object that are not among those documented.
#[must_use]
pub fn unknown_keys(object: &Value, known: &[&str]) -> Vec<String> {
    let keys = object.as_object().into_iter().flat_map(|object| object.keys());
    keys.filter(|key| !known.contains(&key.as_str())).cloned().collect()
}
