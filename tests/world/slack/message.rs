//! Messages as a person sees them.

use std::ops::Deref;
use std::sync::Arc;

use super::Hub;
use super::ids::Ts;
use super::limits::list;
use super::looks::{Button, blocks_text, buttons, find_button};
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

    /// What a notification says, as it was sent.
    #[must_use]
    pub fn notification(&self) -> &str {
        &self.data.text
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
