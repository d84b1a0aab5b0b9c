//! Events that serenity can't read.
//!
//! Its models are strict, and an event carries far more than is needed here (the whole message that was clicked, the
//! channel, what options resolve to): one field of Discord's more or less, and a member's click would be lost without
//! a word. What can't be read is reduced to what matters, and read again.

use serde_json::{Value, json};
use serenity::all::{ApplicationId, GuildId, Interaction, UserId};

/// What is needed of a READY.
#[derive(Debug, PartialEq)]
pub(super) struct Hello {
    pub(super) me: UserId,
    pub(super) application: ApplicationId,
    pub(super) guilds: Vec<GuildId>,
}

/// Reads a `READY`. An application's id is its bot's but for the oldest, so each stands in for the other.
pub(super) fn ready(payload: &Value, me: Option<UserId>) -> Option<Hello> {
    let user = id(&payload["user"]["id"]).or(me.map(UserId::get));
    let application = id(&payload["application"]["id"]).or(user)?;
    let guilds = payload["guilds"].as_array().into_iter().flatten();
    Some(Hello {
        me: UserId::new(user.unwrap_or(application)),
        application: ApplicationId::new(application),
        guilds: guilds.filter_map(|guild| id(&guild["id"])).map(GuildId::new).collect(),
    })
}

/// Reads the id of a guild that an event is about.
pub(super) fn guild(payload: &Value) -> Option<GuildId> {
    id(&payload["id"]).map(GuildId::new)
}

fn id(value: &Value) -> Option<u64> {
    let id = value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64());
    id.filter(|id| *id > 0)
}

/// Reads the payload of an `INTERACTION_CREATE` event. `me`: the application, where the event does not name it.
///
/// # Errors
/// Why even the reduced one can't be read.
pub(super) fn interaction(payload: &Value, me: Option<UserId>) -> Result<Interaction, serde_json::Error> {
    let guild = [&payload["guild_id"], &payload["guild"]["id"], &payload["data"]["guild_id"]].into_iter().find_map(id);
    let channel = [&payload["channel_id"], &payload["channel"]["id"]].into_iter().find_map(id);
    let application = id(&payload["application_id"]).or(me.map(UserId::get));
    let mut reduced = json!({
        "id": payload["id"],
        "application_id": application,
        "type": payload["type"],
        "token": payload["token"],
        "data": data(payload),
        "channel_id": channel.unwrap_or(NOWHERE),
        "user": user(payload),
        "version": 1,
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {},
        "attachment_size_limit": 0,
    });
    if let Some(guild) = guild {
        reduced["guild_id"] = json!(guild.to_string());
        reduced["member"] = member(payload);
    }
    if payload["type"] == COMPONENT || payload["message"].is_object() {
        reduced["message"] = message(&payload["message"]);
    }
    serde_json::from_value(reduced)
}

/// Stands for an id that nobody asks for.
const NOWHERE: u64 = 1;

/// Types of an interaction.
const COMPONENT: u64 = 3;
const MODAL: u64 = 5;

/// Whoever acts: in a server a member's user, in private messages a user.
fn user(payload: &Value) -> Value {
    let user = if payload["member"]["user"].is_object() { &payload["member"]["user"] } else { &payload["user"] };
    json!({
        "id": user["id"],
        "username": user["username"].as_str().unwrap_or("Somebody"),
        "discriminator": "0",
        "global_name": user["global_name"].as_str(),
    })
}

/// Of a member, the name and the permissions matter; without permissions it has none.
fn member(payload: &Value) -> Value {
    let member = &payload["member"];
    let permissions = match &member["permissions"] {
        Value::Number(bits) => json!(bits.to_string()),
        other => other.clone(),
    };
    json!({
        "user": user(payload),
        "nick": member["nick"].as_str(),
        "permissions": permissions,
        "roles": [],
        "joined_at": null,
        "deaf": false,
        "mute": false,
        "flags": 0,
    })
}

/// A message of which only the flags matter: they say whether the reader alone sees it.
fn message(message: &Value) -> Value {
    json!({
        "id": id(&message["id"]).unwrap_or(NOWHERE),
        "channel_id": id(&message["channel_id"]).unwrap_or(NOWHERE),
        "author": { "id": id(&message["author"]["id"]).unwrap_or(NOWHERE), "username": "", "discriminator": "0" },
        "content": "",
        "timestamp": "2015-01-01T00:00:00Z",
        "edited_timestamp": null,
        "tts": false,
        "mention_everyone": false,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": false,
        "type": 0,
        "flags": message["flags"].as_u64().unwrap_or(0),
    })
}

