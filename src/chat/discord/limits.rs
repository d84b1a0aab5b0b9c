//! Keeps to Discord's rate limits before Discord has to say so: the global one, and one for each route.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serenity::http::RatelimitingBucket;
use tokio::time::Instant;

/// Discord counts by method and route, with the channel, guild or webhook of the route.
pub(super) type Key = (Method, RatelimitingBucket);

/// Discord allows 50 requests a second over all routes; evenly spaced requests never come near it.
const SPACING: Duration = Duration::from_millis(21);
/// A request that would have to wait longer is handed back, to be tried again by whoever owes it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Routes remembered before those that mean nothing any more are dropped.
const ROUTES: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The next request goes out no sooner.
    next: Option<Instant>,
    /// Discord said so, for all routes.
    closed_until: Option<Instant>,
    routes: HashMap<Key, Window>,
}

/// What Discord said of a route: this many more until then.
#[derive(Debug, Default)]
struct Window {
    limit: Option<u32>,
    remaining: Option<u32>,
    reset: Option<Instant>,
    /// Sent, and not answered yet.
    flying: u32,
}

/// Leave to send one request; to be given back with the answer.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    limits: &'a Limits,
    key: Key,
}

impl Limits {
    /// Waits for leave.
    ///
    /// # Errors
    /// The time to wait, where it is too long to be waited for here.
    pub(super) async fn pass(&self, key: Key) -> Result<Pass<'_>, Duration> {
        loop {
            let wait = self.state().claim(&key, Instant::now());
            match wait {
                None => break,
                Some(wait) if wait > LONGEST_WAIT => return Err(wait),
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
        let pass = Pass { limits: self, key };
        let slot = self.state().slot(Instant::now());
        tokio::time::sleep_until(slot).await;
        Ok(pass)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // The state is valid between any two statements that change it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes one of the route's requests, or says how long there is none.
    fn claim(&mut self, key: &Key, now: Instant) -> Option<Duration> {
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            return Some(until - now);
        }
        if self.routes.len() >= ROUTES {
            self.routes.retain(|_, window| window.flying > 0 || window.reset.is_some_and(|reset| reset > now));
        }
        self.routes.entry(key.clone()).or_default().claim(now)
    }

    fn slot(&mut self, now: Instant) -> Instant {
        let slot = self.next.map_or(now, |next| next.max(now));
        self.next = Some(slot + SPACING);
        slot
    }
}

impl Window {
    fn claim(&mut self, now: Instant) -> Option<Duration> {
        if self.reset.is_some_and(|reset| reset <= now) {
            self.reset = None;
            self.remaining = self.limit.map(|limit| limit.saturating_sub(self.flying));
        }
        match (self.remaining, self.reset) {
            (Some(0), Some(reset)) => return Some(reset - now),
            (Some(remaining), _) => self.remaining = Some(remaining.saturating_sub(1)),
            (None, _) => {}
        }
        self.flying += 1;
        None
    }
}

impl Pass<'_> {
    /// Learns from an answer's headers.
    pub(super) fn learn(&self, headers: &HeaderMap) {
        let remaining = number::<u32>(headers, "x-ratelimit-remaining");
        let reset_after = number::<f64>(headers, "x-ratelimit-reset-after").and_then(seconds);
        if let (Some(remaining), Some(after)) = (remaining, reset_after) {
            let mut state = self.limits.state();
            let window = state.routes.entry(self.key.clone()).or_default();
            window.limit = number(headers, "x-ratelimit-limit").or(window.limit);
            // Requests that are still on their way will take theirs.
            window.remaining = Some(remaining.saturating_sub(window.flying.saturating_sub(1)));
            window.reset = Some(Instant::now() + after);
        }
    }

    /// Discord refused: nothing more on this route, or on any, for so long.
    pub(super) fn closed(&self, for_: Duration, everywhere: bool) {
        let until = Instant::now() + for_;
        let mut state = self.limits.state();
        if everywhere {
            state.closed_until = Some(until);
        } else {
            let window = state.routes.entry(self.key.clone()).or_default();
            window.remaining = Some(0);
            window.reset = Some(until);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(window) = self.limits.state().routes.get_mut(&self.key) {
            window.flying = window.flying.saturating_sub(1);
        }
    }
}

fn number<T: std::str::FromStr>(headers: &HeaderMap, name: &str) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// Seconds as Discord writes them; none for what is no duration.
pub(super) fn seconds(value: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(value).ok().map(|d| d.min(Duration::from_secs(24 * 3600)))
}

#[cfg(test)]
mod tests {
    use serenity::http::Route;
    use serenity::model::id::ChannelId;

    use super::*;

    fn key(channel: u64) -> Key {
        (Method::POST, Route::ChannelMessages { channel_id: ChannelId::new(channel) }.ratelimiting_bucket())
    }

    fn headers(remaining: u32, after: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", "5".parse().unwrap());
        headers.insert("x-ratelimit-remaining", remaining.to_string().parse().unwrap());
        headers.insert("x-ratelimit-reset-after", after.parse().unwrap());
        headers
    }

    #[tokio::test(start_paused = true)]
    async fn a_used_up_route_waits_and_others_do_not() {
        let limits = Limits::default();
        let start = Instant::now();
        let pass = limits.pass(key(1)).await.unwrap();
        pass.learn(&headers(0, "2.5"));
        drop(pass);
        drop(limits.pass(key(2)).await.unwrap());
        assert!(start.elapsed() < Duration::from_secs(1));
        drop(limits.pass(key(1)).await.unwrap());
        assert!(start.elapsed() >= Duration::from_millis(2500));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_on_their_way_count() {
        let limits = Limits::default();
        let first = limits.pass(key(1)).await.unwrap();
        let _second = limits.pass(key(1)).await.unwrap();
        first.learn(&headers(1, "60"));
        drop(first);
        assert!(limits.pass(key(1)).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_global_limit_is_never_reached() {
        let limits = Limits::default();
        let start = Instant::now();
        for channel in 1..=100 {
            drop(limits.pass(key(channel)).await.unwrap());
        }
        assert!(start.elapsed() >= Duration::from_secs(2));
        assert!(start.elapsed() < Duration::from_millis(2200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_refusal_is_handed_back() {
        let limits = Limits::default();
        limits.pass(key(1)).await.unwrap().closed(Duration::from_secs(40), true);
        assert!(limits.pass(key(2)).await.unwrap_err() > Duration::from_secs(39));
    }
}
