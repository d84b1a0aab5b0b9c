//! The handles that tests hold: guilds, channels, roles and people.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Hub;
use super::limits::message::{Payload, Shape};
use super::permissions::Permissions;
use super::routes;
use super::snowflake::Snowflake;
use super::state::{self, ChannelKind, Member, Overwrite, OverwriteOf, State};
use super::view::Message;
use super::wire;

/// A guild.
#[derive(Clone)]
pub struct Guild {
    pub hub: Arc<Hub>,
    pub id: Snowflake,
}

/// A role of a guild.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    pub id: Snowflake,
}

/// A channel, a thread or a conversation.
#[derive(Clone)]
pub struct Channel {
    pub hub: Arc<Hub>,
    pub id: Snowflake,
}

/// A user as a member of one guild.
#[derive(Clone)]
pub struct Person {
    pub hub: Arc<Hub>,
    pub id: Snowflake,
    pub guild: Snowflake,
}

impl Guild {
    /// Founds a guild with an owner and invites the bot, with a role of its own that grants nothing more.
    #[must_use]
    pub fn found(hub: &Arc<Hub>, name: &str) -> Self {
        let id = hub.change(|state| {
            let owner = state.add_user(&format!("owner of {name}"), false);
            let id = state.next_id();
            let everyone = state::Role {
                id,
                name: "@everyone".to_owned(),
                permissions: Permissions::ORDINARY,
                mentionable: false,
                managed: false,
            };
            let guild = state::Guild {
                id,
                name: name.to_owned(),
                owner,
                roles: BTreeMap::from([(id, everyone)]),
                members: BTreeMap::new(),
            };
            state.guilds.insert(id, guild);
            join(state, id, owner, Vec::new());
            id
        });
        let guild = Self { hub: hub.clone(), id };
        guild.invite_bot();
        guild
    }

    /// The bot joins, with an empty role of its own.
    pub fn invite_bot(&self) {
        let role = self.add_role("Trapline", Permissions::NONE, false, true);
        self.hub.change(|state| {
            join(state, self.id, state.bot, vec![role.id]);
            if state.sessions.none() {
                return;
            }
            let event = wire::guild_create(state, &state.guilds[&self.id]);
            state.sessions.dispatch("GUILD_CREATE", &event);
        });
    }

    /// The bot is thrown out.
    pub fn expel_bot(&self) {
        self.hub.change(|state| {
            let bot = state.bot;
            if let Some(guild) = state.guilds.get_mut(&self.id) {
                guild.members.remove(&bot);
                guild.roles.retain(|_, role| !role.managed);
            }
            state.sessions.dispatch("GUILD_DELETE", &json!({"id": self.id}));
        });
    }

    #[must_use]
    pub fn text(&self, name: &str) -> Channel {
        self.channel(name, ChannelKind::Text)
    }

    #[must_use]
    pub fn channel(&self, name: &str, kind: ChannelKind) -> Channel {
        let id = self.hub.change(|state| {
            let id = state.next_id();
            let channel = state::Channel {
                id,
                kind,
                name: name.to_owned(),
                guild: Some(self.id),
                parent: None,
                recipient: None,
                overwrites: BTreeMap::new(),
                auto_archive: 1440,
            };
            state.channels.insert(id, channel);
            announce(state, "CHANNEL_CREATE", id);
            id
        });
        Channel { hub: self.hub.clone(), id }
    }

    #[must_use]
    pub fn role(&self, name: &str, permissions: Permissions) -> Role {
        self.add_role(name, permissions, true, false)
    }

    /// A role that only those with `MENTION_EVERYONE` may ping.
    #[must_use]
    pub fn quiet_role(&self, name: &str) -> Role {
        self.add_role(name, Permissions::NONE, false, false)
    }

