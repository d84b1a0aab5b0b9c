//! What is remembered, in the JSON that Discord sends.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::interaction::{Interaction, Kind};
use super::permissions::Permissions;
use super::snowflake::Snowflake;
use super::state::{Channel, ChannelKind, Guild, Member, Message, OverwriteOf, Role, State, User};

/// Discord's spelling of an instant.
#[must_use]
pub fn timestamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

#[must_use]
pub fn user(user: &User) -> Value {
    json!({
        "id": user.id, "username": user.name, "discriminator": "0", "global_name": user.name, "avatar": null,
        "bot": user.bot, "system": false, "public_flags": 0, "banner": null, "accent_color": null,
        "avatar_decoration_data": null, "collectibles": null, "primary_guild": null,
    })
}

#[must_use]
pub fn role(role: &Role) -> Value {
    json!({
        "id": role.id, "name": role.name, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
        "hoist": false, "icon": null, "unicode_emoji": null, "position": 0, "permissions": role.permissions,
        "managed": role.managed, "mentionable": role.mentionable, "flags": 0,
    })
}

/// A member as `GET /guilds/{id}/members/{id}` gives it.
#[must_use]
pub fn member(state: &State, id: Snowflake, member: &Member) -> Value {
    let mut json = partial_member(member);
    json["user"] = state.users.get(&id).map_or(Value::Null, user);
    json["deaf"] = json!(false);
    json["mute"] = json!(false);
    json
}

/// A member without what `resolved` data leaves out: user, deaf, mute.
#[must_use]
pub fn partial_member(member: &Member) -> Value {
    json!({
        "nick": member.nick, "avatar": null, "banner": null, "roles": member.roles, "joined_at": timestamp(member.joined_at),
        "premium_since": null, "flags": 0, "pending": false, "communication_disabled_until": null,
    })
}

#[must_use]
pub fn channel(state: &State, channel: &Channel) -> Value {
    let last = state.history(channel.id).next_back().map(|message| message.id);
    if channel.kind == ChannelKind::Dm {
        let recipient = channel.recipient.and_then(|id| state.users.get(&id)).map(user);
        return json!({"id": channel.id, "type": 1, "last_message_id": last, "flags": 0, "recipients": [recipient]});
    }
    let mut json = json!({
        "id": channel.id, "type": channel.kind as u8, "guild_id": channel.guild, "name": channel.name, "position": 0,
        "permission_overwrites": overwrites(channel), "parent_id": channel.parent, "nsfw": false, "flags": 0,
        "topic": null, "last_message_id": last, "rate_limit_per_user": 0,
    });
    if channel.kind.is_thread() {
        let created = timestamp(channel.id.time());
        let count = state.history(channel.id).count();
        json["owner_id"] = state.bot.into();
        json["message_count"] = json!(count);
        json["total_message_sent"] = json!(count);
        json["member_count"] = json!(1);
        json["thread_metadata"] = json!({
            "archived": false, "auto_archive_duration": channel.auto_archive, "archive_timestamp": created,
            "locked": false, "create_timestamp": created,
        });
    }
    json
}

fn overwrites(channel: &Channel) -> Vec<Value> {
    let each = channel.overwrites.iter().map(|(of, overwrite)| {
        let (id, kind) = match of {
            OverwriteOf::Role(id) => (id, 0),
            OverwriteOf::Member(id) => (id, 1),
        };
        json!({"id": *id, "type": kind, "allow": overwrite.allow, "deny": overwrite.deny})
    });
    each.collect()
}

/// A channel as `resolved` data and interactions carry it, with what `invoker` may do there.
#[must_use]
pub fn partial_channel(state: &State, channel: &Channel, invoker: Snowflake) -> Value {
    let mut json = self::channel(state, channel);
    json["permissions"] = state.permissions(invoker, channel.id).into();
    json
}

/// A guild as `GET /guilds/{id}` gives it.
#[must_use]
pub fn guild(guild: &Guild) -> Value {
    json!({
        "id": guild.id, "name": guild.name, "icon": null, "icon_hash": null, "splash": null, "discovery_splash": null,
        "owner_id": guild.owner, "afk_channel_id": null, "afk_timeout": 300, "widget_enabled": false,
        "widget_channel_id": null, "verification_level": 1, "default_message_notifications": 1,
        "explicit_content_filter": 0, "roles": guild.roles.values().map(role).collect::<Vec<_>>(), "emojis": [],
        "features": [], "mfa_level": 0, "application_id": null, "system_channel_id": null, "system_channel_flags": 0,
        "rules_channel_id": null, "max_presences": null, "max_members": 500_000, "vanity_url_code": null,
        "description": null, "banner": null, "premium_tier": 0, "premium_subscription_count": 0,
        "preferred_locale": "en-GB", "public_updates_channel_id": null, "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50, "nsfw_level": 0, "stickers": [], "premium_progress_bar_enabled": false,
        "safety_alerts_channel_id": null, "incidents_data": null, "nsfw": false, "region": "deprecated",
    })
}

