//! Channels and conversations, and what was said in them.

use serde_json::{Value, json};

use super::chat::seen;
use super::{Answer, page};
use crate::world::slack::error::ApiError;
use crate::world::slack::forms::Call;
use crate::world::slack::ids::Ts;
use crate::world::slack::state::{Channel, ChannelKind, Message, State};
use crate::world::slack::wire;

/// What a scope for this kind of conversation begins with.
fn family(kind: ChannelKind) -> (&'static str, &'static str) {
    match kind {
        ChannelKind::Public => ("channels:read", "channels:history"),
        ChannelKind::Private => ("groups:read", "groups:history"),
        ChannelKind::Im => ("im:read", "im:history"),
    }
}

fn want(state: &State, scope: &'static str) -> Result<(), ApiError> {
    if state.scopes.contains(scope) { Ok(()) } else { Err(ApiError::missing_scope(scope)) }
}

pub(super) fn info(state: &State, call: &Call) -> Answer {
    let channel = seen(state, &call.channel())?;
    want(state, family(channel.kind).0)?;
    let mut json = wire::channel(state, channel);
    if call.truth("include_num_members") {
        json["num_members"] = json!(channel.members.len());
    }
    Ok(json!({"ok": true, "channel": json}))
}

/// `joined`: only what the bot is in.
pub(super) fn list(state: &State, call: &Call, joined: bool) -> Answer {
    let types = call.text("types").unwrap_or_else(|| "public_channel".to_owned());
    let mut kinds = Vec::new();
    for kind in types.split(',').map(str::trim).filter(|kind| *kind != "mpim") {
        kinds.push(match kind {
            "public_channel" => ChannelKind::Public,
            "private_channel" => ChannelKind::Private,
            "im" => ChannelKind::Im,
            _ => return Err(ApiError::new("invalid_types")),
        });
    }
    for kind in &kinds {
        want(state, family(*kind).0)?;
    }
    let exclude_archived = call.truth("exclude_archived");
    let shown = |channel: &&Channel| {
        let is_in = channel.members.contains(&state.bot);
        kinds.contains(&channel.kind)
            && (is_in || (channel.kind == ChannelKind::Public && !joined))
            && !(exclude_archived && channel.archived)
    };
    let all: Vec<Value> = state.channels.values().filter(shown).map(|channel| wire::channel(state, channel)).collect();
    let (channels, next) = page(all, call, 100, 1000)?;
    Ok(json!({"ok": true, "channels": channels, "response_metadata": {"next_cursor": next}}))
}

pub(super) fn members(state: &State, call: &Call) -> Answer {
    let channel = seen(state, &call.channel())?;
    want(state, family(channel.kind).0)?;
    let (members, next) = page(channel.members.iter().cloned().collect(), call, 100, 1000)?;
    Ok(json!({"ok": true, "members": members, "response_metadata": {"next_cursor": next}}))
}

pub(super) fn join(state: &mut State, call: &Call) -> Answer {
    let channel = seen(state, &call.channel())?;
    if channel.archived {
        return Err(ApiError::new("is_archived"));
    }
    if channel.kind != ChannelKind::Public {
        return Err(ApiError::new("method_not_supported_for_channel_type"));
    }
    let (id, bot) = (channel.id.clone(), state.bot.clone());
    let Some(channel) = state.channels.get_mut(&id) else { return Err(ApiError::new("channel_not_found")) };
    channel.members.insert(bot);
    Ok(json!({"ok": true, "channel": wire::channel(state, &state.channels[&id])}))
}

pub(super) fn open(state: &mut State, call: &Call) -> Answer {
    let users = match call.args.get("users") {
        Some(Value::Array(users)) => users.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(users)) => users.split(',').map(|user| user.trim().to_owned()).collect(),
        _ => Vec::new(),
    };
    let [user] = users.as_slice() else { return Err(ApiError::new("users_list_not_supplied")) };
    match state.users.get(user) {
        None => return Err(ApiError::new("user_not_found")),
        Some(user) if user.bot => return Err(ApiError::new("cannot_dm_bot")),
        Some(_) => {}
    }
    let id = state.open_conversation(user);
    let channel = if call.truth("return_im") { wire::channel(state, &state.channels[&id]) } else { json!({"id": id}) };
    Ok(json!({"ok": true, "channel": channel}))
}

/// A channel whose history the bot may read.
fn read<'a>(state: &'a State, id: &str) -> Result<&'a Channel, ApiError> {
    let channel = seen(state, id)?;
    want(state, family(channel.kind).1)?;
    if channel.members.contains(&state.bot) { Ok(channel) } else { Err(ApiError::new("not_in_channel")) }
}

/// The span of time that a call asks for.
struct Span {
    oldest: Ts,
    latest: Ts,
    inclusive: bool,
}

impl Span {
    fn of(call: &Call) -> Result<Self, ApiError> {
        let end = |key: &str, default: u64, error: &'static str| match call.text(key) {
            None => Ok(Ts(default)),
            Some(text) => text.parse().map_err(|()| ApiError::new(error)),
        };
        Ok(Self {
            oldest: end("oldest", 0, "invalid_ts_oldest")?,
            latest: end("latest", u64::MAX, "invalid_ts_latest")?,
            inclusive: call.truth("inclusive"),
        })
    }

    fn holds(&self, ts: Ts) -> bool {
        (self.oldest < ts && ts < self.latest) || (self.inclusive && (ts == self.oldest || ts == self.latest))
    }
}

pub(super) fn history(state: &State, call: &Call) -> Answer {
    let channel = read(state, &call.channel())?;
    let span = Span::of(call)?;
    let found: Vec<&Message> = state.history(&channel.id).rev().filter(|message| span.holds(message.ts)).collect();
    messages(state, call, found, 100)
}

pub(super) fn replies(state: &State, call: &Call) -> Answer {
    let channel = read(state, &call.channel())?;
    let span = Span::of(call)?;
    let named = call.ts("ts").and_then(|ts| state.messages.get(&ts));
    let named = named.filter(|named| named.channel == channel.id && named.only_for.is_none());
    let named = named.ok_or_else(|| ApiError::new("thread_not_found"))?;
    let parent = named.thread.and_then(|parent| state.messages.get(&parent)).unwrap_or(named);
    let replies = state.replies(&channel.id, parent.ts).filter(|message| span.holds(message.ts));
    messages(state, call, std::iter::once(parent).chain(replies).collect(), 1000)
}

fn messages(state: &State, call: &Call, found: Vec<&Message>, default: usize) -> Answer {
    let metadata = call.truth("include_all_metadata");
    let (found, next) = page(found, call, default, 999)?;
    let messages: Vec<Value> = found.iter().map(|message| wire::message(state, message, metadata)).collect();
    let mut json = json!({"ok": true, "messages": messages, "has_more": !next.is_empty(), "pin_count": 0});
    if !next.is_empty() {
        json["response_metadata"] = json!({"next_cursor": next});
    }
    Ok(json)
}
