//! What comes over the socket, reduced to what matters.
//!
//! Slack-morphism's models of events are strict, and a click carries the whole message that was clicked: one block or field
//! more than they know, and a member's answer would be lost without a word. So only what is needed is read, leniently.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One message of Slack's.
#[derive(Debug, Deserialize)]
pub(super) struct Frame {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) envelope_id: Option<String>,
    #[serde(default)]
    pub(super) payload: Value,
    /// Of a `disconnect`.
    #[serde(default)]
    pub(super) reason: Option<String>,
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    Command {
        who: Who,
        text: String,
        way: Way,
    },
    Click {
        who: Who,
        action: String,
        way: Way,
    },
    Submit {
        who: Who,
        view: View,
    },
    /// The App Home was opened.
    Home {
        who: Who,
    },
}

/// Who did it, as the event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) team: String,
    pub(super) user: String,
    /// Their handle, if the event has one.
    pub(super) handle: String,
}

/// The ways there are to answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Way {
    /// Takes a few messages within half an hour. A secret.
    pub(super) response_url: Option<String>,
    /// Opens a modal within three seconds.
    pub(super) trigger: Option<String>,
    pub(super) channel: Option<String>,
    /// The message that was clicked is the reader's own, so that it can be replaced.
    pub(super) private: bool,
    /// It was done in the App Home, where there is no message.
    pub(super) home: bool,
}

/// A modal that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) callback: String,
    /// What was put into the modal when it was opened.
    pub(super) metadata: String,
    /// By block: what was typed or chosen; absent where nothing was.
    pub(super) values: BTreeMap<String, String>,
}

