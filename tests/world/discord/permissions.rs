//! What somebody may do in a channel, computed as Discord's documentation ("Permission Hierarchy") says.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::snowflake::Snowflake;
use super::state::{Channel, Guild, OverwriteOf, Role};

/// A set of permission bits.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(pub u64);

impl Permissions {
    pub const NONE: Self = Self(0);
    pub const ADMINISTRATOR: Self = Self(1 << 3);
    pub const MANAGE_CHANNELS: Self = Self(1 << 4);
    pub const MANAGE_GUILD: Self = Self(1 << 5);
    pub const ADD_REACTIONS: Self = Self(1 << 6);
    pub const VIEW_CHANNEL: Self = Self(1 << 10);
    pub const SEND_MESSAGES: Self = Self(1 << 11);
    pub const MANAGE_MESSAGES: Self = Self(1 << 13);
    pub const EMBED_LINKS: Self = Self(1 << 14);
    pub const ATTACH_FILES: Self = Self(1 << 15);
    pub const READ_MESSAGE_HISTORY: Self = Self(1 << 16);
    pub const MENTION_EVERYONE: Self = Self(1 << 17);
    pub const CONNECT: Self = Self(1 << 20);
    pub const USE_APPLICATION_COMMANDS: Self = Self(1 << 31);
    pub const MANAGE_THREADS: Self = Self(1 << 34);
    pub const CREATE_PUBLIC_THREADS: Self = Self(1 << 35);
    pub const SEND_MESSAGES_IN_THREADS: Self = Self(1 << 38);
    /// Every bit that exists.
    pub const ALL: Self = Self((1 << 53) - 1);

    /// What `@everyone` has in a new server, as far as a bot cares.
    pub const ORDINARY: Self = Self(
        Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::ADD_REACTIONS.0
            | Self::CONNECT.0
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::CREATE_PUBLIC_THREADS.0
            | Self::SEND_MESSAGES_IN_THREADS.0,
    );

    #[must_use]
    pub fn has(self, needed: Self) -> bool {
        self.0 & needed.0 == needed.0
    }

    #[must_use]
    pub fn without(self, taken: Self) -> Self {
        Self(self.0 & !taken.0)
    }
}

impl BitOr for Permissions {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Permissions {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Permissions {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Permissions {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({:#b})", self.0)
    }
}

/// JSON carries permissions as a string of decimal digits.
impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<Permissions> for Value {
    fn from(permissions: Permissions) -> Self {
        Self::String(permissions.0.to_string())
    }
}

/// What a member may do in the whole guild.
#[must_use]
pub fn in_guild(guild: &Guild, user: Snowflake) -> Permissions {
    let Some(member) = guild.members.get(&user) else { return Permissions::NONE };
    if guild.owner == user {
        return Permissions::ALL;
    }
    let everyone = guild.roles.get(&guild.id).map_or(Permissions::NONE, |role| role.permissions);
    let roles = member.roles.iter().filter_map(|id| guild.roles.get(id));
    let base = roles.map(|role: &Role| role.permissions).fold(everyone, BitOr::bitor);
    if base.has(Permissions::ADMINISTRATOR) { Permissions::ALL } else { base }
}

/// What a member may do in a channel; a thread is ruled by its parent, which the caller passes.
#[must_use]
pub fn in_channel(guild: &Guild, channel: &Channel, user: Snowflake) -> Permissions {
    let base = in_guild(guild, user);
    if base == Permissions::ALL {
        return base;
    }
    let Some(member) = guild.members.get(&user) else { return Permissions::NONE };
    let mut granted = base;
    if let Some(everyone) = channel.overwrites.get(&OverwriteOf::Role(guild.id)) {
        granted = granted.without(everyone.deny) | everyone.allow;
    }
    let of_roles = member.roles.iter().filter_map(|role| channel.overwrites.get(&OverwriteOf::Role(*role)));
    let (allow, deny) = of_roles.fold((Permissions::NONE, Permissions::NONE), |(allow, deny), overwrite| {
        (allow | overwrite.allow, deny | overwrite.deny)
    });
    granted = granted.without(deny) | allow;
    if let Some(own) = channel.overwrites.get(&OverwriteOf::Member(user)) {
        granted = granted.without(own.deny) | own.allow;
    }
    with_implied_denials(granted)
}

/// Without sight nothing is possible; without speech, nothing that decorates it.
fn with_implied_denials(granted: Permissions) -> Permissions {
    if !granted.has(Permissions::VIEW_CHANNEL) {
        return Permissions::NONE;
    }
    if granted.has(Permissions::SEND_MESSAGES) {
        return granted;
    }
    granted.without(Permissions::MENTION_EVERYONE | Permissions::ATTACH_FILES)
}
