//! Slash commands are registered when they changed, and only then: Discord allows 200 registrations a day.

use serde_json::{Map, Value};
use serenity::all::ApplicationId;
use serenity::http::Route;

use super::commands::Command;
use super::rest::{Call, Rest, RestError};

/// Registers the commands if what Discord has differs, or can't be told. Returns whether it did.
///
/// # Errors
/// [`RestError`]: they are as they were, or that is not known.
pub(super) async fn register(rest: &Rest, application: ApplicationId, commands: &[Command]) -> Result<bool, RestError> {
    let route = Route::Commands { application_id: application };
    let ours = definitions(commands);
    match rest.json::<Option<Vec<Value>>>(Call::get(route)).await {
        Ok(Some(theirs)) if projection(&ours) == projection(&theirs) => return Ok(false),
        Ok(_) => {}
        // Looking first only saves registrations.
        Err(error) => tracing::warn!(%error, "the registered commands can't be read"),
    }
    rest.done(Call::put(route, &ours)).await?;
    Ok(true)
}

/// The commands as Discord takes them, without what is left at its default.
pub(super) fn definitions(commands: &[Command]) -> Vec<Value> {
    let definition = |command: &Command| {
        let built = command.create_as_slash_command()?;
        serde_json::to_value(built).ok().map(|value| numbered(lean(&value)))
    };
    commands.iter().filter_map(definition).collect()
}

const PERMISSIONS: &str = "default_member_permissions";

/// Discord's schema takes permissions as a number, and gives them back as text.
fn numbered(mut command: Value) -> Value {
    if let Some(bits) = command.get_mut(PERMISSIONS)
        && let Some(number) = bits.as_str().and_then(|text| text.parse::<u64>().ok())
    {
        *bits = number.into();
    }
    command
}

/// The parts that make a difference, in an order of their own.
fn projection(commands: &[Value]) -> Vec<Value> {
    let mut all: Vec<Value> = commands.iter().map(|command| numbered(keep(command, COMMAND))).collect();
    all.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    all
}

const COMMAND: &[&str] = &["name", "description", "type", "options", PERMISSIONS, "contexts"];
const OPTION: &[&str] = &[
    "name",
    "description",
    "type",
    "options",
    "required",
    "autocomplete",
    "choices",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
];
const CHOICE: &[&str] = &["name", "value"];
/// The type of a command that has none.
const CHAT_INPUT: u64 = 1;

fn keep(value: &Value, keys: &[&str]) -> Value {
    let lean = lean(value);
    let mut kept = Map::new();
    for key in keys {
        match (*key, lean.get(*key)) {
            ("options", Some(options)) => kept.insert("options".into(), each(options, OPTION)),
            ("choices", Some(choices)) => kept.insert("choices".into(), each(choices, CHOICE)),
            ("type", None) => kept.insert("type".into(), CHAT_INPUT.into()),
            (key, Some(value)) => kept.insert(key.to_owned(), value.clone()),
            (_, None) => None,
        };
    }
    Value::Object(kept)
}

fn each(list: &Value, keys: &[&str]) -> Value {
    list.as_array().into_iter().flatten().map(|item| keep(item, keys)).collect()
}

/// Without nulls, empty lists and objects, and `false`, all of which are defaults; whole numbers as integers.
fn lean(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), lean(value)));
            Value::Object(entries.filter(|(_, value)| !is_default(value)).collect())
        }
        Value::Array(list) => list.iter().map(lean).collect(),
        Value::Number(number) => whole(number).map_or_else(|| value.clone(), Value::from),
        other => other.clone(),
    }
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Serenity writes bounds of integers as floats.
fn whole(number: &serde_json::Number) -> Option<i64> {
    let float = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < 9e15)?;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    Some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::super::commands;
    use super::*;

    /// As Discord gives a command back: with ids, versions and every default spelt out.
    fn as_discord(command: &Value) -> Value {
        let mut command = command.clone();
        let map = command.as_object_mut().unwrap();
        map.insert("id".into(), "1".into());
        map.insert("application_id".into(), "2".into());
        map.insert("version".into(), "3".into());
        map.insert("type".into(), 1.into());
        map.insert("nsfw".into(), false.into());
        map.insert("dm_permission".into(), false.into());
        map.insert("name_localizations".into(), Value::Null);
        map.insert("integration_types".into(), serde_json::json!([0]));
        let bits = map.get(PERMISSIONS).map_or(Value::Null, |bits| bits.to_string().into());
        map.insert(PERMISSIONS.into(), bits);
        command
    }

    #[test]
    fn what_discord_gives_back_is_no_difference() {
        let ours = definitions(&commands::all());
        let theirs: Vec<Value> = ours.iter().rev().map(as_discord).collect();
        assert_eq!(projection(&ours), projection(&theirs));
    }

    #[test]
    fn a_changed_word_is_a_difference() {
        let ours = definitions(&commands::all());
        let mut theirs = ours.clone();
        theirs[0]["options"][0]["description"] = "Another".into();
        assert_ne!(projection(&ours), projection(&theirs));
    }

    #[test]
    fn commands_keep_to_discords_rules() {
        fn walk(value: &Value, depth: usize) {
            let name = value["name"].as_str().unwrap();
            assert!(
                (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{name}"
            );
            let description = value["description"].as_str().unwrap();
            assert!((1..=100).contains(&description.chars().count()), "{name}: {description}");
            assert_ne!(description, "A slash command parameter", "{name}");
            let options: Vec<&Value> = value["options"].as_array().into_iter().flatten().collect();
            assert!(options.len() <= 25 && depth <= 3);
            options.into_iter().for_each(|option| walk(option, depth + 1));
        }
        for command in definitions(&commands::all()) {
            walk(&command, 1);
            assert_eq!(command["contexts"], serde_json::json!([0]), "{}", command["name"]);
            let admins_only = ["community", "feed", "doctor"].contains(&command["name"].as_str().unwrap());
            assert_eq!(command[PERMISSIONS] == 32, admins_only, "{}", command["name"]);
        }
    }

    #[test]
    fn the_commands_are_these() {
        insta::assert_json_snapshot!(definitions(&commands::all()));
    }
}
