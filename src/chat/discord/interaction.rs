//! What somebody did, as the gateway tells it.
//!
//! An event carries far more than is needed here (the whole message that was clicked, the channel, what options resolve to). All that
//! is passed over unread: no field of Discord's more or less costs a member their click, and it costs little time.

use serde::Deserialize;
use serenity::all::{ApplicationId, InteractionId, Permissions, UserId};

use super::loose::{Loose, LooseList, Scalar};
use super::receive::FIELD;
use super::respond::{Asked, somebody};
use crate::service::Actor;

/// Somebody waits for a response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interaction {
    pub(super) asked: Asked,
    pub(super) deed: Deed,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// A button.
    Click { custom_id: String },
    /// A form with one field.
    Submit { custom_id: String, typed: String },
}

/// Why it can't be read: it lacks what a response needs, or is of a kind that is unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its {0} is missing or unknown")]
pub(super) struct Unreadable(&'static str);

/// Types of an interaction.
mod kind {
    pub(super) const COMMAND: u64 = 2;
    pub(super) const COMPONENT: u64 = 3;
    pub(super) const AUTOCOMPLETE: u64 = 4;
    pub(super) const MODAL: u64 = 5;
}

/// The flag of a message that only its reader sees.
pub(super) const EPHEMERAL: u64 = 64;

/// The payload of an `INTERACTION_CREATE`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Payload {
    id: Scalar,
    application_id: Scalar,
    #[serde(rename = "type")]
    kind: Scalar,
    token: Scalar,
    guild_id: Scalar,
    guild: Loose<Guild>,
    member: Loose<Member>,
    user: Loose<User>,
    message: Loose<Message>,
    data: Loose<Data>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Guild {
    id: Scalar,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Member {
    user: Loose<User>,
    nick: Scalar,
    permissions: Scalar,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User {
    id: Scalar,
    username: Scalar,
    global_name: Scalar,
}

/// Only the flags matter: they say whether the reader alone sees it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    flags: Scalar,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    custom_id: Scalar,
    components: LooseList<Component>,
}

/// A field of a form, or what it is wrapped in: a row or a label.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Component {
    custom_id: Scalar,
    value: Scalar,
    component: Loose<Box<Component>>,
    components: LooseList<Component>,
}

impl Payload {
    /// `me`: the application, where the event does not name it. None for commands, which serenity is to read.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn read(self, me: Option<UserId>) -> Result<Option<Interaction>, Unreadable> {
        if matches!(self.kind.number(), Some(kind::COMMAND | kind::AUTOCOMPLETE)) {
            return Ok(None);
        }
        let Self { id, application_id, kind, token, guild_id, guild, member, user, message, data } = self;
        let data = data.0.unwrap_or_default();
        let guild = guild_id.id().or(guild.0.and_then(|guild| guild.id.id()));
        let asked = Asked {
            id: id.id().map(InteractionId::new).ok_or(Unreadable("id"))?,
            application: application_id
                .id()
                .or(me.map(UserId::get))
                .map(ApplicationId::new)
                .ok_or(Unreadable("application"))?,
            token: token.text().ok_or(Unreadable("token"))?,
            actor: actor(guild, member.0, user.0),
            private: message.0.and_then(|message| message.flags.number()).is_some_and(|flags| flags & EPHEMERAL != 0),
        };
        let custom_id = data.custom_id.text().ok_or(Unreadable("custom_id"));
        let deed = match kind.number() {
            Some(kind::COMPONENT) => Deed::Click { custom_id: custom_id? },
            Some(kind::MODAL) => {
                Deed::Submit { custom_id: custom_id?, typed: typed(data.components).unwrap_or_default() }
            }
            _ => return Err(Unreadable("type")),
        };
        Ok(Some(Interaction { asked, deed }))
    }
}

/// In private messages there is nobody who acts.
fn actor(guild: Option<u64>, member: Option<Member>, user: Option<User>) -> Option<Actor> {
    let Member { user: own, nick, permissions } = member?;
    let User { id, username, global_name } = own.0.or(user)?;
    // Without permissions, there is none.
    let may = Permissions::from_bits_truncate(permissions.number().unwrap_or_default());
    let name = [nick, global_name, username].into_iter().find_map(Scalar::text);
    Some(somebody(guild?, id.id()?, name.unwrap_or_else(|| "Somebody".to_owned()), may))
}

