//! What is remembered, in the JSON that Slack sends.

use serde_json::{Map, Value, json};

use super::state::{Channel, ChannelKind, Message, Rank, State, User, View};

#[must_use]
pub fn message(state: &State, message: &Message, with_metadata: bool) -> Value {
    let mut json = json!({
        "type": "message", "user": message.author, "ts": message.ts, "team": state.team, "text": message.text,
    });
    if message.author == state.bot {
        json["bot_id"] = json!(state.bot_id);
        json["app_id"] = json!(state.app);
        json["bot_profile"] = json!({
            "id": state.bot_id, "app_id": state.app, "user_id": state.bot, "name": "Trapline", "team_id": state.team,
            "deleted": false, "updated": 0, "icons": {},
        });
    }
    if !message.blocks.is_empty() {
        json["blocks"] = json!(message.blocks);
    }
    if !message.attachments.is_empty() {
        json["attachments"] = json!(message.attachments);
    }
    if let Some(edited) = message.edited {
        json["edited"] = json!({"user": message.author, "ts": edited});
    }
    if !message.files.is_empty() {
        let files = message.files.iter().map(|file| json!({"id": "F", "name": file.name, "size": file.bytes.len()}));
        json["files"] = files.collect();
    }
    if let Some(metadata) = message.metadata.as_ref().filter(|_| with_metadata) {
        json["metadata"] = metadata.clone();
    }
    thread_of(state, message, &mut json);
    json
}

fn thread_of(state: &State, message: &Message, json: &mut Value) {
    if let Some(parent) = message.thread {
        json["thread_ts"] = parent.into();
        if message.broadcast {
            json["subtype"] = json!("thread_broadcast");
        }
        return;
    }
    let replies: Vec<&Message> = state.replies(&message.channel, message.ts).collect();
    if let Some(latest) = replies.last() {
        json["thread_ts"] = message.ts.into();
        json["reply_count"] = json!(replies.len());
        json["latest_reply"] = latest.ts.into();
        json["reply_users_count"] = json!(1);
        json["is_locked"] = json!(false);
    }
}

#[must_use]
pub fn channel(state: &State, channel: &Channel) -> Value {
    let is_member = channel.members.contains(&state.bot);
    let mut json = json!({
        "id": channel.id, "created": 1_772_438_400, "is_archived": channel.archived, "is_org_shared": false,
        "is_im": channel.kind == ChannelKind::Im, "updated": 1_772_438_400_000_u64, "context_team_id": state.team,
    });
    if let Some(recipient) = &channel.recipient {
        json["user"] = json!(recipient);
        json["is_open"] = json!(true);
        return json;
    }
    let rest = json!({
        "name": channel.name, "name_normalized": channel.name, "is_channel": channel.kind == ChannelKind::Public,
        "is_group": channel.kind == ChannelKind::Private, "is_mpim": false,
        "is_private": channel.kind == ChannelKind::Private, "is_general": false, "unlinked": 0, "is_shared": false,
        "is_ext_shared": false, "is_pending_ext_shared": false, "pending_shared": [], "parent_conversation": null,
        "creator": "U00000000", "is_member": is_member, "previous_names": [],
        "topic": {"value": "", "creator": "", "last_set": 0}, "purpose": {"value": "", "creator": "", "last_set": 0},
    });
    if let (Value::Object(json), Value::Object(rest)) = (&mut json, rest) {
        json.extend(rest);
    }
    json
}

#[must_use]
pub fn user(state: &State, user: &User) -> Value {
    let at_least = |rank| user.rank >= rank;
    json!({
        "id": user.id, "team_id": state.team, "name": user.name.to_lowercase(), "deleted": false, "color": "9f69e7",
        "real_name": user.name, "tz": user.zone, "tz_label": user.zone, "tz_offset": 0,
        "profile": {
            "real_name": user.name, "real_name_normalized": user.name, "display_name": user.name,
            "display_name_normalized": user.name, "team": state.team, "title": "", "phone": "", "skype": "",
            "avatar_hash": "0", "status_text": "", "status_emoji": "",
        },
        "is_admin": at_least(Rank::Admin), "is_owner": at_least(Rank::Owner), "is_primary_owner": false,
        "is_restricted": user.rank == Rank::Guest, "is_ultra_restricted": false, "is_bot": user.bot,
        "is_app_user": false, "updated": 1_772_438_400, "is_email_confirmed": true,
    })
}

/// Somebody, as interactions name them.
#[must_use]
pub fn actor(state: &State, id: &str) -> Value {
    let name = state.users.get(id).map(|user| user.name.to_lowercase());
    json!({"id": id, "username": name, "name": name, "team_id": state.team})
}

/// A view as Slack gives it back. `values`: what is filled in, by block and action.
#[must_use]
pub fn view(state: &State, view: &View, values: Map<String, Value>) -> Value {
    let mut json = view.json.clone();
    let rest = json!({
        "id": view.id, "team_id": state.team, "state": {"values": Value::Object(values)}, "hash": view.hash,
        "previous_view_id": view.previous, "root_view_id": view.root, "app_id": state.app,
        "app_installed_team_id": state.team, "bot_id": state.bot_id,
    });
    if let (Value::Object(json), Value::Object(rest)) = (&mut json, rest) {
        json.extend(rest);
        for key in ["private_metadata", "callback_id", "external_id"] {
            json.entry(key).or_insert_with(|| json!(""));
        }
        for key in ["submit", "close"] {
            json.entry(key).or_insert(Value::Null);
        }
        for key in ["clear_on_close", "notify_on_close"] {
            json.entry(key).or_insert(json!(false));
        }
    }
    json
}
