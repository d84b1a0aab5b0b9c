//! What goes wrong with Discord on demand.

use serde_json::json;

use super::state::State;
use crate::world::faults;

pub use crate::world::faults::{Effect, Pattern};

pub type Planned = faults::Planned<State>;
pub type Fault = faults::Fault<State>;

impl Planned {
    /// An error in Discord's shape.
    pub fn error(self, status: u16, code: u32, message: &str) -> Fault {
        self.meets(Effect::Answer { status, body: json!({"message": message, "code": code}) })
    }
}
