//! Elements of blocks: buttons, menus, inputs.

use serde_json::Value;

use super::objects::{self, Texts, confirm, known, optional_text, string};
use super::{characters, text};
use crate::world::slack::error::Faulty;

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    Actions,
    Accessory,
    Input,
}

const MENU: &[&str] = &["type", "action_id", "placeholder", "confirm", "focus_on_load"];
const FIELD: &[&str] =
    &["type", "action_id", "placeholder", "focus_on_load", "dispatch_action_config", "initial_value"];

pub fn check(element: &Value, seat: Seat, place: &str, faulty: &mut Faulty) {
    let kind = text(element, "type").unwrap_or_default();
    if kind != "image" {
        string(element, "action_id", 255, place, faulty);
        optional_text(element, "placeholder", Texts::Plain, 150, place, faulty);
        confirm(element, place, faulty);
    }
    match (kind, seat) {
        ("button", Seat::Actions | Seat::Accessory) => button(element, place, faulty),
        ("overflow", Seat::Actions | Seat::Accessory) => {
            known(element, &["type", "action_id", "options", "confirm"], place, faulty);
            objects::options(super::list(element, "options"), Texts::Plain, 5, &format!("{place}/options"), faulty);
        }
        ("image", Seat::Accessory) => image(element, place, faulty),
        ("plain_text_input" | "number_input" | "email_text_input" | "url_text_input", Seat::Input) => {
            field(element, kind, place, faulty);
        }
        ("static_select" | "multi_static_select" | "radio_buttons" | "checkboxes", _) => {
            closed_menu(element, kind, place, faulty);
        }
        (
            "external_select"
            | "multi_external_select"
            | "conversations_select"
            | "multi_conversations_select"
            | "channels_select"
            | "multi_channels_select"
            | "users_select"
            | "multi_users_select",
            _,
        ) => open_menu(element, kind, place, faulty),
        ("datepicker" | "timepicker" | "datetimepicker", _) => {
            let own = &["initial_date", "initial_time", "initial_date_time", "timezone"];
            known(element, &[MENU, own].concat(), place, faulty);
        }
        _ => faulty.add(&format!("{place}/type"), &format!("unsupported type of element: {kind}")),
    }
}

fn button(element: &Value, place: &str, faulty: &mut Faulty) {
    let keys = &["type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"];
    known(element, keys, place, faulty);
    objects::required_text(element, "text", Texts::Plain, 75, place, faulty);
    string(element, "value", 2000, place, faulty);
    string(element, "url", 3000, place, faulty);
    string(element, "accessibility_label", 75, place, faulty);
    objects::style(element, place, faulty);
    if let Some(url) = text(element, "url")
        && !["http://", "https://", "mailto:", "slack://"].iter().any(|scheme| url.starts_with(scheme))
    {
        faulty.add(&format!("{place}/url"), "must be a valid URL");
    }
}

pub fn image(element: &Value, place: &str, faulty: &mut Faulty) {
    string(element, "image_url", 3000, place, faulty);
    match text(element, "alt_text") {
        Some(alt) => faulty.length(&format!("{place}/alt_text"), characters(alt), 0, 2000),
        None => faulty.missing(place, "alt_text"),
    }
    if element.get("image_url").is_some() == element.get("slack_file").is_some() {
        faulty.add(place, "exactly one of image_url and slack_file is wanted");
    }
}

fn field(element: &Value, kind: &str, place: &str, faulty: &mut Faulty) {
    let own: &[&str] = match kind {
        "plain_text_input" => &["multiline", "min_length", "max_length"],
        "number_input" => &["is_decimal_allowed", "min_value", "max_value"],
        _ => &[],
    };
    known(element, &[FIELD, own].concat(), place, faulty);
    let number = |key: &str| element.get(key).and_then(Value::as_u64);
    for (key, least) in [("min_length", 0), ("max_length", 1)] {
        if number(key).is_some_and(|value| !(least..=3000).contains(&value)) {
            faulty.add(&format!("{place}/{key}"), &format!("must be between {least} and 3000"));
        }
    }
    if let Some(initial) = text(element, "initial_value") {
        let within = number("min_length").unwrap_or(0)..=number("max_length").unwrap_or(3000);
        if !initial.is_empty() && !within.contains(&(characters(initial) as u64)) {
            faulty.add(&format!("{place}/initial_value"), "is out of the bounds of its own input");
        }
    }
    if kind == "number_input" && !element.get("is_decimal_allowed").is_some_and(Value::is_boolean) {
        faulty.missing(place, "is_decimal_allowed");
    }
}

/// Menus whose options come with them.
fn closed_menu(element: &Value, kind: &str, place: &str, faulty: &mut Faulty) {
    let own = &["options", "option_groups", "initial_option", "initial_options", "max_selected_items"];
    known(element, &[MENU, own].concat(), place, faulty);
    match kind {
        "radio_buttons" | "checkboxes" => objects::choices(element, Texts::Any, 10, place, faulty),
        _ => objects::choices(element, Texts::Plain, 100, place, faulty),
    }
}

/// Menus whose options Slack or the app finds.
fn open_menu(element: &Value, kind: &str, place: &str, faulty: &mut Faulty) {
    let own: &[&str] = match kind.trim_start_matches("multi_") {
        "external_select" => &["min_query_length", "initial_option", "initial_options", "max_selected_items"],
        "conversations_select" => &[
            "default_to_current_conversation",
            "filter",
            "initial_conversation",
            "initial_conversations",
            "max_selected_items",
            "response_url_enabled",
        ],
        "channels_select" => &["initial_channel", "initial_channels", "max_selected_items", "response_url_enabled"],
        _ => &["initial_user", "initial_users", "max_selected_items"],
    };
    known(element, &[MENU, own].concat(), place, faulty);
    if let Some(filter) = element.get("filter") {
        let place = format!("{place}/filter");
        known(filter, &["include", "exclude_external_shared_channels", "exclude_bot_users"], &place, faulty);
        let kinds = super::list(filter, "include");
        let known_kind = |kind: &Value| ["im", "mpim", "private", "public"].iter().any(|known| kind == known);
        if kinds.iter().any(|kind| !known_kind(kind)) || (kinds.is_empty() && filter.get("include").is_some()) {
            faulty.add(&format!("{place}/include"), "must name kinds of conversations");
        }
    }
}
