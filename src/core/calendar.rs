//! When a feed posts: schedules in local time, and the instants that they mean.
//!
//! A schedule is evaluated on naive local time, and each local time is then mapped to the instant at which a clock on the wall
//! first shows it, or has jumped past it ([`zone::instant_of`]). That mapping never decreases, which is what gives one slot to
//! a day whatever the zone does to its clocks.

use chrono::{DateTime, Datelike, Days as DayCount, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

mod crontab;
mod days;
mod due;
#[cfg(test)]
mod tests;
mod time;
mod zone;

pub use crontab::Crontab;
pub use days::Days;
pub use due::Due;
pub use time::times_like;
pub use zone::{zone_named, zones_like};

/// One occurrence of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// As scheduled, in the feed's zone: the key of exactly-once. Within a gap it names the time that the clocks skipped.
    pub local: NaiveDateTime,
    pub at: DateTime<Utc>,
}

/// When to post, in a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pub rule: Rule,
    pub zone: Tz,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// One time, on the minute, on some days of the week.
    Daily { time: NaiveTime, days: Days },
    /// A five-field crontab.
    Cron(Crontab),
}

/// Schedules are evaluated within these years: what the `cron` crate covers.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2100;

/// How many local times are tried for one slot. The most that can be passed over are those of a skipped day or of an hour that
/// comes twice, at one a minute.
const TRIES: usize = 4_000;

impl Schedule {
    /// Reads what an admin typed. `time` as `9:00`, `09:00`, `9`, `9am`, `9:30 pm`; `days` as `daily`, `weekdays`, `weekends`, `mon,wed,fri`, `mon-fri`;
    /// `cron` in crontab's own convention (0 and 7 = Sunday, names, ranges, steps, lists; `@daily` and the like are refused by name);
    /// `zone` an IANA name in any case. Absent: 09:00, daily. A blank text is an absent one.
    ///
    /// # Errors
    /// `UnknownZone`, `BadTime`, `BadDays`, `BadCron`, `CronAndTime`, `NeverFires`, each with the nearest valid values.
    pub fn parse(time: Option<&str>, days: Option<&str>, cron: Option<&str>, zone: &str) -> Result<Self, Refusal> {
        let rule = match (typed(time), typed(days), typed(cron)) {
            (None, None, Some(cron)) => Rule::Cron(Crontab::parse(cron)?),
            (_, _, Some(_)) => return Err(Refusal::CronAndTime),
            (time, days, None) => {
                Rule::Daily { time: time::parse(time.unwrap_or("09:00"))?, days: Days::parse(days.unwrap_or("daily"))? }
            }
        };
        Ok(Self { rule, zone: zone_named(zone)? })
    }

    /// The rule as the store keeps it (the zone is kept beside it), stable for ever: `daily 09:00`, `mon,wed 09:00`, `cron 0 9 * * 1-5`.
    #[must_use]
    pub fn stored(&self) -> String {
        match &self.rule {
            Rule::Daily { time, days } => format!("{days} {}", time.format("%H:%M")),
            Rule::Cron(cron) => format!("cron {cron}"),
        }
    }

    /// The inverse of [`Schedule::stored`].
    #[must_use]
    pub fn from_stored(rule: &str, zone: &str) -> Option<Self> {
        let (head, rest) = rule.split_once(' ')?;
        let rule = match head {
            "cron" => Rule::Cron(Crontab::parse(rest).ok()?),
            days => Rule::Daily { time: time::parse(rest).ok()?, days: Days::parse(days).ok()? },
        };
        Some(Self { rule, zone: zone_named(zone).ok()? })
    }

    /// In words: `09:00 every day`, `09:00 on weekdays`, `09:00 on Mon, Wed and Fri`, "cron `0 9 * * 1-5`". Without the zone.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.rule {
            Rule::Daily { time, days } => format!("{} {}", time.format("%H:%M"), days.describe()),
            Rule::Cron(cron) => format!("cron `{cron}`"),
        }
    }

    /// The first slot strictly after an instant. Of several local times that mean one instant, it is the first.
    #[must_use]
    pub fn after(&self, instant: DateTime<Utc>) -> Option<Slot> {
        if instant.year() > *YEARS.end() {
            return None;
        }
        let instant = instant.max(DateTime::UNIX_EPOCH);
        // Whatever the clocks have shown by `instant` happened by then, so no earlier local time can come after it.
        let shown = instant.with_timezone(&self.zone).naive_local();
        std::iter::successors(self.rule.after(shown), |local| self.rule.after(*local))
            .take(TRIES)
            .filter_map(|local| zone::instant_of(local, self.zone).map(|at| Slot { local, at }))
            .find(|slot| slot.at > instant)
    }

    /// The next `n` slots strictly after an instant.
    #[must_use]
    pub fn upcoming(&self, instant: DateTime<Utc>, n: usize) -> Vec<Slot> {
        self.slots_after(instant).take(n).collect()
    }

    fn slots_after(&self, instant: DateTime<Utc>) -> impl Iterator<Item = Slot> {
        std::iter::successors(self.after(instant), |slot| self.after(slot.at))
    }
}

impl Rule {
    /// The first local time strictly after another.
    fn after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Daily { time, days } => days.first_from(date_whose(*time, local)?).map(|date| date.and_time(*time)),
            Self::Cron(cron) => cron.after(local),
        }
        .filter(|local| YEARS.contains(&local.year()))
    }
}

fn typed(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// What is said back of a text that can't be read: enough of it to know it again.
fn quoted(text: &str) -> String {
    text.trim().chars().take(60).collect()
}

/// The first date on which a time of day comes strictly after `local`.
fn date_whose(time: NaiveTime, local: NaiveDateTime) -> Option<NaiveDate> {
    let today = local.date();
    if local.time() < time { Some(today) } else { today.checked_add_days(DayCount::new(1)) }
}