impl Frame {
    /// What somebody did, with what it is known again by. None for what is not needed, or can't be read.
    pub(super) fn event(&self) -> Option<(Event, Option<String>)> {
        let payload = &self.payload;
        let event = match self.kind.as_str() {
            "slash_commands" => command(payload),
            "interactive" => match payload["type"].as_str()? {
                "block_actions" => click(payload),
                "view_submission" => submit(payload),
                _ => None,
            },
            "events_api" => home(payload),
            _ => None,
        }?;
        let again = text(&payload["trigger_id"]).or_else(|| text(&payload["event_id"]));
        Some((event, again))
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

fn command(payload: &Value) -> Option<Event> {
    let who = Who {
        team: text(&payload["team_id"]).unwrap_or_default(),
        user: text(&payload["user_id"])?,
        handle: text(&payload["user_name"]).unwrap_or_default(),
    };
    let way = Way {
        response_url: text(&payload["response_url"]),
        trigger: text(&payload["trigger_id"]),
        channel: text(&payload["channel_id"]),
        ..Way::default()
    };
    Some(Event::Command { who, text: text(&payload["text"]).unwrap_or_default(), way })
}

fn who(payload: &Value) -> Option<Who> {
    let user = &payload["user"];
    let team = [&payload["team"]["id"], &payload["user"]["team_id"], &payload["view"]["team_id"]];
    Some(Who {
        team: team.into_iter().find_map(text).unwrap_or_default(),
        user: text(&user["id"])?,
        handle: text(&user["username"]).or_else(|| text(&user["name"])).unwrap_or_default(),
    })
}

fn click(payload: &Value) -> Option<Event> {
    let (container, message) = (&payload["container"], &payload["message"]);
    let action = payload["actions"].as_array()?.first()?;
    let way = Way {
        response_url: text(&payload["response_url"]),
        trigger: text(&payload["trigger_id"]),
        channel: text(&payload["channel"]["id"]).or_else(|| text(&container["channel_id"])),
        private: container["is_ephemeral"].as_bool().or(message["is_ephemeral"].as_bool()).unwrap_or(false),
        home: container["type"] == "view",
    };
    Some(Event::Click { who: who(payload)?, action: text(&action["value"]).or(text(&action["action_id"]))?, way })
}

fn submit(payload: &Value) -> Option<Event> {
    let view = &payload["view"];
    let blocks = view["state"]["values"].as_object();
    let values = blocks.into_iter().flatten().filter_map(|(block, fields)| {
        let field = fields.as_object()?.values().next()?;
        Some((block.clone(), chosen(field)?))
    });
    let view = View {
        callback: text(&view["callback_id"])?,
        metadata: text(&view["private_metadata"]).unwrap_or_default(),
        values: values.collect(),
    };
    Some(Event::Submit { who: who(payload)?, view })
}

/// What a field of a modal says, whatever kind it is.
fn chosen(field: &Value) -> Option<String> {
    if let Some(options) = field["selected_options"].as_array() {
        let values: Vec<&str> = options.iter().filter_map(|option| option["value"].as_str()).collect();
        return Some(values.join(","));
    }
    let single = [
        &field["value"],
        &field["selected_conversation"],
        &field["selected_channel"],
        &field["selected_time"],
        &field["selected_option"]["value"],
    ];
    single.into_iter().find_map(text)
}

fn home(payload: &Value) -> Option<Event> {
    let event = &payload["event"];
    if event["type"] != "app_home_opened" || event["tab"] == "messages" {
        return None;
    }
    let team = text(&payload["team_id"]).unwrap_or_default();
    Some(Event::Home { who: Who { team, user: text(&event["user"])?, handle: String::new() } })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, payload: &Value) -> Option<Event> {
        let frame: Frame =
            serde_json::from_value(json!({ "type": kind, "envelope_id": "e1", "payload": payload })).unwrap();
        frame.event().map(|(event, _)| event)
    }

    #[test]
    fn a_click_is_read_whatever_surrounds_it() {
        let payload = json!({
            "type": "block_actions", "team": { "id": "T1", "domain": "x" }, "trigger_id": "t",
            "user": { "id": "U1", "username": "ann", "unheard": ["of"] }, "channel": { "id": "C1" },
            "container": { "type": "message", "is_ephemeral": true, "message_ts": "1.2" }, "response_url": "https://r",
            "message": { "blocks": [{ "type": "from the future" }] },
            "actions": [{ "type": "button", "action_id": "t1:m:1", "value": "t1:m:1" }],
        });
        let Some(Event::Click { who, action, way }) = event("interactive", &payload) else { panic!("it is a click") };
        assert_eq!((who.team.as_str(), who.user.as_str(), who.handle.as_str()), ("T1", "U1", "ann"));
        assert_eq!((action.as_str(), way.private, way.home), ("t1:m:1", true, false));
    }

    #[test]
    fn a_modal_gives_its_fields_of_any_kind() {
        let payload = json!({
            "type": "view_submission", "team": { "id": "T1" }, "user": { "id": "U1", "name": "ann" },
            "view": { "callback_id": "t1:g", "private_metadata": "{}", "state": { "values": {
                "channel": { "value": { "type": "conversations_select", "selected_conversation": "C1" } },
                "time": { "value": { "type": "plain_text_input", "value": "09:00" } },
                "cron": { "value": { "type": "plain_text_input", "value": null } },
                "level": { "value": { "type": "static_select", "selected_option": { "value": "any" } } },
                "thread": { "value": { "type": "checkboxes", "selected_options": [] } },
            } } },
        });
        let Some(Event::Submit { view, .. }) = event("interactive", &payload) else { panic!("it is a submission") };
        let value = |block: &str| view.values.get(block).map(String::as_str);
        assert_eq!((value("channel"), value("time"), value("cron")), (Some("C1"), Some("09:00"), None));
        assert_eq!((value("level"), value("thread")), (Some("any"), Some("")));
    }

    #[test]
    fn commands_and_the_home_are_known_and_the_rest_is_not() {
        let command =
            json!({ "team_id": "T1", "user_id": "U1", "user_name": "ann", "text": " today ", "trigger_id": "t" });
        assert!(matches!(event("slash_commands", &command), Some(Event::Command { text, .. }) if text == " today "));
        let home =
            |tab: &str| json!({ "team_id": "T1", "event": { "type": "app_home_opened", "user": "U1", "tab": tab } });
        assert!(matches!(event("events_api", &home("home")), Some(Event::Home { .. })));
        assert_eq!(event("events_api", &home("messages")), None);
        assert_eq!(event("interactive", &json!({ "type": "shortcut" })), None);
        assert_eq!(event("interactive", &json!("text")), None);
    }
}
