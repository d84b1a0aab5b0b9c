//! People use the app: commands, buttons, modals, the App Home. Each builds the JSON that Slack would send, and waits for
//! what comes of it.

use serde_json::{Map, Value, json};

use super::ids::{Id, Ts};
use super::interaction::{Interaction, Kind};
use super::looks::Button;
use super::message::Message;
use super::people::{Channel, Person};
use super::response::{Pending, Response};
use super::sockets::Envelope;
use super::state::State;
use super::view::View;
use super::wire;

impl Person {
    /// Types a command: `ada.slash(&channel, "/trap", "today")`.
    ///
    /// # Panics
    /// Where no answer comes.
    pub async fn slash(&self, channel: &Channel, command: &str, text: &str) -> Response {
        self.invoke(channel, command, text).await.answer().await
    }

    /// Types a command and does not wait.
    pub async fn invoke(&self, channel: &Channel, command: &str, text: &str) -> Pending {
        let label = format!("{command} {text}");
        let act = Act { kind: Kind::Command, channel: Some(channel.id.clone()), ..Act::new(&label) };
        let (command, text, place) = (command.to_owned(), text.to_owned(), channel.id.clone());
        self.send(act, move |state, user, links| {
            json!({
                "token": "of-old-times", "team_id": state.team, "team_domain": "study-group", "channel_id": place,
                "channel_name": state.channels.get(&place).map(|channel| &channel.name), "user_id": user,
                "user_name": state.users.get(user).map(|user| user.name.to_lowercase()), "command": command,
                "text": text, "api_app_id": state.app, "is_enterprise_install": "false",
                "response_url": links.response_url, "trigger_id": links.trigger,
            })
        })
        .await
    }

    /// Clicks a button of a message, named by its label, its action or the beginning of its label.
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
        self.press_forged(message, &found).await
    }

    /// Clicks a button that the message may no longer have, or never had.
    pub async fn press_forged(&self, message: &Message, button: &Button) -> Pending {
        assert!(message.only_for.as_ref().is_none_or(|only| *only == self.id), "they do not see the message");
        let act = Act {
            kind: Kind::Action,
            channel: Some(message.channel.clone()),
            source: Some(message.ts),
            ..Act::new(&format!("a click on {}", button.action_id))
        };
        let (source, button) = (message.ts, button.clone());
        self.send(act, move |state, user, links| {
            let mut json = action(state, user, links, &button);
            let message = &state.messages[&source];
            let ephemeral = message.only_for.is_some();
            json["container"] = json!({
                "type": "message", "message_ts": source, "channel_id": message.channel, "is_ephemeral": ephemeral,
            });
            if let Some(thread) = message.thread {
                json["container"]["thread_ts"] = thread.into();
            }
            let name = state.channels.get(&message.channel).map(|channel| channel.name.as_str());
            json["channel"] = json!({"id": message.channel, "name": name.unwrap_or("directmessage")});
            if !ephemeral {
                json["message"] = wire::message(state, message, true);
            }
            json["state"] = json!({"values": {}});
            json["response_url"] = json!(links.response_url);
            json
        })
        .await
    }

    /// Clicks a button of a modal or of the App Home.
    pub async fn click_in(&self, view: &View, button: &str) -> Response {
        self.press_in(view, button).await.answer().await
    }

    /// Clicks a button of a view and does not wait.
    pub async fn press_in(&self, view: &View, button: &str) -> Pending {
        let Some(found) = view.button(button) else {
            panic!("no button `{button}` in:\n{}\n{:?}", view.text(), view.buttons());
        };
        self.press_forged_in(view, &found).await
    }

    /// Clicks a button that the view may never have had.
    pub async fn press_forged_in(&self, view: &View, button: &Button) -> Pending {
        assert_eq!(view.user, self.id, "they do not see the view");
        let act = Act {
            kind: Kind::Action,
            view: Some(view.id.clone()),
            ..Act::new(&format!("a click on {} in a view", button.action_id))
        };
        let (id, button) = (view.id.clone(), button.clone());
        self.send(act, move |state, user, links| {
            let mut json = action(state, user, links, &button);
            json["container"] = json!({"type": "view", "view_id": id});
            json["view"] = wire::view(state, &state.views[&id], Map::new());
            json
        })
        .await
    }

    /// Fills in the modal that an earlier step opened, and sends it: by the labels of its inputs, or the beginnings of
    /// these. What is not named stays as it is.
    pub async fn submit(&self, opened: &Response, values: &[(&str, &str)]) -> Response {
        let modal = opened.modal();
        let values = modal.filled(values);
        self.submit_forged(&modal, values).await.answer().await
    }

    /// Sends a modal with values that its client may not offer, by block and action.
    pub async fn submit_forged(&self, modal: &View, values: Map<String, Value>) -> Pending {
        assert_eq!(modal.user, self.id, "they do not see the modal");
        let act = Act {
            kind: Kind::Submission,
            view: Some(modal.id.clone()),
            ..Act::new(&format!("the modal {:?} with {}", modal.title(), Value::Object(values.clone())))
        };
        let id = modal.id.clone();
        self.send(act, move |state, user, links| {
            json!({
                "type": "view_submission", "team": {"id": state.team, "domain": "study-group"},
                "user": wire::actor(state, user), "api_app_id": state.app, "token": "of-old-times",
                "trigger_id": links.trigger, "view": wire::view(state, &state.views[&id], values), "response_urls": [],
                "is_enterprise_install": false, "enterprise": null,
            })
        })
        .await
    }

    /// What a menu of a modal offers for what they type into it.
    pub async fn suggestions(&self, modal: &View, label: &str, typed: &str) -> Vec<Value> {
        let input = modal.input(label);
        let act = Act {
            kind: Kind::Suggestion,
            view: Some(modal.id.clone()),
            ..Act::new(&format!("{typed:?} typed into {label}"))
        };
        let (id, typed) = (modal.id.clone(), typed.to_owned());
        let sent = self.send(act, move |state, user, _| {
            json!({
                "type": "block_suggestion", "team": {"id": state.team, "domain": "study-group"},
                "user": wire::actor(state, user), "api_app_id": state.app, "token": "of-old-times",
                "container": {"type": "view", "view_id": id}, "action_id": input.action_id,
                "block_id": input.block_id, "value": typed, "view": wire::view(state, &state.views[&id], Map::new()),
                "is_enterprise_install": false, "enterprise": null,
            })
        });
        sent.await.answer().await.options()
    }

    /// Opens the App Home, and waits until it shows something new.
    pub async fn open_home(&self) -> View {
        self.visit_home("home").await.answer().await.view()
    }

    /// Opens a tab of the App Home and does not wait.
    pub async fn visit_home(&self, tab: &str) -> Pending {
        let kind = if tab == "home" { Kind::Home } else { Kind::Notice };
        let tab = tab.to_owned();
        let act = Act { kind, ..Act::new(&format!("the App Home's {tab} tab")) };
        self.send(act, move |state, user, _| {
            let channel = state.conversation(user).map(|channel| channel.id.clone());
            let mut opened = json!({
                "type": "app_home_opened", "user": user, "channel": channel.unwrap_or_else(|| format!("D{user}")),
                "tab": tab, "event_ts": "1772438400.000000",
            });
            let shown = state.views.values().find(|view| view.home && view.user == *user);
            if let Some(shown) = shown.filter(|_| tab == "home") {
                opened["view"] = wire::view(state, shown, Map::new());
            }
            event(state, &opened)
        })
        .await
    }

    /// Sends what they do once a program is there to hear it.
    async fn send(&self, act: Act, payload: impl FnOnce(&State, &Id, &Links) -> Value) -> Pending {
        self.hub.wait("a program on a socket", |state| state.sockets.online().then_some(())).await;
        let user = self.id.clone();
        let number = self.hub.change(|state| begin(state, act, user, payload));
        Pending::new(&self.hub, number)
    }
}

