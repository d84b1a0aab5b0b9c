//! The handles that tests hold: the workspace, its channels, threads and people.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::Hub;
use super::ids::{Id, Ts};
use super::limits::message::Payload;
use super::message::Message;
use super::methods;
use super::state::{self, ChannelKind, Rank, State};

/// The workspace.
#[derive(Clone)]
pub struct Workspace {
    pub hub: Arc<Hub>,
}

/// A channel or a direct conversation.
#[derive(Clone)]
pub struct Channel {
    pub hub: Arc<Hub>,
    pub id: Id,
}

/// The thread under a message.
#[derive(Clone)]
pub struct Thread {
    pub hub: Arc<Hub>,
    pub channel: Id,
    pub parent: Ts,
}

/// Somebody.
#[derive(Clone)]
pub struct Person {
    pub hub: Arc<Hub>,
    pub id: Id,
}

impl Workspace {
    #[must_use]
    pub fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// A public channel with everybody in it, the bot too.
    #[must_use]
    pub fn channel(&self, name: &str) -> Channel {
        self.found(name, ChannelKind::Public, true)
    }

    /// A private channel with everybody in it, the bot too.
    #[must_use]
    pub fn private(&self, name: &str) -> Channel {
        self.found(name, ChannelKind::Private, true)
    }

    /// A channel that the bot is not in.
    #[must_use]
    pub fn without_bot(&self, name: &str, kind: ChannelKind) -> Channel {
        self.found(name, kind, false)
    }

    fn found(&self, name: &str, kind: ChannelKind, with_bot: bool) -> Channel {
        let id = self.hub.change(|state| {
            let id = state.next_id('C');
            let everybody = state.users.values().filter(|user| !user.bot || with_bot).map(|user| user.id.clone());
            let members: BTreeSet<Id> = everybody.collect();
            let (name, recipient) = (name.to_owned(), None);
            let channel = state::Channel { id: id.clone(), kind, name, members, archived: false, recipient };
            state.channels.insert(id.clone(), channel);
            id
        });
        Channel { hub: self.hub.clone(), id }
    }

    /// Somebody new, in every channel that there is.
    #[must_use]
    pub fn person(&self, name: &str, rank: Rank) -> Person {
        let id = self.hub.change(|state| {
            let id = state.add_user(name, rank, false);
            let channels = state.channels.values_mut().filter(|channel| channel.kind != ChannelKind::Im);
            channels.for_each(|channel| {
                channel.members.insert(id.clone());
            });
            id
        });
        Person { hub: self.hub.clone(), id }
    }

    #[must_use]
    pub fn member(&self, name: &str) -> Person {
        self.person(name, Rank::Member)
    }

    #[must_use]
    pub fn admin(&self, name: &str) -> Person {
        self.person(name, Rank::Admin)
    }

    #[must_use]
    pub fn owner(&self, name: &str) -> Person {
        self.person(name, Rank::Owner)
    }
}

impl Channel {
    /// The bot is thrown out.
    pub fn expel_bot(&self) {
        self.change(|bot, channel| {
            channel.members.remove(bot);
        });
    }

    /// The bot is invited again.
    pub fn invite_bot(&self) {
        self.change(|bot, channel| {
            channel.members.insert(bot.clone());
        });
    }

    pub fn archive(&self, archived: bool) {
        self.change(|_, channel| channel.archived = archived);
    }

    fn change(&self, change: impl FnOnce(&Id, &mut state::Channel)) {
        self.hub.change(|state| {
            let bot = state.bot.clone();
            change(&bot, state.channels.get_mut(&self.id).expect("the channel has not been deleted by the test"));
        });
    }

    /// The channel goes, with all messages.
    pub fn delete(&self) {
        self.hub.change(|state| {
            state.channels.remove(&self.id);
            state.messages.retain(|_, message| message.channel != self.id);
        });
    }

    /// Somebody writes something.
    pub fn say(&self, person: &Person, text: &str) -> Message {
        let message = self.hub.change(|state| {
            let payload = Payload { text: Some(text.to_owned()), ..Payload::default() };
            methods::keep(state, &self.id, &payload, |message| {
                message.author.clone_from(&person.id);
                message.read = true;
            })
        });
        Message::new(&self.hub, &message)
    }

    /// A message that an earlier run of the bot left here; it counts as read.
    ///
    /// # Panics
    /// Where Slack would refuse it.
    pub fn plant(&self, payload: &Value) -> Message {
        let args = payload.as_object().expect("a payload is an object");
        let (payload, _) = Payload::parse(args).expect("a payload that Slack takes");
        let message = self.hub.change(|state| methods::keep(state, &self.id, &payload, |message| message.read = true));
        Message::new(&self.hub, &message)
    }

    /// What the channel itself shows, oldest first. Looking here does not count as reading.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.hub.look(|state| state.history(&self.id).map(|message| Message::new(&self.hub, message)).collect())
    }

    /// Waits for a message of the bot that nobody has read, and reads it; the oldest first.
    pub async fn expect_message(&self) -> Message {
        let unread = |state: &State| {
            state.history(&self.id).find(|message| message.author == state.bot && !message.read).map(|found| found.ts)
        };
        let what = format!("a new message in {}", self.hub.look(|state| super::report::place(state, &self.id)));
        let ts = self.hub.wait(&what, unread).await;
        Message::read(&self.hub, ts)
    }

    /// The thread under a message.
    #[must_use]
    pub fn thread(&self, message: &Message) -> Thread {
        let parent = message.thread.unwrap_or(message.ts);
        Thread { hub: self.hub.clone(), channel: self.id.clone(), parent }
    }

    #[must_use]
    pub fn name(&self) -> String {
        self.hub.look(|state| state.channels.get(&self.id).map(|channel| channel.name.clone()).unwrap_or_default())
    }
}

impl Thread {
    /// The answers, oldest first. Looking here does not count as reading.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        let all = |state: &State| {
            state.replies(&self.channel, self.parent).map(|message| Message::new(&self.hub, message)).collect()
        };
        self.hub.look(all)
    }

    /// Waits for an answer of the bot that nobody has read, and reads it; the oldest first.
    pub async fn expect_message(&self) -> Message {
        let unread = |state: &State| {
            let mut replies = state.replies(&self.channel, self.parent);
            replies.find(|message| message.author == state.bot && !message.read).map(|found| found.ts)
        };
        let what =
            format!("a new message in a thread of {}", self.hub.look(|s| super::report::place(s, &self.channel)));
        let ts = self.hub.wait(&what, unread).await;
        Message::read(&self.hub, ts)
    }
}

impl Person {
    /// The conversation with the bot, once there is one.
    pub async fn conversation(&self) -> Channel {
        let theirs = |state: &State| state.conversation(&self.id).map(|channel| channel.id.clone());
        let id = self.hub.wait("a direct conversation", theirs).await;
        Channel { hub: self.hub.clone(), id }
    }

    /// Waits for a direct message of the bot and reads it.
    pub async fn expect_direct_message(&self) -> Message {
        self.conversation().await.expect_message().await
    }

    /// They become something else in the workspace.
    pub fn becomes(&self, rank: Rank) {
        self.hub.change(|state| {
            if let Some(user) = state.users.get_mut(&self.id) {
                user.rank = rank;
            }
        });
    }

    /// They leave a channel.
    pub fn leave(&self, channel: &Channel) {
        channel.change(|_, channel| {
            channel.members.remove(&self.id);
        });
    }
}
