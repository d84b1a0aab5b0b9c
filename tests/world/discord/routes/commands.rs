//! The program's commands: everywhere, or in one guild.

use serde_json::{Value, json};

use super::{Answer, guilds};
use crate::world::discord::error::{self, ApiError};
use crate::world::discord::limits::commands::check_all;
use crate::world::discord::limits::{list as list_of, text};
use crate::world::discord::rest::{Reply, Request};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::State;

pub(super) fn list(state: &mut State, app: Snowflake, guild: Option<Snowflake>) -> Answer {
    set(state, app, guild).map(|commands| Reply::ok(Value::Array(commands.clone())))
}

/// The commands of one scope.
fn set(state: &mut State, app: Snowflake, guild: Option<Snowflake>) -> Result<&mut Vec<Value>, ApiError> {
    if app != state.bot {
        return Err(error::unknown_application());
    }
    let Some(guild) = guild else { return Ok(&mut state.commands) };
    guilds::joined(state, guild)?;
    Ok(state.guild_commands.entry(guild).or_default())
}

/// Replaces all commands of the scope. One that keeps its name keeps its id.
pub(super) fn overwrite(state: &mut State, app: Snowflake, guild: Option<Snowflake>, request: &Request) -> Answer {
    let Some(given) = request.body.as_array() else {
        return Err(error::bad_form("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"));
    };
    for doubt in check_all(given)? {
        state.violation(doubt);
    }
    let old = set(state, app, guild)?.clone();
    let kept: Vec<Value> = given.iter().map(|command| keep(state, guild, &old, command)).collect();
    set(state, app, guild)?.clone_from(&kept);
    Ok(Reply::ok(Value::Array(kept)))
}

/// Makes one command, or replaces the one of its name.
pub(super) fn upsert(state: &mut State, app: Snowflake, guild: Option<Snowflake>, request: &Request) -> Answer {
    for doubt in check_all(std::slice::from_ref(&request.body))? {
        state.violation(doubt);
    }
    let old = set(state, app, guild)?.clone();
    let command = keep(state, guild, &old, &request.body);
    let commands = set(state, app, guild)?;
    let same = commands.iter().position(|other| other["id"] == command["id"]);
    match same {
        Some(at) => commands[at] = command.clone(),
        None => commands.push(command.clone()),
    }
    Ok(if same.is_some() { Reply::ok(command) } else { Reply::created(command) })
}

pub(super) fn delete(state: &mut State, app: Snowflake, guild: Option<Snowflake>, command: Snowflake) -> Answer {
    let commands = set(state, app, guild)?;
    let at = commands.iter().position(|other| other["id"] == Value::from(command));
    commands.remove(at.ok_or_else(error::unknown_command)?);
    Ok(Reply::empty())
}

/// A definition as Discord gives it back: with ids, and with its defaults written out.
fn keep(state: &mut State, guild: Option<Snowflake>, old: &[Value], given: &Value) -> Value {
    let kind = given.get("type").and_then(Value::as_u64).unwrap_or(1);
    let same = |other: &&Value| other["name"] == given["name"] && other["type"] == json!(kind);
    let id = old.iter().find(same).map(|other| other["id"].clone());
    let id = id.unwrap_or_else(|| state.next_id().into());
    let version: Value = state.next_id().into();
    let or = |key: &str, default: Value| given.get(key).filter(|value| !value.is_null()).cloned().unwrap_or(default);
    let mut kept = json!({
        "id": id, "application_id": state.bot, "version": version, "type": kind, "name": given["name"],
        "name_localizations": or("name_localizations", Value::Null), "description": text(given, "description").unwrap_or(""),
        "description_localizations": or("description_localizations", Value::Null),
        "default_member_permissions": permissions(given),
        "nsfw": or("nsfw", json!(false)), "integration_types": or("integration_types", json!([0])),
        "contexts": or("contexts", Value::Null), "dm_permission": or("dm_permission", json!(true)),
    });
    if let Some(guild) = guild {
        kept["guild_id"] = guild.into();
    }
    let options = kept_options(given);
    if !options.is_empty() {
        kept["options"] = Value::Array(options);
    }
    kept
}

/// Permissions come as a number, or as text, and are given back as text.
fn permissions(given: &Value) -> Option<String> {
    let bits = given.get("default_member_permissions")?;
    bits.as_str().map(str::to_owned).or_else(|| bits.as_u64().map(|bits| bits.to_string()))
}

/// Discord leaves out what is false or empty.
fn kept_options(parent: &Value) -> Vec<Value> {
    let keep = |option: &Value| {
        let mut kept = option.clone();
        if let Some(object) = kept.as_object_mut() {
            object.retain(|_, value| !value.is_null() && *value != json!(false) && *value != json!([]));
        }
        let nested = kept_options(option);
        if !nested.is_empty() {
            kept["options"] = Value::Array(nested);
        }
        kept
    };
    list_of(parent, "options").iter().map(keep).collect()
}
