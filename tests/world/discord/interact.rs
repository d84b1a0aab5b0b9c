//! People use the bot: commands, buttons, modals. Each builds the JSON that Discord would send, and waits for the answer.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use super::Hub;
use super::commands::{Definition, Manners, Options};
use super::interaction::{Interaction, Kind};
use super::limits::text;
use super::people::{Channel, Person};
use super::permissions::Permissions;
use super::snowflake::Snowflake;
use super::state::State;
use super::view::{Message, Response};
use super::wire;

/// An interaction under way.
pub struct Pending {
    hub: Arc<Hub>,
    id: Snowflake,
}

/// A suggestion of an autocomplete.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub name: String,
    pub value: Value,
}

impl Person {
    /// Uses a command as the client lets them: `admin.slash(&channel, "feed add", opts!["channel" => &channel])`.
    ///
    /// # Panics
    /// Where the client would not let them, or no answer comes.
    pub async fn slash(&self, channel: &Channel, words: &str, options: Options) -> Response {
        self.invoke(channel, words, options).await.answer().await
    }

    /// Uses a command in a way that only a forged client can: hidden commands, values outside the choices.
    pub async fn forge(&self, channel: &Channel, words: &str, options: Options) -> Response {
        self.command(channel, words, &options, Manners::Forged).await.answer().await
    }

    /// Uses a command and does not wait.
    pub async fn invoke(&self, channel: &Channel, words: &str, options: Options) -> Pending {
        self.command(channel, words, &options, Manners::Client).await
    }

    async fn command(&self, channel: &Channel, words: &str, options: &Options, manners: Manners) -> Pending {
        let definition = self.definition(words).await;
        if manners == Manners::Client {
            self.check_shown(channel, &definition);
        }
        let data = self.hub.look(|state| definition.data(state, self, options, None, manners));
        let label = format!("/{words} {options:?}");
        self.send(Sketch {
            kind: Kind::Command,
            channel: channel.id,
            data,
            label,
            source: None,
            opened_by: None,
            focused: None,
        })
        .await
    }

    /// The client hides what asks for permissions that one lacks.
    fn check_shown(&self, channel: &Channel, definition: &Definition) {
        let granted = self.hub.look(|state| state.permissions(self.id, channel.id));
        let needed = Permissions(definition.default_member_permissions().unwrap_or(0));
        assert!(granted.has(needed), "the client hides /{} from them; forge it", definition.words());
        assert!(granted.has(Permissions::VIEW_CHANNEL), "they can't see the channel");
    }

    async fn definition(&self, words: &str) -> Definition {
        let what = format!("the command /{words} to be registered");
        self.hub.wait(&what, |state| Definition::find(state, Some(self.guild), words)).await
    }

    /// What is suggested while they type into an option.
    pub async fn autocomplete(
        &self,
        channel: &Channel,
        words: &str,
        (option, typed): (&str, &str),
        others: Options,
    ) -> Vec<Suggestion> {
        let definition = self.definition(words).await;
        let field = definition.option(option);
        assert!(field["autocomplete"] == json!(true), "`{option}` of /{words} does not autocomplete");
        let focused = field["type"].as_u64();
        let data = self.hub.look(|state| definition.data(state, self, &others, Some((option, typed)), Manners::Client));
        let label = format!("autocomplete of `{option}` of /{words} at {typed:?}");
        let sketch = Sketch {
            kind: Kind::Autocomplete,
            channel: channel.id,
            data,
            label,
            source: None,
            opened_by: None,
            focused,
        };
        let response = self.send(sketch).await.answer().await;
        response.interaction.choices.iter().map(suggestion).collect()
    }

    /// Clicks a button, named by its label, its custom id or the beginning of its label.
    ///
    /// # Panics
    /// Where they can't, or no answer comes.
    pub async fn click(&self, message: &Message, button: &str) -> Response {
        self.press(message, button).await.answer().await
    }

    /// Clicks a button and does not wait.
    pub async fn press(&self, message: &Message, button: &str) -> Pending {
        let Some(found) = message.button(button) else {
            panic!("no button `{button}` in:\n{}\n{:?}", message.text(), message.buttons());
        };
        assert!(!found.disabled, "the button `{button}` is disabled");
        let custom_id = found.custom_id.unwrap_or_else(|| panic!("`{button}` is a link"));
        self.press_custom_id(message, &custom_id).await
    }

    /// Clicks a button that the message may no longer have, or never had.
    pub async fn press_custom_id(&self, message: &Message, custom_id: &str) -> Pending {
        let visible = message.only_for.is_none_or(|only| only == self.id);
        let granted = self.hub.look(|state| state.permissions(self.id, message.channel));
        assert!(visible && granted.has(Permissions::VIEW_CHANNEL), "they do not see the message");
        let data = json!({"component_type": 2, "custom_id": custom_id});
        let label = format!("a click on {custom_id}");
        let (channel, source) = (message.channel, Some(message.id));
        self.send(Sketch { kind: Kind::Component, channel, data, label, source, opened_by: None, focused: None }).await
    }

