//! One adapter for each platform. They know `service`, `ports` and `core`, and nothing of each other or of `store`.

pub mod discord;
pub mod slack;
pub mod web;
