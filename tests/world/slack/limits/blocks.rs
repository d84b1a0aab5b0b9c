//! Blocks: which there are, how many, and how much each may say.

use std::collections::BTreeSet;

use serde_json::Value;

use super::elements::{self, Seat};
use super::objects::{Texts, known, optional_text, required_text, string, text_object};
use super::{characters, list, text};
use crate::world::slack::error::Faulty;

/// Where blocks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Message,
    Modal,
    Home,
}

impl Surface {
    fn most(self) -> usize {
        if self == Self::Message { 50 } else { 100 }
    }
}

/// All that blocks of one message may say together. Slack names no figure; 9,597 characters were seen to pass, 11,341
/// to be refused as `msg_blocks_too_long`.
pub const TOGETHER: usize = 10_000;

pub fn check(blocks: &[Value], surface: Surface, place: &str, faulty: &mut Faulty) {
    faulty.count(place, blocks.len(), 0, surface.most());
    let mut ids = BTreeSet::new();
    for (at, block) in blocks.iter().enumerate() {
        let place = format!("{place}/{at}");
        string(block, "block_id", 255, &place, faulty);
        if let Some(id) = text(block, "block_id")
            && !ids.insert(id)
        {
            faulty.add(&place, &format!("block_id {id} is already in use"));
        }
        check_block(block, surface, &place, faulty);
    }
}

fn check_block(block: &Value, surface: Surface, place: &str, faulty: &mut Faulty) {
    match text(block, "type").unwrap_or_default() {
        "section" => section(block, place, faulty),
        "header" => {
            known(block, &["type", "block_id", "text"], place, faulty);
            required_text(block, "text", Texts::Plain, 150, place, faulty);
        }
        "divider" => known(block, &["type", "block_id"], place, faulty),
        "actions" => actions(block, place, faulty),
        "context" => context(block, place, faulty),
        "image" => {
            known(block, &["type", "block_id", "alt_text", "image_url", "slack_file", "title"], place, faulty);
            optional_text(block, "title", Texts::Plain, 2000, place, faulty);
            elements::image(block, place, faulty);
        }
        "input" => input(block, place, faulty),
        "markdown" if surface == Surface::Message => {
            known(block, &["type", "block_id", "text"], place, faulty);
            let length = text(block, "text").map_or(0, characters);
            faulty.length(&format!("{place}/text"), length, 1, 12_000);
        }
        "rich_text" => known(block, &["type", "block_id", "elements"], place, faulty),
        "table" if surface == Surface::Message => table(block, place, faulty),
        other => faulty.add(&format!("{place}/type"), &format!("unsupported type of block: {other}")),
    }
}

fn section(block: &Value, place: &str, faulty: &mut Faulty) {
    known(block, &["type", "block_id", "text", "fields", "accessory", "expand"], place, faulty);
    optional_text(block, "text", Texts::Any, 3000, place, faulty);
    if let Some(fields) = block.get("fields") {
        let fields = fields.as_array().map_or(&[][..], Vec::as_slice);
        faulty.count(&format!("{place}/fields"), fields.len(), 1, 10);
        for (at, field) in fields.iter().enumerate() {
            text_object(field, Texts::Any, 2000, &format!("{place}/fields/{at}"), faulty);
        }
    } else if block.get("text").is_none() {
        faulty.missing(place, "text");
    }
    if let Some(accessory) = block.get("accessory") {
        elements::check(accessory, Seat::Accessory, &format!("{place}/accessory"), faulty);
    }
}

fn actions(block: &Value, place: &str, faulty: &mut Faulty) {
    known(block, &["type", "block_id", "elements"], place, faulty);
    let buttons = list(block, "elements");
    faulty.count(&format!("{place}/elements"), buttons.len(), 1, 25);
    let mut ids = BTreeSet::new();
    for (at, element) in buttons.iter().enumerate() {
        let place = format!("{place}/elements/{at}");
        elements::check(element, Seat::Actions, &place, faulty);
        if let Some(id) = text(element, "action_id")
            && !ids.insert(id)
        {
            faulty.add(&format!("{place}/action_id"), &format!("action_id {id} already exists for another element"));
        }
    }
}

fn context(block: &Value, place: &str, faulty: &mut Faulty) {
    known(block, &["type", "block_id", "elements"], place, faulty);
    let parts = list(block, "elements");
    faulty.count(&format!("{place}/elements"), parts.len(), 1, 10);
    for (at, part) in parts.iter().enumerate() {
        let place = format!("{place}/elements/{at}");
        match text(part, "type") {
            Some("image") => elements::image(part, &place, faulty),
            _ => text_object(part, Texts::Any, 3000, &place, faulty),
        }
    }
}

fn input(block: &Value, place: &str, faulty: &mut Faulty) {
    let keys = &["type", "block_id", "label", "element", "hint", "optional", "dispatch_action"];
    known(block, keys, place, faulty);
    required_text(block, "label", Texts::Plain, 2000, place, faulty);
    optional_text(block, "hint", Texts::Plain, 2000, place, faulty);
    match block.get("element") {
        Some(element) => elements::check(element, Seat::Input, &format!("{place}/element"), faulty),
        None => faulty.missing(place, "element"),
    }
}

fn table(block: &Value, place: &str, faulty: &mut Faulty) {
    known(block, &["type", "block_id", "rows", "column_settings"], place, faulty);
    let rows = list(block, "rows");
    faulty.count(&format!("{place}/rows"), rows.len(), 1, 100);
    for (at, row) in rows.iter().enumerate() {
        faulty.count(&format!("{place}/rows/{at}"), row.as_array().map_or(0, Vec::len), 1, 20);
    }
}

/// What the program may do and this project does not: the same action id twice in one message.
#[must_use]
pub fn doubts(blocks: &[Value]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let elements = blocks.iter().flat_map(|block| list(block, "elements").iter().chain(block.get("accessory")));
    let ids = elements.filter_map(|element| text(element, "action_id"));
    ids.filter(|id| !seen.insert(*id)).map(|id| format!("action_id `{id}` is in the message twice")).collect()
}

/// All texts in a payload, with whether each is mrkdwn.
pub fn texts<'a>(value: &'a Value, found: &mut Vec<(&'a str, bool)>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(object) => {
            if let Some(text) = object.get("text").and_then(Value::as_str) {
                let mrkdwn = object.get("type").is_some_and(|kind| kind == "mrkdwn");
                found.push((text, mrkdwn));
            }
            object.values().for_each(|value| texts(value, found));
        }
        _ => {}
    }
}
