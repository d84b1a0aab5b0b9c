//! Views: modals, and the App Home.

use serde_json::Value;

use super::blocks::{self, Surface};
use super::objects::{Texts, known, optional_text, required_text};
use super::{characters, list, text};
use crate::world::slack::error::{ApiError, Faulty};

const MOST_BYTES: usize = 250 * 1024;
const SHARED: &[&str] = &["type", "blocks", "private_metadata", "callback_id", "external_id"];
const MODAL: &[&str] = &["title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"];

/// # Errors
/// What Slack answers.
pub fn check(view: &Value, home: bool) -> Result<(), ApiError> {
    let mut faulty = Faulty::default();
    let wanted = if home { "home" } else { "modal" };
    if text(view, "type") != Some(wanted) {
        faulty.add("/view/type", &format!("must be {wanted}"));
    }
    if home {
        known(view, SHARED, "/view", &mut faulty);
    } else {
        known(view, &[SHARED, MODAL].concat(), "/view", &mut faulty);
        required_text(view, "title", Texts::Plain, 24, "/view", &mut faulty);
        optional_text(view, "close", Texts::Plain, 24, "/view", &mut faulty);
        optional_text(view, "submit", Texts::Plain, 24, "/view", &mut faulty);
        let asks = list(view, "blocks").iter().any(|block| text(block, "type") == Some("input"));
        if asks && view.get("submit").is_none() {
            faulty.missing("/view", "submit");
        }
    }
    for (key, most) in [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)] {
        let length = text(view, key).map_or(0, characters);
        faulty.length(&format!("/view/{key}"), length, 0, most);
    }
    let surface = if home { Surface::Home } else { Surface::Modal };
    match view.get("blocks") {
        Some(Value::Array(blocks)) => blocks::check(blocks, surface, "/view/blocks", &mut faulty),
        _ => faulty.missing("/view", "blocks"),
    }
    faulty.result("invalid_arguments")?;
    if view.to_string().len() > MOST_BYTES {
        return Err(ApiError::new("view_too_large"));
    }
    Ok(())
}
