//! Discord's rate limits: a bucket per route and major parameter, and one for everything together.

use std::time::Duration;

use crate::world::ratelimit::{Spent, Windows};

pub use crate::world::ratelimit::Limit;

/// The limits in force. The default is too wide to be felt.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// New messages of a channel.
    pub messages: Limit,
    /// Edits in a channel.
    pub edits: Limit,
    /// Any other route and major parameter.
    pub other: Limit,
    /// All requests but those about interactions.
    pub global: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let wide = Limit::new(100_000, 1);
        Self { messages: wide, edits: wide, other: wide, global: wide }
    }
}

impl Limits {
    /// What Discord is known to apply at present.
    #[must_use]
    pub fn usual() -> Self {
        let per_channel = Limit::new(5, 5);
        Self { messages: per_channel, edits: per_channel, other: Limit::new(50, 1), global: Limit::new(50, 1) }
    }
}

/// What the answer's headers say, and whether the request may pass.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub bucket: String,
    pub limit: u32,
    pub remaining: u32,
    pub reset_after: Duration,
    /// Absent: the request may pass.
    pub refused: Option<Refused>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub global: bool,
}

#[derive(Debug, Default)]
pub struct Buckets {
    pub limits: Limits,
    windows: Windows,
    /// How many requests were refused with 429.
    pub refused: u32,
}

impl Buckets {
    /// Counts a request, at the path below `/api/v10`.
    pub fn count(&mut self, method: &str, path: &str) -> Verdict {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        let (bucket, limit) = self.bucket(method, &steps);
        if !matches!(steps.first(), Some(&("interactions" | "webhooks"))) {
            let verdict = self.spend("global".to_owned(), self.limits.global, true);
            if verdict.refused.is_some() {
                return verdict;
            }
        }
        self.spend(bucket, limit, false)
    }

    fn spend(&mut self, bucket: String, limit: Limit, global: bool) -> Verdict {
        let Spent { remaining, reset_after, full } = self.windows.spend(&bucket, limit);
        self.refused += u32::from(full);
        Verdict { bucket, limit: limit.requests, remaining, reset_after, refused: full.then_some(Refused { global }) }
    }

    /// Requests of one shape share a bucket; ids but the major parameter's are left out.
    fn bucket(&self, method: &str, steps: &[&str]) -> (String, Limit) {
        let limit = match (method, steps) {
            ("POST", ["channels", _, "messages"]) => self.limits.messages,
            ("PATCH", ["channels", _, "messages", _]) => self.limits.edits,
            _ => self.limits.other,
        };
        let is_id = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
        let shape = steps.iter().enumerate().map(|(at, step)| if at > 1 && is_id(step) { "*" } else { step });
        (format!("{method} {}", shape.collect::<Vec<_>>().join("/")), limit)
    }
}
