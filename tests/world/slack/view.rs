//! Messages, views and answers as a person sees them.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Hub;
use super::acts;
use super::ids::{Id, Ts};
use super::interaction::{Interaction, Outcome};
use super::limits::{list, text};
use super::mrkdwn;
use super::state::{self, State};

/// A message as it was when it was looked at.
#[derive(Clone)]
pub struct Message {
    hub: Arc<Hub>,
    data: state::Message,
}

impl Deref for Message {
    type Target = state::Message;

    fn deref(&self) -> &state::Message {
        &self.data
    }
}

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

impl Message {
    #[must_use]
    pub fn new(hub: &Arc<Hub>, data: &state::Message) -> Self {
        Self { hub: hub.clone(), data: data.clone() }
    }

    /// Looks at a message and marks it as read.
    ///
    /// # Panics
    /// Where it is gone.
    #[must_use]
    pub fn read(hub: &Arc<Hub>, ts: Ts) -> Self {
        let data = hub.change(|state| {
            let message = state.messages.get_mut(&ts).expect("the message is still there");
            message.read = true;
            message.clone()
        });
        Self { hub: hub.clone(), data }
    }

    /// The message as it is now.
    ///
    /// # Panics
    /// Where it is gone.
    #[must_use]
    pub fn now(&self) -> Self {
        Self::read(&self.hub, self.ts)
    }

    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.hub.look(|state| !state.messages.contains_key(&self.ts))
    }

    /// Waits until the message has been edited so that this holds.
    pub async fn becomes(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> Self {
        let look = |state: &State| {
            let now = state.messages.get(&self.ts).map(|data| Self::new(&self.hub, data))?;
            is_so(&now).then_some(now)
        };
        self.hub.wait(what, look).await
    }

    /// All text a person sees: that of its blocks, or where it has none, its own.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = self.attachments.iter().flat_map(|attachment| list(attachment, "blocks"));
        let blocks = blocks_text(self.blocks.iter().chain(shown));
        if blocks.is_empty() { mrkdwn::seen(&self.data.text) } else { blocks }
    }

    /// What a notification says.
    #[must_use]
    pub fn fallback(&self) -> String {
        mrkdwn::seen(&self.data.text)
    }

    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        let shown = self.attachments.iter().flat_map(|attachment| list(attachment, "blocks"));
        self.blocks.iter().chain(shown).flat_map(buttons).collect()
    }

    /// A button by its label, its action, or else the beginning of its label.
    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button> {
        find_button(&self.buttons(), name)
    }

    /// What a file of the message says.
    ///
    /// # Panics
    /// Where there is none, or it is no text.
    #[must_use]
    pub fn file(&self) -> String {
        let file = self.files.first().expect("the message has a file");
        String::from_utf8(file.bytes.clone()).expect("the file is text")
    }

    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.only_for.is_some()
    }
}

fn find_button(buttons: &[Button], name: &str) -> Option<Button> {
    let exact = |button: &&Button| button.label == name || button.action_id == name;
    buttons.iter().find(exact).or_else(|| buttons.iter().find(|button| button.label.starts_with(name))).cloned()
}

