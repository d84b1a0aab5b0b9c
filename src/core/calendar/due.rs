//! What a feed owes after a while in which nobody looked.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Rule, Schedule, Slot};
use crate::core::feed::SkipReason;

/// What a feed owes at some instant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Due {
    /// To be posted now.
    pub post: Option<Slot>,
    /// Missed, oldest first, each with the reason: more than the window ago, or because a newer missed one is posted instead.
    /// After a very long outage only the newest 100 are named.
    pub skipped: Vec<(Slot, SkipReason)>,
    /// The first slot after `now`.
    pub next: Option<Slot>,
}

/// How many skipped slots are named.
const NAMED: usize = 100;

impl Schedule {
    /// What is owed at `now`, where every slot at or before `since` is dealt with. `posted_on`: for a rule of one time a day, the local
    /// dates that already had a post (an edit of the time must not give a day a second one).
    ///
    /// Only the newest missed slot can be posted, if it is at most `catch_up` old. A slot of a date in `posted_on` is not owed at
    /// all: neither posted nor skipped nor next. Should `now` lie before `since`, nothing is owed, and `next` comes after `since`.
    #[must_use]
    pub fn due(&self, since: DateTime<Utc>, now: DateTime<Utc>, catch_up: TimeDelta, posted_on: &[NaiveDate]) -> Due {
        let owed = |slot: &Slot| matches!(self.rule, Rule::Cron(_)) || !posted_on.contains(&slot.local.date());
        let late = |slot: &Slot| now - slot.at > catch_up;
        let mut missed = self.missed(since, now);
        let post = missed.pop_if(|newest| owed(newest) && !late(newest));
        let reason = |slot: &Slot| if late(slot) { SkipReason::TooLate } else { SkipReason::Superseded };
        let mut skipped: Vec<_> = missed.into_iter().filter(owed).map(|slot| (slot, reason(&slot))).collect();
        skipped.drain(..skipped.len().saturating_sub(NAMED));
        Due { post, skipped, next: self.slots_after(now.max(since)).take(posted_on.len() + 1).find(owed) }
    }

    /// The newest slots after `since` up to `now`, oldest first: enough for one to be posted and [`NAMED`] to be skipped.
    fn missed(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<Slot> {
        const MOST: usize = NAMED + 1;
        let from = |start: DateTime<Utc>| -> Vec<Slot> {
            self.slots_after(start).take_while(|slot| slot.at <= now).take(MOST + 1).collect()
        };
        let all = from(since);
        if all.len() <= MOST {
            return all;
        }
        // Halve the stretch until what is left of it holds no more than is wanted. Slots lie a minute apart or more.
        let (mut too_early, mut start) = (since, now);
        while start - too_early > TimeDelta::minutes(1) {
            let middle = too_early + (start - too_early) / 2;
            if from(middle).len() > MOST {
                too_early = middle;
            } else {
                start = middle;
            }
        }
        from(start)
    }
}
