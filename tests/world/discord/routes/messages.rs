//! Messages of a channel: sent, read, changed, deleted.

use serde_json::Value;

use super::channels::seen;
use super::{Answer, guilds};
use crate::world::discord::error::{self, ApiError};
use crate::world::discord::limits::message::{Mentions, Payload, Reply as ReplyTo, Shape};
use crate::world::discord::permissions::Permissions;
use crate::world::discord::rest::{Reply, Request};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::{Channel, ChannelKind, Message, Nonce, State};
use crate::world::discord::wire;

/// How long one nonce stands for one message ("the past few minutes").
const NONCE_MINUTES: i64 = 5;

pub(super) fn create(state: &mut State, channel: Snowflake, request: &Request) -> Answer {
    let granted = may_send(state, channel)?;
    let (mut payload, doubts) = Payload::parse(&request.body, &request.files, Shape::Create)?;
    note(state, request, doubts);
    check_roles(state, channel, &payload.mentions);
    if let Some(message) = same_nonce(state, channel, &payload) {
        return Ok(Reply::ok(with_nonce(wire::message(state, &message), &payload)));
    }
    let reply_to = check_reply(state, channel, granted, payload.reply_to)?;
    drop_embeds_without_permission(&mut payload, granted)?;
    if !payload.files.is_empty() && !granted.has(Permissions::ATTACH_FILES) {
        return Err(error::missing_permissions());
    }
    let message = keep_message(state, channel, &payload, |message| message.reply_to = reply_to);
    if let Some(nonce) = payload.nonce.clone().filter(|_| payload.enforce_nonce) {
        let at = state.now();
        state.nonces.push(Nonce { channel, nonce, message: message.id, at });
    }
    Ok(Reply::ok(with_nonce(wire::message(state, &message), &payload)))
}

/// What the bot may do where it wants to send.
fn may_send(state: &State, channel: Snowflake) -> Result<Permissions, ApiError> {
    let (channel, granted) = seen(state, channel)?;
    if !channel.kind.takes_messages() {
        return Err(error::not_a_text_channel());
    }
    if channel.kind == ChannelKind::Dm {
        return may_write_to(state, channel).map(|()| granted);
    }
    let needed =
        if channel.kind.is_thread() { Permissions::SEND_MESSAGES_IN_THREADS } else { Permissions::SEND_MESSAGES };
    if granted.has(needed) { Ok(granted) } else { Err(error::missing_permissions()) }
}

/// A person can be written to who allows it and shares a guild with the bot.
fn may_write_to(state: &State, conversation: &Channel) -> Result<(), ApiError> {
    let Some(user) = conversation.recipient.and_then(|id| state.users.get(&id)) else {
        return Err(error::unknown_channel());
    };
    let shared = state
        .guilds
        .values()
        .any(|guild| guild.members.contains_key(&user.id) && guild.members.contains_key(&state.bot));
    if user.closed || !shared { Err(error::closed_conversation()) } else { Ok(()) }
}

fn check_roles(state: &mut State, channel: Snowflake, mentions: &Mentions) {
    let guild = state.channels.get(&channel).and_then(|channel| channel.guild);
    let known = guild.and_then(|id| guilds::joined(state, id).ok()).map(|guild| &guild.roles);
    let unknown: Vec<Snowflake> =
        mentions.roles.iter().filter(|id| known.is_none_or(|roles| !roles.contains_key(id))).copied().collect();
    for role in unknown {
        state.violation(format!("`allowed_mentions` names role {role}, which this place does not have"));
    }
}

fn same_nonce(state: &State, channel: Snowflake, payload: &Payload) -> Option<Message> {
    let nonce = payload.nonce.as_ref().filter(|_| payload.enforce_nonce)?;
    let oldest = state.now() - chrono::Duration::minutes(NONCE_MINUTES);
    let same = |kept: &&Nonce| kept.channel == channel && &kept.nonce == nonce && kept.at > oldest;
    state.nonces.iter().find(same).and_then(|kept| state.messages.get(&kept.message)).cloned()
}

/// Only the answer to the request that sent it gives a nonce back.
fn with_nonce(mut message: Value, payload: &Payload) -> Value {
    if let Some(nonce) = &payload.nonce {
        message["nonce"] = Value::String(nonce.clone());
    }
    message
}

