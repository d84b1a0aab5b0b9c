//! Messages: posted, changed, deleted, and whispered.

use serde_json::{Value, json};

use super::{Answer, note};
use crate::world::slack::error::ApiError;
use crate::world::slack::forms::Call;
use crate::world::slack::ids::{Id, Ts};
use crate::world::slack::interaction::Outcome;
use crate::world::slack::limits::message::Payload;
use crate::world::slack::outcomes;
use crate::world::slack::state::{Channel, ChannelKind, Message, State};
use crate::world::slack::wire;
use crate::world::upload::File;

/// A channel as the bot sees it: a private one that it is not in does not exist.
pub(super) fn seen<'a>(state: &'a State, id: &str) -> Result<&'a Channel, ApiError> {
    let hidden = |channel: &Channel| channel.kind != ChannelKind::Public && !channel.members.contains(&state.bot);
    state.channels.get(id).filter(|channel| !hidden(channel)).ok_or_else(|| ApiError::new("channel_not_found"))
}

/// A channel that the bot may speak in.
pub(super) fn spoken_in<'a>(state: &'a State, id: &str) -> Result<&'a Channel, ApiError> {
    let channel = seen(state, id)?;
    if channel.archived {
        return Err(ApiError::new("is_archived"));
    }
    let from_outside = channel.kind == ChannelKind::Public && state.scopes.contains("chat:write.public");
    if !channel.members.contains(&state.bot) && !from_outside {
        return Err(ApiError::new("not_in_channel"));
    }
    Ok(channel)
}

/// Reads a message's payload and writes down its doubts.
pub fn payload(state: &mut State, method: &str, call: &Call) -> Result<Payload, ApiError> {
    let (payload, doubts) = Payload::parse(&call.args)?;
    note(state, method, doubts);
    Ok(payload)
}

pub(super) fn post(state: &mut State, call: &Call) -> Answer {
    let mut id = call.channel();
    if state.users.contains_key(&id) {
        id = state.open_conversation(&id);
    }
    spoken_in(state, &id)?;
    let thread = parent(state, &id, call)?;
    let payload = payload(state, "chat.postMessage", call)?;
    if payload.is_empty() {
        return Err(ApiError::new("no_text"));
    }
    let files = shown(state, &payload)?;
    let broadcast = call.truth("reply_broadcast");
    let message = keep(state, &id, &payload, |message| {
        message.files = files;
        message.thread = thread;
        message.broadcast = broadcast && thread.is_some();
    });
    Ok(json!({
        "ok": true, "channel": id, "ts": message.ts, "message": wire::message(state, &message, false),
    }))
}

/// The uploaded files that the blocks of a message show.
fn shown(state: &State, payload: &Payload) -> Result<Vec<File>, ApiError> {
    let blocks = payload.blocks.iter().flatten();
    blocks
        .filter_map(|block| Some((block, block.pointer("/slack_file/id")?.as_str()?)))
        .map(|(block, id)| {
            let upload = state.uploads.get(id).filter(|upload| upload.done);
            let upload = upload.ok_or_else(|| ApiError::new("invalid_blocks"))?;
            let description = block["alt_text"].as_str().map(str::to_owned);
            Ok(File { name: upload.name.clone(), bytes: upload.bytes.clone().unwrap_or_default(), description })
        })
        .collect()
}

/// The message whose thread this one goes into.
fn parent(state: &State, channel: &str, call: &Call) -> Result<Option<Ts>, ApiError> {
    let Some(named) = call.text("thread_ts") else { return Ok(None) };
    let ts: Ts = named.parse().map_err(|()| ApiError::new("invalid_arguments"))?;
    let found = state.messages.get(&ts).filter(|found| found.channel == channel && found.only_for.is_none());
    match found {
        Some(found) => Ok(Some(found.thread.unwrap_or(found.ts))),
        None => Err(ApiError::new("cannot_reply_to_message")),
    }
}

/// Puts a message of the bot into a channel.
pub fn keep(state: &mut State, channel: &str, payload: &Payload, finish: impl FnOnce(&mut Message)) -> Message {
    let ts = state.next_ts();
    let mut message = Message {
        ts,
        channel: channel.to_owned(),
        author: state.bot.clone(),
        text: payload.text.clone().unwrap_or_default(),
        blocks: named(state, payload.blocks.clone().unwrap_or_default()),
        attachments: payload.attachments.clone().unwrap_or_default(),
        metadata: payload.metadata.clone(),
        thread: None,
        broadcast: false,
        edited: None,
        edits: 0,
        only_for: None,
        files: Vec::new(),
        read: false,
    };
    finish(&mut message);
    state.messages.insert(ts, message.clone());
    message
}

