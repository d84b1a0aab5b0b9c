//! What the gateway tells, as far as it matters here.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serenity::all::{ApplicationId, GuildId, UserId};

use super::interaction::{Interaction, Payload};
use super::loose::{Loose, LooseList, Scalar};

/// An event.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// A session has begun.
    Ready(Hello),
    /// A session goes on.
    Resumed,
    /// The bot is in a guild, or is told of it anew.
    Joined(GuildId),
    Left(GuildId),
    Interaction(Interaction),
    /// The whole frame of a command, or of an option that is being typed: serenity is to read it.
    Command(String),
}

/// A `READY`.
#[derive(Debug, PartialEq)]
pub(super) struct Hello {
    pub(super) me: UserId,
    pub(super) application: ApplicationId,
    /// All guilds of the shard.
    pub(super) guilds: Vec<GuildId>,
}

/// Reads a frame; none for what is of no use here. `me`: the bot, as far as it is known. Whatever a frame lacks that is not needed, it
/// is read all the same.
pub(super) fn read(frame: String, me: Option<UserId>) -> Option<Heard> {
    let name = serde_json::from_str::<Envelope>(&frame).ok()?.t.text()?;
    match name.as_str() {
        "INTERACTION_CREATE" => match payload::<Payload>(&frame).unwrap_or_default().read(me) {
            Ok(Some(interaction)) => Some(Heard::Interaction(interaction)),
            Ok(None) => Some(Heard::Command(frame)),
            Err(error) => {
                tracing::warn!(%error, "an interaction can't be read");
                None
            }
        },
        "READY" => {
            let hello = payload::<Ready>(&frame)?.read(me);
            if hello.is_none() {
                tracing::error!("Discord's READY can't be read: it names neither user nor application");
            }
            hello.map(Heard::Ready)
        }
        "RESUMED" => Some(Heard::Resumed),
        "GUILD_CREATE" => payload::<Known>(&frame)?.guild().map(Heard::Joined),
        "GUILD_DELETE" => {
            let guild = payload::<Known>(&frame)?;
            // An outage on Discord's side is no farewell.
            if guild.unavailable == Scalar::Flag(true) { None } else { guild.guild().map(Heard::Left) }
        }
        _ => None,
    }
}

/// What an event carries.
fn payload<T: DeserializeOwned>(frame: &str) -> Option<T> {
    serde_json::from_str::<Carrying<T>>(frame).ok()?.d.0
}

/// A frame without what it carries.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    op: Scalar,
    t: Scalar,
}

/// The opcode of a frame.
pub(super) fn opcode(frame: &str) -> Option<u64> {
    serde_json::from_str::<Envelope>(frame).ok()?.op.number()
}

#[derive(Deserialize)]
struct Carrying<T> {
    #[serde(default = "Loose::default")]
    d: Loose<T>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ready {
    user: Loose<Known>,
    application: Loose<Known>,
    guilds: LooseList<Known>,
}

/// Something that has an id.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Known {
    id: Scalar,
    unavailable: Scalar,
}

impl Known {
    fn guild(&self) -> Option<GuildId> {
        self.id.id().map(GuildId::new)
    }
}

impl Ready {
    /// An application's id is its bot's but for the oldest, so each stands in for the other.
    fn read(self, me: Option<UserId>) -> Option<Hello> {
        let id = |known: Loose<Known>| known.0.and_then(|known| known.id.id());
        let user = id(self.user).or(me.map(UserId::get));
        let application = id(self.application).or(user)?;
        Some(Hello {
            me: UserId::new(user.unwrap_or(application)),
            application: ApplicationId::new(application),
            guilds: self.guilds.0.iter().filter_map(Known::guild).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn heard(name: &str, data: &Value) -> Option<Heard> {
        read(json!({ "op": 0, "s": 1, "t": name, "d": data }).to_string(), None)
    }

    fn hello(data: &Value, me: Option<u64>) -> Option<(u64, u64, Vec<u64>)> {
        match read(json!({ "t": "READY", "d": data }).to_string(), me.map(UserId::new))? {
            Heard::Ready(Hello { me, application, guilds }) => {
                Some((me.get(), application.get(), guilds.into_iter().map(GuildId::get).collect()))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_ready_needs_an_id() {
        let full =
            json!({ "user": { "id": "5" }, "application": { "id": "6", "flags": 0 }, "guilds": [{ "id": "7" }, {}] });
        assert_eq!(hello(&full, None), Some((5, 6, vec![7])));
        assert_eq!(hello(&json!({ "user": { "id": "5" } }), None), Some((5, 5, vec![])));
        assert_eq!(hello(&json!({ "application": { "id": "6" }, "user": 3 }), None), Some((6, 6, vec![])));
        assert_eq!(hello(&json!({}), Some(9)), Some((9, 9, vec![])));
        assert_eq!(hello(&json!({}), None), None);
    }

    #[test]
    fn guilds_come_and_go_and_an_outage_is_no_farewell() {
        let guild = json!({ "id": "7", "channels": [{ "id": 1 }], "name": 5 });
        assert_eq!(heard("GUILD_CREATE", &guild), Some(Heard::Joined(GuildId::new(7))));
        assert_eq!(heard("GUILD_DELETE", &json!({ "id": "7" })), Some(Heard::Left(GuildId::new(7))));
        assert_eq!(heard("GUILD_DELETE", &json!({ "id": "7", "unavailable": true })), None);
        assert_eq!(heard("GUILD_DELETE", &json!({})), None);
    }

    #[test]
    fn what_is_of_no_use_is_passed_over() {
        assert_eq!(heard("RESUMED", &Value::Null), Some(Heard::Resumed));
        assert_eq!(heard("MESSAGE_CREATE", &json!({})), None);
        assert_eq!(heard("INTERACTION_CREATE", &json!({ "type": 3 })), None);
        let command = json!({ "t": "INTERACTION_CREATE", "d": { "type": 2 } }).to_string();
        assert_eq!(read(command.clone(), None), Some(Heard::Command(command)));
        for frame in [r#"{"op": 11, "t": null}"#, r#"{"op": 10, "d": {"heartbeat_interval": 5}}"#, "text", "", "[]"] {
            assert_eq!(read(frame.to_owned(), None), None, "{frame}");
        }
    }
}