/// The message that is answered, if it is there.
fn check_reply(
    state: &State,
    channel: Snowflake,
    granted: Permissions,
    reply: Option<ReplyTo>,
) -> Result<Option<Snowflake>, ApiError> {
    let Some(reply) = reply else { return Ok(None) };
    if !granted.has(Permissions::READ_MESSAGE_HISTORY) {
        return Err(error::no_history_to_answer());
    }
    let there = state.history(channel).any(|message| message.id == reply.message);
    match (there, reply.must_exist) {
        (true, _) => Ok(Some(reply.message)),
        (false, false) => Ok(None),
        (false, true) => Err(error::bad_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")),
    }
}

/// Discord shows a message without the embeds that its author may not post. With nothing left, it refuses.
fn drop_embeds_without_permission(payload: &mut Payload, granted: Permissions) -> Result<(), ApiError> {
    if granted.has(Permissions::EMBED_LINKS) {
        return Ok(());
    }
    payload.embeds = None;
    if payload.is_empty() { Err(error::missing_permissions()) } else { Ok(()) }
}

/// Puts a message of the bot into a channel.
pub fn keep_message(
    state: &mut State,
    channel: Snowflake,
    payload: &Payload,
    finish: impl FnOnce(&mut Message),
) -> Message {
    let content = payload.content.clone().unwrap_or_default();
    let pings = Pings::of(state, channel, &content, &payload.mentions);
    let mut message = Message {
        id: state.next_id(),
        channel,
        author: state.bot,
        content,
        embeds: payload.embeds.iter().flatten().map(as_kept).collect(),
        components: payload.components.clone().unwrap_or_default(),
        files: payload.files.clone(),
        flags: payload.flags.unwrap_or(0),
        at: state.now(),
        edited: None,
        edits: 0,
        reply_to: None,
        pinged_roles: pings.roles,
        pinged_users: pings.users,
        pinged_everyone: pings.everyone,
        only_for: None,
        interaction: None,
        has_thread: false,
        read: false,
    };
    finish(&mut message);
    state.messages.insert(message.id, message.clone());
    message
}

/// Discord trims the texts of an embed and says what kind it is.
fn as_kept(embed: &Value) -> Value {
    let mut embed = embed.clone();
    embed["type"] = Value::String("rich".to_owned());
    for key in ["title", "description"] {
        let trimmed = embed.get(key).and_then(Value::as_str).map(|text| text.trim().to_owned());
        if let Some(trimmed) = trimmed {
            embed[key] = Value::String(trimmed);
        }
    }
    let shown = embed.pointer("/image/url").and_then(Value::as_str).and_then(|url| url.strip_prefix("attachment://"));
    if let Some(name) = shown.map(str::to_owned) {
        embed["image"]["url"] = Value::String(format!("https://cdn.invalid/{name}"));
    }
    embed
}

/// Whom a content pings, once `allowed_mentions` and permissions have had their say.
struct Pings {
    everyone: bool,
    roles: Vec<Snowflake>,
    users: Vec<Snowflake>,
}

impl Pings {
    fn of(state: &State, channel: Snowflake, content: &str, allowed: &Mentions) -> Self {
        let guild = state.channels.get(&channel).and_then(|channel| channel.guild).and_then(|id| state.guilds.get(&id));
        let may_all = state.permissions(state.bot, channel).has(Permissions::MENTION_EVERYONE);
        let role_counts = |id: &Snowflake| {
            let role = guild.and_then(|guild| guild.roles.get(id));
            (allowed.all_roles || allowed.roles.contains(id)) && role.is_some_and(|role| role.mentionable || may_all)
        };
        let user_counts = |id: &Snowflake| allowed.all_users || allowed.users.contains(id);
        Self {
            everyone: allowed.everyone && may_all && (content.contains("@everyone") || content.contains("@here")),
            roles: mentioned(content, "<@&").filter(role_counts).collect(),
            users: mentioned(content, "<@").filter(user_counts).collect(),
        }
    }
}

/// The ids in mentions that begin so.
fn mentioned<'a>(content: &'a str, opening: &'a str) -> impl Iterator<Item = Snowflake> + 'a {
    content.split(opening).skip(1).filter_map(|rest| rest.split_once('>')?.0.parse().ok())
}

pub(super) fn list(state: &State, channel: Snowflake, request: &Request) -> Answer {
    let (_, granted) = seen(state, channel)?;
    let number = |key: &str| request.query.get(key).map(|text| super::id(text)).transpose();
    let limit = number("limit")?.map_or(50, |limit| limit.0);
    if !(1..=100).contains(&limit) {
        return Err(error::bad_form("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100."));
    }
    if !granted.has(Permissions::READ_MESSAGE_HISTORY) {
        return Ok(Reply::ok(Value::Array(Vec::new())));
    }
    let limit = usize::try_from(limit).expect("at most 100");
    let all: Vec<&Message> = state.history(channel).collect();
    let page = match (number("before")?, number("after")?, number("around")?) {
        (Some(before), _, _) => last(&all[..all.partition_point(|m| m.id < before)], limit),
        (_, Some(after), _) => first(&all[all.partition_point(|m| m.id <= after)..], limit),
        (_, _, Some(around)) => {
            let at = all.partition_point(|m| m.id < around);
            first(&all[at.saturating_sub(limit / 2)..], limit)
        }
        (None, None, None) => last(&all, limit),
    };
    Ok(Reply::ok(page.iter().rev().map(|message| wire::message(state, message)).collect()))
}

fn first<'a, 'b>(messages: &'a [&'b Message], limit: usize) -> &'a [&'b Message] {
    &messages[..messages.len().min(limit)]
}

