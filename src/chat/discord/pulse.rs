//! Notices that the gateway has stopped answering heartbeats, before serenity does.
//!
//! Serenity would then begin a new session, ten seconds later; a connection that is closed from this side in time is
//! resumed at once. The heartbeat's interval is not told to handlers, so it is learnt from the answers.

use std::time::Duration;

use tokio::time::Instant;

/// The answers to one shard's heartbeats.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// Of the last answer: it differs from one to the next.
    latency: Option<Duration>,
    answered: Option<Instant>,
    /// The longest pause between two answers, and how many there were.
    longest: Duration,
    pauses: u32,
}

/// Fewer could have been heartbeats that Discord asked for, out of turn.
const ENOUGH: u32 = 2;

impl Pulse {
    /// Takes a look. Whether the connection is up and should be closed: an answer is late by half an interval.
    pub(super) fn is_lost(&mut self, latency: Option<Duration>, now: Instant) -> bool {
        if latency.is_some() && latency != self.latency {
            if let Some(before) = self.answered {
                self.longest = self.longest.max(now - before);
                self.pauses += 1;
            }
            self.latency = latency;
            self.answered = Some(now);
        }
        let late = self.longest + self.longest / 2;
        let lost = self.pauses >= ENOUGH && self.answered.is_some_and(|answered| now - answered > late);
        if lost {
            self.rest();
        }
        lost
    }

    /// The connection is not up; the next one is listened to from its beginning.
    pub(super) fn rest(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every half second at a gateway that answers every ten seconds, as long as it does.
    fn lost_after(answers: u64) -> Option<u64> {
        let (start, mut pulse) = (Instant::now(), Pulse::default());
        (0..400_u64).find(|look| {
            let beats = (look / 20).min(answers);
            let latency = (beats > 0).then(|| Duration::from_millis(40 + beats));
            pulse.is_lost(latency, start + Duration::from_millis(look * 500))
        })
    }

    #[test]
    fn silence_is_noticed_within_an_interval_and_a_half() {
        assert_eq!(lost_after(5).map(|look| look / 2), Some(50 + 15));
    }

    #[test]
    fn regular_answers_and_unknown_intervals_are_no_loss() {
        assert_eq!(lost_after(1000), None);
        assert_eq!(lost_after(2), None);
        assert_eq!(lost_after(0), None);
    }
}
