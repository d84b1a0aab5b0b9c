//! What a person may type: the registered commands, as the client offers them.

use serde_json::{Value, json};

use super::limits::commands::{
    BOOLEAN, CHANNEL, INTEGER, MENTIONABLE, NUMBER, ROLE, STRING, SUB_COMMAND, SUB_COMMAND_GROUP, USER,
};
use super::limits::{characters, list, text};
use super::people::{Channel, Person, Role};
use super::snowflake::Snowflake;
use super::state::State;
use super::wire;

/// The value of one option.
#[derive(Debug, Clone, PartialEq)]
pub enum Typed {
    Text(String),
    Integer(i64),
    Number(f64),
    Truth(bool),
    User(Snowflake),
    Channel(Snowflake),
    Role(Snowflake),
    /// A type and a value as they are, whatever the definition says.
    Raw(u64, Value),
}

macro_rules! from {
    ($($given:ty => |$value:ident| $make:expr;)+) => {
        $(impl From<$given> for Typed {
            fn from($value: $given) -> Self {
                $make
            }
        })+
    };
}

from! {
    &str => |text| Self::Text(text.to_owned());
    String => |text| Self::Text(text);
    i64 => |number| Self::Integer(number);
    i32 => |number| Self::Integer(number.into());
    f64 => |number| Self::Number(number);
    bool => |truth| Self::Truth(truth);
    (u64, Value) => |raw| Self::Raw(raw.0, raw.1);
    &Channel => |channel| Self::Channel(channel.id);
    Role => |role| Self::Role(role.id);
    &Person => |person| Self::User(person.id);
}

/// Options of a command: `opts!["channel" => &channel, "time" => "09:00"]`.
pub type Options = Vec<(String, Typed)>;

#[macro_export]
macro_rules! opts {
    ($($name:literal => $value:expr),* $(,)?) => {
        vec![$(($name.to_owned(), $crate::world::discord::commands::Typed::from($value))),*]
    };
}

/// How far a test goes past what a client would let a person do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manners {
    /// Only what the client offers.
    Client,
    /// Anything that can be put into the shape of the command: choices, bounds and permissions are ignored.
    Forged,
}

/// A command or subcommand that was found by its words.
#[derive(Debug, Clone)]
pub struct Definition {
    root: Value,
    /// Subcommands on the way, outermost first.
    path: Vec<Value>,
}

impl Definition {
    /// Finds `feed add` among what is registered; none where it is not.
    #[must_use]
    pub fn find(state: &State, guild: Option<Snowflake>, words: &str) -> Option<Self> {
        let mut words = words.split_whitespace();
        let name = words.next()?;
        let local = guild.and_then(|guild| state.guild_commands.get(&guild)).into_iter().flatten();
        let root = local.chain(&state.commands).find(|command| text(command, "name") == Some(name))?.clone();
        let mut path: Vec<Value> = Vec::new();
        for word in words {
            let parent = path.last().unwrap_or(&root);
            let step = list(parent, "options").iter().find(|option| text(option, "name") == Some(word))?.clone();
            if !matches!(step["type"].as_u64(), Some(SUB_COMMAND | SUB_COMMAND_GROUP)) {
                return None;
            }
            path.push(step);
        }
        Some(Self { root, path })
    }

    /// The permissions that the client asks for before it shows the command.
    #[must_use]
    pub fn default_member_permissions(&self) -> Option<u64> {
        text(&self.root, "default_member_permissions").and_then(|bits| bits.parse().ok())
    }

    fn options(&self) -> &[Value] {
        list(self.path.last().unwrap_or(&self.root), "options")
    }

    /// # Panics
    /// Where there is no such option.
    #[must_use]
    pub fn option(&self, name: &str) -> &Value {
        let names = || self.options().iter().filter_map(|option| text(option, "name")).collect::<Vec<_>>();
        let found = self.options().iter().find(|option| text(option, "name") == Some(name));
        found.unwrap_or_else(|| panic!("/{} has no option `{name}`, but {:?}", self.words(), names()))
    }

    #[must_use]
    pub fn words(&self) -> String {
        let steps = std::iter::once(&self.root).chain(&self.path).filter_map(|step| text(step, "name"));
        steps.collect::<Vec<_>>().join(" ")
    }

