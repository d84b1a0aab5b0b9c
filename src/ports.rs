//! What the services need of the world: a chat to speak in, and a clock.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::core::card::Card;
use crate::core::feed::Blocked;
use crate::core::ids::Platform;

/// The time of day. Only `app` and tests make one.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A channel or a thread, by the platform's id.
    Channel(String),
    /// A private conversation with a user, by the platform's id.
    User(String),
}

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The platform's id of the channel it is in (of the conversation, for [`Target::User`]).
    pub channel: String,
    pub message: String,
}

/// One message to send: at most once for one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub target: Target,
    /// The same for each try of one message and different for any other; at most 25 ASCII characters,
    /// which is what a Discord nonce takes. Adapters make it findable in the channel's history.
    pub key: String,
    pub card: Card,
    /// The message that this one answers, by the platform's id, in the same channel.
    pub reply_to: Option<String>,
    /// Whether the feed wants what follows a post in a thread: for platforms whose threads hang on the post itself.
    pub threaded: bool,
}

/// Why a call to a platform did not work out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChatError {
    /// The platform said no and will say no again until somebody changes something. Nothing was sent.
    #[error("refused: {0:?}")]
    Blocked(Blocked),
    /// The platform said no to this very payload. Nothing was sent, and trying the same again is useless.
    #[error("rejected: {0}")]
    Rejected(String),
    /// Surely not sent; worth another try, after the pause if one is named.
    #[error("not sent: {reason}")]
    NotSent { reason: String, retry_after: Option<std::time::Duration> },
    /// It may have been sent: look before trying again.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// The message or thread to act on is gone.
    #[error("gone")]
    Gone,
}

/// A platform that can post. One implementation for each of `chat/*`.
#[async_trait]
pub trait Chat: Send + Sync + 'static {
    fn platform(&self) -> Platform;

    /// Sends one message, once. Implementations never retry by themselves.
    async fn send(&self, message: &Outgoing) -> Result<Sent, ChatError>;

    /// Looks for a message with this key that an earlier try may have left, not older than `since`.
    async fn find(&self, message: &Outgoing, since: DateTime<Utc>) -> Result<Option<Sent>, ChatError>;

    /// Replaces what a message says. Idempotent.
    async fn edit(&self, sent: &Sent, card: &Card) -> Result<(), ChatError>;

    /// Opens a thread under a message, or finds the one that is there; its id is a channel id for [`Target::Channel`].
    /// Idempotent.
    async fn thread(&self, sent: &Sent, name: &str) -> Result<String, ChatError>;
}

/// The platforms that are switched on.
#[derive(Clone, Default)]
pub struct Chats(Vec<Arc<dyn Chat>>);

impl Chats {
    #[must_use]
    pub fn new(chats: Vec<Arc<dyn Chat>>) -> Self {
        Self(chats)
    }

    /// One for each platform.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn Chat>> {
        self.0.iter()
    }

    #[must_use]
    pub fn of(&self, platform: Platform) -> Option<&Arc<dyn Chat>> {
        self.0.iter().find(|chat| chat.platform() == platform)
    }
}
