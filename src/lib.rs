//! Trapline: one machine-learning interview trap a day for a study group's chat channel.
//!
//! Direction of dependence, held by `tests/architecture.rs`:
//! `main → app → {chat, scheduler} → service → {store, ports, bank} → {metrics, core}`; `guide` stands
//! on `bank`; `chat`, `guide` and `app` draw with `figure` and write with `html`, which know `core` alone.

pub mod app;
pub mod bank;
pub mod chat;
pub mod cli;
pub mod config;
pub mod core;
pub mod figure;
pub mod guide;
pub mod html;
pub mod metrics;
pub mod ports;
pub mod scheduler;
pub mod service;
pub mod store;
pub mod telemetry;
