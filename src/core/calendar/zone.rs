//! Time zones: their names, and the instants of local times.

use std::collections::HashMap;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};

use super::quoted;
use crate::core::refusal::Refusal;

/// Offered before anything is typed.
const COMMON: [&str; 20] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Europe/Warsaw",
    "Europe/Istanbul",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Sao_Paulo",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
];

/// What people call a zone that the IANA database names after another city, or not at all.
const ALSO: [(&str, &str); 20] = [
    ("bangalore", "Asia/Kolkata"),
    ("beijing", "Asia/Shanghai"),
    ("boston", "America/New_York"),
    ("bst", "Europe/London"),
    ("cdt", "America/Chicago"),
    ("cest", "Europe/Berlin"),
    ("cst", "America/Chicago"),
    ("delhi", "Asia/Kolkata"),
    ("edt", "America/New_York"),
    ("gmt+0", "UTC"),
    ("ist", "Asia/Kolkata"),
    ("jst", "Asia/Tokyo"),
    ("mdt", "America/Denver"),
    ("mumbai", "Asia/Kolkata"),
    ("munich", "Europe/Berlin"),
    ("pdt", "America/Los_Angeles"),
    ("pst", "America/Los_Angeles"),
    ("san francisco", "America/Los_Angeles"),
    ("seattle", "America/Los_Angeles"),
    ("washington", "America/New_York"),
];

/// Countries with their zones, a line each: the name in lower case, a tab, zones between blanks. Names and zones are those of `iso3166.tab`
/// and `zone.tab` in the IANA time zone database, which is in the public domain; other names in use are added.
const COUNTRIES: &str = include_str!("countries.tsv");

/// The instant of a local time: the first one at which a clock of the zone shows it.
///
/// A time that the clocks skip means the first instant after the gap. Where that lies on another date, the minute before the
/// gap keeps the slot on its own day; a day that is skipped whole has no instants.
pub(super) fn instant_of(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.to_utc()),
        MappedLocalTime::None => beside_gap(local, zone),
    }
}

fn beside_gap(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let (begin, offset) = GapInfo::new(&local, &zone)?.begin?;
    let end = begin.checked_sub_offset(offset.fix())?.and_utc();
    let same_day = |at: &DateTime<Utc>| at.with_timezone(&zone).date_naive() == local.date();
    [end, end - TimeDelta::minutes(1)].into_iter().find(same_day)
}

/// The zone of an IANA name, links such as `US/Eastern` included; case does not matter, and spaces may stand for `_`.
///
/// # Errors
/// [`Refusal::UnknownZone`] with the nearest names.
pub fn zone_named(text: &str) -> Result<Tz, Refusal> {
    let wanted = text.trim().replace(' ', "_");
    let in_any_case = || TZ_VARIANTS.into_iter().find(|zone| zone.name().eq_ignore_ascii_case(&wanted));
    wanted.parse().ok().or_else(in_any_case).ok_or_else(|| Refusal::UnknownZone {
        given: quoted(text),
        near: zones_like(text, 3).into_iter().map(str::to_owned).collect(),
    })
}

/// Time zones whose name resembles the text, best first: for autocompletes and for refusals. Cities match without their
/// continent, and some big ones that the IANA database lacks do too, as do countries; an empty text gives a short list of common zones.
#[must_use]
pub fn zones_like(text: &str, limit: usize) -> Vec<&'static str> {
    // No name is longer than what is quoted, and likeness costs the product of both lengths.
    let wanted = quoted(text).to_lowercase().replace('_', " ");
    if wanted.is_empty() {
        return COMMON.into_iter().take(limit).collect();
    }
    if let Some(seconds) = offset_in(&wanted) {
        return zones_at(seconds, limit);
    }
    let also = also_called(&wanted);
    let score = |name| also.get(name).copied().unwrap_or(0.0).max(likeness(&wanted, name));
    let mut scored: Vec<(f64, &'static str)> =
        TZ_VARIANTS.into_iter().map(|zone| (score(zone.name()), zone.name())).collect();
    scored.sort_by(|(a, name_a), (b, name_b)| b.total_cmp(a).then_with(|| order(name_a).cmp(&order(name_b))));
    // Once something really matches, what merely looks a little alike is noise.
    let floor = if scored.first().is_some_and(|(best, _)| *best >= CONTAINS) { ALIKE } else { 0.0 };
    scored.into_iter().filter(|(score, _)| *score >= floor).take(limit).map(|(_, name)| name).collect()
}

