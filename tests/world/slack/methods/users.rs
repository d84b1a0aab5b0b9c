//! Who is in the workspace.

use serde_json::{Value, json};

use super::{Answer, page};
use crate::world::slack::error::ApiError;
use crate::world::slack::forms::Call;
use crate::world::slack::state::State;
use crate::world::slack::wire;

pub(super) fn info(state: &State, call: &Call) -> Answer {
    let user = call.text("user").and_then(|id| state.users.get(&id)).ok_or_else(|| ApiError::new("user_not_found"))?;
    Ok(json!({"ok": true, "user": wire::user(state, user)}))
}

pub(super) fn list(state: &State, call: &Call) -> Answer {
    let all: Vec<Value> = state.users.values().map(|user| wire::user(state, user)).collect();
    let (members, next) = page(all, call, 1000, 1000)?;
    Ok(json!({"ok": true, "members": members, "cache_ts": 0, "response_metadata": {"next_cursor": next}}))
}
