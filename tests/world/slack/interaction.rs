//! One thing that somebody did with the app, and what has come of it so far.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::ids::{Id, Ts};

/// How long an envelope may wait for its acknowledgement, and a trigger for its view.
pub const PROMPT: Duration = Duration::seconds(3);
/// How long a response address serves, and how often.
pub const RESPONSE_SPAN: Duration = Duration::minutes(30);
pub const RESPONSE_USES: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Command,
    Action,
    Submission,
    Suggestion,
    /// The App Home was opened.
    Home,
    /// Something that the workspace tells the app; nobody waits for an answer.
    Notice,
}

/// What a person saw come of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A message that only they see, or one that all see.
    Message(Ts),
    /// The message with the button, as it is now.
    Edited(Ts),
    /// The message with the button went away.
    Deleted,
    /// A modal, or the App Home.
    View(Id),
    /// The modal stays open and says what is wrong, by the labels of its inputs.
    Errors(Vec<(String, String)>),
    /// The modal closed, and nothing else has come yet.
    Closed,
    /// What is offered for what they typed.
    Options(Vec<Value>),
}

#[derive(Debug, Clone)]
pub struct Interaction {
    pub number: u64,
    pub kind: Kind,
    pub user: Id,
    /// Where it happened; none in a modal or at home.
    pub channel: Option<Id>,
    /// What it was, in words, for reports.
    pub label: String,
    pub at: DateTime<Utc>,
    pub trigger: String,
    pub trigger_used: bool,
    pub response_uses: u32,
    /// The message whose button it was.
    pub source: Option<Ts>,
    /// The view that it was done in.
    pub view: Option<Id>,
    pub envelope: String,
    pub acknowledged: bool,
    /// What came of it, in order; the last is what the person has before them.
    pub outcomes: Vec<Outcome>,
}

impl Interaction {
    /// There is something to see. That a modal closed is little: a word follows, or should.
    #[must_use]
    pub fn settled(&self) -> bool {
        match self.kind {
            Kind::Notice => self.acknowledged,
            _ => self.acknowledged && self.outcomes.iter().any(|outcome| *outcome != Outcome::Closed),
        }
    }

    #[must_use]
    pub fn trigger_expired(&self, now: DateTime<Utc>) -> bool {
        now - self.at >= PROMPT
    }

    #[must_use]
    pub fn response_expired(&self, now: DateTime<Utc>) -> bool {
        now - self.at >= RESPONSE_SPAN || self.response_uses >= RESPONSE_USES
    }
}