/// The buttons of a block.
fn buttons(block: &Value) -> Vec<Button> {
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
fn blocks_text<'a>(blocks: impl Iterator<Item = &'a Value>) -> String {
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

/// A modal or an App Home as it was when it was looked at.
#[derive(Clone)]
pub struct View {
    hub: Arc<Hub>,
    data: state::View,
}

impl Deref for View {
    type Target = state::View;

    fn deref(&self) -> &state::View {
        &self.data
    }
}

/// An input of a view.
#[derive(Debug, Clone)]
pub struct Input {
    pub label: String,
    pub block_id: String,
    pub action_id: String,
    pub optional: bool,
    pub element: Value,
}

impl View {
    /// # Panics
    /// Where there is no such view.
    #[must_use]
    pub fn look(hub: &Arc<Hub>, id: &Id) -> Self {
        let data = hub.look(|state| state.views[id].clone());
        Self { hub: hub.clone(), data }
    }

    /// The view as it is now.
    #[must_use]
    pub fn now(&self) -> Self {
        Self::look(&self.hub, &self.id)
    }

    /// Waits until the view has been changed so that this holds.
    pub async fn becomes(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> Self {
        let look = |state: &State| {
            let now = state.views.get(&self.id).map(|data| Self { hub: self.hub.clone(), data: data.clone() })?;
            is_so(&now).then_some(now)
        };
        self.hub.wait(what, look).await
    }

    #[must_use]
    pub fn title(&self) -> String {
        self.json.get("title").and_then(|title| text(title, "text")).unwrap_or_default().to_owned()
    }

    #[must_use]
    pub fn text(&self) -> String {
        blocks_text(list(&self.json, "blocks").iter())
    }

    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        list(&self.json, "blocks").iter().flat_map(buttons).collect()
    }

    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button> {
        find_button(&self.buttons(), name)
    }

    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        inputs(&self.json)
    }

    /// An input by its label, its block or the beginning of its label.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    #[track_caller]
    pub fn input(&self, name: &str) -> Input {
        let inputs = self.inputs();
        let exact = |input: &&Input| input.label == name || input.block_id == name;
        let found = inputs.iter().find(exact).or_else(|| inputs.iter().find(|input| input.label.starts_with(name)));
        found.cloned().unwrap_or_else(|| {
            let labels: Vec<&str> = inputs.iter().map(|input| input.label.as_str()).collect();
            panic!("no input `{name}` in the modal {:?}, but {labels:?}", self.title())
        })
    }

    /// What the client sends once somebody has typed these, by the labels of the inputs.
    ///
    /// # Panics
    /// Where the client would not let them.
    #[must_use]
    #[track_caller]
    pub fn filled(&self, values: &[(&str, &str)]) -> Map<String, Value> {
        let named: Vec<(Input, &str)> = values.iter().map(|(name, value)| (self.input(name), *value)).collect();
        let mut filled = Map::new();
        for input in self.inputs() {
            let given = named.iter().find(|(named, _)| named.block_id == input.block_id).map(|(_, value)| *value);
            let value = match given {
                Some(typed) => input.typed(typed),
                None => input.untouched(),
            };
            let is_empty = ["value", "selected_option", "selected_conversation", "selected_channel", "selected_time"]
                .iter()
                .all(|key| value.get(key).is_none_or(Value::is_null));
            let many = value.get("selected_options").is_some();
            assert!(input.optional || many || !is_empty, "the client wants something for {:?}", input.label);
            let mut actions = Map::new();
            actions.insert(input.action_id, value);
            filled.insert(input.block_id, Value::Object(actions));
        }
        filled
    }
}

