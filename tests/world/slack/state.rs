//! What the fake Slack remembers. All of it lies behind one lock; every change wakes those who wait for something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::ids::{Id, Ts};
use super::interaction::Interaction;
use super::ratelimit::Buckets;
use super::sockets::Sockets;
use crate::world::clock::TestClock;
use crate::world::faults::Faults;
use crate::world::hub::Simulated;
use crate::world::upload::File;

/// What somebody is in the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Guest,
    Member,
    Admin,
    Owner,
}

#[derive(Debug, Clone)]
pub struct User {
    pub id: Id,
    pub name: String,
    pub zone: String,
    pub rank: Rank,
    pub bot: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Public,
    Private,
    Im,
}

#[derive(Debug, Clone)]
pub struct Channel {
    pub id: Id,
    pub kind: ChannelKind,
    pub name: String,
    pub members: BTreeSet<Id>,
    pub archived: bool,
    /// The other side of a direct conversation.
    pub recipient: Option<Id>,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub ts: Ts,
    pub channel: Id,
    pub author: Id,
    pub text: String,
    pub blocks: Vec<Value>,
    pub attachments: Vec<Value>,
    pub metadata: Option<Value>,
    /// The message whose thread it is in.
    pub thread: Option<Ts>,
    /// A thread's message that the channel shows too.
    pub broadcast: bool,
    pub edited: Option<Ts>,
    /// How often it was edited.
    pub edits: u32,
    /// An ephemeral message: only this user sees it, and no history has it.
    pub only_for: Option<Id>,
    pub files: Vec<File>,
    /// A test has looked at it.
    pub read: bool,
}

/// A modal or somebody's App Home.
#[derive(Debug, Clone)]
pub struct View {
    pub id: Id,
    pub user: Id,
    pub home: bool,
    /// As the program sent it.
    pub json: Value,
    pub hash: String,
    /// Not yet submitted, closed or cleared.
    pub open: bool,
    pub previous: Option<Id>,
    pub root: Id,
    /// How often it was published or updated.
    pub updates: u32,
}

/// A file on its way: from the upload address to the message that shows it.
#[derive(Debug, Clone)]
pub struct Upload {
    pub name: String,
    pub length: usize,
    pub bytes: Option<Vec<u8>>,
    pub done: bool,
}

/// A call as it came in, with the status that was answered (0: the connection was cut) and the error, if any.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// `chat.postMessage`, or `response_url` and `upload` for the two addresses outside of the Web API.
    pub method: String,
    /// The channel that it is about; empty for none.
    pub channel: Id,
    pub args: Value,
    pub status: u16,
    pub error: Option<String>,
    pub at: DateTime<Utc>,
}

/// How the bot's token is at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Good,
    /// `token_revoked`
    Revoked,
    /// `account_inactive`
    Inactive,
}

pub struct State {
    pub clock: Arc<TestClock>,
    /// Where response and upload addresses begin: `http://127.0.0.1:port`.
    pub http_url: String,
    pub team: Id,
    pub team_name: String,
    pub app: Id,
    /// The bot's user id.
    pub bot: Id,
    pub bot_id: Id,
    pub bot_token: String,
    pub app_token: String,
    pub standing: Standing,
    pub scopes: BTreeSet<String>,
    pub users: BTreeMap<Id, User>,
    pub channels: BTreeMap<Id, Channel>,
    pub messages: BTreeMap<Ts, Message>,
    pub views: BTreeMap<Id, View>,
    pub uploads: BTreeMap<Id, Upload>,
    pub interactions: BTreeMap<u64, Interaction>,
    pub sockets: Sockets,
    pub faults: Faults,
    pub buckets: Buckets,
    pub requests: Vec<Recorded>,
    /// What the program did that Slack's rules or the project's own forbid.
    pub violations: Vec<String>,
    /// Calls that this fake has no answer for.
    pub unexpected: Vec<String>,
    count: u64,
}

/// What the app's manifest asks for: enough for all that a test does.
const SCOPES: &[&str] = &[
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
];

impl State {
    #[must_use]
    pub fn new(clock: Arc<TestClock>, http_url: String, bot_name: &str) -> Self {
        let mut state = Self {
            clock,
            http_url,
            team: "T0TRAPLINE".to_owned(),
            team_name: "Study group".to_owned(),
            app: "A0TRAPLINE".to_owned(),
            bot: String::new(),
            bot_id: "B0TRAPLINE".to_owned(),
            bot_token: "xoxb-1-fake-of-no-use-anywhere-else".to_owned(),
            app_token: "xapp-1-fake-of-no-use-anywhere-else".to_owned(),
            standing: Standing::Good,
            scopes: SCOPES.iter().map(|&scope| scope.to_owned()).collect(),
            users: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            views: BTreeMap::new(),
            uploads: BTreeMap::new(),
            interactions: BTreeMap::new(),
            sockets: Sockets::default(),
            faults: Faults::default(),
            buckets: Buckets::default(),
            requests: Vec::new(),
            violations: Vec::new(),
            unexpected: Vec::new(),
            count: 0,
        };
        state.bot = state.add_user(bot_name, Rank::Member, true);
        state
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.time()
    }

    pub fn next_number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// An id such as `U00000007`.
    pub fn next_id(&mut self, letter: char) -> Id {
        format!("{letter}{:08X}", self.next_number())
    }

    pub fn next_ts(&mut self) -> Ts {
        let count = self.next_number();
        Ts::new(self.now(), count)
    }

    pub fn add_user(&mut self, name: &str, rank: Rank, bot: bool) -> Id {
        let id = self.next_id('U');
        let user = User { id: id.clone(), name: name.to_owned(), zone: "Etc/UTC".to_owned(), rank, bot };
        self.users.insert(id.clone(), user);
        id
    }

    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// The messages that a channel itself shows, oldest first; of its threads only what was sent to the channel too.
    pub fn history<'a>(&'a self, channel: &'a str) -> impl DoubleEndedIterator<Item = &'a Message> {
        let shown = move |message: &&Message| message.channel == channel && message.only_for.is_none();
        self.messages.values().filter(shown).filter(|message| message.thread.is_none() || message.broadcast)
    }

    /// The answers in the thread under a message, oldest first.
    pub fn replies<'a>(&'a self, channel: &'a str, under: Ts) -> impl DoubleEndedIterator<Item = &'a Message> {
        let shown = move |message: &&Message| message.channel == channel && message.only_for.is_none();
        self.messages.values().filter(shown).filter(move |message| message.thread == Some(under))
    }

    /// The direct conversation between the bot and somebody, if one is open.
    #[must_use]
    pub fn conversation(&self, user: &str) -> Option<&Channel> {
        self.channels.values().find(|channel| channel.recipient.as_deref() == Some(user))
    }

    /// Opens it, or finds the one that is there.
    pub fn open_conversation(&mut self, user: &str) -> Id {
        if let Some(open) = self.conversation(user) {
            return open.id.clone();
        }
        let id = self.next_id('D');
        let channel = Channel {
            id: id.clone(),
            kind: ChannelKind::Im,
            name: String::new(),
            members: BTreeSet::from([self.bot.clone(), user.to_owned()]),
            archived: false,
            recipient: Some(user.to_owned()),
        };
        self.channels.insert(id.clone(), channel);
        id
    }
}

impl Simulated for State {
    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn faults_mut(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn recent(&self) -> String {
        super::report::recent(self)
    }
}
