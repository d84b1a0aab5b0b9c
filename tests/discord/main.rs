//! What only Discord has, from outside: each scenario drives the program through a fake Discord, and ends with an account
//! of everything that must not be there. What both platforms have is in `tests/scenarios`.

#[path = "../world/mod.rs"]
mod world;

mod bad_input;
mod communities;
mod faults;
mod feeds;
mod figures;
mod gateway;
mod lean;
mod process;
