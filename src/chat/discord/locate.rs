//! Asks Discord where its gateway is, how many shards it wants, and whether any may begin.

use std::time::Duration;

use serde::Deserialize;
use serenity::http::Route;
use tokio::sync::watch;

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
    session_start_limit: Option<Starts>,
}

#[derive(Debug, Deserialize)]
struct Starts {
    remaining: u64,
    /// Milliseconds.
    reset_after: u64,
}

fn one() -> u32 {
    1
}

impl Located {
    /// How long no connection may begin.
    fn closed(&self) -> Option<Duration> {
        let starts = self.session_start_limit.as_ref()?;
        (starts.remaining < u64::from(self.shards)).then(|| Duration::from_millis(starts.reset_after))
    }
}

/// Asks where the gateway is, until there is an answer.
pub(super) async fn locate(shared: &Shared, status: &watch::Sender<Status>) -> Result<Located, RunError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let why = match shared.rest.json::<Located>(Call::get(Route::GatewayBot)).await {
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
