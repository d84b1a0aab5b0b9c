//! What the fake Discord remembers. All of it lies behind one lock; every change wakes those who wait for something.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::interaction::{Interaction, Listener};
use super::permissions::{self, Permissions};
use super::ratelimit::Buckets;
use super::sessions::Sessions;
use super::snowflake::Snowflake;
use super::upload::File;
use crate::world::clock::TestClock;
use crate::world::faults::Faults;
use crate::world::hub::Simulated;

#[derive(Debug, Clone)]
pub struct User {
    pub id: Snowflake,
    pub name: String,
    pub bot: bool,
    /// Takes no direct messages from the bot.
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub struct Role {
    pub id: Snowflake,
    pub name: String,
    pub permissions: Permissions,
    pub mentionable: bool,
    /// The role that comes with the bot.
    pub managed: bool,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub roles: Vec<Snowflake>,
    pub nick: Option<String>,
    pub joined_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
pub struct Guild {
    pub id: Snowflake,
    pub name: String,
    pub owner: Snowflake,
    /// The one whose id is the guild's is `@everyone`.
    pub roles: BTreeMap<Snowflake, Role>,
    pub members: BTreeMap<Snowflake, Member>,
}

/// Discord's channel types, as far as they occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    Text = 0,
    Dm = 1,
    Voice = 2,
    Category = 4,
    Announcement = 5,
    AnnouncementThread = 10,
    PublicThread = 11,
    Stage = 13,
    Forum = 15,
}

impl ChannelKind {
    #[must_use]
    pub fn is_thread(self) -> bool {
        matches!(self, Self::AnnouncementThread | Self::PublicThread)
    }

    #[must_use]
    pub fn takes_messages(self) -> bool {
        !matches!(self, Self::Category | Self::Forum)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OverwriteOf {
    Role(Snowflake),
    Member(Snowflake),
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Overwrite {
    pub allow: Permissions,
    pub deny: Permissions,
}

#[derive(Debug, Clone)]
pub struct Channel {
    pub id: Snowflake,
    pub kind: ChannelKind,
    pub name: String,
    /// None for a direct conversation.
    pub guild: Option<Snowflake>,
    /// A thread's channel.
    pub parent: Option<Snowflake>,
    /// The other side of a direct conversation.
    pub recipient: Option<Snowflake>,
    pub overwrites: BTreeMap<OverwriteOf, Overwrite>,
    /// Minutes; threads only.
    pub auto_archive: u64,
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: Snowflake,
    pub channel: Snowflake,
    pub author: Snowflake,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub files: Vec<File>,
    pub flags: u64,
    pub at: DateTime<Utc>,
    pub edited: Option<DateTime<Utc>>,
    /// How often it was edited.
    pub edits: u32,
    pub reply_to: Option<Snowflake>,
    pub pinged_roles: Vec<Snowflake>,
    pub pinged_users: Vec<Snowflake>,
    pub pinged_everyone: bool,
    /// An ephemeral message: only this user sees it, and no history has it.
    pub only_for: Option<Snowflake>,
    /// The interaction that it answers.
    pub interaction: Option<Snowflake>,
    pub has_thread: bool,
    /// A test has looked at it.
    pub read: bool,
}

impl Message {
    pub const EPHEMERAL: u64 = 1 << 6;
}

/// A message that was sent with `enforce_nonce`.
#[derive(Debug, Clone)]
pub struct Nonce {
    pub channel: Snowflake,
    pub nonce: String,
    pub message: Snowflake,
    pub at: DateTime<Utc>,
}

/// A request as it came in, with the status that was answered (0: the connection was cut).
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    /// Below `/api/v10`, without the query.
    pub path: String,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    pub status: u16,
    pub at: DateTime<Utc>,
}

pub struct State {
    pub clock: Arc<TestClock>,
    pub token: String,
    /// The application's id, which is also its bot user's.
    pub bot: Snowflake,
    pub users: BTreeMap<Snowflake, User>,
    pub guilds: BTreeMap<Snowflake, Guild>,
    pub channels: BTreeMap<Snowflake, Channel>,
    pub messages: BTreeMap<Snowflake, Message>,
    pub nonces: Vec<Nonce>,
    pub commands: Vec<Value>,
    pub guild_commands: BTreeMap<Snowflake, Vec<Value>>,
    pub interactions: BTreeMap<Snowflake, Interaction>,
    /// Hears of every first answer.
    pub listener: Option<Listener>,
    pub sessions: Sessions,
    pub faults: Faults,
    pub buckets: Buckets,
    pub requests: Vec<Recorded>,
    /// What the program did that Discord's rules or the project's own forbid.
    pub violations: Vec<String>,
    /// Requests that this fake has no answer for.
    pub unexpected: Vec<String>,
    ids: u64,
}

impl State {
    #[must_use]
    pub fn new(clock: Arc<TestClock>, bot_name: &str) -> Self {
        let mut state = Self {
            clock,
            token: String::new(),
            bot: Snowflake(0),
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            nonces: Vec::new(),
            commands: Vec::new(),
            guild_commands: BTreeMap::new(),
            interactions: BTreeMap::new(),
            listener: None,
            sessions: Sessions::default(),
            faults: Faults::default(),
            buckets: Buckets::default(),
            requests: Vec::new(),
            violations: Vec::new(),
            unexpected: Vec::new(),
            ids: 0,
        };
        state.bot = state.add_user(bot_name, true);
        state.token = token_of(state.bot);
        state
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.time()
    }

    pub fn next_id(&mut self) -> Snowflake {
        self.ids += 1;
        Snowflake::new(self.now(), self.ids)
    }

    pub fn add_user(&mut self, name: &str, bot: bool) -> Snowflake {
        let id = self.next_id();
        self.users.insert(id, User { id, name: name.to_owned(), bot, closed: false });
        id
    }

    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// The channel whose overwrites rule: a thread's parent, else the channel itself.
    #[must_use]
    pub fn ruling<'a>(&'a self, channel: &'a Channel) -> &'a Channel {
        channel.parent.filter(|_| channel.kind.is_thread()).and_then(|id| self.channels.get(&id)).unwrap_or(channel)
    }

    /// What a user may do in a channel. In a direct conversation both sides may do everything that exists there.
    #[must_use]
    pub fn permissions(&self, user: Snowflake, channel: Snowflake) -> Permissions {
        let Some(channel) = self.channels.get(&channel) else { return Permissions::NONE };
        let Some(guild) = channel.guild.and_then(|id| self.guilds.get(&id)) else {
            return if channel.guild.is_none() { Permissions::ORDINARY } else { Permissions::NONE };
        };
        permissions::in_channel(guild, self.ruling(channel), user)
    }

    /// The messages of a channel that its history shows, oldest first.
    pub fn history(&self, channel: Snowflake) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values().filter(move |message| message.channel == channel && message.only_for.is_none())
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

/// A bot's token begins with its user id in base 64.
fn token_of(bot: Snowflake) -> String {
    format!("{}.fake.of-no-use-anywhere-else", base64(bot.to_string().as_bytes()))
}

/// Base 64 without padding, as the first part of a token has it.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let of_three = |chunk: &[u8]| {
        let word = chunk.iter().enumerate().fold(0u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        let letter = |at: usize| char::from(ALPHABET[(word >> (18 - 6 * at)) as usize & 63]);
        (0..=chunk.len()).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(of_three).collect()
}
