//! Rate limits: so many requests of a bucket in a span.
//!
//! Windows are counted in the machine's own time, not the test clock's: whoever is told to wait does so in real time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// So many requests in such a span.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub requests: u32,
    pub per: Duration,
}

impl Limit {
    #[must_use]
    pub const fn new(requests: u32, seconds: u64) -> Self {
        Self { requests, per: Duration::from_secs(seconds) }
    }
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Instant,
    used: u32,
}

/// What a bucket says of one request.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    pub remaining: u32,
    pub reset_after: Duration,
    /// The bucket is empty: the request may not pass.
    pub full: bool,
}

/// The buckets, by name.
#[derive(Debug, Default)]
pub struct Windows(BTreeMap<String, Window>);

impl Windows {
    /// Counts one request against a bucket.
    pub fn spend(&mut self, bucket: &str, limit: Limit) -> Spent {
        let now = Instant::now();
        let window = self.0.entry(bucket.to_owned()).or_insert(Window { since: now, used: 0 });
        if now.duration_since(window.since) >= limit.per {
            *window = Window { since: now, used: 0 };
        }
        let full = window.used >= limit.requests;
        if !full {
            window.used += 1;
        }
        let reset_after = (window.since + limit.per).saturating_duration_since(now);
        Spent { remaining: limit.requests - window.used, reset_after, full }
    }
}
