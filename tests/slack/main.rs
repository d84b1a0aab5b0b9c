//! What only Slack has, from outside: each scenario drives the program through a fake Slack, and ends with an account of
//! everything that must not be there. What both platforms have is in `tests/scenarios`.

#[path = "../world/mod.rs"]
mod world;

mod admins;
mod channels;
mod faults;
mod figures;
mod home;
mod lean;
mod limits;
mod members;
mod sockets;
mod tokens;