    /// Fills in the modal that an earlier step opened, from above, and sends it.
    pub async fn submit(&self, opened: &Response, values: &[&str]) -> Response {
        let modal = opened.modal();
        let inputs = modal.inputs();
        assert_eq!(inputs.len(), values.len(), "one value for each input");
        for (input, value) in inputs.iter().zip(values) {
            let length = value.chars().count() as u64;
            let bound = |key: &str, default: u64| input.get(key).and_then(Value::as_u64).unwrap_or(default);
            let bounds = bound("min_length", 0)..=bound("max_length", 4000);
            assert!(bounds.contains(&length), "the client does not take {value:?}");
        }
        self.submit_forged(opened, values).await
    }

    /// As [`Self::submit`], whatever the inputs allow.
    pub async fn submit_forged(&self, opened: &Response, values: &[&str]) -> Response {
        let modal = opened.modal();
        let inputs = modal.inputs();
        let rows: Vec<Value> = inputs.iter().zip(values).map(|(input, value)| filled(input, value)).collect();
        let data = json!({"custom_id": modal.custom_id(), "components": rows});
        let label = format!("the modal {} with {values:?}", modal.custom_id());
        let Interaction { id, channel, source, .. } = opened.interaction;
        self.send(Sketch { kind: Kind::Modal, channel, data, label, source, opened_by: Some(id), focused: None })
            .await
            .answer()
            .await
    }

    /// Sends an interaction once a program is there to hear it.
    async fn send(&self, sketch: Sketch) -> Pending {
        self.hub.wait("a program at the gateway", |state| state.sessions.online().then_some(())).await;
        let id = self.hub.change(|state| sketch.dispatch(state, self));
        Pending { hub: self.hub.clone(), id }
    }
}

fn suggestion(choice: &Value) -> Suggestion {
    Suggestion { name: text(choice, "name").unwrap_or_default().to_owned(), value: choice["value"].clone() }
}

fn filled(input: &Value, value: &str) -> Value {
    json!({"type": 1, "components": [{"type": 4, "custom_id": input["custom_id"], "value": value}]})
}

impl Pending {
    /// Waits for the final answer: at once, or after "thinking".
    pub async fn answer(&self) -> Response {
        let label = self.hub.look(|state| state.interactions[&self.id].label.clone());
        let settled = |state: &State| state.interactions.get(&self.id).filter(|i| i.settled).cloned();
        let interaction = self.hub.wait(&format!("the answer to {label}"), settled).await;
        Response::read(&self.hub, interaction)
    }

    /// Waits until the program has said that it is thinking.
    pub async fn deferred(&self) {
        let answered = |state: &State| state.interactions.get(&self.id).and_then(|i| i.answered).map(drop);
        self.hub.wait("a first answer", answered).await;
    }

    /// The final answer, if it has come.
    #[must_use]
    pub fn settled(&self) -> Option<Response> {
        let settled = self.hub.look(|state| state.interactions.get(&self.id).filter(|i| i.settled).cloned());
        settled.map(|interaction| Response::read(&self.hub, interaction))
    }

    /// The test expects no answer: the scenario's end does not ask for one.
    pub fn forget(self) {
        self.hub.change(|state| state.interactions.remove(&self.id));
    }
}

/// An interaction before Discord has given it an id.
struct Sketch {
    kind: Kind,
    channel: Snowflake,
    data: Value,
    label: String,
    source: Option<Snowflake>,
    opened_by: Option<Snowflake>,
    focused: Option<u64>,
}

impl Sketch {
    fn dispatch(self, state: &mut State, person: &Person) -> Snowflake {
        let id = state.next_id();
        let token = format!("token-of-{id}");
        let json = self.json(state, person, id, &token);
        let at = state.now();
        let interaction = Interaction {
            id,
            token,
            kind: self.kind,
            user: person.id,
            channel: self.channel,
            label: self.label,
            at,
            sent: Instant::now(),
            source: self.source,
            opened_by: self.opened_by,
            focused: self.focused,
            answered: None,
            ephemeral: false,
            original: None,
            settled: false,
            follow_ups: Vec::new(),
            modal: None,
            choices: Vec::new(),
        };
        state.interactions.insert(id, interaction);
        state.sessions.dispatch("INTERACTION_CREATE", &json);
        id
    }

    fn json(&self, state: &State, person: &Person, id: Snowflake, token: &str) -> Value {
        let channel = state.channels.get(&self.channel).expect("people act in channels that exist");
        let mut json = json!({
            "id": id, "application_id": state.bot, "type": self.kind as u8, "token": token, "version": 1,
            "data": self.data, "channel_id": self.channel, "channel": wire::partial_channel(state, channel, person.id),
            "locale": "en-GB", "app_permissions": state.permissions(state.bot, self.channel), "entitlements": [],
            "authorizing_integration_owners": {}, "attachment_size_limit": 10_485_760,
        });
        match channel.guild.and_then(|id| state.guilds.get(&id)) {
            Some(guild) => {
                let granted = state.permissions(person.id, self.channel);
                json["guild_id"] = guild.id.into();
                json["guild"] = json!({"id": guild.id, "locale": "en-GB", "features": []});
                json["guild_locale"] = json!("en-GB");
                json["member"] = wire::acting_member(state, guild, person.id, granted);
                json["authorizing_integration_owners"] = json!({"0": guild.id});
                json["context"] = json!(0);
            }
            None => {
                json["user"] = state.users.get(&person.id).map_or(Value::Null, wire::user);
                json["context"] = json!(1);
            }
        }
        if let Some(source) = self.source.and_then(|id| state.messages.get(&id)) {
            json["message"] = wire::message(state, source);
        }
        json
    }
}
