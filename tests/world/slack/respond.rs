//! Response addresses: what comes back to whoever did something, for half an hour and five times.

use serde_json::{Value, json};

use super::error::ApiError;
use super::forms::Call;
use super::ids::Ts;
use super::interaction::{Kind, Outcome};
use super::methods::chat;
use super::methods::note;
use super::outcomes;
use super::state::State;

const KEYS: &[&str] = &[
    "attachments",
    "blocks",
    "delete_original",
    "metadata",
    "mrkdwn",
    "replace_original",
    "response_type",
    "text",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
];

/// # Errors
/// What Slack answers.
pub fn respond(state: &mut State, number: u64, call: &Call) -> Result<Value, ApiError> {
    let now = state.now();
    let interaction = state.interactions.get_mut(&number).ok_or_else(|| ApiError::new("expired_url"))?;
    if interaction.response_uses >= super::interaction::RESPONSE_USES {
        return Err(ApiError::new("used_url"));
    }
    if interaction.response_expired(now) || interaction.channel.is_none() {
        return Err(ApiError::new("expired_url"));
    }
    interaction.response_uses += 1;
    let unknown = call.args.keys().filter(|key| !KEYS.contains(&key.as_str()));
    let doubts = unknown.map(|key| format!("unknown argument `{key}`")).collect();
    note(state, "response_url", doubts);
    let original = original(state, number);
    if call.truth("delete_original") {
        if let Some(original) = original {
            state.messages.remove(&original);
        }
        outcomes::reaches_by(state, number, Outcome::Deleted);
        return Ok(json!({"ok": true}));
    }
    let payload = chat::payload(state, "response_url", call)?;
    if payload.is_empty() {
        return Err(ApiError::new("no_text"));
    }
    let outcome = match original.filter(|_| call.truth("replace_original")) {
        Some(original) => {
            chat::change(state, original, &payload)?;
            Outcome::Edited(original)
        }
        None => {
            let (channel, user, thread) = seat(state, number);
            let in_channel = call.text("response_type").as_deref() == Some("in_channel");
            let message = chat::keep(state, &channel, &payload, |message| {
                message.only_for = Some(user).filter(|_| !in_channel);
                message.thread = call.ts("thread_ts").or(thread).filter(|_| !in_channel);
            });
            Outcome::Message(message.ts)
        }
    };
    outcomes::reaches_by(state, number, outcome);
    Ok(json!({"ok": true}))
}

/// The message that `replace_original` means: the one with the button; after a command, the answer to it.
fn original(state: &State, number: u64) -> Option<Ts> {
    let interaction = state.interactions.get(&number)?;
    let answered = || {
        interaction.outcomes.iter().rev().find_map(|outcome| match outcome {
            Outcome::Message(ts) => Some(*ts),
            _ => None,
        })
    };
    let original = if interaction.kind == Kind::Command { answered() } else { interaction.source };
    original.filter(|ts| state.messages.contains_key(ts))
}

/// Channel, person and thread of what was done.
fn seat(state: &State, number: u64) -> (String, String, Option<Ts>) {
    let interaction = &state.interactions[&number];
    let thread = interaction.source.and_then(|source| state.messages.get(&source)).and_then(|source| source.thread);
    (interaction.channel.clone().unwrap_or_default(), interaction.user.clone(), thread)
}
