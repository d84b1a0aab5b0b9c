//! The main job on Discord, from outside: each scenario drives the program through a fake Discord, and ends with an
//! account of everything that must not be there.

#[path = "../world/mod.rs"]
mod world;

mod answers;
mod bad_input;
mod communities;
mod faults;
mod feeds;
mod figures;
mod first;
mod gateway;
mod lean;
mod process;
mod restarts;
mod schedule;
