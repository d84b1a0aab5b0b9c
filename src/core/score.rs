//! Points, streaks and standings.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::{Confidence, MemberId, Period};

/// A member's run of answered slots in one feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Streak {
    pub current: u32,
    pub best: u32,
    /// Missed slots that it can still survive, at most 2.
    pub freezes: u8,
    /// Answered slots since the last freeze was earned, 0 to 6.
    pub toward: u8,
}

/// One line of a leaderboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub member: MemberId,
    /// As typed: escape it before it is shown.
    pub name: String,
    pub points: i64,
    pub right: u32,
    pub answers: u32,
    /// When the sum was reached.
    pub reached_at: DateTime<Utc>,
}

/// A page of the standings.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaderboard {
    pub period: Period,
    /// The period in words, such as `16–22 November 2026`.
    pub label: String,
    /// Counted from 0.
    pub page: u32,
    pub pages: u32,
    /// With their rank, counted from 1.
    pub lines: Vec<(u32, Standing)>,
    /// The member who asked, with their rank, if they stand anywhere.
    pub me: Option<(u32, Standing)>,
    /// How many members stand in this period.
    pub members: u32,
}

/// What one member did in a community.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    pub name: String,
    pub answers: u32,
    pub right: u32,
    pub points: i64,
    /// Answers and right ones by confidence: guess, sure, certain.
    pub by_confidence: [(u32, u32); 3],
    /// How often they took the bait.
    pub baits: u32,
    /// Misconceptions they fell for, most often first, with how often.
    pub mistakes: Vec<(String, u32)>,
    /// By feed number.
    pub streaks: Vec<(i64, Streak)>,
    /// Rank by period, if they stand there.
    pub ranks: Vec<(Period, u32)>,
    /// It is they who asked.
    pub own: bool,
}

/// A judged answer, as standings count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Official {
    pub points: i32,
    pub right: bool,
    /// When it was given its last form.
    pub at: DateTime<Utc>,
    /// When its round was revealed, which says to which periods it belongs.
    pub revealed_at: DateTime<Utc>,
}

/// What a member's judged answers of one period add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    pub points: i64,
    pub right: u32,
    pub answers: u32,
    pub reached_at: DateTime<Utc>,
}

/// The sums of one member's judged answers, given in the order in which they were revealed, by [`period_key`].
#[must_use]
pub fn sums(answers: &[Official], zone: Tz) -> BTreeMap<String, Sum> {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    for answer in answers {
        for period in Period::ALL {
            sums.entry(period_key(period, answer.revealed_at, zone))
                .and_modify(|sum| *sum = sum.plus(answer))
                .or_insert_with(|| Sum::of(answer));
        }
    }
    sums
}

impl Sum {
    fn of(first: &Official) -> Self {
        Self { points: i64::from(first.points), right: u32::from(first.right), answers: 1, reached_at: first.at }
    }

    /// An answer that pays nothing does not change when the sum was reached.
    fn plus(self, next: &Official) -> Self {
        Self {
            points: self.points + i64::from(next.points),
            right: self.right + u32::from(next.right),
            answers: self.answers + 1,
            reached_at: if next.points == 0 { self.reached_at } else { self.reached_at.max(next.at) },
        }
    }
}

/// What an answer pays. Guess +4/0, sure +8/−4, certain +10/−12: a proper scoring rule, by which the best word for a
/// chance `p` of being right is guess below 0.5, sure between 0.5 and 0.8, and certain above.
#[must_use]
pub fn points(right: bool, confidence: Confidence) -> i32 {
    match (confidence, right) {
        (Confidence::Guess, true) => 4,
        (Confidence::Guess, false) => 0,
        (Confidence::Sure, true) => 8,
        (Confidence::Sure, false) => -4,
        (Confidence::Certain, true) => 10,
        (Confidence::Certain, false) => -12,
    }
}

impl Streak {
    /// Answered slots that earn one freeze.
    pub const FREEZE_EVERY: u8 = 7;
    /// Freezes that can be held at once.
    pub const MOST_FREEZES: u8 = 2;

    /// After an answered slot. A freeze that is earned while as many as can be are held is lost.
    #[must_use]
    pub fn answered(self) -> Self {
        let earned = self.toward + 1 >= Self::FREEZE_EVERY;
        let current = self.current.saturating_add(1);
        Self {
            current,
            best: self.best.max(current),
            freezes: (self.freezes + u8::from(earned)).min(Self::MOST_FREEZES),
            toward: if earned { 0 } else { self.toward + 1 },
        }
    }

