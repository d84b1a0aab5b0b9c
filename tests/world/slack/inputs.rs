//! The inputs of a modal, and what a client sends for them.

use serde_json::{Value, json};

use super::limits::{list, text};

/// An input of a view.
#[derive(Debug, Clone)]
pub struct Input {
    pub label: String,
    pub block_id: String,
    pub action_id: String,
    pub optional: bool,
    pub element: Value,
}

/// The inputs of a view, from above.
#[must_use]
pub fn inputs(view: &Value) -> Vec<Input> {
    let blocks = list(view, "blocks").iter().filter(|block| text(block, "type") == Some("input"));
    let input = |block: &Value| {
        let element = block["element"].clone();
        Input {
            label: block["label"]["text"].as_str().unwrap_or_default().to_owned(),
            block_id: text(block, "block_id").unwrap_or_default().to_owned(),
            action_id: text(&element, "action_id").unwrap_or_default().to_owned(),
            optional: block["optional"] == json!(true),
            element,
        }
    };
    blocks.map(input).collect()
}

impl Input {
    fn kind(&self) -> &str {
        text(&self.element, "type").unwrap_or_default()
    }

    /// What the client sends for an input that nobody touched.
    pub(super) fn untouched(&self) -> Value {
        let initial = |key: &str| self.element.get(key).cloned().unwrap_or(Value::Null);
        match self.kind() {
            kind @ ("checkboxes" | "multi_static_select") => {
                let initial = self.element.get("initial_options").cloned().unwrap_or_else(|| json!([]));
                json!({"type": kind, "selected_options": initial})
            }
            kind @ ("static_select" | "radio_buttons" | "external_select") => {
                json!({"type": kind, "selected_option": initial("initial_option")})
            }
            kind @ "conversations_select" => {
                json!({"type": kind, "selected_conversation": initial("initial_conversation")})
            }
            kind @ "channels_select" => json!({"type": kind, "selected_channel": initial("initial_channel")}),
            kind @ "timepicker" => json!({"type": kind, "selected_time": initial("initial_time")}),
            kind => json!({"type": kind, "value": initial("initial_value")}),
        }
    }

    /// What the client sends once somebody has typed or chosen this.
    #[track_caller]
    pub(super) fn typed(&self, typed: &str) -> Value {
        match self.kind() {
            kind @ ("checkboxes" | "multi_static_select") => {
                let chosen = typed.split(',').map(str::trim).filter(|value| !value.is_empty() && *value != "no");
                let chosen: Vec<Value> = chosen.map(|value| self.option(value)).collect();
                json!({"type": kind, "selected_options": chosen})
            }
            kind @ ("static_select" | "radio_buttons") => json!({"type": kind, "selected_option": self.option(typed)}),
            kind @ "conversations_select" => json!({"type": kind, "selected_conversation": typed}),
            kind @ "channels_select" => json!({"type": kind, "selected_channel": typed}),
            kind @ "timepicker" => json!({"type": kind, "selected_time": typed}),
            kind @ "external_select" => {
                let text = json!({"type": "plain_text", "text": typed});
                json!({"type": kind, "selected_option": {"text": text, "value": typed}})
            }
            kind => {
                let length = typed.chars().count() as u64;
                let bound = |key: &str, default: u64| self.element.get(key).and_then(Value::as_u64).unwrap_or(default);
                let within = bound("min_length", 0)..=bound("max_length", 3000);
                assert!(typed.is_empty() || within.contains(&length), "the client does not take {typed:?}");
                json!({"type": kind, "value": Some(typed).filter(|typed| !typed.is_empty())})
            }
        }
    }

    pub(super) fn forged(&self, typed: &str) -> Value {
        let option = json!({"text": {"type": "plain_text", "text": typed}, "value": typed});
        match self.kind() {
            kind @ ("checkboxes" | "multi_static_select") => json!({"type": kind, "selected_options": [option]}),
            kind @ ("static_select" | "radio_buttons" | "external_select") => {
                json!({"type": kind, "selected_option": option})
            }
            kind @ "conversations_select" => json!({"type": kind, "selected_conversation": typed}),
            kind @ "channels_select" => json!({"type": kind, "selected_channel": typed}),
            kind => json!({"type": kind, "value": typed}),
        }
    }

    /// An option by its value or its text.
    #[track_caller]
    fn option(&self, named: &str) -> Value {
        let groups = list(&self.element, "option_groups").iter().flat_map(|group| list(group, "options"));
        let mut options = list(&self.element, "options").iter().chain(groups);
        let is_named = |option: &&Value| text(option, "value") == Some(named) || option["text"]["text"] == json!(named);
        let found = options.find(is_named).cloned();
        found.unwrap_or_else(|| panic!("{:?} does not offer {named:?}: {}", self.label, self.element))
    }
}
