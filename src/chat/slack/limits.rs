//! Keeps to Slack's rate limits before Slack has to say so: one message a second in a channel, and a tier for each method.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What Slack counts by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) method: &'static str,
    /// For messages: they are counted in each channel.
    pub(super) channel: Option<String>,
}

/// How much a call matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Urgency {
    #[default]
    Soon,
    /// It is made good by a later one: it waits for nothing, and takes nothing that a more urgent one might need.
    Whenever,
}

/// Places of a burst that are kept for what is urgent.
const KEPT: u32 = 15;
/// A call that would have to wait longer is handed back, to be tried again by whoever owes it.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// One message a second in a channel, with short bursts.
const IN_CHANNEL: Rate = Rate { spacing: Duration::from_secs(1), burst: 3 };
/// Messages of one workspace: "several hundred a minute".
const MESSAGES: Rate = Rate { spacing: Duration::from_millis(150), burst: 20 };
/// Keys remembered before those that mean nothing any more are dropped.
const KEYS: usize = 4096;

/// The method that posts.
pub(super) const POST: &str = "chat.postMessage";

/// At most `burst` at once, and one more each `spacing`.
#[derive(Debug, Clone, Copy)]
struct Rate {
    spacing: Duration,
    burst: u32,
}

#[derive(Debug, Default)]
pub(super) struct Limits(Mutex<HashMap<Key, Lane>>);

#[derive(Debug, Clone, Copy)]
struct Lane {
    /// When all of the burst is free again.
    full_at: Instant,
    /// Slack said so.
    closed_until: Option<Instant>,
}

impl Limits {
    /// Waits for leave.
    ///
    /// # Errors
    /// The time to wait, where it is too long to be waited for here.
    pub(super) async fn pass(&self, key: &Key, urgency: Urgency) -> Result<(), Duration> {
        for (key, rate) in lanes(key) {
            let wait = self.claim(&key, rate, urgency, Instant::now());
            match wait {
                Err(wait) => return Err(wait),
                Ok(wait) if wait.is_zero() => {}
                Ok(wait) => tokio::time::sleep(wait).await,
            }
        }
        Ok(())
    }

    /// Slack refused: nothing more under this key for so long.
    pub(super) fn closed(&self, key: &Key, for_: Duration) {
        let now = Instant::now();
        let mut lanes = self.lanes();
        let lane = lanes.entry(key.clone()).or_insert(Lane { full_at: now, closed_until: None });
        lane.closed_until = Some(now + for_);
    }

    /// Takes the next place in a lane, and says how long until it comes up.
    fn claim(&self, key: &Key, rate: Rate, urgency: Urgency, now: Instant) -> Result<Duration, Duration> {
        let mut lanes = self.lanes();
        if lanes.len() >= KEYS {
            lanes.retain(|_, lane| lane.full_at > now || lane.closed_until.is_some_and(|until| until > now));
        }
        let lane = lanes.entry(key.clone()).or_insert(Lane { full_at: now, closed_until: None });
        let open = lane.closed_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        let ahead = lane.full_at.saturating_duration_since(now);
        let (kept, longest) = match urgency {
            Urgency::Soon => (0, LONGEST_WAIT),
            Urgency::Whenever => (KEPT, Duration::ZERO),
        };
        let free = (rate.burst - 1).saturating_sub(kept);
        let wait = open.max(ahead.saturating_sub(rate.spacing * free));
        if wait > longest {
            return Err(wait);
        }
        lane.full_at = lane.full_at.max(now) + rate.spacing;
        Ok(wait)
    }

    fn lanes(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Lane>> {
        // The lanes are valid between any two statements that change them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call has to wait for: its channel's lane, then its method's.
fn lanes(key: &Key) -> Vec<(Key, Rate)> {
    let method = Key { method: key.method, channel: None };
    match &key.channel {
        Some(_) if key.method == POST => vec![(key.clone(), IN_CHANNEL), (method, MESSAGES)],
        _ => vec![(method, tier(key.method))],
    }
}

/// Slack's tiers in calls a minute; bursts are allowed, so that somebody who waits does not wait for the average.
fn tier(method: &str) -> Rate {
    let a_minute = match method {
        "apps.connections.open" => return Rate { spacing: Duration::from_millis(500), burst: 10 },
        POST | "views.open" | "views.update" | "views.publish" | "users.info" | "chat.postEphemeral" => 100,
        "auth.test" => 300,
        _ => 50,
    };
    Rate { spacing: Duration::from_secs(60) / a_minute, burst: 30 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(channel: &str) -> Key {
        Key { method: POST, channel: Some(channel.to_owned()) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_gets_a_message_a_second_after_a_short_burst() {
        let limits = Limits::default();
        let start = Instant::now();
        for _ in 0..3 {
            limits.pass(&post("C1"), Urgency::Soon).await.unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        limits.pass(&post("C2"), Urgency::Soon).await.unwrap();
        limits.pass(&post("C1"), Urgency::Soon).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(1));
        limits.pass(&post("C1"), Urgency::Soon).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn many_channels_are_spread() {
        let limits = Limits::default();
        let start = Instant::now();
        for channel in 0..100 {
            limits.pass(&post(&format!("C{channel}")), Urgency::Soon).await.unwrap();
        }
        assert!(start.elapsed() >= MESSAGES.spacing * 80, "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_closes_its_channel_alone_and_a_long_one_is_handed_back() {
        let limits = Limits::default();
        limits.closed(&post("C1"), Duration::from_secs(40));
        assert!(limits.pass(&post("C1"), Urgency::Soon).await.unwrap_err() > Duration::from_secs(39));
        limits.pass(&post("C2"), Urgency::Soon).await.unwrap();
        let info = Key { method: "users.info", channel: None };
        limits.closed(&info, Duration::from_secs(5));
        let start = Instant::now();
        limits.pass(&info, Urgency::Soon).await.unwrap();
        assert!(start.elapsed() >= Duration::from_secs(5));
    }
    #[test]
    fn what_can_wait_leaves_room_for_what_can_not() {
        let (limits, now) = (Limits::default(), Instant::now());
        let claim = |urgency| {
            let key = Key { method: "chat.update", channel: None };
            limits.claim(&key, tier(key.method), urgency, now)
        };
        let passed = (0..100).take_while(|_| claim(Urgency::Whenever).is_ok()).count();
        assert!((10..20).contains(&passed), "{passed} of a burst of 30");
        for _ in 0..KEPT {
            assert_eq!(claim(Urgency::Soon), Ok(Duration::ZERO));
        }
    }
}