    /// After a missed slot: a freeze saves it, or it breaks. What was answered since the last freeze was earned counts on.
    #[must_use]
    pub fn missed(self) -> Self {
        match self.freezes.checked_sub(1) {
            Some(freezes) => Self { freezes, ..self },
            None => Self { current: 0, ..self },
        }
    }
}

/// Counts one more slot of a feed, of which these members answered. `delivered`: its post was really there to be answered; only such
/// a slot breaks a streak.
pub fn settle(streaks: &mut BTreeMap<MemberId, Streak>, answered: &BTreeSet<MemberId>, delivered: bool) {
    for (member, streak) in streaks.iter_mut() {
        if delivered && !answered.contains(member) {
            *streak = streak.missed();
        }
    }
    for member in answered {
        let streak = streaks.entry(*member).or_default();
        *streak = streak.answered();
    }
}

/// The streak of one member over these slots of a feed, oldest first: whether they answered it, and whether its post was really there
/// to be answered. None where they never answered one. The same as [`settle`] says of each member, slot by slot.
pub fn streak_over(slots: impl IntoIterator<Item = (bool, bool)>) -> Option<Streak> {
    slots.into_iter().fold(None, |streak: Option<Streak>, (answered, delivered)| match streak {
        before if answered => Some(before.unwrap_or_default().answered()),
        Some(before) if delivered => Some(before.missed()),
        before => before,
    })
}

/// The key under which a period's sums are kept: `2026-W48` (ISO 8601, where a week belongs to the year of its Thursday),
/// `2026-11`, `2026-Q4`, `all`. `at`: the instant of the reveal; `zone`: the community's.
#[must_use]
pub fn period_key(period: Period, at: DateTime<Utc>, zone: Tz) -> String {
    let date = at.with_timezone(&zone).date_naive();
    match period {
        Period::Week => date.format("%G-W%V").to_string(),
        Period::Month => date.format("%Y-%m").to_string(),
        Period::Season => format!("{:04}-Q{}", date.year(), date.month0() / 3 + 1),
        Period::All => "all".to_owned(),
    }
}

/// The period in words: `23–29 November 2026`, `November 2026`, `October to December 2026`, `all time`.
#[must_use]
pub fn period_label(period: Period, at: DateTime<Utc>, zone: Tz) -> String {
    let date = at.with_timezone(&zone).date_naive();
    match period {
        Period::Week => week_label(date),
        Period::Month => date.format("%B %Y").to_string(),
        Period::Season => {
            let months = ["January to March", "April to June", "July to September", "October to December"];
            format!("{} {}", months[date.month0() as usize / 3], date.year())
        }
        Period::All => "all time".to_owned(),
    }
}

/// Monday to Sunday, without saying a month or a year twice.
fn week_label(date: NaiveDate) -> String {
    let week = date.week(Weekday::Mon);
    let (first, last) = (week.first_day(), week.last_day());
    let end = last.format("%-d %B %Y");
    if first.month() == last.month() {
        format!("{}–{end}", first.day())
    } else if first.year() == last.year() {
        format!("{} – {end}", first.format("%-d %B"))
    } else {
        format!("{} – {end}", first.format("%-d %B %Y"))
    }
}

/// Best first: points, then accuracy, then fewer answers, then who got there first, then the member's id.
#[must_use]
pub fn rank(a: &Standing, b: &Standing) -> Ordering {
    b.points
        .cmp(&a.points)
        .then_with(|| compare_accuracy(b, a))
        .then_with(|| a.answers.cmp(&b.answers))
        .then_with(|| a.reached_at.cmp(&b.reached_at))
        .then_with(|| a.member.cmp(&b.member))
}

/// Compares `right / answers` without rounding; nobody's accuracy is undefined: no answers count as none right.
fn compare_accuracy(a: &Standing, b: &Standing) -> Ordering {
    let share = |s: &Standing| (u64::from(s.right), u64::from(s.answers.max(1)));
    let ((right_a, of_a), (right_b, of_b)) = (share(a), share(b));
    (right_a * of_b).cmp(&(right_b * of_a))
}

#[cfg(test)]
mod tests;
