//! Times of day as people type them.

use chrono::{NaiveTime, Timelike};

use super::quoted;
use crate::core::refusal::Refusal;

/// Offered where nothing better is known.
const COMMON: [&str; 8] = ["09:00", "08:00", "10:00", "12:00", "17:00", "18:00", "20:00", "21:00"];

/// Reads `9:00`, `09:00`, `9.30`, `0930`, `9`, `9am`, `9:30 pm`, `noon`, `midnight`.
///
/// # Errors
/// [`Refusal::BadTime`] with the nearest valid times.
pub(super) fn parse(text: &str) -> Result<NaiveTime, Refusal> {
    read(text).ok_or_else(|| Refusal::BadTime { given: quoted(text), near: times_like(text, 3) })
}

fn read(text: &str) -> Option<NaiveTime> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "noon" => return NaiveTime::from_hms_opt(12, 0, 0),
        "midnight" => return NaiveTime::from_hms_opt(0, 0, 0),
        _ => {}
    }
    let (digits, half) = split_half(&text);
    let (hour, minute) = hour_and_minute(digits)?;
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half.hours(),
        Some(_) => return None,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

#[derive(Clone, Copy)]
enum Half {
    Am,
    Pm,
}

impl Half {
    fn hours(self) -> u32 {
        match self {
            Self::Am => 0,
            Self::Pm => 12,
        }
    }
}

/// Takes `am` or `pm` off the end.
fn split_half(text: &str) -> (&str, Option<Half>) {
    for (ending, half) in [("am", Half::Am), ("a.m.", Half::Am), ("pm", Half::Pm), ("p.m.", Half::Pm)] {
        if let Some(rest) = text.strip_suffix(ending) {
            return (rest.trim_end(), Some(half));
        }
    }
    (text, None)
}

fn hour_and_minute(digits: &str) -> Option<(u32, u32)> {
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((hour, minute)) => (hour, minute),
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "00"),
    };
    let fits = (1..=2).contains(&hour.len()) && minute.len() == 2;
    let clean = hour.bytes().chain(minute.bytes()).all(|b| b.is_ascii_digit());
    if fits && clean { Some((hour.parse().ok()?, minute.parse().ok()?)) } else { None }
}

/// Times like the text, for autocompletes: at most `limit` of the form `09:00`, best first. Without a digit to go by, common ones.
#[must_use]
pub fn times_like(text: &str, limit: usize) -> Vec<String> {
    let text = text.trim().to_lowercase();
    let (digits, half) = split_half(&text);
    let likely = read(&text).into_iter().flat_map(|time| around(time, half)).chain(past_midnight(digits));
    let mut found: Vec<String> = Vec::new();
    for time in likely.chain(begun(digits, half)).map(|time| time.format("%H:%M").to_string()) {
        if !found.contains(&time) {
            found.push(time);
        }
    }
    if found.is_empty() {
        found = COMMON.map(str::to_owned).to_vec();
    }
    found.truncate(limit);
    found
}

/// What somebody means who goes on counting at the end of the day: `24:00` is 00:00.
fn past_midnight(digits: &str) -> Option<NaiveTime> {
    let (hour, minute) = hour_and_minute(digits)?;
    (hour == 24).then(|| NaiveTime::from_hms_opt(0, minute, 0))?
}

/// A time, its twin in the other half of the day unless the half was said, then both at the quarters of the hour.
fn around(time: NaiveTime, half: Option<Half>) -> impl Iterator<Item = NaiveTime> {
    let twin = (half.is_none() && time.hour() <= 12).then_some((time.hour() + 12) % 24);
    let minutes = [time.minute(), 0, 30, 15, 45].into_iter();
    let hours = move || std::iter::once(time.hour()).chain(twin);
    minutes.flat_map(move |minute| hours().filter_map(move |hour| NaiveTime::from_hms_opt(hour, minute, 0)))
}

/// The times whose writing begins like the text, which may still be unfinished: `9:3` begins 09:30, `1` begins 10:00 to 19:00.
fn begun(text: &str, half: Option<Half>) -> impl Iterator<Item = NaiveTime> {
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, ""));
    let (hour, minute) = (first_digits(hour), first_digits(minute));
    let of_hour = move |time: &NaiveTime| {
        let Some(written) = as_written(*time, half) else { return false };
        !hour.is_empty() && (written.to_string().starts_with(&hour) || format!("{written:02}").starts_with(&hour))
    };
    let of_minute = move |time: &NaiveTime| !minute.is_empty() && format!("{:02}", time.minute()).starts_with(&minute);
    let all = every_five_minutes().filter(of_hour.clone()).filter(of_minute);
    all.chain(every_five_minutes().filter(of_hour).filter(|time| time.minute() == 0))
}

/// The hour as somebody writes it who says the half of the day, or does not.
fn as_written(time: NaiveTime, half: Option<Half>) -> Option<u32> {
    let (pm, hour) = time.hour12();
    match half {
        None => Some(time.hour()),
        Some(Half::Am) => (!pm).then_some(hour),
        Some(Half::Pm) => pm.then_some(hour),
    }
}

fn first_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(2).collect()
}

fn every_five_minutes() -> impl Iterator<Item = NaiveTime> {
    (0..24 * 12).filter_map(|n| NaiveTime::from_num_seconds_from_midnight_opt(n * 300, 0))
}
