//! What goes wrong with Slack on demand: per method, and per channel.

use serde_json::json;

use super::state::State;
use crate::world::faults;

pub use crate::world::faults::Effect;

pub type Planned = faults::Planned<State>;
pub type Fault = faults::Fault<State>;

impl Planned {
    /// An error in Slack's shape: `not_in_channel`, `internal_error`, …
    pub fn says(self, error: &str) -> Fault {
        self.meets(Effect::Answer { status: 200, body: json!({"ok": false, "error": error}) })
    }
}