    fn add_role(&self, name: &str, permissions: Permissions, mentionable: bool, managed: bool) -> Role {
        let id = self.hub.change(|state| {
            let id = state.next_id();
            let role = state::Role { id, name: name.to_owned(), permissions, mentionable, managed };
            let event = json!({"guild_id": self.id, "role": wire::role(&role)});
            guild(state, self.id).roles.insert(id, role);
            state.sessions.dispatch("GUILD_ROLE_CREATE", &event);
            id
        });
        Role { id }
    }

    /// What the bot's own role grants in the whole guild.
    pub fn grant_bot(&self, permissions: Permissions) {
        self.hub.change(|state| {
            for role in guild(state, self.id).roles.values_mut().filter(|role| role.managed) {
                role.permissions = permissions;
            }
        });
    }

    /// An ordinary member, new to Discord.
    #[must_use]
    pub fn member(&self, name: &str) -> Person {
        self.member_with(name, &[])
    }

    /// A member who may manage the server.
    #[must_use]
    pub fn admin(&self, name: &str) -> Person {
        let role = self.role(&format!("{name}'s office"), Permissions::MANAGE_GUILD);
        self.member_with(name, &[role])
    }

    #[must_use]
    pub fn member_with(&self, name: &str, roles: &[Role]) -> Person {
        let roles = roles.iter().map(|role| role.id).collect();
        let id = self.hub.change(|state| {
            let id = state.add_user(name, false);
            join(state, self.id, id, roles);
            id
        });
        Person { hub: self.hub.clone(), id, guild: self.id }
    }

    /// Somebody from another guild joins this one too.
    #[must_use]
    pub fn welcome(&self, person: &Person) -> Person {
        self.hub.change(|state| join(state, self.id, person.id, Vec::new()));
        Person { hub: self.hub.clone(), id: person.id, guild: self.id }
    }
}

impl Channel {
    /// Takes permissions from the bot here.
    pub fn deny_bot(&self, permissions: Permissions) {
        self.overwrite(|overwrite| overwrite.deny |= permissions, |state| OverwriteOf::Member(state.bot));
    }

    /// Gives the bot permissions here.
    pub fn allow_bot(&self, permissions: Permissions) {
        self.overwrite(|overwrite| overwrite.allow |= permissions, |state| OverwriteOf::Member(state.bot));
    }

    pub fn deny_role(&self, role: Role, permissions: Permissions) {
        self.overwrite(|overwrite| overwrite.deny |= permissions, |_| OverwriteOf::Role(role.id));
    }

    pub fn deny_everyone(&self, permissions: Permissions) {
        let everyone = |state: &State| OverwriteOf::Role(state.channels[&self.id].guild.expect("a guild's channel"));
        self.overwrite(|overwrite| overwrite.deny |= permissions, everyone);
    }

    /// Takes all overwrites away.
    pub fn open_to_all(&self) {
        self.hub.change(|state| {
            channel(state, self.id).overwrites.clear();
            announce(state, "CHANNEL_UPDATE", self.id);
        });
    }

    fn overwrite(&self, change: impl FnOnce(&mut Overwrite), of: impl FnOnce(&State) -> OverwriteOf) {
        self.hub.change(|state| {
            let of = of(state);
            change(channel(state, self.id).overwrites.entry(of).or_default());
            announce(state, "CHANNEL_UPDATE", self.id);
        });
    }

    /// The channel goes, with its threads and all messages.
    pub fn delete(&self) {
        self.hub.change(|state| {
            announce(state, "CHANNEL_DELETE", self.id);
            state.channels.retain(|id, channel| *id != self.id && channel.parent != Some(self.id));
            let channels = &state.channels;
            state.messages.retain(|_, message| channels.contains_key(&message.channel));
        });
    }

    /// Somebody writes something.
    pub fn say(&self, person: &Person, content: &str) -> Message {
        let message = self.hub.change(|state| {
            let payload = Payload { content: Some(content.to_owned()), ..Payload::default() };
            routes::keep_message(state, self.id, &payload, |message| {
                message.author = person.id;
                message.read = true;
            })
        });
        Message::new(&self.hub, &message)
    }