fn data(payload: &Value) -> Value {
    let data = &payload["data"];
    if payload["type"] == COMPONENT {
        json!({ "custom_id": data["custom_id"], "component_type": 2 })
    } else if payload["type"] == MODAL {
        let mut fields = Vec::new();
        typed(&data["components"], &mut fields);
        json!({ "custom_id": data["custom_id"], "components": [{ "type": 1, "components": fields }] })
    } else {
        let command = id(&data["id"]).unwrap_or(NOWHERE);
        let kind = data["type"].as_u64().unwrap_or(1);
        json!({ "id": command, "name": data["name"], "type": kind, "options": options(&data["options"]) })
    }
}

/// What was typed in a modal, whatever its fields are wrapped in.
fn typed(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|item| typed(item, found)),
        Value::Object(field) if field.contains_key("custom_id") && field.get("value").is_some_and(Value::is_string) => {
            found.push(json!({ "type": 4, "custom_id": field["custom_id"], "value": field["value"] }));
        }
        Value::Object(wrapper) => {
            wrapper.values().filter(|value| value.is_array() || value.is_object()).for_each(|v| typed(v, found));
        }
        _ => {}
    }
}

fn options(list: &Value) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(option).collect()
}

/// An option whose type and value agree.
fn option(option: &Value) -> Value {
    const SUBCOMMAND: u64 = 1;
    const GROUP: u64 = 2;
    let (name, value) = (&option["name"], &option["value"]);
    match option["type"].as_u64() {
        Some(kind @ (SUBCOMMAND | GROUP)) => {
            json!({ "name": name, "type": kind, "options": options(&option["options"]) })
        }
        None if value.is_null() => json!({ "name": name, "type": SUBCOMMAND, "options": options(&option["options"]) }),
        kind if option["focused"] == true => {
            json!({ "name": name, "type": kind.unwrap_or(kind::STRING), "value": plain(value), "focused": true })
        }
        kind => match agreed(kind, value) {
            Some((kind, value)) => json!({ "name": name, "type": kind, "value": value }),
            None => option.clone(),
        },
    }
}

/// Types of an option.
mod kind {
    pub(super) const STRING: u64 = 3;
    pub(super) const INTEGER: u64 = 4;
    pub(super) const BOOLEAN: u64 = 5;
    /// Users, channels, roles and mentions: all are ids.
    pub(super) const IDS: std::ops::RangeInclusive<u64> = 6..=9;
    pub(super) const NUMBER: u64 = 10;
}

/// The type that a value has, as near as may be to the one that was given; commands read any that fits.
fn agreed(given: Option<u64>, value: &Value) -> Option<(u64, Value)> {
    match (given, value) {
        (Some(ids), value) if kind::IDS.contains(&ids) => Some(match id(value) {
            Some(id) => (ids, json!(id.to_string())),
            None => (kind::STRING, plain(value)),
        }),
        (Some(kind::NUMBER), Value::Number(_)) => Some((kind::NUMBER, value.clone())),
        (Some(kind::STRING), value) => Some((kind::STRING, plain(value))),
        (_, Value::String(_)) => Some((kind::STRING, value.clone())),
        (_, Value::Bool(_)) => Some((kind::BOOLEAN, value.clone())),
        (_, Value::Number(number)) => match number.as_i64() {
            Some(whole) => Some((kind::INTEGER, json!(whole))),
            None => Some((kind::NUMBER, value.clone())),
        },
        _ => None,
    }
}

