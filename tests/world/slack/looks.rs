//! Blocks as a person sees them: what they say, and their buttons.

use serde_json::Value;

use super::limits::{list, text};
use super::mrkdwn;

/// A button of a message or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    pub action_id: String,
    pub block_id: String,
    pub value: Option<String>,
    pub url: Option<String>,
    pub style: Option<String>,
}

pub(super) fn find_button(buttons: &[Button], name: &str) -> Option<Button> {
    let exact = |button: &&Button| button.label == name || button.action_id == name;
    buttons.iter().find(exact).or_else(|| buttons.iter().find(|button| button.label.starts_with(name))).cloned()
}

/// The buttons of a block.
pub(super) fn buttons(block: &Value) -> Vec<Button> {
    let elements = list(block, "elements").iter().chain(block.get("accessory"));
    let is_button = |element: &&Value| text(element, "type") == Some("button");
    let button = |element: &Value| {
        let owned = |key: &str| text(element, key).map(str::to_owned);
        Button {
            label: mrkdwn::unescape(element.get("text").and_then(|label| text(label, "text")).unwrap_or_default()),
            action_id: owned("action_id").unwrap_or_default(),
            block_id: text(block, "block_id").unwrap_or_default().to_owned(),
            value: owned("value"),
            url: owned("url"),
            style: owned("style"),
        }
    };
    elements.filter(is_button).map(button).collect()
}

/// What blocks say, a line and more each.
pub(super) fn blocks_text<'a>(blocks: impl Iterator<Item = &'a Value>) -> String {
    let said = blocks.map(block_text).filter(|text| !text.is_empty());
    said.collect::<Vec<_>>().join("\n")
}

fn block_text(block: &Value) -> String {
    let of = |value: &Value| match text(value, "type") {
        Some("mrkdwn") => mrkdwn::seen(text(value, "text").unwrap_or_default()),
        _ => mrkdwn::unescape(text(value, "text").unwrap_or_default()),
    };
    let own = block.get("text").filter(|own| own.is_object()).map(of);
    let label = block.get("label").map(of);
    let fields = list(block, "fields").iter().map(of);
    let context = list(block, "elements").iter().filter(|part| {
        text(block, "type") == Some("context") && matches!(text(part, "type"), Some("mrkdwn" | "plain_text"))
    });
    let markdown = text(block, "text").map(str::to_owned);
    let mut lines: Vec<String> =
        own.into_iter().chain(label).chain(markdown).chain(fields).chain(context.map(of)).collect();
    if matches!(text(block, "type"), Some("rich_text" | "table")) {
        deep_text(block, &mut lines);
    }
    lines.join("\n")
}

/// All texts in a block that nests.
fn deep_text(value: &Value, lines: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| deep_text(value, lines)),
        Value::Object(object) => {
            lines.extend(object.get("text").and_then(Value::as_str).map(mrkdwn::unescape));
            object.values().for_each(|value| deep_text(value, lines));
        }
        _ => {}
    }
}
