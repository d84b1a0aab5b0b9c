//! Days of the week: as people type them, as the store keeps them, as they are said.

use std::fmt;

use chrono::{Datelike, Days as DayCount, NaiveDate, Weekday};

use super::quoted;
use crate::core::refusal::Refusal;

/// Days of the week, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(u8);

const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Mon, "Mon"),
    (Weekday::Tue, "Tue"),
    (Weekday::Wed, "Wed"),
    (Weekday::Thu, "Thu"),
    (Weekday::Fri, "Fri"),
    (Weekday::Sat, "Sat"),
    (Weekday::Sun, "Sun"),
];

impl Days {
    pub const DAILY: Self = Self(0b111_1111);
    pub const WEEKDAYS: Self = Self(0b001_1111);
    pub const WEEKENDS: Self = Self(0b110_0000);

    /// Reads `daily`, `weekdays`, `weekends`, names (`mon`, `Monday`, `mondays`) in lists and ranges, which may wrap around: `fri-mon`.
    ///
    /// # Errors
    /// [`Refusal::BadDays`] with the nearest valid texts.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        read(text).ok_or_else(|| Refusal::BadDays { given: quoted(text), near: near(text) })
    }

    /// None for no day at all.
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let bits = days.into_iter().fold(0, |bits, day| bits | bit(day));
        (bits != 0).then_some(Self(bits))
    }

    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// From Monday to Sunday.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        WEEK.into_iter().map(|(day, _)| day).filter(move |day| self.contains(*day))
    }

    /// `every day`, `on weekdays`, `at weekends`, `on Mon, Wed and Fri`.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::DAILY => "every day".to_owned(),
            Self::WEEKDAYS => "on weekdays".to_owned(),
            Self::WEEKENDS => "at weekends".to_owned(),
            _ => match self.names().as_slice() {
                [first @ .., second_last, last] if !first.is_empty() => {
                    format!("on {}, {second_last} and {last}", first.join(", "))
                }
                names => format!("on {}", names.join(" and ")),
            },
        }
    }

    /// The first date of these days that is not before another.
    pub(super) fn first_from(self, date: NaiveDate) -> Option<NaiveDate> {
        let mut week = (0..7).filter_map(|n| date.checked_add_days(DayCount::new(n)));
        week.find(|date| self.contains(date.weekday()))
    }

    fn names(self) -> Vec<&'static str> {
        WEEK.into_iter().filter(|(day, _)| self.contains(*day)).map(|(_, name)| name).collect()
    }
}

/// As the store keeps them, and as [`Days::parse`] reads them: `daily`, or `mon,wed,fri`.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::DAILY { f.write_str("daily") } else { f.write_str(&self.names().join(",").to_lowercase()) }
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

/// The day that a name means: `mon`, `tues`, `Monday`, `mondays`; at least its first three letters.
pub(super) fn weekday_named(text: &str) -> Option<Weekday> {
    const FULL: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim().to_lowercase();
    let stem = text.strip_suffix("days").map_or_else(|| text.clone(), |stem| format!("{stem}day"));
    let index = FULL.iter().position(|full| stem.len() >= 3 && full.starts_with(&stem))?;
    Some(WEEK[index].0)
}

fn read(text: &str) -> Option<Days> {
    match text.trim().to_lowercase().as_str() {
        "daily" | "every day" | "everyday" | "all" => return Some(Days::DAILY),
        "weekdays" | "weekday" => return Some(Days::WEEKDAYS),
        "weekends" | "weekend" => return Some(Days::WEEKENDS),
        _ => {}
    }
    let parts = parts(text);
    let days: Option<Vec<Vec<Weekday>>> = parts.iter().map(|part| range(part)).collect();
    Days::of(days?.into_iter().flatten())
}

/// `mon - fri, sun` → `mon-fri`, `sun`.
fn parts(text: &str) -> Vec<String> {
    let tight = text.replace(['–', '—'], "-").split('-').map(str::trim).collect::<Vec<_>>().join("-");
    let split = tight.split([',', ';', '+', '&', ' ']).map(str::trim);
    split.filter(|part| !part.is_empty() && !part.eq_ignore_ascii_case("and")).map(str::to_owned).collect()
}

fn range(part: &str) -> Option<Vec<Weekday>> {
    let Some((from, to)) = part.split_once('-') else { return Some(vec![weekday_named(part)?]) };
    let (from, to) = (weekday_named(from)?, weekday_named(to)?);
    let length = (to.days_since(from) + 1) as usize;
    Some(std::iter::successors(Some(from), |day| Some(day.succ())).take(length).collect())
}

/// What may have been meant: the text with each name mended unless it looks like one of the words, two words, and a list.
fn near(text: &str) -> Vec<String> {
    let close = |word: &str| strsim::jaro_winkler(word, &text.trim().to_lowercase());
    let mut words = ["daily", "weekdays", "weekends"];
    words.sort_by(|a, b| close(b).total_cmp(&close(a)));
    let mended = mended(text).filter(|_| close(words[0]) < 0.85);
    let words = [words[0], words[1], "mon,wed,fri"].map(str::to_owned);
    mended.into_iter().chain(words).take(3).collect()
}

fn mended(text: &str) -> Option<String> {
    let mend = |word: &str| {
        let word = word.to_lowercase();
        let close = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &word);
        let (_, best) = WEEK.into_iter().max_by(|(_, a), (_, b)| close(a).total_cmp(&close(b)))?;
        (close(best) >= 0.7).then(|| best.to_lowercase())
    };
    let part = |part: &String| part.split('-').map(mend).collect::<Option<Vec<_>>>().map(|ends| ends.join("-"));
    let mended = parts(text).iter().map(part).collect::<Option<Vec<_>>>()?.join(",");
    read(&mended).map(|_| mended)
}
