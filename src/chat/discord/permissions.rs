//! Can the bot post in a channel? Computed from roles and overwrites, as Discord does
//! ("Permissions" in its reference), because no cache is kept.

use serde::Deserialize;
use serenity::all::{ChannelId, GenericId, GuildId, Permissions, RoleId, UserId};
use serenity::http::Route;

use super::rest::{Call, Rest, RestError};
use crate::core::refusal::Refusal;

/// What a feed wants to do in its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Wants {
    pub(super) thread: bool,
    pub(super) role: Option<RoleId>,
}

/// Why a channel does not do, or why that can't be told.
#[derive(Debug, PartialEq)]
pub(super) enum Trouble {
    Refused(Refusal),
    /// Discord could not be asked.
    Unchecked(RestError),
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Channel {
    pub(super) id: ChannelId,
    #[serde(rename = "type")]
    kind: u8,
    pub(super) guild_id: Option<GuildId>,
    pub(super) name: Option<String>,
    #[serde(default)]
    permission_overwrites: Vec<Overwrite>,
}

#[derive(Debug, Clone, Deserialize)]
struct Overwrite {
    /// Of a role or a member: ids are unique over both.
    id: GenericId,
    allow: Permissions,
    deny: Permissions,
}

/// The bot in a guild: its roles, and what each role may.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    guild: GuildId,
    me: UserId,
    mine: Vec<RoleId>,
    roles: Vec<Role>,
}

#[derive(Debug, Clone, Deserialize)]
struct Role {
    id: RoleId,
    permissions: Permissions,
    #[serde(default)]
    mentionable: bool,
}

#[derive(Deserialize)]
struct Member {
    roles: Vec<RoleId>,
}

impl From<RestError> for Trouble {
    fn from(error: RestError) -> Self {
        Self::Unchecked(error)
    }
}

impl Standing {
    /// # Errors
    /// [`RestError`], where Discord can't be asked.
    pub(super) async fn of(rest: &Rest, guild: GuildId, me: UserId) -> Result<Self, RestError> {
        let roles = rest.json::<Vec<Role>>(Call::get(Route::GuildRoles { guild_id: guild }));
        let member = rest.json::<Member>(Call::get(Route::GuildMember { guild_id: guild, user_id: me }));
        let (roles, member) = tokio::try_join!(roles, member)?;
        Ok(Self { guild, me, mine: member.roles, roles })
    }

    /// What the bot may do in a channel.
    fn granted(&self, channel: &Channel) -> Permissions {
        let everyone = RoleId::new(self.guild.get());
        let holds = |id: RoleId| id == everyone || self.mine.contains(&id);
        let base = self
            .roles
            .iter()
            .filter(|role| holds(role.id))
            .fold(Permissions::empty(), |sum, role| sum | role.permissions);
        if base.administrator() {
            return Permissions::all();
        }
        let of = |wanted: u64| channel.permission_overwrites.iter().filter(move |o| o.id.get() == wanted);
        let by_roles = self.mine.iter().filter(|role| **role != everyone).flat_map(|role| of(role.get()));
        let (allow, deny) = by_roles
            .fold((Permissions::empty(), Permissions::empty()), |(allow, deny), o| (allow | o.allow, deny | o.deny));
        let after_everyone = of(everyone.get()).fold(base, |sum, o| (sum - o.deny) | o.allow);
        let after_roles = (after_everyone - deny) | allow;
        of(self.me.get()).fold(after_roles, |sum, o| (sum - o.deny) | o.allow)
    }

    /// The permissions that the bot lacks for what a feed wants, in Discord's own words.
    pub(super) fn missing(&self, channel: &Channel, wants: Wants) -> Vec<String> {
        let granted = self.granted(channel);
        let needed = BASE.iter().chain(if wants.thread { THREAD } else { &[] });
        let mut names: Vec<String> = needed
            .filter(|(permission, _)| !granted.contains(*permission))
            .map(|(_, name)| (*name).to_owned())
            .collect();
        if wants.role.is_some_and(|role| !self.mentionable(role)) && !granted.contains(Permissions::MENTION_EVERYONE) {
            names.push("Mention @everyone, @here, and All Roles".to_owned());
        }
        names
    }

