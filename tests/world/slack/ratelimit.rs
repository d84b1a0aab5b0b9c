//! Slack's rate limits: by method, and for new messages by channel.

use crate::world::ratelimit::Windows;

pub use crate::world::ratelimit::Limit;

/// The limits in force. The default is too wide to be felt.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// New messages of a channel.
    pub messages: Limit,
    /// Any other method.
    pub other: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        let wide = Limit::new(100_000, 1);
        Self { messages: wide, other: wide }
    }
}

impl Limits {
    /// One message a second in a channel; methods of tier 3.
    #[must_use]
    pub fn usual() -> Self {
        Self { messages: Limit::new(1, 1), other: Limit::new(50, 60) }
    }
}

#[derive(Debug, Default)]
pub struct Buckets {
    pub limits: Limits,
    windows: Windows,
    /// How many calls were refused with 429.
    pub refused: u32,
}

impl Buckets {
    /// Counts a call; the seconds to wait where it may not pass.
    pub fn count(&mut self, method: &str, channel: &str) -> Option<u64> {
        if matches!(method, "response_url" | "upload") {
            return None;
        }
        let (bucket, limit) = match method {
            "chat.postMessage" => (format!("{method} {channel}"), self.limits.messages),
            _ => (method.to_owned(), self.limits.other),
        };
        let spent = self.windows.spend(&bucket, limit);
        self.refused += u32::from(spent.full);
        spent.full.then(|| spent.reset_after.as_secs() + 1)
    }
}
