//! Messages and answers of either platform.

use crate::world::discord::{interact, view as discord};
use crate::world::slack::{message, response};

#[derive(Clone)]
pub enum Message {
    Discord(discord::Message),
    Slack(message::Message),
}

impl Message {
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Discord(message) => message.id.to_string(),
            Self::Slack(message) => message.ts.to_string(),
        }
    }

    /// All text that a person sees.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Discord(message) => message.text(),
            Self::Slack(message) => message.text(),
        }
    }

    /// What the buttons say, in order.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        match self {
            Self::Discord(message) => message.buttons().into_iter().map(|button| button.label).collect(),
            Self::Slack(message) => message.buttons().into_iter().map(|button| button.label).collect(),
        }
    }

    /// What goes over the wire with it, whether a person sees it or not.
    #[must_use]
    pub fn payload(&self) -> String {
        match self {
            Self::Discord(message) => format!("{:?}{:?}", message.embeds, message.components),
            Self::Slack(message) => {
                let state = message::Message::clone(message);
                format!("{:?}{:?}{:?}{:?}", state.blocks, state.attachments, state.metadata, state.notification())
            }
        }
    }

    /// Whether it tells somebody of itself.
    #[must_use]
    pub fn pings(&self) -> bool {
        match self {
            Self::Discord(message) => {
                message.pinged_everyone || !message.pinged_roles.is_empty() || !message.pinged_users.is_empty()
            }
            Self::Slack(message) => {
                let wire = format!("{:?}{:?}", message.blocks, message.text);
                ["<!", "<@"].iter().any(|ping| wire.contains(ping))
            }
        }
    }

    #[must_use]
    pub fn now(&self) -> Self {
        match self {
            Self::Discord(message) => Self::Discord(message.now()),
            Self::Slack(message) => Self::Slack(message.now()),
        }
    }

    /// Waits until the message has been edited so that this holds.
    pub async fn becomes(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Self {
        match self {
            Self::Discord(message) => {
                Self::Discord(message.becomes(what, |now| is_so(&Self::Discord(now.clone()))).await)
            }
            Self::Slack(message) => Self::Slack(message.becomes(what, |now| is_so(&Self::Slack(now.clone()))).await),
        }
    }

    /// How often it was edited.
    #[must_use]
    pub fn edits(&self) -> u32 {
        match self {
            Self::Discord(message) => message.edits,
            Self::Slack(message) => message.edits,
        }
    }

    /// A test has looked at it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        match self {
            Self::Discord(message) => message.read,
            Self::Slack(message) => message.read,
        }
    }
}

/// What came of what somebody did.
#[derive(Clone)]
pub enum Response {
    Discord(discord::Response),
    Slack(response::Response),
}

impl Response {
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> String {
        match self {
            Self::Discord(response) => response.text(),
            Self::Slack(response) => response.text(),
        }
    }

    /// It came after the platform had been told that the program had heard. On Slack there is no other way.
    #[must_use]
    pub fn was_deferred(&self) -> bool {
        match self {
            Self::Discord(response) => response.was_deferred(),
            Self::Slack(response) => response.interaction.acknowledged,
        }
    }

    /// Only the person who asked sees it.
    #[must_use]
    #[track_caller]
    pub fn is_private(&self) -> bool {
        match self {
            Self::Discord(response) => response.is_private(),
            Self::Slack(response) => response.is_private(),
        }
    }

    #[must_use]
    #[track_caller]
    pub fn message(&self) -> Message {
        match self {
            Self::Discord(response) => Message::Discord(response.message().clone()),
            Self::Slack(response) => Message::Slack(response.message().clone()),
        }
    }
}

/// Something under way.
pub enum Pending {
    Discord(interact::Pending),
    Slack(response::Pending),
}

impl Pending {
    /// Waits until the platform knows that the program has heard.
    pub async fn acknowledged(&self) {
        match self {
            Self::Discord(pending) => pending.deferred().await,
            Self::Slack(pending) => pending.acknowledged().await,
        }
    }

    /// Waits for the final answer.
    pub async fn answer(&self) -> Response {
        match self {
            Self::Discord(pending) => Response::Discord(pending.answer().await),
            Self::Slack(pending) => Response::Slack(pending.answer().await),
        }
    }
}