fn last<'a, 'b>(messages: &'a [&'b Message], limit: usize) -> &'a [&'b Message] {
    &messages[messages.len().saturating_sub(limit)..]
}

/// A message that the channel's history shows.
pub(super) fn find(state: &State, channel: Snowflake, message: Snowflake) -> Result<&Message, ApiError> {
    let (_, granted) = seen(state, channel)?;
    let found = state.messages.get(&message).filter(|found| found.channel == channel && found.only_for.is_none());
    let found = found.ok_or_else(error::unknown_message)?;
    let own = found.author == state.bot;
    if own || granted.has(Permissions::READ_MESSAGE_HISTORY) { Ok(found) } else { Err(error::missing_permissions()) }
}

pub(super) fn get(state: &State, channel: Snowflake, message: Snowflake) -> Answer {
    let (_, granted) = seen(state, channel)?;
    if !granted.has(Permissions::READ_MESSAGE_HISTORY) {
        return Err(error::missing_permissions());
    }
    Ok(Reply::ok(wire::message(state, find(state, channel, message)?)))
}

pub(super) fn edit(state: &mut State, channel: Snowflake, message: Snowflake, request: &Request) -> Answer {
    if find(state, channel, message)?.author != state.bot {
        return Err(error::edit_of_others());
    }
    let (mut payload, doubts) = Payload::parse(&request.body, &request.files, Shape::Edit)?;
    note(state, request, doubts);
    if !state.permissions(state.bot, channel).has(Permissions::EMBED_LINKS) && payload.embeds.is_some() {
        payload.embeds = Some(Vec::new());
    }
    change(state, message, &payload)?;
    Ok(Reply::ok(wire::message(state, &state.messages[&message])))
}

/// Replaces the parts of a message that the payload has.
pub(super) fn change(state: &mut State, message: Snowflake, payload: &Payload) -> Result<(), ApiError> {
    let now = state.now();
    let message = state.messages.get_mut(&message).ok_or_else(error::unknown_message)?;
    let mut changed = message.clone();
    if let Some(content) = &payload.content {
        changed.content.clone_from(content);
    }
    if let Some(embeds) = &payload.embeds {
        changed.embeds = embeds.iter().map(as_kept).collect();
    }
    if let Some(components) = &payload.components {
        changed.components.clone_from(components);
    }
    if payload.names_files {
        changed.files.clear();
    }
    changed.files.extend(payload.files.iter().cloned());
    let bare = changed.embeds.is_empty() && changed.components.is_empty() && changed.files.is_empty();
    if changed.content.trim().is_empty() && bare {
        return Err(error::empty_message());
    }
    changed.edited = Some(now);
    changed.edits += 1;
    *message = changed;
    Ok(())
}

pub(super) fn delete(state: &mut State, channel: Snowflake, message: Snowflake) -> Answer {
    let own = find(state, channel, message)?.author == state.bot;
    if !own && !state.permissions(state.bot, channel).has(Permissions::MANAGE_MESSAGES) {
        return Err(error::missing_permissions());
    }
    state.messages.remove(&message);
    Ok(Reply::empty())
}

/// Writes down what Discord lets pass and this project does not.
pub(super) fn note(state: &mut State, request: &Request, doubts: Vec<String>) {
    for doubt in doubts {
        state.violation(format!("{} {}: {doubt}", request.method, request.path));
    }
}
