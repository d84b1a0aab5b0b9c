//! A message that no platform owns: what is said, in blocks, and which buttons it has.
//!
//! Adapters turn a [`Card`] into their payload and see to their platform's limits. Text is CommonMark (see
//! [`super::markup`]); whatever a person typed has gone through [`super::markup::escape`] before it gets here.

use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::ids::Action;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Card {
    /// Plain text, no markup.
    pub title: Option<String>,
    pub tone: Tone,
    pub blocks: Vec<Block>,
    /// Rows of at most five.
    pub buttons: Vec<Vec<Button>>,
    /// The platform's id of a role to ping, if any.
    pub ping: Option<String>,
}

/// What the message is like; adapters pick a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Tone {
    #[default]
    Plain,
    /// A trap that waits for answers.
    Open,
    /// Right, done, revealed.
    Good,
    /// Walked into it, or refused.
    Bad,
    /// Something an admin should look at.
    Warning,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A paragraph or more of CommonMark.
    Text(String),
    /// A heading of a part, plain text.
    Heading(String),
    /// An option as the post shows it: its letter and its text (CommonMark).
    Choice {
        letter: char,
        text: String,
    },
    /// One option's share at the reveal.
    Bar(Bar),
    /// Label and value side by side; both CommonMark.
    Facts(Vec<(String, String)>),
    /// Ranked lines. Cells are plain text, no markup: adapters show them as they are.
    Table {
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// Fine print: CommonMark in a smaller type where the platform has one.
    Small(String),
    Divider,
    /// The trap's picture: it says the truth, so it stands in what is shown at the reveal only.
    Picture(Box<Figure>),
}

/// How many chose one option.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// `A`, `B`, … or, for a number trap, the value.
    pub label: String,
    pub role: crate::core::trap::Role,
    pub count: u32,
    /// Of those, how many said *sure* or *certain*.
    pub confident: u32,
    /// Of how many answers in all.
    pub total: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Button {
    /// At most 75 characters (Slack's limit; Discord's is 80).
    pub label: String,
    pub act: Act,
    pub look: Look,
    pub disabled: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Do(Action),
    /// A link that leaves the chat.
    Open(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    #[default]
    Quiet,
    Primary,
    /// The one that is chosen at present.
    Chosen,
    Danger,
}

impl Card {
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: Some(title.into()), ..Self::default() }
    }

    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.block(Block::Text(text.into()))
    }

    #[must_use]
    pub fn small(self, text: impl Into<String>) -> Self {
        self.block(Block::Small(text.into()))
    }

    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.block(Block::Heading(text.into()))
    }

    #[must_use]
    pub fn picture(self, figure: Option<&Figure>) -> Self {
        match figure {
            Some(figure) => self.block(Block::Picture(Box::new(figure.clone()))),
            None => self,
        }
    }

    #[must_use]
    pub fn row(mut self, buttons: Vec<Button>) -> Self {
        if !buttons.is_empty() {
            self.buttons.push(buttons);
        }
        self
    }
}

impl Button {
    #[must_use]
    pub fn new(label: impl Into<String>, action: Action) -> Self {
        Self { label: label.into(), act: Act::Do(action), look: Look::Quiet, disabled: false }
    }

    #[must_use]
    pub fn look(mut self, look: Look) -> Self {
        self.look = look;
        self
    }

    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }
}