impl View {
    /// What a forged client sends: what is named, whether or not it is offered; the rest as it stands.
    #[must_use]
    #[track_caller]
    pub fn forged(&self, values: &[(String, String)]) -> Map<String, Value> {
        let mut filled = Map::new();
        for input in self.inputs() {
            let given = values.iter().find(|(name, _)| input.block_id == *name || input.label == *name);
            let value = given.map_or_else(|| input.untouched(), |(_, typed)| input.forged(typed));
            let mut actions = Map::new();
            actions.insert(input.action_id, value);
            filled.insert(input.block_id, Value::Object(actions));
        }
        filled
    }
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
    fn untouched(&self) -> Value {
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
    fn typed(&self, typed: &str) -> Value {
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

    fn forged(&self, typed: &str) -> Value {
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

/// An interaction under way.
pub struct Pending {
    hub: Arc<Hub>,
    pub number: u64,
}

impl Pending {
    #[must_use]
    pub fn new(hub: &Arc<Hub>, number: u64) -> Self {
        Self { hub: hub.clone(), number }
    }

    /// Waits until something has come of it.
    pub async fn answer(&self) -> Response {
        let label = acts::look(&self.hub, self.number).label;
        let settled = |state: &State| state.interactions.get(&self.number).filter(|i| i.settled()).cloned();
        let interaction = self.hub.wait(&format!("the answer to {label}"), settled).await;
        Response::read(&self.hub, interaction)
    }

    /// Waits until the program has acknowledged it.
    pub async fn acknowledged(&self) {
        let label = acts::look(&self.hub, self.number).label;
        let acknowledged = |state: &State| state.interactions.get(&self.number).filter(|i| i.acknowledged).map(drop);
        self.hub.wait(&format!("an acknowledgement of {label}"), acknowledged).await;
    }

    /// What has come of it so far.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Outcome> {
        acts::look(&self.hub, self.number).outcomes
    }

    /// The test expects no answer: the scenario's end does not ask for one.
    pub fn forget(self) {
        self.hub.change(|state| state.interactions.remove(&self.number));
    }
}

/// What came of an interaction.
#[derive(Clone)]
pub struct Response {
    pub hub: Arc<Hub>,
    pub interaction: Interaction,
    outcome: Outcome,
    message: Option<Message>,
}

impl Response {
    /// Reads what is there of the answer.
    #[must_use]
    pub fn read(hub: &Arc<Hub>, interaction: Interaction) -> Self {
        let outcome = interaction.outcomes.last().cloned().unwrap_or(Outcome::Closed);
        // What was whispered before the last word is read with it.
        for outcome in &interaction.outcomes {
            if let Outcome::Message(ts) | Outcome::Edited(ts) = outcome
                && hub.look(|state| state.messages.contains_key(ts))
            {
                let _ = Message::read(hub, *ts);
            }
        }
        let message = match outcome {
            Outcome::Message(ts) | Outcome::Edited(ts) => Some(Message::read(hub, ts)),
            _ => None,
        };
        Self { hub: hub.clone(), interaction, outcome, message }
    }

    /// The message that answers: a new one, or the one with the button as it is now.
    ///
    /// # Panics
    /// Where the answer is something else.
    #[must_use]
    #[track_caller]
    pub fn message(&self) -> &Message {
        let Self { interaction, outcome, .. } = self;
        self.message
            .as_ref()
            .unwrap_or_else(|| panic!("{} was not answered by a message: {outcome:?}", interaction.label))
    }

    /// What the person reads: a message, a view, or what a modal says is wrong.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        match &self.outcome {
            Outcome::View(id) => View::look(&self.hub, id).text(),
            Outcome::Errors(errors) => {
                errors.iter().map(|(label, error)| format!("{label}: {error}")).collect::<Vec<_>>().join("\n")
            }
            _ => self.message().text(),
        }
    }

    /// Only the person who asked sees it.
    #[must_use]
    #[track_caller]
    pub fn is_private(&self) -> bool {
        match self.outcome {
            Outcome::View(_) | Outcome::Errors(_) => true,
            _ => self.message().is_ephemeral(),
        }
    }

    /// The modal that opened, or that is still open and says what is wrong.
    #[must_use]
    #[track_caller]
    pub fn modal(&self) -> View {
        let id = match &self.outcome {
            Outcome::Errors(_) => self.interaction.view.as_ref(),
            Outcome::View(id) => Some(id),
            _ => None,
        };
        let id = id.unwrap_or_else(|| panic!("{} opened no modal: {:?}", self.interaction.label, self.outcome));
        View::look(&self.hub, id)
    }

    /// The view that answers.
    #[must_use]
    #[track_caller]
    pub fn view(&self) -> View {
        self.modal()
    }

    /// What a modal says is wrong: the labels of its inputs, and the errors at them.
    #[must_use]
    pub fn errors(&self) -> Vec<(String, String)> {
        match &self.outcome {
            Outcome::Errors(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }

    /// What was offered.
    #[must_use]
    pub fn options(&self) -> Vec<Value> {
        match &self.outcome {
            Outcome::Options(options) => options.clone(),
            _ => Vec::new(),
        }
    }
}
