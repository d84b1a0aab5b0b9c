//! Channels: who sees them, and conversations with one person.

use std::collections::BTreeMap;

use super::Answer;
use crate::world::discord::error::{self, ApiError};
use crate::world::discord::limits::unknown_keys;
use crate::world::discord::permissions::Permissions;
use crate::world::discord::rest::{Reply, Request};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::{Channel, ChannelKind, State};
use crate::world::discord::wire;

/// A channel that the bot can see, and what it may do there.
pub(super) fn seen(state: &State, channel: Snowflake) -> Result<(&Channel, Permissions), ApiError> {
    let found = state.channels.get(&channel).ok_or_else(error::unknown_channel)?;
    let granted = state.permissions(state.bot, channel);
    if granted.has(Permissions::VIEW_CHANNEL) { Ok((found, granted)) } else { Err(error::missing_access()) }
}

pub(super) fn get(state: &State, channel: Snowflake) -> Answer {
    let (channel, _) = seen(state, channel)?;
    Ok(Reply::ok(wire::channel(state, channel)))
}

/// Opens the conversation with a user, or finds the one there is.
pub(super) fn open_conversation(state: &mut State, request: &Request) -> Answer {
    for key in unknown_keys(&request.body, &["recipient_id"]) {
        state.violation(format!("unknown key `{key}` in a new conversation"));
    }
    let recipient = request.body.get("recipient_id").and_then(Snowflake::from_json);
    let Some(recipient) = recipient.filter(|id| state.users.contains_key(id)) else {
        let message = "Value is not a snowflake of a user.";
        return Err(error::bad_form("recipient_id", "NUMBER_TYPE_COERCE", message));
    };
    let id = conversation(state, recipient);
    Ok(Reply::ok(wire::channel(state, &state.channels[&id])))
}

/// The direct conversation of the bot with a user.
pub(super) fn conversation(state: &mut State, recipient: Snowflake) -> Snowflake {
    if let Some(channel) = state.channels.values().find(|channel| channel.recipient == Some(recipient)) {
        return channel.id;
    }
    let id = state.next_id();
    let channel = Channel {
        id,
        kind: ChannelKind::Dm,
        name: String::new(),
        guild: None,
        parent: None,
        recipient: Some(recipient),
        overwrites: BTreeMap::new(),
        auto_archive: 0,
    };
    state.channels.insert(id, channel);
    id
}
