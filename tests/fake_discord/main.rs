//! The fake Discord, held against serenity's own HTTP client and a plain WebSocket: what scenarios rely on must hold.

#[path = "../world/mod.rs"]
mod world;

mod client;
mod faults;
mod gateway;
mod interactions;
mod limits;
mod permissions;
mod rest;
