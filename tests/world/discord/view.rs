//! Messages and answers as a person sees them.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value;

use super::Hub;
use super::interaction::{Answered, Interaction};
use super::limits::{list, text};
use super::snowflake::Snowflake;
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

/// A button of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    pub label: String,
    /// None for a link.
    pub custom_id: Option<String>,
    pub url: Option<String>,
    pub style: u64,
    pub disabled: bool,
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
    pub fn read(hub: &Arc<Hub>, id: Snowflake) -> Self {
        let data = hub.change(|state| {
            let message = state.messages.get_mut(&id).expect("the message is still there");
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
        Self::read(&self.hub, self.id)
    }

    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.hub.look(|state| !state.messages.contains_key(&self.id))
    }

    /// Waits until the message has been edited so that this holds.
    pub async fn becomes(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) -> Self {
        let look = |state: &State| {
            let now = state.messages.get(&self.id).map(|data| Self::new(&self.hub, data))?;
            is_so(&now).then_some(now)
        };
        self.hub.wait(what, look).await
    }

    /// All text a person sees: content, then each embed from title to footer.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts = vec![self.content.clone()];
        parts.extend(self.embeds.iter().map(embed_text));
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    #[must_use]
    pub fn buttons(&self) -> Vec<Button> {
        self.components.iter().flat_map(|row| list(row, "components")).map(button).collect()
    }

    /// A button by its label, its custom id, or else the beginning of its label.
    #[must_use]
    pub fn button(&self, name: &str) -> Option<Button> {
        let buttons = self.buttons();
        let exact = |button: &&Button| button.label == name || button.custom_id.as_deref() == Some(name);
        buttons.iter().find(exact).or_else(|| buttons.iter().find(|button| button.label.starts_with(name))).cloned()
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
        self.flags & state::Message::EPHEMERAL != 0
    }
}

fn embed_text(embed: &Value) -> String {
    let mut lines: Vec<&str> = Vec::new();
    lines.extend(embed.get("author").and_then(|author| text(author, "name")));
    lines.extend(text(embed, "title"));
    lines.extend(text(embed, "description"));
    for field in list(embed, "fields") {
        lines.extend(text(field, "name"));
        lines.extend(text(field, "value"));
    }
    lines.extend(embed.get("footer").and_then(|footer| text(footer, "text")));
    lines.join("\n")
}

fn button(json: &Value) -> Button {
    let owned = |key: &str| text(json, key).map(str::to_owned);
    Button {
        label: owned("label").unwrap_or_default(),
        custom_id: owned("custom_id"),
        url: owned("url"),
        style: json.get("style").and_then(Value::as_u64).unwrap_or(0),
        disabled: json.get("disabled").and_then(Value::as_bool).unwrap_or(false),
    }
}

/// What came of an interaction.
#[derive(Clone)]
pub struct Response {
    pub hub: Arc<Hub>,
    pub interaction: Interaction,
    message: Option<Message>,
}

impl Response {
    /// Reads what is there of the answer.
    #[must_use]
    pub fn read(hub: &Arc<Hub>, interaction: Interaction) -> Self {
        // After a deferred update the answer is either the edited message or a new one beside it.
        let shown = match interaction.answered {
            Some(Answered::DeferredUpdate) => interaction.follow_ups.first().copied().or(interaction.original),
            _ => interaction.original,
        };
        let message = shown.map(|id| Message::read(hub, id));
        Self { hub: hub.clone(), interaction, message }
    }

    #[must_use]
    pub fn was_deferred(&self) -> bool {
        matches!(self.interaction.answered, Some(Answered::Deferred | Answered::DeferredUpdate))
    }

    /// The message that answers: a new one, or the one with the button as it is now.
    ///
    /// # Panics
    /// Where the answer is something else.
    #[must_use]
    #[track_caller]
    pub fn message(&self) -> &Message {
        self.message.as_ref().unwrap_or_else(|| panic!("{} was not answered by a message", self.interaction.label))
    }

    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        self.message().text()
    }

    /// Only the person who asked sees it.
    #[must_use]
    #[track_caller]
    pub fn is_private(&self) -> bool {
        self.message().is_ephemeral()
    }

    /// The modal that opened.
    ///
    /// # Panics
    /// Where none did.
    #[must_use]
    #[track_caller]
    pub fn modal(&self) -> Modal {
        let json = self.interaction.modal.clone();
        Modal(json.unwrap_or_else(|| panic!("{} opened no modal", self.interaction.label)))
    }

    /// What came after the first answer, oldest first; read by looking.
    #[must_use]
    pub fn follow_ups(&self) -> Vec<Message> {
        let ids = self.hub.look(|state| state.interactions[&self.interaction.id].follow_ups.clone());
        ids.into_iter().map(|id| Message::read(&self.hub, id)).collect()
    }
}

/// An open modal.
#[derive(Debug, Clone)]
pub struct Modal(Value);

impl Modal {
    #[must_use]
    pub fn title(&self) -> &str {
        text(&self.0, "title").unwrap_or_default()
    }

    #[must_use]
    pub fn custom_id(&self) -> &str {
        text(&self.0, "custom_id").unwrap_or_default()
    }

    /// The inputs, from above.
    #[must_use]
    pub fn inputs(&self) -> Vec<&Value> {
        list(&self.0, "components").iter().flat_map(|row| list(row, "components")).collect()
    }
}