/// The seconds east of Greenwich that somebody types who knows no zone by name: `+02:00`, `-5`, `UTC+5:30`.
fn offset_in(wanted: &str) -> Option<i32> {
    let bare = wanted.trim_start_matches("utc").trim_start_matches("gmt").trim_start();
    let (sign, digits) = match (bare.strip_prefix('+'), bare.strip_prefix(['-', '−'])) {
        (Some(east), _) => (1, east),
        (_, Some(west)) => (-1, west),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then(|| sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

/// Places whose clocks are this far from UTC in January or in July: an offset is no zone, for it does not tell when clocks change.
fn zones_at(seconds: i32, limit: usize) -> Vec<&'static str> {
    let offset = |zone: Tz, month| {
        let noon = Utc.with_ymd_and_hms(2026, month, 1, 12, 0, 0).single()?;
        Some(zone.offset_from_utc_datetime(&noon.naive_utc()).fix().local_minus_utc())
    };
    let fits = |zone: &Tz| [1, 7].into_iter().any(|month| offset(*zone, month) == Some(seconds));
    let mut names: Vec<&'static str> = TZ_VARIANTS.into_iter().filter(fits).map(Tz::name).collect();
    names.sort_by_key(|name| order(name));
    names.truncate(limit);
    names
}

/// Scores above this come from a match of letters, below from mere likeness (0 to 1).
const CONTAINS: f64 = 2.0;
/// A likeness from which on a misspelling is probable.
const ALIKE: f64 = 0.9;

/// From how many letters on a country is known by its beginning.
const BEGUN: usize = 3;

/// The zones of cities and countries that go by this name, or by one that begins with it, and how well they match.
fn also_called(wanted: &str) -> HashMap<&'static str, f64> {
    let cities = ALSO.into_iter().map(|(name, zone)| (name, zone, 1));
    let countries = COUNTRIES.lines().filter_map(|line| line.split_once('\t'));
    let mut zones: HashMap<&'static str, f64> = HashMap::new();
    for (name, those, begun) in cities.chain(countries.map(|(name, zones)| (name, zones, BEGUN))) {
        let score = match () {
            () if name == wanted => 5.0,
            () if wanted.len() >= begun && name.starts_with(wanted) => 4.0,
            () => continue,
        };
        for zone in those.split(' ') {
            let best = zones.entry(zone).or_default();
            *best = best.max(score);
        }
    }
    zones
}

fn likeness(wanted: &str, name: &str) -> f64 {
    let plain = name.to_lowercase().replace('_', " ");
    let city = plain.rsplit('/').next().unwrap_or(&plain);
    if plain == wanted {
        7.0
    } else if city == wanted {
        6.0
    } else if city.starts_with(wanted) {
        4.0
    } else if plain.starts_with(wanted) {
        3.0
    } else if plain.contains(wanted) {
        CONTAINS
    } else {
        strsim::jaro_winkler(wanted, city).max(strsim::jaro_winkler(wanted, &plain))
    }
}

/// Among equals: common zones first, then those called by continent and city, then links of the past; then by name.
fn order(name: &'static str) -> (usize, bool, &'static str) {
    const CONTINENTS: [&str; 10] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    let common = COMMON.iter().position(|common| *common == name).unwrap_or(COMMON.len());
    (common, !CONTINENTS.iter().any(|continent| name.starts_with(continent)), name)
}
