//! Composition objects: texts, options, confirmation dialogs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{characters, list, text};
use crate::world::slack::error::Faulty;

/// Which kinds of text a place takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    Plain,
    Any,
}

/// Keys beyond these are refused.
pub fn known(object: &Value, keys: &[&str], place: &str, faulty: &mut Faulty) {
    let given = object.as_object().into_iter().flatten();
    for (key, _) in given.filter(|(key, _)| !keys.contains(&key.as_str())) {
        faulty.add(place, &format!("invalid additional property: {key}"));
    }
}

/// A string within its length; absent is well.
pub fn string(object: &Value, key: &str, max: usize, place: &str, faulty: &mut Faulty) {
    match object.get(key) {
        None => {}
        Some(Value::String(text)) => faulty.length(&format!("{place}/{key}"), characters(text), 1, max),
        Some(_) => faulty.add(&format!("{place}/{key}"), "must be a string"),
    }
}

/// A text object that has to be there.
pub fn required_text(object: &Value, key: &str, texts: Texts, max: usize, place: &str, faulty: &mut Faulty) {
    match object.get(key) {
        Some(value) => text_object(value, texts, max, &format!("{place}/{key}"), faulty),
        None => faulty.missing(place, key),
    }
}

/// A text object that may be left out.
pub fn optional_text(object: &Value, key: &str, texts: Texts, max: usize, place: &str, faulty: &mut Faulty) {
    if let Some(value) = object.get(key) {
        text_object(value, texts, max, &format!("{place}/{key}"), faulty);
    }
}

pub fn text_object(value: &Value, texts: Texts, max: usize, place: &str, faulty: &mut Faulty) {
    match text(value, "type") {
        Some("plain_text") => known(value, &["type", "text", "emoji"], place, faulty),
        Some("mrkdwn") if texts == Texts::Any => known(value, &["type", "text", "verbatim"], place, faulty),
        _ => faulty.add(&format!("{place}/type"), "unsupported type of text"),
    }
    match text(value, "text") {
        Some(text) => faulty.length(&format!("{place}/text"), characters(text), 1, max),
        None => faulty.missing(place, "text"),
    }
}

/// The question before a button does something.
pub fn confirm(element: &Value, place: &str, faulty: &mut Faulty) {
    let Some(dialog) = element.get("confirm") else { return };
    let place = format!("{place}/confirm");
    known(dialog, &["title", "text", "confirm", "deny", "style"], &place, faulty);
    required_text(dialog, "title", Texts::Plain, 100, &place, faulty);
    required_text(dialog, "text", Texts::Any, 300, &place, faulty);
    required_text(dialog, "confirm", Texts::Plain, 30, &place, faulty);
    required_text(dialog, "deny", Texts::Plain, 30, &place, faulty);
    style(dialog, &place, faulty);
}

pub fn style(object: &Value, place: &str, faulty: &mut Faulty) {
    if let Some(style) = object.get("style")
        && style != "primary"
        && style != "danger"
    {
        faulty.add(&format!("{place}/style"), "must be primary or danger");
    }
}

/// The options of a menu, or its groups of options; what is chosen at first is one of them.
pub fn choices(element: &Value, texts: Texts, max: usize, place: &str, faulty: &mut Faulty) {
    let groups = list(element, "option_groups");
    let grouped = element.get("option_groups").is_some();
    if grouped == element.get("options").is_some() {
        faulty.add(place, "exactly one of options and option_groups is wanted");
    }
    if grouped {
        faulty.count(&format!("{place}/option_groups"), groups.len(), 1, 100);
    }
    for (at, group) in groups.iter().enumerate() {
        let place = format!("{place}/option_groups/{at}");
        required_text(group, "label", Texts::Plain, 75, &place, faulty);
        options(list(group, "options"), texts, 100, &format!("{place}/options"), faulty);
    }
    if !grouped {
        options(list(element, "options"), texts, max, &format!("{place}/options"), faulty);
    }
    let offered: Vec<&Value> =
        list(element, "options").iter().chain(groups.iter().flat_map(|group| list(group, "options"))).collect();
    let initial = element.get("initial_option").into_iter().chain(list(element, "initial_options"));
    for initial in initial.filter(|initial| !offered.contains(initial)) {
        faulty.add(place, &format!("the initial option {} is none of the options", initial["value"]));
    }
}

pub fn options(options: &[Value], texts: Texts, max: usize, place: &str, faulty: &mut Faulty) {
    faulty.count(place, options.len(), 1, max);
    let mut values = BTreeSet::new();
    for (at, option) in options.iter().enumerate() {
        let place = format!("{place}/{at}");
        known(option, &["text", "value", "description", "url"], &place, faulty);
        required_text(option, "text", texts, 75, &place, faulty);
        optional_text(option, "description", texts, 75, &place, faulty);
        match text(option, "value") {
            Some(value) => {
                faulty.length(&format!("{place}/value"), characters(value), 1, 150);
                if !values.insert(value) {
                    faulty.add(&place, "two options have the same value");
                }
            }
            None => faulty.missing(&place, "value"),
        }
    }
}
