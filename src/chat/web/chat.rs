//! The web channel as a chat to post in. Its pages read rounds from the services, so a message is there once its round is.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::core::card::Card;
use crate::core::ids::Platform;
use crate::ports::{Chat, ChatError, Outgoing, Sent, Target};

pub(super) struct WebChat;

#[async_trait]
impl Chat for WebChat {
    fn platform(&self) -> Platform {
        Platform::Web
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, ChatError> {
        Ok(sent(message))
    }

    async fn find(&self, message: &Outgoing, _since: DateTime<Utc>) -> Result<Option<Sent>, ChatError> {
        Ok(Some(sent(message)))
    }

    async fn edit(&self, _sent: &Sent, _card: &Card) -> Result<(), ChatError> {
        Ok(())
    }

    async fn thread(&self, sent: &Sent, _name: &str) -> Result<String, ChatError> {
        Ok(sent.channel.clone())
    }
}

/// A message goes by its key, so that sending it twice is sending it once.
fn sent(message: &Outgoing) -> Sent {
    let (Target::Channel(channel) | Target::User(channel)) = &message.target;
    Sent { channel: channel.clone(), message: message.key.clone() }
}
