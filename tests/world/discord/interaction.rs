//! One interaction: what the user did, and what the program has answered so far.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::snowflake::Snowflake;

/// How long the first answer may take.
pub const FIRST_ANSWER: Duration = Duration::seconds(3);
/// How long the token serves.
pub const TOKEN: Duration = Duration::minutes(15);

/// Discord's interaction types, but for the ping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Command = 2,
    Component = 3,
    Autocomplete = 4,
    Modal = 5,
}

/// Discord's types of a first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    Message = 4,
    Deferred = 5,
    DeferredUpdate = 6,
    Update = 7,
    Choices = 8,
    Modal = 9,
}

impl Answered {
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        [Self::Message, Self::Deferred, Self::DeferredUpdate, Self::Update, Self::Choices, Self::Modal]
            .into_iter()
            .find(|kind| *kind as u64 == number)
    }

    /// Whether an interaction of this kind may be answered so. `from_message`: it began at a message's button.
    #[must_use]
    pub fn suits(self, kind: Kind, from_message: bool) -> bool {
        match self {
            Self::Message | Self::Deferred => kind != Kind::Autocomplete,
            Self::DeferredUpdate | Self::Update => from_message && kind != Kind::Autocomplete,
            Self::Choices => kind == Kind::Autocomplete,
            Self::Modal => matches!(kind, Kind::Command | Kind::Component),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Interaction {
    pub id: Snowflake,
    pub token: String,
    pub kind: Kind,
    pub user: Snowflake,
    pub channel: Snowflake,
    /// What it was, in words, for reports.
    pub label: String,
    pub at: DateTime<Utc>,
    /// When it went to the gateway, by the machine's own time.
    pub sent: Instant,
    /// The message whose button it was.
    pub source: Option<Snowflake>,
    /// The interaction that opened the modal which this one sends.
    pub opened_by: Option<Snowflake>,
    /// The type of the focused option.
    pub focused: Option<u64>,
    pub answered: Option<Answered>,
    /// A deferred first answer was asked to be ephemeral.
    pub ephemeral: bool,
    /// The message that `@original` means.
    pub original: Option<Snowflake>,
    /// What counts as the final answer has come: at once, or after the deferral.
    pub settled: bool,
    pub follow_ups: Vec<Snowflake>,
    pub modal: Option<Value>,
    pub choices: Vec<Value>,
}

impl Interaction {
    #[must_use]
    pub fn expired(&self, now: DateTime<Utc>) -> bool {
        let span = if self.answered.is_some() { TOKEN } else { FIRST_ANSWER };
        now - self.at >= span
    }
}

/// A first answer that was taken.
#[derive(Debug, Clone, Copy)]
pub struct Heard {
    pub interaction: Snowflake,
    /// From the gateway to the arrival of the answer, by the machine's own time.
    pub after: std::time::Duration,
}

/// Who measures how long first answers take.
pub type Listener = UnboundedSender<Heard>;