    /// A message that an earlier run of the bot left here; it counts as read.
    ///
    /// # Panics
    /// Where Discord would refuse it.
    pub fn plant(&self, payload: &Value) -> Message {
        let mut payload = payload.clone();
        payload["allowed_mentions"] = json!({"parse": []});
        let (payload, _) = Payload::parse(&payload, &[], Shape::Create).expect("a payload that Discord takes");
        let message =
            self.hub.change(|state| routes::keep_message(state, self.id, &payload, |message| message.read = true));
        Message::new(&self.hub, &message)
    }

    /// The history, oldest first. Looking here does not count as reading.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.hub.look(|state| state.history(self.id).map(|message| Message::new(&self.hub, message)).collect())
    }

    /// Waits for a message of the bot that nobody has read, and reads it; the oldest first.
    pub async fn expect_message(&self) -> Message {
        let bot = self.hub.look(|state| state.bot);
        let unread = |state: &State| {
            state.history(self.id).find(|message| message.author == bot && !message.read).map(|message| message.id)
        };
        let what = format!("a new message in {}", self.hub.look(|state| super::report::place(state, self.id)));
        let id = self.hub.wait(&what, unread).await;
        Message::read(&self.hub, id)
    }

    /// Somebody opens a thread under a message.
    #[must_use]
    pub fn open_thread(&self, message: &Message, name: &str) -> Self {
        self.hub.change(|state| {
            let thread = state::Channel {
                id: message.id,
                kind: ChannelKind::PublicThread,
                name: name.to_owned(),
                parent: Some(self.id),
                overwrites: BTreeMap::new(),
                ..state.channels[&self.id].clone()
            };
            state.channels.insert(message.id, thread);
            announce(state, "THREAD_CREATE", message.id);
        });
        Self { hub: self.hub.clone(), id: message.id }
    }

    /// The thread under a message, once there is one.
    pub async fn thread(&self, message: &Message) -> Self {
        let opened = |state: &State| state.channels.contains_key(&message.id).then_some(());
        self.hub.wait("a thread under the message", opened).await;
        Self { hub: self.hub.clone(), id: message.id }
    }

    #[must_use]
    pub fn name(&self) -> String {
        self.hub.look(|state| state.channels.get(&self.id).map(|channel| channel.name.clone()).unwrap_or_default())
    }
}

impl Person {
    /// The conversation that the bot has opened with them, once it has.
    pub async fn conversation(&self) -> Channel {
        let theirs = |state: &State| {
            state.channels.values().find(|channel| channel.recipient == Some(self.id)).map(|channel| channel.id)
        };
        let id = self.hub.wait("a direct conversation", theirs).await;
        Channel { hub: self.hub.clone(), id }
    }

    /// Waits for a direct message of the bot and reads it.
    pub async fn expect_direct_message(&self) -> Message {
        self.conversation().await.expect_message().await
    }

    /// Takes no direct messages any more, or again.
    pub fn close_conversations(&self, closed: bool) {
        self.hub.change(|state| {
            if let Some(user) = state.users.get_mut(&self.id) {
                user.closed = closed;
            }
        });
    }

    pub fn give(&self, role: Role) {
        self.hub.change(|state| {
            if let Some(member) = guild(state, self.guild).members.get_mut(&self.id) {
                member.roles.push(role.id);
            }
        });
    }
}

fn guild(state: &mut State, id: Snowflake) -> &mut state::Guild {
    state.guilds.get_mut(&id).expect("a handle's guild exists: none is ever removed")
}

fn channel(state: &mut State, id: Snowflake) -> &mut state::Channel {
    state.channels.get_mut(&id).expect("the channel has not been deleted by the test")
}

fn join(state: &mut State, into: Snowflake, user: Snowflake, roles: Vec<Snowflake>) {
    let member = Member { roles, nick: None, joined_at: state.now() };
    guild(state, into).members.insert(user, member);
}

/// Tells the program about a channel.
fn announce(state: &mut State, event: &str, id: Snowflake) {
    let json = wire::channel(state, &state.channels[&id]);
    state.sessions.dispatch(event, &json);
}
