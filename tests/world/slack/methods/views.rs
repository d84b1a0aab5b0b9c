//! Modals and the App Home.

use serde_json::{Map, Value, json};

use super::{Answer, note};
use crate::world::slack::error::ApiError;
use crate::world::slack::forms::Call;
use crate::world::slack::ids::Id;
use crate::world::slack::interaction::Outcome;
use crate::world::slack::limits::blocks::texts;
use crate::world::slack::limits::{self, text};
use crate::world::slack::mrkdwn;
use crate::world::slack::outcomes;
use crate::world::slack::state::{State, View};
use crate::world::slack::wire;

/// How many modals may lie on each other.
const DEEPEST: usize = 3;

/// Checks a view, and writes down its doubts.
fn read(state: &mut State, method: &str, json: &Value, home: bool) -> Result<Value, ApiError> {
    limits::view::check(json, home)?;
    let mut said = Vec::new();
    texts(json, &mut said);
    let doubts = said.iter().flat_map(|(text, is_mrkdwn)| mrkdwn::doubts(text, *is_mrkdwn)).collect();
    note(state, method, doubts);
    Ok(json.clone())
}

/// Shows somebody a view.
pub fn keep_view(state: &mut State, user: &Id, json: Value, previous: Option<Id>) -> Id {
    let id = state.next_id('V');
    let root = previous.as_ref().and_then(|previous| state.views.get(previous)).map_or(&id, |view| &view.root).clone();
    let home = text(&json, "type") == Some("home");
    let hash = format!("{}.hash", state.next_number());
    let view = View { id: id.clone(), user: user.clone(), home, json, hash, open: true, previous, root, updates: 1 };
    state.views.insert(id.clone(), view);
    id
}

/// Shows something else in a view that is open.
///
/// # Errors
/// What Slack answers.
pub fn change_view(state: &mut State, method: &str, id: &Id, json: &Value) -> Result<(), ApiError> {
    let home = state.views.get(id).ok_or_else(|| ApiError::new("not_found"))?.home;
    let json = read(state, method, json, home)?;
    let hash = format!("{}.hash", state.next_number());
    if let Some(view) = state.views.get_mut(id) {
        view.json = json;
        view.hash = hash;
        view.updates += 1;
    }
    Ok(())
}

fn answer(state: &State, id: &Id) -> Value {
    json!({"ok": true, "view": wire::view(state, &state.views[id], Map::new())})
}

/// `on_top`: on the modal that the trigger came from.
pub(super) fn open(state: &mut State, call: &Call, on_top: bool) -> Answer {
    let method = if on_top { "views.push" } else { "views.open" };
    let number = exchange(state, &call.text("trigger_id").unwrap_or_default())?;
    let json = read(state, method, &call.args["view"], false)?;
    let external = text(&json, "external_id").filter(|external| !external.is_empty());
    let taken = |view: &View| view.open && external.is_some() && text(&view.json, "external_id") == external;
    if state.views.values().any(taken) {
        return Err(ApiError::new("duplicate_external_id"));
    }
    let (user, below) = {
        let interaction = &state.interactions[&number];
        (interaction.user.clone(), interaction.view.clone().filter(|_| on_top))
    };
    if on_top && state.views.values().filter(|view| view.open && !view.home && view.user == user).count() >= DEEPEST {
        return Err(ApiError::new("push_limit_reached"));
    }
    let id = keep_view(state, &user, json, below);
    if let Some(interaction) = state.interactions.get_mut(&number) {
        interaction.trigger_used = true;
        interaction.outcomes.push(Outcome::View(id.clone()));
    }
    Ok(answer(state, &id))
}

/// The interaction that a trigger belongs to. A trigger serves once, and for three seconds.
fn exchange(state: &State, trigger: &str) -> Result<u64, ApiError> {
    let found = state.interactions.values().find(|interaction| interaction.trigger == trigger);
    let found = found.ok_or_else(|| ApiError::new("invalid_trigger_id"))?;
    if found.trigger_used {
        return Err(ApiError::new("exchanged_trigger_id"));
    }
    if found.trigger_expired(state.now()) {
        return Err(ApiError::new("expired_trigger_id"));
    }
    Ok(found.number)
}

pub(super) fn update(state: &mut State, call: &Call) -> Answer {
    let named = call.text("view_id").or_else(|| {
        let external = call.text("external_id")?;
        let has = |view: &&View| view.open && text(&view.json, "external_id") == Some(&external);
        state.views.values().find(has).map(|view| view.id.clone())
    });
    let view = named.and_then(|id| state.views.get(&id)).filter(|view| view.open);
    let view = view.ok_or_else(|| ApiError::new("not_found"))?;
    if call.text("hash").is_some_and(|hash| hash != view.hash) {
        return Err(ApiError::new("hash_conflict"));
    }
    let (id, user) = (view.id.clone(), view.user.clone());
    change_view(state, "views.update", &id, &call.args["view"])?;
    outcomes::reaches_in_view(state, &user, &id, Outcome::View(id.clone()));
    Ok(answer(state, &id))
}

pub(super) fn publish(state: &mut State, call: &Call) -> Answer {
    let user = call.text("user_id").unwrap_or_default();
    if !state.users.contains_key(&user) {
        return Err(ApiError::new("user_not_found"));
    }
    let present = state.views.values().find(|view| view.home && view.user == user);
    let present = present.map(|view| (view.id.clone(), view.hash.clone()));
    if let (Some(hash), Some((_, now))) = (call.text("hash"), &present)
        && hash != *now
    {
        return Err(ApiError::new("hash_conflict"));
    }
    let id = match present {
        Some((id, _)) => {
            change_view(state, "views.publish", &id, &call.args["view"])?;
            id
        }
        None => {
            let json = read(state, "views.publish", &call.args["view"], true)?;
            keep_view(state, &user, json, None)
        }
    };
    outcomes::reaches_in_view(state, &user, &id, Outcome::View(id.clone()));
    Ok(answer(state, &id))
}
