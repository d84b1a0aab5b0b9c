//! What strangers can send, and what must hold of it: one function for each way in.
//!
//! Each takes bytes, has the program read them, and panics where something is wrong. Both runs call these: the long one of
//! cargo-fuzz (`scripts/fuzz`), and the bounded one of `tests/fuzz`, which compiles this file as a module of its own. They
//! speak to the library as `app` does, and where a way in needs a connection, by the hidden doors that are made for them.

mod custom_id;
mod discord_event;
mod fits;
mod invite_code;
mod number_typed;
mod schedule;
mod slack_envelope;
mod trap_file;
mod web_form;

pub use custom_id::custom_id;
pub use discord_event::discord_event;
pub use invite_code::invite_code;
pub use number_typed::number_typed;
pub use schedule::schedule;
pub use slack_envelope::slack_envelope;
pub use trap_file::trap_file;
pub use web_form::web_form;

/// A way in: reads some bytes, and panics where something is wrong.
pub type Target = fn(&[u8]);

/// All of them, by the name of their file in `fuzz_targets` and of their folder in `corpus`.
pub const TARGETS: [(&str, Target); 8] = [
    ("custom_id", custom_id),
    ("discord_event", discord_event),
    ("invite_code", invite_code),
    ("number_typed", number_typed),
    ("schedule", schedule),
    ("slack_envelope", slack_envelope),
    ("trap_file", trap_file),
    ("web_form", web_form),
];
