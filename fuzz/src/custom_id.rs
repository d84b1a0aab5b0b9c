//! The `custom_id` of a button or a modal, which any client can forge.

use trapline::core::ids::{Action, ActionError};

/// # Panics
/// Where an id that is taken has another spelling, or would not fit a button.
pub fn custom_id(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Action::decode(&text) {
        Ok(action) => {
            assert!(text.len() <= Action::MAX, "an id is longer than any button takes");
            assert_eq!(action.encode(), text, "one action has one spelling");
        }
        Err(ActionError::Version) => assert!(text.starts_with('t'), "not an id of ours at all"),
        Err(ActionError::Malformed) => {}
    }
}