/// A value as text.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(text),
        Value::Null => json!(""),
        other => json!(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serenity::all::{ActionRowComponent, CommandDataOptionValue as V, MessageFlags};

    use super::*;

    fn click() -> Value {
        json!({
            "id": "10", "application_id": "11", "type": 3, "token": "t", "channel_id": "12", "guild_id": "13",
            "channel": { "unheard": "of" },
            "data": { "custom_id": "t1:c:1:sure", "component_type": 2 },
            "member": {
                "user": { "id": "14", "username": "ann", "discriminator": "0" }, "roles": [], "permissions": "32",
                "joined_at": "2026-01-01T00:00:00Z", "deaf": false, "mute": false, "flags": 0,
            },
            // Without `interacted_message_id`, which serenity wants.
            "message": {
                "id": "15", "channel_id": "12", "author": { "id": "11", "username": "bot", "discriminator": "0" },
                "flags": 64, "interaction_metadata": { "id": "9", "type": 3 },
            },
        })
    }

    fn command(options: &Value) -> Interaction {
        let data = json!({ "name": "feed", "options": options });
        // As little as it can be: no ids but those that an answer needs.
        let payload = json!({
            "id": "10", "type": 2, "token": "t", "guild_id": "13", "data": data,
            "member": { "user": { "id": "14" }, "permissions": "32" },
        });
        assert!(serde_json::from_value::<Interaction>(payload.clone()).is_err());
        interaction(&payload, Some(UserId::new(11))).unwrap()
    }

    fn values(options: &Value) -> Vec<V> {
        let Interaction::Command(read) = command(options) else { panic!("it is a command") };
        read.data.options.into_iter().map(|option| option.value).collect()
    }

    #[test]
    fn a_click_survives_what_serenity_can_not_read() {
        assert!(serde_json::from_value::<Interaction>(click()).is_err());
        let Ok(Interaction::Component(read)) = interaction(&click(), None) else { panic!("it can be read now") };
        assert_eq!(read.data.custom_id, "t1:c:1:sure");
        assert_eq!(read.message.flags, Some(MessageFlags::EPHEMERAL));
        assert!(read.member.unwrap().permissions.unwrap().manage_guild());
    }

    #[test]
    fn a_click_needs_little() {
        let mut click = click();
        click["member"] = json!({ "user": { "id": "14" } });
        for field in ["channel_id", "channel", "message", "application_id"] {
            click.as_object_mut().unwrap().remove(field);
        }
        let read = interaction(&click, Some(UserId::new(11)));
        let Ok(Interaction::Component(read)) = read else { panic!("{read:?}") };
        assert_eq!((read.application_id.get(), read.user.id.get()), (11, 14));
        assert_eq!(read.member.unwrap().permissions, None, "no permissions are none");
        assert!(interaction(&click, None).is_err(), "an answer needs the application");
    }

    #[test]
    fn a_subcommand_may_come_without_options() {
        assert_eq!(values(&json!([{ "name": "list", "type": 1 }])), [V::SubCommand(vec![])]);
        assert_eq!(values(&json!([{ "name": "list" }])), [V::SubCommand(vec![])]);
        assert_eq!(values(&Value::Null), []);
    }

    #[test]
    fn types_and_values_are_made_to_agree() {
        let one =
            |kind: Value, value: Value| values(&json!([{ "name": "x", "type": kind, "value": value }])).pop().unwrap();
        assert_eq!(one(json!(5), json!("yes")), V::String("yes".into()));
        assert_eq!(one(json!(4), json!("2")), V::String("2".into()));
        assert_eq!(one(json!(3), json!(2)), V::String("2".into()));
        assert_eq!(one(json!(10), json!(2.5)), V::Number(2.5));
        assert_eq!(one(Value::Null, json!(true)), V::Boolean(true));
        assert_eq!(one(json!(7), json!(42)), V::Channel(42.into()));
        assert_eq!(one(json!(7), json!("general")), V::String("general".into()));
    }

    #[test]
    fn what_is_being_typed_is_text() {
        for value in [json!(7), json!("7"), Value::Null] {
            let options = json!([{ "name": "feed", "type": 4, "value": value, "focused": true }]);
            let Some(V::Autocomplete { value: text, .. }) = values(&options).pop() else { panic!("it is focused") };
            assert_eq!(
                text,
                value.as_u64().map_or_else(|| value.as_str().unwrap_or_default().into(), |n| n.to_string())
            );
        }
    }

    #[test]
    fn a_modal_gives_its_fields_in_any_wrapping() {
        let field = json!({ "type": 4, "custom_id": "value", "value": "84" });
        for row in [
            json!([{ "type": 1, "components": [field] }]),
            json!([{ "type": 18, "component": field, "id": 1 }]),
            json!([field]),
        ] {
            let submit = json!({
                "id": "10", "application_id": "11", "type": 5, "token": "t", "guild_id": "13",
                "data": { "custom_id": "m", "components": row }, "member": { "user": { "id": "14" } },
            });
            let Ok(Interaction::Modal(read)) = interaction(&submit, None) else { panic!("{row}") };
            let ActionRowComponent::InputText(input) = &read.data.components[0].components[0] else { panic!("{row}") };
            assert_eq!(input.value.as_deref(), Some("84"));
        }
    }

    #[test]
    fn what_is_no_interaction_stays_unread() {
        assert!(interaction(&json!({ "type": 3 }), None).is_err());
        assert!(interaction(&json!("text"), None).is_err());
    }

    #[test]
    fn a_ready_needs_an_id() {
        let payload = json!({ "user": { "id": "5" }, "guilds": [{ "id": "7" }, {}] });
        let hello = ready(&payload, None).unwrap();
        assert_eq!((hello.me.get(), hello.application.get(), hello.guilds), (5, 5, vec![GuildId::new(7)]));
        let hello = ready(&json!({ "application": { "id": "6" } }), None).unwrap();
        assert_eq!((hello.me.get(), hello.application.get()), (6, 6));
        assert_eq!(ready(&json!({}), None), None);
        assert_eq!(ready(&json!({}), Some(UserId::new(9))).unwrap().me.get(), 9);
    }
}
