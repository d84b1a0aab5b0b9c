//! Buttons: at most five rows of five, labels within 80 characters, each custom id once in a message.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{characters, list, text};
use crate::world::discord::error::FormErrors;

const ROW: u64 = 1;
const BUTTON: u64 = 2;
const LINK_STYLE: u64 = 5;
const PREMIUM_STYLE: u64 = 6;

pub fn check(rows: &[Value], errors: &mut FormErrors) {
    if rows.len() > 5 {
        errors.add("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
    }
    let mut seen = BTreeSet::new();
    for (at, row) in rows.iter().enumerate() {
        let place = format!("components.{at}");
        if row.get("type").and_then(Value::as_u64) != Some(ROW) {
            errors.choices(&format!("{place}.type"), "1");
            continue;
        }
        let buttons = list(row, "components");
        if buttons.is_empty() || buttons.len() > 5 {
            errors.add(&format!("{place}.components"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
        }
        for (at, button) in buttons.iter().enumerate() {
            check_button(button, &format!("{place}.components.{at}"), &mut seen, errors);
        }
    }
}

/// Selects and everything newer are not what this program sends: they count as an error here.
fn check_button<'a>(button: &'a Value, place: &str, seen: &mut BTreeSet<&'a str>, errors: &mut FormErrors) {
    if button.get("type").and_then(Value::as_u64) != Some(BUTTON) {
        errors.choices(&format!("{place}.type"), "2");
        return;
    }
    let label = text(button, "label");
    let has_emoji = button.get("emoji").is_some_and(Value::is_object);
    errors.length(&format!("{place}.label"), label.map_or(0, characters), usize::from(!has_emoji), 80);
    match button.get("style").and_then(Value::as_u64) {
        Some(LINK_STYLE) => check_link(button, place, errors),
        Some(1..=4) => check_custom_id(button, place, seen, errors),
        Some(PREMIUM_STYLE) => errors.choices(&format!("{place}.style"), "1, 2, 3, 4, 5"),
        _ => errors.choices(&format!("{place}.style"), "1, 2, 3, 4, 5, 6"),
    }
}

fn check_link(button: &Value, place: &str, errors: &mut FormErrors) {
    if button.get("custom_id").is_some_and(|id| !id.is_null()) {
        let both = "A custom id and url cannot both be specified";
        errors.add(&format!("{place}.custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", both);
    }
    let url = text(button, "url").unwrap_or_default();
    errors.length(&format!("{place}.url"), characters(url), 1, 512);
    if !["http://", "https://", "discord://"].iter().any(|scheme| url.starts_with(scheme)) {
        let message = "Scheme must be one of ('http', 'https', 'discord').";
        errors.add(&format!("{place}.url"), "URL_TYPE_INVALID_SCHEME", message);
    }
}

fn check_custom_id<'a>(button: &'a Value, place: &str, seen: &mut BTreeSet<&'a str>, errors: &mut FormErrors) {
    let place = format!("{place}.custom_id");
    let id = text(button, "custom_id").unwrap_or_default();
    errors.length(&place, characters(id), 1, 100);
    if !id.is_empty() && !seen.insert(id) {
        errors.add(&place, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}
