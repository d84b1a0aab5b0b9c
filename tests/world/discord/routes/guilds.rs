//! Guilds, as a member of them sees them.

use serde_json::json;

use super::Answer;
use crate::world::discord::error::{self, ApiError};
use crate::world::discord::rest::Reply;
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::{Channel, Guild, State};
use crate::world::discord::wire;

/// A guild that the bot is in; of any other it is told nothing.
pub(super) fn joined(state: &State, guild: Snowflake) -> Result<&Guild, ApiError> {
    let found = state.guilds.get(&guild).ok_or_else(error::unknown_guild)?;
    if found.members.contains_key(&state.bot) { Ok(found) } else { Err(error::unknown_guild()) }
}

pub(super) fn get(state: &State, guild: Snowflake) -> Answer {
    joined(state, guild).map(|guild| Reply::ok(wire::guild(guild)))
}

pub(super) fn roles(state: &State, guild: Snowflake) -> Answer {
    let roles = joined(state, guild)?.roles.values().map(wire::role);
    Ok(Reply::ok(roles.collect()))
}

/// All channels but threads, seen or not.
pub(super) fn channels(state: &State, guild: Snowflake) -> Answer {
    joined(state, guild)?;
    let listed = |channel: &&Channel| channel.guild == Some(guild) && !channel.kind.is_thread();
    Ok(Reply::ok(state.channels.values().filter(listed).map(|channel| wire::channel(state, channel)).collect()))
}

pub(super) fn active_threads(state: &State, guild: Snowflake) -> Answer {
    joined(state, guild)?;
    let listed = |channel: &&Channel| channel.guild == Some(guild) && channel.kind.is_thread();
    let threads: Vec<_> = state.channels.values().filter(listed).map(|channel| wire::channel(state, channel)).collect();
    Ok(Reply::ok(json!({"threads": threads, "members": []})))
}

pub(super) fn member(state: &State, guild: Snowflake, user: Snowflake) -> Answer {
    let guild = joined(state, guild)?;
    if !state.users.contains_key(&user) {
        return Err(error::unknown_user());
    }
    let member = guild.members.get(&user).ok_or_else(error::unknown_member)?;
    Ok(Reply::ok(wire::member(state, user, member)))
}