/// An act before Slack has given it a number.
struct Act {
    kind: Kind,
    channel: Option<Id>,
    label: String,
    source: Option<Ts>,
    view: Option<Id>,
}

impl Act {
    fn new(label: &str) -> Self {
        Self { kind: Kind::Notice, channel: None, label: label.to_owned(), source: None, view: None }
    }
}

/// What an act lets the program do.
struct Links {
    trigger: String,
    response_url: String,
}

fn begin(state: &mut State, act: Act, user: Id, payload: impl FnOnce(&State, &Id, &Links) -> Value) -> u64 {
    let number = state.next_number();
    let links = Links {
        trigger: format!("{number}.1.trigger"),
        response_url: format!("{}/response/{number}/secret", state.http_url),
    };
    let payload = payload(state, &user, &links);
    let now = state.now();
    let envelope = format!("envelope-{number}");
    let interaction = Interaction {
        number,
        kind: act.kind,
        user,
        channel: act.channel,
        label: act.label,
        at: now,
        trigger: links.trigger,
        trigger_used: false,
        response_uses: 0,
        source: act.source,
        view: act.view,
        envelope: envelope.clone(),
        acknowledged: false,
        outcomes: Vec::new(),
    };
    let kind = match act.kind {
        Kind::Command => "slash_commands",
        Kind::Action | Kind::Submission | Kind::Suggestion => "interactive",
        Kind::Home | Kind::Notice => "events_api",
    };
    let accepts_response = matches!(act.kind, Kind::Command | Kind::Submission | Kind::Suggestion);
    state.interactions.insert(number, interaction);
    state.sockets.dispatch(Envelope {
        id: envelope,
        kind,
        payload,
        accepts_response,
        interaction: number,
        at: now,
        attempt: 0,
        by: None,
        acknowledged: false,
        given_up: false,
        excused: false,
    });
    number
}

/// The workspace tells the app something that nobody did to it.
pub fn notify(state: &mut State, told: &Value) -> u64 {
    let act = Act::new(&format!("the event {}", told["type"]));
    begin(state, act, String::new(), |state, _, _| event(state, told))
}

fn event(state: &State, event: &Value) -> Value {
    json!({
        "token": "of-old-times", "team_id": state.team, "api_app_id": state.app, "event": event,
        "type": "event_callback", "event_id": format!("Ev{}", state.interactions.len()),
        "event_time": state.now().timestamp(), "is_ext_shared_channel": false,
        "authorizations": [{
            "enterprise_id": null, "team_id": state.team, "user_id": state.bot, "is_bot": true,
            "is_enterprise_install": false,
        }],
    })
}

/// What every click says.
fn action(state: &State, user: &Id, links: &Links, button: &Button) -> Value {
    json!({
        "type": "block_actions", "user": wire::actor(state, user), "api_app_id": state.app, "token": "of-old-times",
        "trigger_id": links.trigger, "team": {"id": state.team, "domain": "study-group"}, "enterprise": null,
        "is_enterprise_install": false,
        "actions": [{
            "action_id": button.action_id, "block_id": button.block_id, "type": "button", "value": button.value,
            "text": {"type": "plain_text", "text": button.label, "emoji": true}, "action_ts": "1772438400.000000",
        }],
    })
}
