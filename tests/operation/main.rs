//! What an operator sees of the program: health, metrics, logs, and the files that it is deployed and watched by.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "../browser/agent.rs"]
mod agent;
#[path = "../browser/channel.rs"]
mod channel;
#[path = "../browser/traps.rs"]
mod traps;
#[path = "../world/mod.rs"]
mod world;

mod copies;
mod deploy;
mod doubles;
mod logs;
mod program;
mod quiet;
mod strangers;
mod threats;
mod watch;
