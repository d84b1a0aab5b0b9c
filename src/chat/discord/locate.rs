//! Asks Discord where its gateway is, how many shards it wants, and whether any may begin.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serenity::http::Route;
use tokio::sync::watch;
use twilight_gateway::queue::InMemoryQueue;

use super::Shared;
use super::gateway::{RunError, Status};
use super::rest::{Call, RestError};

/// Pauses before another try to reach Discord: doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where the gateway is, and how many more connections may begin.
#[derive(Debug, Deserialize)]
pub(super) struct Located {
    pub(super) url: String,
    #[serde(default = "one")]
    pub(super) shards: u32,
    pub(super) session_start_limit: Option<Starts>,
}

/// How many connections may begin ("Session start limit").
#[derive(Debug, Deserialize)]
pub(super) struct Starts {
    #[serde(default = "a_thousand")]
    total: u32,
    remaining: u32,
    /// Milliseconds.
    reset_after: u64,
    /// At the same time.
    #[serde(default = "one")]
    max_concurrency: u32,
}

impl Default for Starts {
    fn default() -> Self {
        Self { total: a_thousand(), remaining: a_thousand(), reset_after: 0, max_concurrency: one() }
    }
}

impl Starts {
    /// Tells the queue in which connections wait for their turn.
    pub(super) fn tell(&self, queue: &InMemoryQueue) {
        let at_once = u16::try_from(self.max_concurrency.max(1)).unwrap_or(u16::MAX);
        let reset = Duration::from_millis(self.reset_after);
        queue.update(at_once, self.remaining, reset, self.total.max(self.remaining));
    }
}

fn a_thousand() -> u32 {
    1000
}

fn one() -> u32 {
    1
}

impl Located {
    /// Whether the address can be one.
    fn is_one(&self) -> bool {
        self.url.parse::<Url>().is_ok_and(|url| matches!(url.scheme(), "ws" | "wss") && url.has_host())
    }

    /// How long no connection may begin.
    fn closed(&self) -> Option<Duration> {
        let starts = self.session_start_limit.as_ref()?;
        (starts.remaining < self.shards).then(|| Duration::from_millis(starts.reset_after))
    }
}

/// Asks where the gateway is, until there is an answer.
pub(super) async fn locate(shared: &Shared, status: &watch::Sender<Status>) -> Result<Located, RunError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let why = match shared.rest.json::<Located>(Call::get(Route::GatewayBot)).await {
            Ok(gateway) if !gateway.is_one() => "Discord names no gateway".to_owned(),
            Ok(gateway) => match gateway.closed() {
                None => return Ok(gateway),
                Some(reset) => {
                    pause = reset;
                    "Discord allows no more connections today".to_owned()
                }
            },
            Err(RestError::Refused { status: 401, .. }) => return Err(RunError::Token),
            Err(RestError::Limited(wait)) => {
                pause = pause.max(wait);
                "Discord's rate limit".to_owned()
            }
            Err(error) => error.to_string(),
        };
        tracing::warn!(why, pause_ms = pause.as_millis(), "Discord can't be reached; another try follows");
        status.send_replace(Status::Down { why });
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