/// A guild as the gateway's `GUILD_CREATE` gives it, with the bot as its only listed member.
#[must_use]
pub fn guild_create(state: &State, guild: &Guild) -> Value {
    guild_of(state, guild, state.channels.values().filter(|channel| channel.guild == Some(guild.id)))
}

/// As [`guild_create`] for many guilds, without a look at all channels for each of them.
pub fn guilds_create<'a>(
    state: &'a State,
    guilds: impl Iterator<Item = &'a Guild> + 'a,
) -> impl Iterator<Item = Value> + 'a {
    let mut rooms: BTreeMap<Snowflake, Vec<&Channel>> = BTreeMap::new();
    for channel in state.channels.values() {
        rooms.entry(channel.guild.unwrap_or(Snowflake(0))).or_default().push(channel);
    }
    guilds.map(move |guild| guild_of(state, guild, rooms.remove(&guild.id).unwrap_or_default().into_iter()))
}

fn guild_of<'a>(state: &State, guild: &Guild, channels: impl Iterator<Item = &'a Channel>) -> Value {
    let (threads, channels): (Vec<&Channel>, Vec<&Channel>) = channels.partition(|c| c.kind.is_thread());
    let list = |channels: Vec<&Channel>| channels.into_iter().map(|c| channel(state, c)).collect::<Vec<_>>();
    let bot = guild.members.get(&state.bot);
    let mut json = self::guild(guild);
    json["joined_at"] = json!(timestamp(bot.map_or_else(|| guild.id.time(), |member| member.joined_at)));
    json["large"] = json!(false);
    json["unavailable"] = json!(false);
    json["member_count"] = json!(guild.members.len());
    json["members"] = bot.map_or_else(|| json!([]), |bot| json!([member(state, state.bot, bot)]));
    json["channels"] = json!(list(channels));
    json["threads"] = json!(list(threads));
    for empty in ["voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"] {
        json[empty] = json!([]);
    }
    json
}

/// A message as histories and interactions carry it. A history never gives the nonce back.
#[must_use]
pub fn message(state: &State, message: &Message) -> Value {
    let mentioned = message.pinged_users.iter().filter_map(|id| state.users.get(id)).map(user).collect::<Vec<_>>();
    let mut json = json!({
        "id": message.id, "channel_id": message.channel, "author": state.users.get(&message.author).map(user),
        "content": message.content, "timestamp": timestamp(message.at), "edited_timestamp": message.edited.map(timestamp),
        "tts": false, "mention_everyone": message.pinged_everyone, "mentions": mentioned,
        "mention_roles": message.pinged_roles, "attachments": attachments(message), "embeds": message.embeds, "pinned": false,
        "type": kind(message), "flags": message.flags, "components": message.components,
    });
    if message.author == state.bot {
        json["application_id"] = state.bot.into();
    }
    if let Some(interaction) = message.interaction.and_then(|id| state.interactions.get(&id)) {
        json["webhook_id"] = state.bot.into();
        json["interaction_metadata"] = interaction_metadata(state, interaction);
    }
    if let Some(target) = message.reply_to {
        let guild = state.channels.get(&message.channel).and_then(|channel| channel.guild);
        json["message_reference"] =
            json!({"type": 0, "message_id": target, "channel_id": message.channel, "guild_id": guild});
        json["referenced_message"] =
            state.messages.get(&target).map_or(Value::Null, |target| self::message(state, target));
    }
    if let Some(thread) = state.channels.get(&message.id).filter(|_| message.has_thread) {
        json["thread"] = channel(state, thread);
    }
    json
}

fn attachments(message: &Message) -> Vec<Value> {
    let each = message.files.iter().zip(1..).map(|(file, count)| {
        let url = format!("https://cdn.invalid/{}/{count}/{}", message.id, file.name);
        let id = Snowflake(message.id.0 + count);
        json!({
            "id": id, "filename": file.name, "description": file.description, "size": file.bytes.len(), "url": url,
            "proxy_url": url,
        })
    });
    each.collect()
}

/// What a message says of the interaction that it answers.
fn interaction_metadata(state: &State, interaction: &Interaction) -> Value {
    let mut json = json!({
        "id": interaction.id, "type": interaction.kind as u8, "user": state.users.get(&interaction.user).map(user),
        "authorizing_integration_owners": {},
    });
    if interaction.kind == Kind::Component {
        json["interacted_message_id"] = json!(interaction.source);
    }
    if let Some(opener) = interaction.opened_by.and_then(|id| state.interactions.get(&id)) {
        json["triggering_interaction_metadata"] = interaction_metadata(state, opener);
    }
    json
}

/// 0: ordinary, 19: a reply, 20: a command's response.
fn kind(message: &Message) -> u8 {
    match (message.reply_to, message.interaction) {
        (Some(_), _) => 19,
        (None, Some(_)) => 20,
        (None, None) => 0,
    }
}

/// The `member` of an interaction: with what they may do in the channel.
#[must_use]
pub fn acting_member(state: &State, guild: &Guild, id: Snowflake, permissions: Permissions) -> Value {
    let mut json = guild.members.get(&id).map_or_else(|| json!({}), |m| member(state, id, m));
    json["permissions"] = permissions.into();
    json
}
