//! The rules once more, as small as they can be said: no store, no messages, no shared code. What the bot does is held against this.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use trapline::core::ids::Confidence;

type Time = DateTime<Utc>;
pub(crate) type User = &'static str;

/// A slot that was missed by more than this is not made up for.
const CATCH_UP: TimeDelta = TimeDelta::hours(6);
const LATE: TimeDelta = TimeDelta::minutes(5);
/// When a round of a removed feed is revealed that waited for a next one.
const LEFT_OPEN: TimeDelta = TimeDelta::hours(8);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Paused,
    Removed,
}

#[derive(Debug)]
struct Feed {
    /// Hours of the day, in UTC.
    hours: Vec<i64>,
    /// None: with the next post.
    reveal_after: Option<TimeDelta>,
    state: State,
    since: Time,
    made: Time,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Round {
    /// Counted from 0.
    pub(crate) feed: usize,
    /// None: by hand.
    pub(crate) slot: Option<Time>,
    pub(crate) late: bool,
    pub(crate) posted: Time,
    pub(crate) reveal_at: Option<Time>,
    pub(crate) revealed: Option<Time>,
    /// Of each option, once revealed: how many chose it, and how many of them were sure or certain.
    pub(crate) tally: Option<[(u32, u32); 3]>,
    /// The option, 0 being the right one, and how sure.
    answers: BTreeMap<User, (usize, Confidence)>,
}

/// Current, best, freezes, answered slots since the last freeze was earned.
pub(crate) type Streak = (u32, u32, u8, u8);

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum No {
    Over,
    NotAnswered,
    FeedUnknown,
    NothingOpen,
}

#[derive(Debug, Default)]
pub(crate) struct Rules {
    feeds: Vec<Feed>,
    /// In the order in which they were made.
    pub(crate) rounds: Vec<Round>,
    /// Feed, slot, and whether it was missed by too much.
    pub(crate) skipped: Vec<(usize, Time, bool)>,
}

impl Rules {
    pub(crate) fn add_feed(&mut self, hours: &[i64], reveal_after: Option<i64>, now: Time) {
        let reveal_after = reveal_after.map(TimeDelta::hours);
        self.feeds.push(Feed { hours: hours.to_vec(), reveal_after, state: State::Active, since: now, made: now });
    }

    /// What time brings: first reveals, then posts.
    pub(crate) fn tick(&mut self, now: Time) {
        let mut due: Vec<_> = self.open(|round| round.reveal_at.is_some_and(|at| at <= now)).collect();
        due.sort_by_key(|index| (self.rounds[*index].reveal_at, *index));
        due.into_iter().for_each(|index| self.reveal(index, now));
        let mut due: Vec<_> = (0..self.feeds.len())
            .filter(|feed| self.feeds[*feed].state == State::Active)
            .map(|feed| (self.feeds[feed].slots(now), feed))
            .filter(|(slots, _)| !slots.is_empty())
            .collect();
        due.sort_by_key(|(slots, feed)| (slots[0], *feed));
        for (mut slots, feed) in due {
            self.feeds[feed].since = slots[slots.len() - 1];
            let is_late = |slot: &Time| now - *slot > CATCH_UP;
            if let Some(slot) = slots.pop_if(|newest| !is_late(newest)) {
                self.post(feed, Some(slot), now);
            }
            self.skipped.extend(slots.into_iter().map(|slot| (feed, slot, is_late(&slot))));
        }
    }

    fn post(&mut self, feed: usize, slot: Option<Time>, now: Time) {
        let waiting: Vec<_> = self.open(|round| round.feed == feed && round.reveal_at.is_none()).collect();
        waiting.into_iter().for_each(|index| self.reveal(index, now));
        let Feed { reveal_after, made, .. } = self.feeds[feed];
        let start = slot.filter(|slot| now - *slot <= LATE).unwrap_or(now);
        self.rounds.push(Round {
            feed,
            slot,
            late: slot.is_some_and(|slot| now - slot > LATE && made <= slot),
            posted: now,
            reveal_at: reveal_after.map(|after| start + after),
            revealed: None,
            tally: None,
            answers: BTreeMap::new(),
        });
    }

    fn reveal(&mut self, index: usize, now: Time) {
        let round = &mut self.rounds[index];
        let mut tally = [(0, 0); 3];
        for (option, sure) in round.answers.values() {
            tally[*option].0 += 1;
            tally[*option].1 += u32::from(*sure != Confidence::Guess);
        }
        (round.revealed, round.tally) = (Some(now), Some(tally));
    }

    fn open(&self, which: impl Fn(&Round) -> bool) -> impl Iterator<Item = usize> {
        (0..self.rounds.len())
            .filter(move |index| self.rounds[*index].revealed.is_none() && which(&self.rounds[*index]))
    }

    pub(crate) fn post_now(&mut self, feed: usize, now: Time) -> Result<(), No> {
        self.live(feed)?;
        self.post(feed, None, now);
        Ok(())
    }

    pub(crate) fn reveal_now(&mut self, feed: usize, now: Time) -> Result<(), No> {
        self.live(feed)?;
        let oldest = self.open(|round| round.feed == feed).next().ok_or(No::NothingOpen)?;
        self.reveal(oldest, now);
        Ok(())
    }

