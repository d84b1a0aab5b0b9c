//! Slack's errors: HTTP 200 and `"ok": false`, with a word, and for a bad payload where each fault is.

use serde_json::{Value, json};

/// A call refused the way Slack refuses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub error: &'static str,
    /// What `response_metadata.messages` says.
    pub messages: Vec<String>,
    /// The scope that is missing.
    pub needed: Option<&'static str>,
}

impl ApiError {
    #[must_use]
    pub fn new(error: &'static str) -> Self {
        Self { error, messages: Vec::new(), needed: None }
    }

    #[must_use]
    pub fn with(error: &'static str, messages: Vec<String>) -> Self {
        Self { error, messages, needed: None }
    }

    #[must_use]
    pub fn missing_scope(needed: &'static str) -> Self {
        Self { error: "missing_scope", messages: Vec::new(), needed: Some(needed) }
    }

    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.error});
        if !self.messages.is_empty() {
            let messages: Vec<String> = self.messages.iter().map(|message| format!("[ERROR] {message}")).collect();
            body["errors"] = json!(self.messages);
            body["response_metadata"] = json!({"messages": messages});
        }
        if let Some(needed) = self.needed {
            body["needed"] = json!(needed);
        }
        body
    }

    /// The fault lies in what the program sent, not in the world it met.
    #[must_use]
    pub fn blames_the_sender(&self) -> bool {
        BLAMED.contains(&self.error)
    }
}

const BLAMED: &[&str] = &[
    "invalid_arguments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_form_data",
    "invalid_json",
    "invalid_metadata_format",
    "invalid_post_type",
    "metadata_too_large",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
    "too_many_attachments",
    "view_too_large",
];

/// The faults found in one payload, each at its place.
#[derive(Debug, Default)]
pub struct Faulty(pub Vec<String>);

impl Faulty {
    /// `place` is a JSON pointer such as `/blocks/0/text/text`.
    pub fn add(&mut self, place: &str, message: &str) {
        self.0.push(format!("{message} [json-pointer:{place}]"));
    }

    /// Checks a length in characters and says what Slack says of it.
    pub fn length(&mut self, place: &str, length: usize, min: usize, max: usize) {
        if length > max {
            self.add(place, &format!("must be less than {} characters", max + 1));
        } else if length < min {
            self.add(place, &format!("must be more than {} characters", min.saturating_sub(1)));
        }
    }

    pub fn count(&mut self, place: &str, count: usize, min: usize, max: usize) {
        if count > max {
            self.add(place, &format!("no more than {max} items allowed"));
        } else if count < min {
            self.add(place, &format!("no fewer than {min} items allowed"));
        }
    }

    pub fn missing(&mut self, place: &str, field: &str) {
        self.add(place, &format!("missing required field: {field}"));
    }

    /// # Errors
    /// With this word where anything was added.
    pub fn result(self, error: &'static str) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::with(error, self.0)) }
    }
}
