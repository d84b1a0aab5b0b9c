//! Clicks that come close after each other, taken together.
//!
//! What comes every other millisecond finds the thread asleep, the caches cold and the disk waiting for it alone: each click costs twice
//! or three times what one of a crowd costs. So while clicks come in such a stream, the thread stays asleep for a moment although there is
//! something to do, and then does it all at once; network cards do the same with their interrupts. Fewer clicks have nobody to wait for, and
//! more come together by themselves.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long clicks are waited for: a small part of what the way to Discord takes.
const MOMENT: Duration = Duration::from_millis(10);
/// In which clicks are counted.
const WINDOW: Duration = Duration::from_millis(100);
/// How many clicks in a window are a stream.
const STREAM: RangeInclusive<u128> = 20..=100;
/// Fewer clicks than this are not worth a moment,
const WORTH: u64 = 2;
/// and then there is none for so long: clicks that come one after the other's answer are not to wait each time.
const REST: Duration = Duration::from_secs(1);

/// Counts clicks, and says when to wait for more.
#[derive(Debug)]
pub(super) struct Gather {
    seen: Mutex<Seen>,
    /// What is being decided, by clicks or commands: what the database says is not to wait.
    in_hand: AtomicUsize,
}

#[derive(Debug)]
struct Seen {
    /// All clicks so far, and how many they were when the window began.
    clicks: u64,
    before: u64,
    since: Instant,
    /// Clicks came in a stream in the last whole window.
    stream: bool,
    /// How many clicks there were before the last moment.
    waited_at: Option<u64>,
    rest_until: Instant,
}

impl Gather {
    pub(super) fn new(now: Instant) -> Self {
        let seen = Seen { clicks: 0, before: 0, since: now, stream: false, waited_at: None, rest_until: now };
        Self { seen: Mutex::new(seen), in_hand: AtomicUsize::new(0) }
    }

    /// A click has come.
    pub(super) fn click(&self) {
        self.seen().clicks += 1;
    }

    /// Something is decided until this is dropped.
    pub(super) fn take_in_hand(&self) -> InHand<'_> {
        self.in_hand.fetch_add(1, Ordering::Relaxed);
        InHand(self)
    }

    /// How long to stay asleep, now that there is nothing left to do.
    pub(super) fn moment(&self, now: Instant) -> Option<Duration> {
        if self.in_hand.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let mut seen = self.seen();
        let elapsed = now.saturating_duration_since(seen.since);
        if elapsed >= WINDOW {
            let came = u128::from(seen.clicks - seen.before) * WINDOW.as_nanos() / elapsed.as_nanos();
            seen.stream = STREAM.contains(&came);
            (seen.before, seen.since) = (seen.clicks, now);
        }
        if seen.waited_at.take().is_some_and(|before| seen.clicks - before < WORTH) {
            seen.rest_until = now + REST;
        }
        if !seen.stream || now < seen.rest_until {
            return None;
        }
        seen.waited_at = Some(seen.clicks);
        Some(MOMENT)
    }

    /// Whether there was a moment, and no turn since.
    #[cfg(test)]
    pub(super) fn has_waited(&self) -> bool {
        self.seen().waited_at.is_some()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        // Numbers are numbers whatever panicked beside them.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the thread from staying asleep.
pub(super) struct InHand<'a>(&'a Gather);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.in_hand.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// How many moments are waited in `millis`, if at the start of each millisecond so many clicks come, and those that come in a moment
    /// are seen after it.
    fn moments(gather: &Gather, from: Instant, millis: u32, clicks: impl Fn(u32) -> u32) -> u32 {
        let (mut moments, mut asleep_until) = (0, 0);
        for at in 0..millis {
            (0..clicks(at)).for_each(|_| gather.click());
            if at < asleep_until {
                continue;
            }
            if let Some(moment) = gather.moment(from + MS * at) {
                moments += 1;
                asleep_until = at + u32::try_from(moment.as_millis()).unwrap();
            }
        }
        moments
    }

    #[test]
    fn a_stream_of_clicks_is_gathered_once_it_is_seen_to_be_one() {
        let start = Instant::now();
        let gather = Gather::new(start);
        let every_other = |at: u32| u32::from(at.is_multiple_of(2));
        assert_eq!(moments(&gather, start, 100, every_other), 0);
        assert_eq!(moments(&gather, start + MS * 100, 1_000, every_other), 100);
        // It ends.
        assert!(moments(&gather, start + MS * 1_100, 1_000, |_| 0) <= 1);
    }

    #[test]
    fn few_clicks_and_many_wait_for_nobody() {
        for clicks in [|at: u32| u32::from(at.is_multiple_of(10)), |_| 2] {
            let start = Instant::now();
            assert_eq!(moments(&Gather::new(start), start, 2_000, clicks), 0);
        }
    }

    #[test]
    fn who_clicks_once_answered_does_not_wait_each_time() {
        let start = Instant::now();
        let gather = Gather::new(start);
        // One in each turn of the loop, however long it slept: a click for each answer.
        let (mut at, mut moments) = (start, 0);
        while at < start + Duration::from_secs(10) {
            gather.click();
            let moment = gather.moment(at);
            moments += u32::from(moment.is_some());
            at += moment.unwrap_or(MS * 2);
        }
        assert!((1..=10).contains(&moments), "{moments}");
    }

    #[test]
    fn what_is_being_decided_does_not_wait() {
        let start = Instant::now();
        let gather = Gather::new(start);
        (0..50).for_each(|_| gather.click());
        let in_hand = gather.take_in_hand();
        assert_eq!(gather.moment(start + WINDOW), None);
        drop(in_hand);
        assert_eq!(gather.moment(start + WINDOW), Some(MOMENT));
    }
}