    /// Whether messages come with their pictures.
    pub(super) fn takes_files(&self, channel: &Channel) -> bool {
        self.granted(channel).contains(FILES)
    }

    fn mentionable(&self, role: RoleId) -> bool {
        self.roles.iter().any(|known| known.id == role && known.mentionable)
    }

    /// Whether a role can be pinged: one of this guild, and not @everyone.
    pub(super) fn knows(&self, role: RoleId) -> bool {
        role.get() != self.guild.get() && self.roles.iter().any(|known| known.id == role)
    }
}

const BASE: &[(Permissions, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::EMBED_LINKS, "Embed Links"),
    (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
];
const THREAD: &[(Permissions, &str)] = &[
    (Permissions::CREATE_PUBLIC_THREADS, "Create Public Threads"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
];

/// For pictures: where it lacks, messages go without them.
const FILES: Permissions = Permissions::ATTACH_FILES;

/// What an invitation asks for: all that a feed may need, and nothing else.
pub(super) fn least() -> Permissions {
    BASE.iter().chain(THREAD).fold(FILES, |sum, (permission, _)| sum | *permission)
}

/// # Errors
/// [`RestError`]: 403 where the bot may not see it, 404 where it does not exist.
pub(super) async fn fetch(rest: &Rest, id: ChannelId) -> Result<Channel, RestError> {
    rest.json(Call::get(Route::Channel { channel_id: id })).await
}

/// # Errors
/// `ChannelUnseen` where there is no such channel for the bot, or Discord can't be asked.
pub(super) async fn channel(rest: &Rest, id: ChannelId) -> Result<Channel, Trouble> {
    fetch(rest, id).await.map_err(|error| {
        if is_hidden(&error) || is_unknown(&error) {
            Trouble::Refused(Refusal::ChannelUnseen { channel: id.to_string() })
        } else {
            Trouble::Unchecked(error)
        }
    })
}

/// "Unknown Channel". A bare 404 says that there is no such address, and nothing of the channel.
const UNKNOWN_CHANNEL: i64 = 10003;

/// The bot may not see the channel.
pub(super) fn is_hidden(error: &RestError) -> bool {
    matches!(error, RestError::Refused { status: 403, .. })
}

/// The channel does not exist.
pub(super) fn is_unknown(error: &RestError) -> bool {
    matches!(error, RestError::Refused { code: UNKNOWN_CHANNEL, .. })
}

/// Whether a feed could do what it wants in a channel.
///
/// # Errors
/// `ChannelUnseen`, `ChannelKind`, `MissingPermissions`, `UnknownRole`; or that Discord can't be asked.
pub(super) async fn check(
    rest: &Rest,
    guild: GuildId,
    me: UserId,
    target: ChannelId,
    wants: Wants,
) -> Result<Channel, Trouble> {
    let channel = channel(rest, target).await?;
    suits(&channel, guild).map_err(Trouble::Refused)?;
    let standing = Standing::of(rest, guild, me).await?;
    if let Some(role) = wants.role.filter(|role| !standing.knows(*role)) {
        let given = if role.get() == guild.get() { "everyone".to_owned() } else { role.to_string() };
        return Err(Trouble::Refused(Refusal::UnknownRole { given }));
    }
    let names = standing.missing(&channel, wants);
    if names.is_empty() {
        Ok(channel)
    } else {
        Err(Trouble::Refused(Refusal::MissingPermissions { channel: target.to_string(), names }))
    }
}

/// Whether it is a channel of the guild in which a feed can post.
pub(super) fn suits(channel: &Channel, guild: GuildId) -> Result<(), Refusal> {
    let id = channel.id.to_string();
    if channel.guild_id.is_some_and(|of| of != guild) {
        return Err(Refusal::ChannelUnseen { channel: id });
    }
    let kind = match channel.kind {
        0 | 5 => return Ok(()),
        2 => "voice channel",
        4 => "category",
        10..=12 => "thread",
        13 => "stage channel",
        14 => "directory",
        15 => "forum",
        16 => "media channel",
        _ => "private conversation",
    };
    Err(Refusal::ChannelKind { channel: id, kind: kind.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUILD: u64 = 1;
    const ME: u64 = 50;
    const MY_ROLE: u64 = 7;

    fn role(id: u64, permissions: Permissions) -> Role {
        Role { id: RoleId::new(id), permissions, mentionable: id == 9 }
    }

    fn standing(everyone: Permissions, mine: Permissions) -> Standing {
        Standing {
            guild: GuildId::new(GUILD),
            me: UserId::new(ME),
            mine: vec![RoleId::new(MY_ROLE)],
            roles: vec![
                role(GUILD, everyone),
                role(MY_ROLE, mine),
                role(8, Permissions::empty()),
                role(9, Permissions::empty()),
            ],
        }
    }

    fn channel(overwrites: &[(u64, Permissions, Permissions)]) -> Channel {
        let overwrite = |&(id, allow, deny)| Overwrite { id: GenericId::new(id), allow, deny };
        Channel {
            id: ChannelId::new(42),
            kind: 0,
            guild_id: Some(GuildId::new(GUILD)),
            name: Some("quiz".into()),
            permission_overwrites: overwrites.iter().map(overwrite).collect(),
        }
    }

    const NONE: Permissions = Permissions::empty();

    #[test]
    fn what_the_invitation_asks_for_is_enough() {
        let wants = Wants { thread: true, role: Some(RoleId::new(9)) };
        assert!(standing(NONE, least()).missing(&channel(&[]), wants).is_empty());
        assert_eq!(
            standing(NONE, least()).missing(&channel(&[]), Wants { thread: false, role: Some(RoleId::new(8)) }),
            ["Mention @everyone, @here, and All Roles"]
        );
    }

    #[test]
    fn overwrites_apply_in_discords_order() {
        let send = Permissions::SEND_MESSAGES;
        let all = standing(least(), NONE);
        let missing = |overwrites: &[_]| all.missing(&channel(overwrites), Wants::default());
        assert_eq!(missing(&[(GUILD, NONE, send)]), ["Send Messages"]);
        assert!(missing(&[(GUILD, NONE, send), (MY_ROLE, send, NONE)]).is_empty());
        assert_eq!(missing(&[(MY_ROLE, send, NONE), (ME, NONE, send)]), ["Send Messages"]);
        assert!(missing(&[(ME, send, NONE), (GUILD, NONE, send), (MY_ROLE, NONE, send)]).is_empty());
        assert!(missing(&[(8, NONE, send)]).is_empty());
    }

    #[test]
    fn an_administrator_lacks_nothing() {
        let admin = standing(NONE, Permissions::ADMINISTRATOR);
        let wants = Wants { thread: true, role: Some(RoleId::new(8)) };
        assert!(admin.missing(&channel(&[(GUILD, NONE, Permissions::all())]), wants).is_empty());
    }

    #[test]
    fn a_bot_without_anything_lacks_everything() {
        let missing = standing(NONE, NONE).missing(&channel(&[]), Wants { thread: true, role: None });
        assert_eq!(
            missing,
            [
                "View Channel",
                "Send Messages",
                "Embed Links",
                "Read Message History",
                "Create Public Threads",
                "Send Messages in Threads"
            ]
        );
    }

    #[test]
    fn only_text_and_announcements_of_this_guild_suit() {
        let of_kind = |kind| Channel { kind, ..channel(&[]) };
        let here = GuildId::new(GUILD);
        assert!(suits(&of_kind(0), here).is_ok() && suits(&of_kind(5), here).is_ok());
        assert!(matches!(suits(&of_kind(2), here), Err(Refusal::ChannelKind { kind, .. }) if kind == "voice channel"));
        assert!(matches!(suits(&of_kind(11), here), Err(Refusal::ChannelKind { kind, .. }) if kind == "thread"));
        assert!(matches!(suits(&of_kind(0), GuildId::new(2)), Err(Refusal::ChannelUnseen { .. })));
    }

    #[test]
    fn everyone_is_no_role_to_ping() {
        let standing = standing(NONE, NONE);
        assert!(standing.knows(RoleId::new(8)));
        assert!(!standing.knows(RoleId::new(GUILD)) && !standing.knows(RoleId::new(77)));
    }
}
