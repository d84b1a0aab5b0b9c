//! The simulated world that scenarios run in: a fake Discord, a clock, and the program under test.

#![allow(dead_code, unreachable_pub, reason = "each test crate compiles the whole world and uses its own part")]

pub mod audit;
pub mod clock;
pub mod connection;
pub mod discord;
pub mod faults;
pub mod http;
pub mod hub;
pub mod process;
pub mod program;
pub mod ratelimit;
pub mod scene;
pub mod slack;
pub mod traps;
pub mod upload;

use std::sync::Arc;

use self::clock::{TestClock, instant};
use self::discord::Discord;

/// A clock, and the platforms that follow it.
pub struct World {
    pub clock: Arc<TestClock>,
    pub discord: Discord,
}

impl World {
    /// A fake Discord on a Monday morning, 2026-03-02 08:00 UTC.
    pub async fn discord() -> Self {
        Self::discord_at("2026-03-02T08:00:00Z").await
    }

    /// A fake Discord at a time written as RFC 3339.
    pub async fn discord_at(time: &str) -> Self {
        Self::with_clock(TestClock::at(instant(time))).await
    }

    /// A fake Discord in the machine's own time, for scenarios that start the compiled program.
    pub async fn live() -> Self {
        Self::with_clock(TestClock::running()).await
    }

    async fn with_clock(clock: TestClock) -> Self {
        let clock = Arc::new(clock);
        let discord = Discord::start(clock.clone()).await;
        Self { clock, discord }
    }
}
