//! Command definitions and autocomplete choices.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{characters, list, text, unknown_keys};
use crate::world::discord::error::{ApiError, FormErrors};

/// Option types, by Discord's numbers.
pub const SUB_COMMAND: u64 = 1;
pub const SUB_COMMAND_GROUP: u64 = 2;
pub const STRING: u64 = 3;
pub const INTEGER: u64 = 4;
pub const BOOLEAN: u64 = 5;
pub const USER: u64 = 6;
pub const CHANNEL: u64 = 7;
pub const ROLE: u64 = 8;
pub const MENTIONABLE: u64 = 9;
pub const NUMBER: u64 = 10;
const ATTACHMENT: u64 = 11;

const COMMAND_KEYS: &[&str] = &[
    "id",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "default_permission",
    "integration_types",
    "contexts",
    "type",
    "nsfw",
    "handler",
];

/// Checks a whole set, as the bulk overwrite takes it. The result names what is allowed, yet not good.
///
/// # Errors
/// What Discord answers.
pub fn check_all(commands: &[Value]) -> Result<Vec<String>, ApiError> {
    let mut errors = FormErrors::default();
    let mut doubts = Vec::new();
    if commands.len() > 100 {
        errors.length("", commands.len(), 0, 100);
    }
    let mut names = BTreeSet::new();
    for (at, command) in commands.iter().enumerate() {
        let place = at.to_string();
        check_command(command, &place, &mut errors);
        let name = text(command, "name").unwrap_or_default();
        if !names.insert((kind(command).unwrap_or(1), name)) {
            let message = "Application command names must be unique";
            errors.add(&place, "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
        doubts.extend(permissions_as_text(command, name));
        let unknown = unknown_keys(command, COMMAND_KEYS);
        doubts.extend(unknown.iter().map(|key| format!("unknown key `{key}` in command `{name}`")));
    }
    errors.result().map(|()| doubts)
}

fn check_command(command: &Value, place: &str, errors: &mut FormErrors) {
    let chat_input = kind(command).is_none_or(|kind| kind == 1);
    check_name(command, place, chat_input, errors);
    let description = text(command, "description").map_or(0, characters);
    errors.length(&format!("{place}.description"), description, usize::from(chat_input), 100);
    check_options(command, place, 0, errors);
    if size(command) > 8000 {
        let message = "Command exceeds maximum size (8000)";
        errors.add(place, "APPLICATION_COMMAND_TOO_LARGE", message);
    }
}

/// Discord takes text as well; its published schema does not.
fn permissions_as_text(command: &Value, name: &str) -> Option<String> {
    let bits = command.get("default_member_permissions")?;
    bits.is_string().then(|| format!("`default_member_permissions` of command `{name}` is no number"))
}

fn kind(object: &Value) -> Option<u64> {
    object.get("type").and_then(Value::as_u64)
}

fn check_name(object: &Value, place: &str, strict: bool, errors: &mut FormErrors) {
    let name = text(object, "name").unwrap_or_default();
    let place = format!("{place}.name");
    errors.length(&place, characters(name), 1, 32);
    let allowed = |c: char| matches!(c, '-' | '_' | '\'') || (c.is_alphanumeric() && c.to_lowercase().eq([c]));
    if strict && !name.chars().all(allowed) {
        let message = "Command name is invalid";
        errors.add(&place, "APPLICATION_COMMAND_INVALID_NAME", message);
    }
}

/// `depth`: 0 in a command, 1 in a subcommand or a group, 2 in a subcommand of a group.
fn check_options(parent: &Value, place: &str, depth: u8, errors: &mut FormErrors) {
    let options = list(parent, "options");
    if options.len() > 25 {
        errors.length(&format!("{place}.options"), options.len(), 0, 25);
    }
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    let nests = |option: &&Value| matches!(kind(option), Some(SUB_COMMAND | SUB_COMMAND_GROUP));
    let nested = options.iter().filter(nests).count();
    if nested > 0 && nested < options.len() {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        errors.add(&format!("{place}.options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (at, option) in options.iter().enumerate() {
        let place = format!("{place}.options.{at}");
        check_name(option, &place, true, errors);
        errors.length(&format!("{place}.description"), text(option, "description").map_or(0, characters), 1, 100);
        if !names.insert(text(option, "name").unwrap_or_default()) {
            errors.add(&place, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique");
        }
        let required = flag(option, "required");
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            errors.add(&place, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required;
        check_option(option, &place, depth, errors);
    }
}

fn check_option(option: &Value, place: &str, depth: u8, errors: &mut FormErrors) {
    match kind(option) {
        Some(SUB_COMMAND) if depth < 2 => return check_options(option, place, 2, errors),
        Some(SUB_COMMAND_GROUP) if depth == 0 => return check_options(option, place, 1, errors),
        Some(STRING..=ATTACHMENT) => {}
        _ => errors.choices(&format!("{place}.type"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
    }
    let takes_words = matches!(kind(option), Some(STRING | INTEGER | NUMBER));
    let choices = list(option, "choices");
    check_choices(choices, kind(option), &format!("{place}.choices"), errors);
    if !takes_words && (!choices.is_empty() || flag(option, "autocomplete")) {
        errors.add(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type takes no choices");
    }
    if !choices.is_empty() && flag(option, "autocomplete") {
        let message = "Autocomplete and choices are mutually exclusive";
        errors.add(place, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message);
    }
    let ranged = option.get("min_value").or(option.get("max_value")).is_some_and(|bound| !bound.is_null());
    if ranged && !matches!(kind(option), Some(INTEGER | NUMBER)) {
        errors.add(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type takes no bounds");
    }
    if !list(option, "channel_types").is_empty() && kind(option) != Some(CHANNEL) {
        errors.add(place, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type takes no channel types");
    }
}

/// Choices of a definition or of an autocomplete's answer.
pub fn check_choices(choices: &[Value], of: Option<u64>, place: &str, errors: &mut FormErrors) {
    if choices.len() > 25 {
        errors.length(place, choices.len(), 0, 25);
    }
    for (at, choice) in choices.iter().enumerate() {
        errors.length(&format!("{place}.{at}.name"), text(choice, "name").map_or(0, characters), 1, 100);
        let place = format!("{place}.{at}.value");
        match (of, choice.get("value")) {
            (Some(STRING), Some(Value::String(value))) => errors.length(&place, characters(value), 1, 100),
            (Some(INTEGER), Some(value)) if value.is_i64() => {}
            (Some(NUMBER), Some(value)) if value.is_number() => {}
            (_, None | Some(Value::Null)) => errors.required(&place),
            _ => errors.add(&place, "TYPE_CONVERT", "The value is not of the option's type."),
        }
    }
}

fn flag(object: &Value, key: &str) -> bool {
    object.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// Names, descriptions and choice values of a command and all its options.
fn size(object: &Value) -> usize {
    let own = ["name", "description"].map(|key| text(object, key).map_or(0, characters)).iter().sum::<usize>();
    let choices = list(object, "choices").iter();
    let values =
        choices.map(|choice| text(choice, "name").map_or(0, characters) + text(choice, "value").map_or(0, characters));
    own + values.sum::<usize>() + list(object, "options").iter().map(size).sum::<usize>()
}
