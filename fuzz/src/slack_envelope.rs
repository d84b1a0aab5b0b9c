//! An envelope of Slack's Socket Mode, and what people type behind `/trap` or into a modal.

use serde_json::Value;
use trapline::chat::slack::overheard::{Overheard, overhear};

use super::fits;

/// Slack shows no more of an error under a field.
const LONGEST: usize = 300;

/// # Panics
/// Where an acknowledgement is not one, or a refusal is no message.
pub fn slack_envelope(input: &[u8]) {
    let frame = String::from_utf8_lossy(input);
    let Some((ack, what)) = overhear(&frame) else { return };
    if let Some(ack) = ack {
        let ack: Value = serde_json::from_str(&ack).expect("an acknowledgement is JSON");
        let sent: Value = serde_json::from_str(&frame).expect("it has been read before");
        assert_eq!(ack["envelope_id"], sent["envelope_id"], "what is acknowledged is what came");
    }
    match what {
        Some(Overheard::Click(Ok(action))) => assert!(action.encode().len() <= 100, "a button of ours"),
        Some(Overheard::Submit { number, draft, errors, .. }) => {
            for refusal in [number.err(), draft.err()].into_iter().flatten() {
                fits::refusal(&refusal);
            }
            for said in errors.iter().flat_map(|answer| answer["errors"].as_object()).flat_map(|all| all.values()) {
                let length = said.as_str().map_or(0, |text| text.chars().count());
                assert!((1..=LONGEST).contains(&length), "{said} can't stand under a field");
            }
        }
        _ => {}
    }
}
