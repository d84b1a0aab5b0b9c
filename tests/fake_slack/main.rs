//! The fake Slack, held against bare HTTP and a plain WebSocket: what scenarios rely on must hold.

#[path = "../world/mod.rs"]
mod world;

mod client;
mod conversations;
mod faults;
mod interactions;
mod limits;
mod messages;
mod sockets;
mod views;