/// A block that came without an id gets one.
fn named(state: &mut State, mut blocks: Vec<Value>) -> Vec<Value> {
    for block in &mut blocks {
        if block.get("block_id").is_none() {
            block["block_id"] = json!(format!("block-{}", state.next_number()));
        }
    }
    blocks
}

/// Replaces the parts of a message that the payload has.
pub fn change(state: &mut State, ts: Ts, payload: &Payload) -> Result<(), ApiError> {
    let edited = state.next_ts();
    let blocks = payload.blocks.clone().map(|blocks| named(state, blocks));
    let message = state.messages.get_mut(&ts).ok_or_else(|| ApiError::new("message_not_found"))?;
    if let Some(text) = &payload.text {
        message.text.clone_from(text);
    }
    if let Some(blocks) = blocks {
        message.blocks = blocks;
    }
    if let Some(attachments) = &payload.attachments {
        message.attachments.clone_from(attachments);
    }
    if let Some(metadata) = &payload.metadata {
        message.metadata = Some(metadata.clone());
    }
    message.edited = Some(edited);
    message.edits += 1;
    Ok(())
}

/// A message of the bot, in a channel's history, that a call names.
fn own(state: &State, call: &Call, key: &str, not_own: &'static str) -> Result<Ts, ApiError> {
    let channel = seen(state, &call.channel())?;
    let ts = call.ts(key).and_then(|ts| state.messages.get(&ts));
    let found = ts.filter(|found| found.channel == channel.id && found.only_for.is_none());
    let found = found.ok_or_else(|| ApiError::new("message_not_found"))?;
    if found.author == state.bot { Ok(found.ts) } else { Err(ApiError::new(not_own)) }
}

pub(super) fn update(state: &mut State, call: &Call) -> Answer {
    let ts = own(state, call, "ts", "cant_update_message")?;
    spoken_in(state, &call.channel())?;
    let payload = payload(state, "chat.update", call)?;
    if payload.text.is_none() && payload.blocks.is_none() && payload.attachments.is_none() {
        return Err(ApiError::new("no_text"));
    }
    change(state, ts, &payload)?;
    let message = &state.messages[&ts];
    let json = wire::message(state, message, false);
    Ok(json!({"ok": true, "channel": message.channel, "ts": ts, "text": message.text, "message": json}))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Answer {
    let ts = own(state, call, "ts", "cant_delete_message")?;
    state.messages.remove(&ts);
    Ok(json!({"ok": true, "channel": call.channel(), "ts": ts}))
}

pub(super) fn permalink(state: &State, call: &Call) -> Answer {
    let channel = seen(state, &call.channel())?;
    let ts = call.ts("message_ts").filter(|ts| state.messages.get(ts).is_some_and(|found| found.channel == channel.id));
    let ts = ts.ok_or_else(|| ApiError::new("message_not_found"))?;
    let link = format!("https://study-group.slack.com/archives/{}/p{}", channel.id, ts.0);
    Ok(json!({"ok": true, "channel": channel.id, "permalink": link}))
}

pub(super) fn post_ephemeral(state: &mut State, call: &Call) -> Answer {
    let channel = spoken_in(state, &call.channel())?;
    let user = call.text("user").unwrap_or_default();
    if !channel.members.contains(&user) {
        return Err(ApiError::new("user_not_in_channel"));
    }
    let id = channel.id.clone();
    let thread = parent(state, &id, call)?;
    let payload = payload(state, "chat.postEphemeral", call)?;
    if payload.is_empty() {
        return Err(ApiError::new("no_text"));
    }
    let message = whisper(state, &id, &user, &payload, thread);
    outcomes::reaches(state, &user, Outcome::Message(message.ts));
    Ok(json!({"ok": true, "message_ts": message.ts}))
}

/// Shows somebody a message that nobody else sees.
pub fn whisper(state: &mut State, channel: &str, user: &Id, payload: &Payload, thread: Option<Ts>) -> Message {
    keep(state, channel, payload, |message| {
        message.only_for = Some(user.clone());
        message.thread = thread;
    })
}
