//! What each method of the Web API does.

pub mod chat;
mod conversations;
pub mod files;
mod users;
mod views;

use serde_json::{Value, json};

use super::error::ApiError;
use super::forms::Call;
use super::state::State;

pub use chat::keep;
pub use views::{change_view, keep_view};

pub(super) type Answer = Result<Value, ApiError>;

/// # Errors
/// What Slack answers.
pub fn route(state: &mut State, socket_url: &str, method: &str, call: &Call) -> Answer {
    match method {
        "apps.connections.open" => connect(state, socket_url),
        "auth.test" => Ok(auth_test(state)),
        "chat.delete" => chat::delete(state, call),
        "chat.getPermalink" => chat::permalink(state, call),
        "chat.postEphemeral" => chat::post_ephemeral(state, call),
        "chat.postMessage" => chat::post(state, call),
        "chat.update" => chat::update(state, call),
        "conversations.history" => conversations::history(state, call),
        "conversations.info" => conversations::info(state, call),
        "conversations.join" => conversations::join(state, call),
        "conversations.list" => conversations::list(state, call, false),
        "conversations.members" => conversations::members(state, call),
        "conversations.open" => conversations::open(state, call),
        "conversations.replies" => conversations::replies(state, call),
        "files.completeUploadExternal" => files::complete(state, call),
        "files.getUploadURLExternal" => files::begin(state, call),
        "users.conversations" => conversations::list(state, call, true),
        "users.info" => users::info(state, call),
        "users.list" => users::list(state, call),
        "views.open" => views::open(state, call, false),
        "views.publish" => views::publish(state, call),
        "views.push" => views::open(state, call, true),
        "views.update" => views::update(state, call),
        _ => Err(ApiError::new("unknown_method")),
    }
}

/// An address for one connection of Socket Mode.
fn connect(state: &mut State, socket_url: &str) -> Answer {
    if let Some(refusal) = state.sockets.refusal {
        return Err(ApiError::new(refusal));
    }
    let ticket = format!("ticket-{}", state.next_number());
    state.sockets.tickets.insert(ticket.clone());
    Ok(json!({"ok": true, "url": format!("{socket_url}/link/?ticket={ticket}&app_id={}", state.app)}))
}

fn auth_test(state: &State) -> Value {
    json!({
        "ok": true, "url": "https://study-group.slack.com/", "team": state.team_name, "user": "trapline",
        "team_id": state.team, "user_id": state.bot, "bot_id": state.bot_id, "is_enterprise_install": false,
    })
}

/// One page of a list: what it holds, and the cursor to the next.
fn page<T>(all: Vec<T>, call: &Call, default: usize, most: usize) -> Result<(Vec<T>, String), ApiError> {
    let limit = call.number("limit").filter(|limit| *limit > 0).unwrap_or(default).min(most);
    let from = match call.text("cursor").filter(|cursor| !cursor.is_empty()) {
        Some(cursor) => {
            let number = cursor.strip_prefix("next:").and_then(|number| number.parse().ok());
            number.ok_or_else(|| ApiError::new("invalid_cursor"))?
        }
        None => 0,
    };
    let next = if all.len() > from + limit { format!("next:{}", from + limit) } else { String::new() };
    Ok((all.into_iter().skip(from).take(limit).collect(), next))
}

/// Writes down what Slack lets pass and this project does not.
pub(super) fn note(state: &mut State, method: &str, doubts: Vec<String>) {
    for doubt in doubts {
        state.violation(format!("{method}: {doubt}"));
    }
}
