//! The main job from outside, on Discord and on Slack from one description: each scenario drives the program through a
//! fake platform, and ends with an account of everything that must not be there.

#[path = "../world/mod.rs"]
mod world;

mod answers;
mod bad_input;
mod communities;
mod faults;
mod feeds;
mod first;
mod hostile;
mod process;
mod restarts;
mod schedule;
