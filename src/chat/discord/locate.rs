//! Asks Discord where its gateway is, how many shards it wants, and whether any may begin.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use serenity::http::Route;
use tokio::sync::watch;
use twilight_gateway::queue::InMemoryQueue;

use super::Shared;
use super::gateway::{RunError, Status};
use super::loose::{Loose, Scalar};
use super::rest::{Call, RestError};

/// Pauses before another try to reach Discord: doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where the gateway is, and how many more connections may begin.
#[derive(Debug, PartialEq)]
pub(super) struct Located {
    pub(super) url: Url,
    pub(super) shards: u32,
    starts: Starts,
}

/// How many sessions may begin ("Session start limit").
#[derive(Debug, PartialEq)]
struct Starts {
    total: u32,
    remaining: u32,
    reset_after: Duration,
    /// At the same time.
    at_once: u16,
}

/// Discord's answer; what it leaves out is as usual.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    url: Scalar,
    shards: Scalar,
    session_start_limit: Loose<Limit>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Limit {
    total: Scalar,
    remaining: Scalar,
    /// Milliseconds.
    reset_after: Scalar,
    max_concurrency: Scalar,
}

const A_DAY: u32 = 1000;

impl Answer {
    /// None where it names no gateway.
    fn read(self) -> Option<Located> {
        let url: Url = self.url.text()?.parse().ok()?;
        let limit = self.session_start_limit.0.unwrap_or_default();
        let number = |value: &Scalar| value.number().map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let remaining = number(&limit.remaining).unwrap_or(A_DAY);
        let starts = Starts {
            total: number(&limit.total).unwrap_or(A_DAY).max(remaining),
            remaining,
            reset_after: Duration::from_millis(limit.reset_after.number().unwrap_or_default()),
            at_once: number(&limit.max_concurrency).map_or(1, |n| u16::try_from(n).unwrap_or(u16::MAX).max(1)),
        };
        let is_one = matches!(url.scheme(), "ws" | "wss") && url.has_host();
        is_one.then(|| Located { url, shards: number(&self.shards).unwrap_or(1).max(1), starts })
    }
}

impl Located {
    /// How long no session may begin.
    fn closed(&self) -> Option<Duration> {
        (self.starts.remaining < self.shards).then_some(self.starts.reset_after)
    }

    /// Tells the queue in which shards wait for their turn to begin a session.
    pub(super) fn tell(&self, queue: &InMemoryQueue) {
        let Starts { total, remaining, reset_after, at_once } = self.starts;
        queue.update(at_once, remaining, reset_after, total);
    }
}

/// Asks where the gateway is, until there is an answer.
pub(super) async fn locate(shared: &Shared, status: &watch::Sender<Status>) -> Result<Located, RunError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let answer = shared.rest.json::<Answer>(Call::get(Route::GatewayBot)).await;
        let why = match answer.map(Answer::read) {
            Ok(None) => "Discord names no gateway".to_owned(),
            Ok(Some(gateway)) => match gateway.closed() {
                None => return Ok(gateway),
                Some(reset) => {
                    pause = pause.max(reset);
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(answer: Value) -> Option<Located> {
        serde_json::from_value::<Answer>(answer).unwrap().read()
    }

    #[test]
    fn what_is_left_out_is_as_usual() {
        let usual = read(json!({ "url": "wss://gateway.discord.gg" })).unwrap();
        let starts = Starts { total: 1000, remaining: 1000, reset_after: Duration::ZERO, at_once: 1 };
        assert_eq!((usual.shards, &usual.starts, usual.closed()), (1, &starts, None));
        let odd = json!({ "total": null, "remaining": 2000, "reset_after": 5, "max_concurrency": 0 });
        let odd = read(json!({ "url": "ws://127.0.0.1:1/x", "shards": 0, "session_start_limit": odd })).unwrap();
        let starts = Starts { total: 2000, remaining: 2000, reset_after: Duration::from_millis(5), at_once: 1 };
        assert_eq!((odd.shards, odd.starts), (1, starts));
    }

    #[test]
    fn a_day_on_which_no_more_may_begin_is_waited_for() {
        let limit = json!({ "total": 1000, "remaining": 1, "reset_after": 60_000, "max_concurrency": 16 });
        let located =
            |shards| read(json!({ "url": "ws://x", "shards": shards, "session_start_limit": limit })).unwrap();
        assert_eq!((located(1).closed(), located(2).closed()), (None, Some(Duration::from_secs(60))));
    }

    #[test]
    fn no_other_address_is_a_gateway() {
        for url in [json!("https://discord.com"), json!("gateway"), json!(5), Value::Null] {
            assert_eq!(read(json!({ "url": url })), None);
        }
    }
}