    pub(crate) fn pause(&mut self, feed: usize) -> Result<(), No> {
        self.live(feed)?.state = State::Paused;
        Ok(())
    }

    /// What fell into the pause is gone.
    pub(crate) fn resume(&mut self, feed: usize, now: Time) -> Result<(), No> {
        let feed = self.live(feed)?;
        if feed.state == State::Paused {
            (feed.state, feed.since) = (State::Active, now.max(feed.since));
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, feed: usize, now: Time) -> Result<(), No> {
        self.live(feed)?.state = State::Removed;
        let waiting: Vec<_> = self.open(|round| round.feed == feed && round.reveal_at.is_none()).collect();
        for index in waiting {
            self.rounds[index].reveal_at = Some(now.max(self.rounds[index].posted + LEFT_OPEN));
        }
        Ok(())
    }

    pub(crate) fn is_any_removed(&self) -> bool {
        self.feeds.iter().any(|feed| feed.state == State::Removed)
    }

    fn live(&mut self, feed: usize) -> Result<&mut Feed, No> {
        Some(&mut self.feeds[feed]).filter(|feed| feed.state != State::Removed).ok_or(No::FeedUnknown)
    }

    /// A new choice leaves a member as sure as they were.
    pub(crate) fn answer(&mut self, user: User, round: usize, option: usize, now: Time) -> Result<(), No> {
        let answers = self.taking(round, now)?;
        answers.entry(user).and_modify(|said| said.0 = option).or_insert((option, Confidence::Guess));
        Ok(())
    }

    pub(crate) fn be_sure(&mut self, user: User, round: usize, sure: Confidence, now: Time) -> Result<(), No> {
        let said = self.taking(round, now)?.get_mut(user).ok_or(No::NotAnswered)?;
        said.1 = sure;
        Ok(())
    }

    fn taking(&mut self, round: usize, now: Time) -> Result<&mut BTreeMap<User, (usize, Confidence)>, No> {
        let round = &mut self.rounds[round];
        let is_over = round.revealed.is_some() || round.reveal_at.is_some_and(|at| at <= now);
        if is_over { Err(No::Over) } else { Ok(&mut round.answers) }
    }

    /// Nothing is left of them but what was counted.
    pub(crate) fn forget(&mut self, user: User) {
        for round in &mut self.rounds {
            round.answers.remove(user);
        }
    }

    /// Points, right answers and answers of each member in the revealed rounds that `counts` takes.
    pub(crate) fn standings(&self, counts: impl Fn(Time) -> bool) -> BTreeMap<User, (i64, u32, u32)> {
        let mut sums: BTreeMap<User, (i64, u32, u32)> = BTreeMap::new();
        for round in self.rounds.iter().filter(|round| round.revealed.is_some_and(&counts)) {
            for (user, (option, sure)) in &round.answers {
                let sum = sums.entry(user).or_default();
                sum.0 += match (sure, *option == 0) {
                    (Confidence::Guess, true) => 4,
                    (Confidence::Guess, false) => 0,
                    (Confidence::Sure, true) => 8,
                    (Confidence::Sure, false) => -4,
                    (Confidence::Certain, true) => 10,
                    (Confidence::Certain, false) => -12,
                };
                sum.1 += u32::from(*option == 0);
                sum.2 += 1;
            }
        }
        sums
    }

    /// Over the slots of a feed in their order, up to the first whose round is open. None where they never answered one.
    pub(crate) fn streak(&self, feed: usize, user: User) -> Option<Streak> {
        let mut rounds: Vec<&Round> =
            self.rounds.iter().filter(|round| round.feed == feed && round.slot.is_some()).collect();
        rounds.sort_by_key(|round| round.slot);
        let mut streak: Option<Streak> = None;
        for round in rounds.into_iter().take_while(|round| round.revealed.is_some()) {
            streak = match (streak, round.answers.contains_key(user)) {
                (None, false) => None,
                (before, true) => {
                    let (current, best, freezes, toward) = before.unwrap_or_default();
                    let (freezes, toward) = if toward == 6 { (2.min(freezes + 1), 0) } else { (freezes, toward + 1) };
                    Some((current + 1, best.max(current + 1), freezes, toward))
                }
                (Some((_, best, 0, toward)), false) => Some((0, best, 0, toward)),
                (Some((current, best, freezes, toward)), false) => Some((current, best, freezes - 1, toward)),
            };
        }
        streak
    }
}

impl Feed {
    /// The slots after the last that was dealt with, up to now.
    fn slots(&self, now: Time) -> Vec<Time> {
        let midnight = |time: Time| time.date_naive().and_hms_opt(0, 0, 0).expect("every day has one").and_utc();
        let days = std::iter::successors(Some(midnight(self.since)), |day| Some(*day + TimeDelta::days(1)));
        let slots = days
            .take_while(|day| *day <= now)
            .flat_map(|day| self.hours.iter().map(move |hour| day + TimeDelta::hours(*hour)));
        slots.filter(|slot| *slot > self.since && *slot <= now).collect()
    }
}
