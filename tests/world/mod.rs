//! The simulated world that scenarios run in: a fake Discord, a fake Slack, a clock, and the program under test.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test crate compiles the whole world and uses its own part"
)]

pub mod audit;
pub mod backstage;
pub mod clock;
pub mod connection;
pub mod discord;
pub mod faults;
pub mod http;
pub mod hub;
pub mod lean;
pub mod process;
pub mod program;
pub mod ratelimit;
pub mod scene;
pub mod slack;
pub mod stage;
pub mod traps;
pub mod upload;

use std::sync::Arc;

use self::clock::{TestClock, instant};
use self::discord::Discord;
use self::slack::Slack;

/// A clock, and the platforms that follow it.
pub struct World {
    pub clock: Arc<TestClock>,
    pub discord: Discord,
    pub slack: Slack,
}

impl World {
    /// A Monday morning, 2026-03-02 08:00 UTC.
    pub async fn new() -> Self {
        Self::at("2026-03-02T08:00:00Z").await
    }

    /// A time written as RFC 3339.
    pub async fn at(time: &str) -> Self {
        Self::with_clock(TestClock::at(instant(time))).await
    }

    /// The machine's own time, for scenarios that start the compiled program.
    pub async fn live() -> Self {
        Self::with_clock(TestClock::running()).await
    }

    async fn with_clock(clock: TestClock) -> Self {
        let clock = Arc::new(clock);
        let discord = Discord::start(clock.clone()).await;
        let slack = Slack::start(clock.clone()).await;
        Self { clock, discord, slack }
    }

    /// The end of a scenario: no platform has anything to complain of.
    ///
    /// # Panics
    /// With a list, where one has.
    pub fn finish(self) {
        self.discord.finish();
        self.slack.finish();
    }
}
