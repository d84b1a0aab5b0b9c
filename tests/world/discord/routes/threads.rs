//! Threads under messages. A thread's id is its message's.

use std::collections::BTreeMap;

use serde_json::Value;

use super::channels::seen;
use super::{Answer, messages};
use crate::world::discord::error;
use crate::world::discord::error::FormErrors;
use crate::world::discord::limits::{characters, text, unknown_keys};
use crate::world::discord::permissions::Permissions;
use crate::world::discord::rest::{Reply, Request};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::{Channel, ChannelKind, State};
use crate::world::discord::wire;

pub(super) fn create(state: &mut State, channel: Snowflake, message: Snowflake, request: &Request) -> Answer {
    let (parent, granted) = seen(state, channel)?;
    let kind = match parent.kind {
        ChannelKind::Text => ChannelKind::PublicThread,
        ChannelKind::Announcement => ChannelKind::AnnouncementThread,
        _ => return Err(error::ApiError::new(400, 50024, "Cannot execute action on this channel type")),
    };
    let guild = parent.guild;
    if !granted.has(Permissions::CREATE_PUBLIC_THREADS) {
        return Err(error::missing_permissions());
    }
    if messages::find(state, channel, message)?.has_thread {
        return Err(error::thread_exists());
    }
    let name = text(&request.body, "name").unwrap_or_default();
    let auto_archive = request.body.get("auto_archive_duration").and_then(Value::as_u64).unwrap_or(1440);
    check(name, auto_archive)?;
    for key in unknown_keys(&request.body, &["name", "auto_archive_duration", "rate_limit_per_user"]) {
        state.violation(format!("unknown key `{key}` in a new thread"));
    }
    let thread = Channel {
        id: message,
        kind,
        name: name.to_owned(),
        guild,
        parent: Some(channel),
        recipient: None,
        overwrites: BTreeMap::new(),
        auto_archive,
    };
    let json = wire::channel(state, &thread);
    state.channels.insert(message, thread);
    if let Some(starter) = state.messages.get_mut(&message) {
        starter.has_thread = true;
        starter.flags |= 1 << 5;
    }
    let mut event = json.clone();
    event["newly_created"] = Value::Bool(true);
    state.sessions.dispatch("THREAD_CREATE", &event);
    Ok(Reply::created(json))
}

fn check(name: &str, auto_archive: u64) -> Result<(), error::ApiError> {
    let mut errors = FormErrors::default();
    errors.length("name", characters(name), 1, 100);
    if ![60, 1440, 4320, 10080].contains(&auto_archive) {
        errors.choices("auto_archive_duration", "60, 1440, 4320, 10080");
    }
    errors.result()
}
