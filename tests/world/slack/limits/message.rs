//! A message's payload: what it says, in text and blocks.

use serde_json::{Map, Value};

use super::blocks::{self, Surface, TOGETHER, texts};
use super::{characters, list, text};
use crate::world::slack::error::{ApiError, Faulty};
use crate::world::slack::mrkdwn;

/// A payload that keeps all limits. `None` is what it left out.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    pub text: Option<String>,
    pub blocks: Option<Vec<Value>>,
    pub attachments: Option<Vec<Value>>,
    pub metadata: Option<Value>,
}

impl Payload {
    /// Reads it, and names what Slack takes and this project does not send.
    ///
    /// # Errors
    /// What Slack answers.
    pub fn parse(args: &Map<String, Value>) -> Result<(Self, Vec<String>), ApiError> {
        let payload = Self {
            text: args.get("text").and_then(Value::as_str).map(str::to_owned),
            blocks: array(args, "blocks", "invalid_blocks_format")?,
            attachments: array(args, "attachments", "invalid_attachments")?,
            metadata: args.get("metadata").cloned(),
        };
        payload.check()?;
        let doubts = payload.doubts();
        Ok((payload, doubts))
    }

    /// There is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let empty = |list: &Option<Vec<Value>>| list.as_ref().is_none_or(Vec::is_empty);
        self.text.as_deref().unwrap_or_default().trim().is_empty() && empty(&self.blocks) && empty(&self.attachments)
    }

    fn check(&self) -> Result<(), ApiError> {
        let mut faulty = Faulty::default();
        blocks::check(self.blocks(), Surface::Message, "/blocks", &mut faulty);
        for (at, attachment) in self.attachments.iter().flatten().enumerate() {
            blocks::check(
                list(attachment, "blocks"),
                Surface::Message,
                &format!("/attachments/{at}/blocks"),
                &mut faulty,
            );
        }
        faulty.result("invalid_blocks")?;
        if self.attachments.as_ref().is_some_and(|attachments| attachments.len() > 100) {
            return Err(ApiError::new("too_many_attachments"));
        }
        let mut said = Vec::new();
        self.blocks().iter().for_each(|block| texts(block, &mut said));
        if said.iter().map(|(text, _)| characters(text)).sum::<usize>() > TOGETHER {
            return Err(ApiError::new("msg_blocks_too_long"));
        }
        if self.text.as_deref().is_some_and(|text| characters(text) > 40_000) {
            return Err(ApiError::new("msg_too_long"));
        }
        self.metadata.as_ref().map_or(Ok(()), metadata)
    }

    fn blocks(&self) -> &[Value] {
        self.blocks.as_deref().unwrap_or_default()
    }

    fn doubts(&self) -> Vec<String> {
        let mut doubts = blocks::doubts(self.blocks());
        let length = self.text.as_deref().map_or(0, characters);
        if length > 4000 {
            doubts.push(format!("a text of {length} characters; Slack recommends 4000 at most"));
        }
        let shows = self.blocks().len() + self.attachments.as_ref().map_or(0, Vec::len);
        if shows > 0 && self.text.as_deref().unwrap_or_default().trim().is_empty() {
            doubts.push("blocks without a text: notifications and screen readers have nothing to say".to_owned());
        }
        let mut said: Vec<(&str, bool)> = self.text.iter().map(|text| (text.as_str(), true)).collect();
        self.blocks().iter().chain(self.attachments.iter().flatten()).for_each(|part| texts(part, &mut said));
        doubts.extend(said.iter().flat_map(|(text, is_mrkdwn)| mrkdwn::doubts(text, *is_mrkdwn)));
        doubts
    }
}

fn array(args: &Map<String, Value>, key: &str, error: &'static str) -> Result<Option<Vec<Value>>, ApiError> {
    match args.get(key) {
        None => Ok(None),
        Some(Value::Array(values)) => Ok(Some(values.clone())),
        Some(_) => Err(ApiError::new(error)),
    }
}

fn metadata(metadata: &Value) -> Result<(), ApiError> {
    let well_formed = text(metadata, "event_type").is_some_and(|kind| !kind.is_empty())
        && metadata.get("event_payload").is_some_and(Value::is_object)
        && metadata.as_object().is_some_and(|object| object.len() == 2);
    if !well_formed {
        return Err(ApiError::new("invalid_metadata_format"));
    }
    if metadata.to_string().len() > 8 * 1024 {
        return Err(ApiError::new("metadata_too_large"));
    }
    Ok(())
}
