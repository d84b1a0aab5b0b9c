//! Channels and threads of either platform.

use serde_json::json;

use super::Message;
use crate::world::discord::people as discord;
use crate::world::discord::permissions::Permissions;
use crate::world::slack::people as slack;

#[derive(Clone)]
pub enum Channel {
    Discord(discord::Channel),
    Slack(slack::Channel),
}

/// Where the details of a reveal go.
#[derive(Clone)]
pub enum Thread {
    /// A thread on Discord is a channel; where there are none, the channel itself serves on both platforms.
    Channel(Channel),
    Slack(slack::Thread),
}

impl Channel {
    /// Waits for a message of the bot that nobody has read, and reads it; the oldest first.
    pub async fn expect_message(&self) -> Message {
        match self {
            Self::Discord(channel) => Message::Discord(channel.expect_message().await),
            Self::Slack(channel) => Message::Slack(channel.expect_message().await),
        }
    }

    /// What the channel itself shows, oldest first. Looking here does not count as reading.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        match self {
            Self::Discord(channel) => channel.messages().into_iter().map(Message::Discord).collect(),
            Self::Slack(channel) => channel.messages().into_iter().map(Message::Slack).collect(),
        }
    }

    /// The thread that a message stands at the head of, or in.
    pub async fn thread(&self, message: &Message) -> Thread {
        match (self, message) {
            (Self::Discord(channel), Message::Discord(message)) => {
                Thread::Channel(Self::Discord(channel.thread(message).await))
            }
            (Self::Slack(channel), Message::Slack(message)) => Thread::Slack(channel.thread(message)),
            _ => panic!("a message of another platform"),
        }
    }

    pub fn delete(&self) {
        match self {
            Self::Discord(channel) => channel.delete(),
            Self::Slack(channel) => channel.delete(),
        }
    }

    /// The bot may not post here any more.
    pub fn shut_out(&self) {
        match self {
            Self::Discord(channel) => channel.deny_bot(Permissions::SEND_MESSAGES),
            Self::Slack(channel) => channel.expel_bot(),
        }
    }

    /// The bot may post here again.
    pub fn let_in(&self) {
        match self {
            Self::Discord(channel) => channel.open_to_all(),
            Self::Slack(channel) => channel.invite_bot(),
        }
    }

    /// A message that an earlier run of the bot left here, with a button that carries this.
    pub fn plant(&self, label: &str, action: &str) -> Message {
        match self {
            Self::Discord(channel) => {
                let button = json!({"type": 2, "style": 1, "label": label, "custom_id": action});
                let rows = json!([{"type": 1, "components": [button]}]);
                Message::Discord(channel.plant(&json!({"content": "an old post", "components": rows})))
            }
            Self::Slack(channel) => {
                let label = json!({"type": "plain_text", "text": label});
                let button = json!({"type": "button", "text": label, "action_id": action, "value": action});
                let blocks = json!([{"type": "actions", "elements": [button]}]);
                Message::Slack(channel.plant(&json!({"text": "an old post", "blocks": blocks})))
            }
        }
    }
}

impl Thread {
    /// There is no thread: what would go there goes into the channel.
    #[must_use]
    pub fn none(channel: &Channel) -> Self {
        Self::Channel(channel.clone())
    }

    /// Waits for a message of the bot that nobody has read, and reads it; the oldest first.
    pub async fn expect_message(&self) -> Message {
        match self {
            Self::Channel(channel) => channel.expect_message().await,
            Self::Slack(thread) => Message::Slack(thread.expect_message().await),
        }
    }

    /// The details here, without a reveal that stands in the same thread.
    #[must_use]
    pub fn details(&self) -> Vec<Message> {
        match self {
            Self::Channel(channel) => channel.messages(),
            Self::Slack(thread) => {
                let details = thread.messages().into_iter().filter(|message| !message.broadcast);
                details.map(Message::Slack).collect()
            }
        }
    }
}
