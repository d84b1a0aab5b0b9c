//! Five-field crontabs as crontab(5) means them, put into the dialect of the `cron` crate.
//!
//! The crate wants a field for seconds, counts the days of the week from 1 = Sunday, and asks for both day fields at once where
//! crontab asks for either. So each field is read here, which also lets a refusal name the field, and handed over as a plain
//! list of numbers.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Weekday};

use super::days::weekday_named;
use crate::core::refusal::Refusal;

/// A five-field crontab, as its author wrote it but for the spaces.
#[derive(Debug, Clone)]
pub struct Crontab {
    source: String,
    /// It fires when any of these does: two where both day fields are restricted, otherwise one.
    any: Vec<cron::Schedule>,
}

impl PartialEq for Crontab {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Display for Crontab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// Longer than any crontab that a person writes.
const LONGEST: usize = 120;

impl Crontab {
    /// # Errors
    /// [`Refusal::BadCron`] with the reason, [`Refusal::NeverFires`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let source = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let given = || source.chars().take(LONGEST).collect::<String>();
        let any = read(&source).map_err(|why| Refusal::BadCron { given: given(), why })?;
        let crontab = Self { any, source: source.clone() };
        // The crate looks as far as 2100: further than the 28 years in which dates and weekdays come round.
        if crontab.after(DateTime::UNIX_EPOCH.naive_utc()).is_none() {
            return Err(Refusal::NeverFires { given: given() });
        }
        Ok(crontab)
    }

    /// The first local time strictly after another.
    pub(super) fn after(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        // UTC stands in for a zone without any change of the clocks.
        self.any.iter().filter_map(|schedule| schedule.after(&local.and_utc()).next()).min().map(|at| at.naive_utc())
    }
}

struct Field {
    name: &'static str,
    min: u8,
    max: u8,
    /// A range may run past the end and go on from the start.
    goes_round: bool,
    named: fn(&str) -> Option<u8>,
}

const MINUTE: Field = Field { name: "minute", min: 0, max: 59, goes_round: false, named: unnamed };
const HOUR: Field = Field { name: "hour", min: 0, max: 23, goes_round: false, named: unnamed };
const DAY: Field = Field { name: "day of month", min: 1, max: 31, goes_round: false, named: unnamed };
const MONTH: Field = Field { name: "month", min: 1, max: 12, goes_round: false, named: month_named };
/// Both 0 and 7 are Sunday.
const WEEKDAY: Field = Field { name: "day of week", min: 0, max: 7, goes_round: true, named: day_named };

fn unnamed(_: &str) -> Option<u8> {
    None
}

fn month_named(text: &str) -> Option<u8> {
    let month = chrono::Month::from_str(text).ok()?;
    u8::try_from(month.number_from_month()).ok()
}

fn day_named(text: &str) -> Option<u8> {
    weekday_named(text).map(|day| if day == Weekday::Sun { 0 } else { day.number_from_monday() as u8 })
}

type Why = String;

fn read(source: &str) -> Result<Vec<cron::Schedule>, Why> {
    if source.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} characters"));
    }
    refuse_shorthand(source)?;
    let fields: Vec<&str> = source.split(' ').collect();
    let [minute, hour, day, month, weekday] = fields[..] else {
        let count = if source.is_empty() { 0 } else { fields.len() };
        return Err(format!(
            "it has {count} field{}; a crontab has five fields: minute, hour, day of month, month, day of week",
            if count == 1 { "" } else { "s" }
        ));
    };
    let time = format!("0 {} {}", list(&MINUTE, minute)?, list(&HOUR, hour)?);
    let (days, month) = (list(&DAY, day)?, list(&MONTH, month)?);
    let weekdays = weekday_list(weekday)?;
    // As crontab(5) has it: where neither day field begins with `*`, it is enough that one of them matches.
    let expressions = if day.starts_with('*') || weekday.starts_with('*') {
        vec![format!("{time} {days} {month} {weekdays}")]
    } else {
        vec![format!("{time} {days} {month} *"), format!("{time} * {month} {weekdays}")]
    };
    expressions.iter().map(|text| cron::Schedule::from_str(text).map_err(|error| error.to_string())).collect()
}

fn refuse_shorthand(source: &str) -> Result<(), Why> {
    if !source.starts_with('@') {
        return Ok(());
    }
    let long = match source.to_lowercase().as_str() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        "@monthly" => "0 0 1 * *",
        "@yearly" | "@annually" => "0 0 1 1 *",
        _ => return Err("words that begin with `@` are not taken; write the five fields".to_owned()),
    };
    Err(format!("`{source}` is not taken; write `{long}`"))
}

