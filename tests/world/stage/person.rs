//! People of either platform.

use super::{Channel, Message, Pending, Response, Setting, Settings, office};
use crate::world::discord::commands::{Options, Typed};
use crate::world::discord::people as discord;
use crate::world::slack::people as slack;

#[derive(Clone)]
pub enum Person {
    Discord(discord::Person),
    Slack(slack::Person),
}

impl Person {
    /// Uses a command as the client lets them. On Slack the feeds' commands are buttons and modals.
    pub async fn command(&self, channel: &Channel, words: &str, settings: Settings) -> Response {
        match (self, channel) {
            (Self::Discord(person), Channel::Discord(channel)) => {
                Response::Discord(person.slash(channel, words, options(settings)).await)
            }
            (Self::Slack(person), Channel::Slack(channel)) => {
                Response::Slack(office::command(person, channel, words, &settings).await)
            }
            _ => panic!("a channel of another platform"),
        }
    }

    /// Adds a feed in a way that only a forged client can: values that are not offered.
    pub async fn forge_feed(&self, channel: &Channel, settings: Settings) -> Response {
        match (self, channel) {
            (Self::Discord(person), Channel::Discord(channel)) => {
                Response::Discord(person.forge(channel, "feed add", options(settings)).await)
            }
            (Self::Slack(person), Channel::Slack(channel)) => {
                Response::Slack(office::forge_feed(person, channel, &settings).await)
            }
            _ => panic!("a channel of another platform"),
        }
    }

    /// Clicks a button, named by its label or the beginning of it.
    pub async fn click(&self, message: &Message, button: &str) -> Response {
        self.press(message, button).await.answer().await
    }

    /// Clicks a button and does not wait.
    pub async fn press(&self, message: &Message, button: &str) -> Pending {
        match (self, message) {
            (Self::Discord(person), Message::Discord(message)) => Pending::Discord(person.press(message, button).await),
            (Self::Slack(person), Message::Slack(message)) => Pending::Slack(person.press(message, button).await),
            _ => panic!("a message of another platform"),
        }
    }

    /// Types the answer to a number trap into the modal that its button opens.
    pub async fn type_number(&self, post: &Message, typed: &str) -> Response {
        match (self, post) {
            (Self::Discord(person), Message::Discord(post)) => {
                let opened = person.click(post, "Type").await;
                Response::Discord(person.submit(&opened, &[typed]).await)
            }
            (Self::Slack(person), Message::Slack(post)) => {
                let opened = person.click(post, "Type").await;
                let label = opened.modal().inputs()[0].label.clone();
                Response::Slack(person.submit(&opened, &[(&label, typed)]).await)
            }
            _ => panic!("a message of another platform"),
        }
    }

    /// Asks for all that is stored about them, and reads the file.
    pub async fn export(&self, channel: &Channel) -> String {
        let told = self.command(channel, "privacy", crate::set!["action" => "export"]).await;
        assert!(told.is_private());
        match (self, told.message()) {
            (Self::Slack(person), _) => person.expect_direct_message().await.file(),
            (_, Message::Discord(message)) => message.file(),
            _ => panic!("a message of another platform"),
        }
    }

    /// Waits for a direct message of the bot and reads it.
    pub async fn expect_direct_message(&self) -> Message {
        self.conversation().await.expect_message().await
    }

    /// The conversation with the bot, once there is one.
    pub async fn conversation(&self) -> Channel {
        match self {
            Self::Discord(person) => Channel::Discord(person.conversation().await),
            Self::Slack(person) => Channel::Slack(person.conversation().await),
        }
    }
}

fn options(settings: Settings) -> Options {
    let typed = |value| match value {
        Setting::Text(text) => Typed::Text(text),
        Setting::Number(number) => Typed::Integer(number),
        Setting::Truth(truth) => Typed::Truth(truth),
        Setting::Channel(Channel::Discord(channel)) => Typed::Channel(channel.id),
        Setting::Channel(Channel::Slack(_)) => panic!("a channel of Slack in a command of Discord"),
    };
    settings.into_iter().map(|(name, value)| (name, typed(value))).collect()
}