/// What was typed in the form's field, whatever that is wrapped in.
fn typed(components: LooseList<Component>) -> Option<String> {
    components.0.into_iter().find_map(|Component { custom_id, value, component, components }| {
        if custom_id.text().as_deref() == Some(FIELD) {
            return value.text();
        }
        component.0.and_then(|inner| typed(LooseList(vec![*inner]))).or_else(|| typed(components))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(payload: &Value, me: Option<u64>) -> Result<Option<Interaction>, Unreadable> {
        serde_json::from_value::<Payload>(payload.clone()).unwrap().read(me.map(UserId::new))
    }

    /// As little of a click as there can be.
    fn click() -> Value {
        json!({
            "id": "10", "type": 3, "token": "t", "guild_id": "13",
            "data": { "custom_id": "t1:c:1:sure" },
            "member": { "user": { "id": "14" } },
        })
    }

    fn clicker(click: &Value) -> Option<Actor> {
        read(click, Some(11)).unwrap().unwrap().asked.actor
    }

    #[test]
    fn a_click_needs_little() {
        let Interaction { asked, deed } = read(&click(), Some(11)).unwrap().unwrap();
        assert_eq!(deed, Deed::Click { custom_id: "t1:c:1:sure".into() });
        assert_eq!((asked.id.get(), asked.application.get(), asked.token.as_str()), (10, 11, "t"));
        let actor = asked.actor.unwrap();
        assert_eq!((actor.place.as_str(), actor.user.as_str(), actor.name.as_str()), ("13", "14", "Somebody"));
        assert!(!actor.admin, "no permissions are none");
        assert!(!asked.private, "without the message, it is not the reader's own");
        assert_eq!(read(&click(), None), Err(Unreadable("application")), "a response needs it");
    }

    #[test]
    fn without_what_a_response_needs_there_is_none() {
        for field in ["id", "type", "token", "data"] {
            let mut click = click();
            click.as_object_mut().unwrap().remove(field);
            assert!(read(&click, Some(11)).is_err(), "{field}");
        }
        let mut unheard_of = click();
        unheard_of["type"] = json!(99);
        assert_eq!(read(&unheard_of, Some(11)), Err(Unreadable("type")));
    }

    #[test]
    fn whose_click_it_is() {
        let mut click = click();
        for (permissions, admin) in
            [(json!("32"), true), (json!(8), true), (json!("2147483648"), false), (json!("all"), false)]
        {
            click["member"]["permissions"] = permissions;
            assert_eq!(clicker(&click).unwrap().admin, admin, "{click}");
        }
        for (place, name) in
            [("/member/user/username", "ann"), ("/member/user/global_name", "Ann"), ("/member/nick", "Annie")]
        {
            let (parent, key) = place.rsplit_once('/').unwrap();
            click.pointer_mut(parent).unwrap()[key] = json!(name);
            assert_eq!(clicker(&click).unwrap().name, name);
        }
        click["guild"] = json!({ "id": "15" });
        assert_eq!(clicker(&click).unwrap().place, "13");
        click["guild_id"] = Value::Null;
        assert_eq!(clicker(&click).unwrap().place, "15");
        click["guild"] = Value::Null;
        assert_eq!(clicker(&click), None, "in private messages there is nobody");
    }

    #[test]
    fn what_the_reader_alone_sees_is_known_by_its_flags() {
        let mut click = click();
        for (flags, private) in [(json!(64), true), (json!(64 | 4), true), (json!(4), false), (json!("x"), false)] {
            click["message"] = json!({ "flags": flags, "embeds": [{}], "author": "whatever" });
            assert_eq!(read(&click, Some(11)).unwrap().unwrap().asked.private, private, "{flags}");
        }
    }

    #[test]
    fn a_modal_gives_its_field_in_any_wrapping() {
        let field = json!({ "type": 4, "custom_id": FIELD, "value": "84" });
        let other = json!({ "type": 4, "custom_id": "other", "value": "85" });
        for (components, typed) in [
            (json!([{ "type": 1, "components": [other, field] }]), "84"),
            (json!([other, { "type": 18, "component": field, "id": 1 }]), "84"),
            (json!([field]), "84"),
            (json!([null, 5, [field]]), ""),
            (json!({ "type": 1 }), ""),
        ] {
            let mut submit = click();
            submit["type"] = json!(5);
            submit["data"]["components"] = components;
            let deed = read(&submit, Some(11)).unwrap().unwrap().deed;
            assert_eq!(deed, Deed::Submit { custom_id: "t1:c:1:sure".into(), typed: typed.into() }, "{submit}");
        }
    }

    #[test]
    fn commands_are_left_to_serenity() {
        for kind in [2, 4] {
            assert_eq!(read(&json!({ "type": kind }), None), Ok(None));
        }
    }
}
