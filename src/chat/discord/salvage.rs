//! Commands that serenity can't read.
//!
//! Its models are strict, and a command carries far more than is needed here (the channel, what options resolve to): one field of
//! Discord's more or less, and it would be lost without a word. What can't be read is reduced to what matters, and read again.

use serde::Deserialize;
use serde_json::{Value, json};
use serenity::all::{Interaction, UserId};

/// Reads the frame of a command, or of an option that is being typed. `me`: the application, where the event does not name it.
///
/// # Errors
/// Why even the reduced one can't be read.
pub(super) fn command(frame: &str, me: Option<UserId>) -> Result<Interaction, serde_json::Error> {
    let payload = serde_json::from_str::<Value>(frame)?["d"].take();
    strict(&payload).or_else(|_| reduced(&payload, me))
}

/// As serenity reads it.
pub(super) fn strict(payload: &Value) -> Result<Interaction, serde_json::Error> {
    Interaction::deserialize(payload)
}

pub(super) fn reduced(payload: &Value, me: Option<UserId>) -> Result<Interaction, serde_json::Error> {
    let guild = [&payload["guild_id"], &payload["guild"]["id"], &payload["data"]["guild_id"]].into_iter().find_map(id);
    let channel = [&payload["channel_id"], &payload["channel"]["id"]].into_iter().find_map(id);
    let application = id(&payload["application_id"]).or(me.map(UserId::get));
    let mut reduced = json!({
        "id": payload["id"],
        "application_id": application,
        "type": payload["type"],
        "token": payload["token"],
        "data": data(&payload["data"]),
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
    serde_json::from_value(reduced)
}

fn id(value: &Value) -> Option<u64> {
    let id = value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64());
    id.filter(|id| *id > 0)
}

/// Stands for an id that nobody asks for.
const NOWHERE: u64 = 1;

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

fn data(data: &Value) -> Value {
    let command = id(&data["id"]).unwrap_or(NOWHERE);
    let kind = data["type"].as_u64().unwrap_or(1);
    json!({ "id": command, "name": data["name"], "type": kind, "options": options(&data["options"]) })
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
    use serenity::all::CommandDataOptionValue as V;

    use super::*;

    fn command(options: &Value) -> Interaction {
        let data = json!({ "name": "feed", "options": options });
        // As little as it can be: no ids but those that an answer needs.
        let payload = json!({
            "id": "10", "type": 2, "token": "t", "guild_id": "13", "data": data,
            "member": { "user": { "id": "14" }, "permissions": "32" },
        });
        assert!(strict(&payload).is_err());
        super::command(&json!({ "d": payload }).to_string(), Some(UserId::new(11))).unwrap()
    }

    fn values(options: &Value) -> Vec<V> {
        let Interaction::Command(read) = command(options) else { panic!("it is a command") };
        read.data.options.into_iter().map(|option| option.value).collect()
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
    fn what_is_no_command_stays_unread() {
        assert!(super::command(r#"{ "d": { "type": 2 } }"#, None).is_err());
        assert!(super::command(r#"{ "d": "text" }"#, None).is_err());
        assert!(super::command("text", None).is_err());
    }
}