/// A field in the crate's dialect.
fn list(field: &Field, text: &str) -> Result<String, Why> {
    Ok(joined(&values(field, text)?, text))
}

/// The days of the week in the crate's dialect, which counts from 1 = Sunday.
fn weekday_list(text: &str) -> Result<String, Why> {
    let mut days: Vec<u8> = values(&WEEKDAY, text)?.into_iter().map(|day| day % 7 + 1).collect();
    days.sort_unstable();
    days.dedup();
    Ok(joined(&days, text))
}

fn joined(values: &[u8], text: &str) -> String {
    if text == "*" { "*".to_owned() } else { values.iter().map(u8::to_string).collect::<Vec<_>>().join(",") }
}

/// The numbers that a field names, each once, in order.
fn values(field: &Field, text: &str) -> Result<Vec<u8>, Why> {
    refuse_quartz(field, text)?;
    let mut values = Vec::new();
    for item in text.split(',') {
        values.extend(item_values(field, item)?);
    }
    values.sort_unstable();
    values.dedup();
    Ok(values)
}

/// Other schedulers have more signs than crontab.
fn refuse_quartz(field: &Field, text: &str) -> Result<(), Why> {
    let name = field.name;
    if text.contains('?') {
        return Err(format!("`?` in the {name} is not crontab; write `*`"));
    }
    if text.contains('#') {
        return Err(format!("`#` (the n-th weekday of a month) in the {name} is not crontab"));
    }
    let special = |item: &str| {
        let item = item.to_ascii_lowercase();
        let stem = item.trim_end_matches(['l', 'w']);
        stem.len() < item.len() && stem.bytes().all(|b| b.is_ascii_digit() || b == b'-')
    };
    match text.split(',').find(|item| special(item)) {
        Some(item) => {
            Err(format!("`{item}` in the {name} is not crontab: it has no `L` (last) and no `W` (nearest weekday)"))
        }
        None => Ok(()),
    }
}

/// One item of a list: `*`, `5`, `1-5`, `*/2`, `1-5/2`.
fn item_values(field: &Field, item: &str) -> Result<Vec<u8>, Why> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (item, None),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => (field.min, field.max),
        Some((first, last)) => ends(field, range, value(field, first)?, value(field, last)?)?,
        None if step.is_some() => {
            let (name, max) = (field.name, field.max);
            return Err(format!("`{item}` in the {name}: a step wants a range or `*`, such as `{range}-{max}/2`"));
        }
        None => value(field, range).map(|only| (only, only))?,
    };
    let step = step.map_or(Ok(1), |step| step_of(field, step))?;
    Ok((first..=last).step_by(usize::from(step)).collect())
}

/// The ends of a range. Days of the week go round: `fri-mon` is 5 to 8, whose remainders by 7 are meant.
fn ends(field: &Field, range: &str, first: u8, last: u8) -> Result<(u8, u8), Why> {
    match (first <= last, field.goes_round) {
        (true, _) => Ok((first, last)),
        (false, true) => Ok((first, last + 7)),
        (false, false) => {
            let (name, min, max) = (field.name, field.min, field.max);
            Err(format!("`{range}` in the {name} runs backwards; write `{first}-{max},{min}-{last}`"))
        }
    }
}

fn value(field: &Field, text: &str) -> Result<u8, Why> {
    let number = if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { (field.named)(text) };
    number.filter(|n| (field.min..=field.max).contains(n)).ok_or_else(|| {
        let Field { name, min, max, .. } = field;
        if text.is_empty() {
            format!("a number is missing in the {name}")
        } else {
            format!("`{text}` is no {name}: {min} to {max}{}", examples(field))
        }
    })
}

fn examples(field: &Field) -> &'static str {
    match field.name {
        "month" => ", or a name such as `jan`",
        "day of week" => " (0 and 7 are Sunday), or a name such as `mon`",
        _ => "",
    }
}

fn step_of(field: &Field, text: &str) -> Result<u8, Why> {
    let clean = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|step| clean && (1..=field.max).contains(step)).ok_or_else(|| {
        let (name, max) = (field.name, field.max);
        format!("`{text}` in the {name} is no step: 1 to {max}")
    })
}