    /// The `data` of an interaction. `focused`: the option that is being typed, for an autocomplete.
    ///
    /// # Panics
    /// Where the client would not send this, or it can't be put into the command's shape.
    #[must_use]
    pub fn data(
        &self,
        state: &State,
        person: &Person,
        given: &Options,
        focused: Option<(&str, &str)>,
        manners: Manners,
    ) -> Value {
        let mut options: Vec<Value> =
            given.iter().map(|(name, value)| self.fill(state, name, value, manners)).collect();
        if let Some((name, typed)) = focused {
            let kind = self.option(name)["type"].clone();
            options.push(json!({"name": name, "type": kind, "value": typed, "focused": true}));
        } else if manners == Manners::Client {
            self.check_required(given);
        }
        for step in self.path.iter().rev() {
            options = vec![json!({"name": step["name"], "type": step["type"], "options": options})];
        }
        json!({
            "id": self.root["id"], "name": self.root["name"], "type": 1, "options": options,
            "resolved": resolved(state, person, given),
        })
    }

    fn check_required(&self, given: &Options) {
        let required = self.options().iter().filter(|option| option["required"] == json!(true));
        for name in required.filter_map(|option| text(option, "name")) {
            assert!(given.iter().any(|(given, _)| given == name), "/{} needs the option `{name}`", self.words());
        }
    }

    fn fill(&self, state: &State, name: &str, value: &Typed, manners: Manners) -> Value {
        let option = self.option(name);
        if let Typed::Raw(kind, value) = value {
            return json!({"name": name, "type": kind, "value": value});
        }
        let kind = option["type"].as_u64().unwrap_or(0);
        let Some(json) = coerce(value, kind) else {
            panic!("/{}: option `{name}` (type {kind}) does not take {value:?}", self.words());
        };
        if manners == Manners::Client
            && let Err(why) = offered(state, option, value, &json)
        {
            panic!("/{}: the client does not offer {value:?} for `{name}`: {why}", self.words());
        }
        json!({"name": name, "type": kind, "value": json})
    }
}

/// A value as an option of that type carries it. What a person types fits a text or a number.
fn coerce(value: &Typed, kind: u64) -> Option<Value> {
    Some(match (value, kind) {
        (Typed::Text(text), STRING) => json!(text),
        (Typed::Integer(number), STRING) => json!(number.to_string()),
        (Typed::Text(text), INTEGER) => json!(text.parse::<i64>().ok()?),
        (Typed::Text(text), NUMBER) => json!(text.parse::<f64>().ok()?),
        (Typed::Integer(number), INTEGER | NUMBER) => json!(number),
        (Typed::Number(number), NUMBER) => json!(number),
        (Typed::Truth(truth), BOOLEAN) => json!(truth),
        (Typed::User(id), USER | MENTIONABLE)
        | (Typed::Channel(id), CHANNEL)
        | (Typed::Role(id), ROLE | MENTIONABLE) => json!(id),
        _ => return None,
    })
}

/// Whether the client would let it be chosen.
fn offered(state: &State, option: &Value, value: &Typed, json: &Value) -> Result<(), &'static str> {
    let choices = list(option, "choices");
    if !choices.is_empty() && !choices.iter().any(|choice| choice["value"] == *json) {
        return Err("it is not among the choices");
    }
    let bound = |key: &str| option.get(key).and_then(Value::as_f64);
    let measure = match json {
        Value::String(text) => Some((characters(text) as f64, bound("min_length"), bound("max_length"))),
        Value::Number(number) => number.as_f64().map(|number| (number, bound("min_value"), bound("max_value"))),
        _ => None,
    };
    if let Some((size, min, max)) = measure
        && (min.is_some_and(|min| size < min) || max.is_some_and(|max| size > max))
    {
        return Err("it is out of bounds");
    }
    if let Typed::Channel(id) = value {
        let kind = state.channels.get(id).map(|channel| json!(channel.kind as u8));
        let kinds = list(option, "channel_types");
        if !kinds.is_empty() && !kind.is_some_and(|kind| kinds.contains(&kind)) {
            return Err("it is a channel of another type");
        }
    }
    Ok(())
}

/// What the ids among the options stand for.
fn resolved(state: &State, person: &Person, given: &Options) -> Value {
    let mut resolved = json!({});
    let mut put = |map: &str, id: Snowflake, json: Option<Value>| {
        if let Some(json) = json {
            resolved[map][id.to_string()] = json;
        }
    };
    let guild = state.guilds.get(&person.guild);
    for (_, value) in given {
        match value {
            Typed::User(id) => {
                put("users", *id, state.users.get(id).map(wire::user));
                put("members", *id, guild.and_then(|guild| guild.members.get(id)).map(wire::partial_member));
            }
            Typed::Role(id) => put("roles", *id, guild.and_then(|guild| guild.roles.get(id)).map(wire::role)),
            Typed::Channel(id) => {
                let channel = state.channels.get(id);
                put("channels", *id, channel.map(|channel| wire::partial_channel(state, channel, person.id)));
            }
            _ => {}
        }
    }
    resolved
}
