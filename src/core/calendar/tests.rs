//! Years of real zones, random rules, and what people type.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;

mod crontab;
mod due;
mod slots;
mod words;

/// Half-hour and whole-hour daylight saving in both hemispheres, none, Ramadan's, a lost day, and changes across midnight.
const ZONES: [Tz; 9] = [
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Casablanca,
    Tz::Asia__Kolkata,
    Tz::Pacific__Apia,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::America__Nuuk,
];

fn zone() -> impl Strategy<Value = Tz> {
    prop::sample::select(ZONES.to_vec())
}

/// Mostly around the hours at which clocks change.
fn time() -> impl Strategy<Value = NaiveTime> {
    let minute = prop_oneof![Just(0u32), Just(30), 0u32..60];
    let hour = prop_oneof![0u32..4, 22u32..24, 0u32..24];
    (hour, minute).prop_map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
}

fn days() -> impl Strategy<Value = Days> {
    let all: Vec<Weekday> = Days::DAILY.iter().collect();
    prop_oneof![Just(Days::DAILY), prop::sample::subsequence(all, 1..=7).prop_map(|days| Days::of(days).unwrap())]
}

fn daily() -> impl Strategy<Value = Schedule> {
    (zone(), time(), days()).prop_map(|(zone, time, days)| Schedule { rule: Rule::Daily { time, days }, zone })
}

fn cron() -> impl Strategy<Value = Schedule> {
    let text = ["0 * * * *", "*/30 1-3 * * *", "30 2 * * *", "0 0,12 * * mon-fri", "15 9 1,15 * fri", "59 23 * * *"];
    (zone(), prop::sample::select(text.to_vec()))
        .prop_map(|(zone, text)| Schedule { rule: Rule::Cron(Crontab::parse(text).unwrap()), zone })
}

/// An instant of 1995 to 2030.
fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    (at("1995-01-01 00:00").timestamp()..at("2030-12-31 00:00").timestamp())
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).unwrap())
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

/// An instant, written in UTC.
fn at(text: &str) -> DateTime<Utc> {
    local(text).and_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn schedule(time: &str, days: &str, zone: &str) -> Schedule {
    Schedule::parse(Some(time), Some(days), None, zone).unwrap()
}

fn crontab_in(text: &str, zone: &str) -> Schedule {
    Schedule::parse(None, None, Some(text), zone).unwrap()
}
