//! Crontabs against a matcher that shares nothing with the code: it looks at each minute.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Timelike};

use super::*;

/// A field as text, with the numbers that it should name.
#[derive(Debug, Clone)]
struct Field {
    text: String,
    names: BTreeSet<u32>,
}

fn star(min: u32, max: u32) -> impl Strategy<Value = Field> {
    (1..=max).prop_map(move |step| Field {
        text: if step == 1 { "*".to_owned() } else { format!("*/{step}") },
        names: (min..=max).filter(|n| (n - min).is_multiple_of(step)).collect(),
    })
}

fn listed(min: u32, max: u32) -> impl Strategy<Value = Field> {
    let item = (min..=max, min..=max, 1..=max, 0..3).prop_map(move |(a, b, step, shape)| {
        let (low, high) = (a.min(b), a.max(b));
        match shape {
            0 => (a.to_string(), vec![a]),
            1 => (format!("{low}-{high}"), (low..=high).collect()),
            _ => (format!("{low}-{high}/{step}"), (low..=high).filter(|n| (n - low).is_multiple_of(step)).collect()),
        }
    });
    prop::collection::vec(item, 1..4).prop_map(joined)
}

/// Days of the week: 0 to 6, 7 for Sunday, names, and ranges that go round.
fn weekdays() -> impl Strategy<Value = Field> {
    const NAMES: [&str; 8] = ["sun", "Mon", "TUE", "wed", "thursday", "fri", "sat", "7"];
    let word = |n: u32, named: bool| if named { NAMES[n as usize].to_owned() } else { n.to_string() };
    let item = (0u32..=7, 0u32..=7, 1u32..=7, 0..3, any::<bool>()).prop_map(move |(a, b, step, shape, named)| {
        let range = || {
            let end = if b < a { b + 7 } else { b };
            (a..=end).filter(move |n| shape == 1 || (n - a).is_multiple_of(step)).map(|n| n % 7)
        };
        let (from, to) = (word(a, named), word(b, named));
        match shape {
            0 => (from, vec![a % 7]),
            1 => (format!("{from}-{to}"), range().collect()),
            _ => (format!("{from}-{to}/{step}"), range().collect()),
        }
    });
    prop::collection::vec(item, 1..4).prop_map(joined)
}

fn joined(items: Vec<(String, Vec<u32>)>) -> Field {
    let (texts, names): (Vec<String>, Vec<Vec<u32>>) = items.into_iter().unzip();
    Field { text: texts.join(","), names: names.into_iter().flatten().collect() }
}

fn field(min: u32, max: u32) -> BoxedStrategy<Field> {
    prop_oneof![star(min, max), listed(min, max)].boxed()
}

fn any_crontab() -> impl Strategy<Value = [Field; 5]> {
    let weekday = prop_oneof![star(0, 6), weekdays()];
    (field(0, 59), field(0, 23), field(1, 31), field(1, 12), weekday)
        .prop_map(|(minute, hour, day, month, weekday)| [minute, hour, day, month, weekday])
}

fn matches([minute, hour, day, month, weekday]: &[Field; 5], t: NaiveDateTime) -> bool {
    let by_date = day.names.contains(&t.day());
    let by_weekday = weekday.names.contains(&t.weekday().num_days_from_sunday());
    let unrestricted = day.text.starts_with('*') || weekday.text.starts_with('*');
    minute.names.contains(&t.minute())
        && hour.names.contains(&t.hour())
        && month.names.contains(&t.month())
        && if unrestricted { by_date && by_weekday } else { by_date || by_weekday }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_crontab_fires_at_the_minutes_that_its_fields_name(fields in any_crontab(), start in instant()) {
        let start = start.naive_utc().with_second(0).unwrap();
        let end = start + TimeDelta::days(20);
        let minutes = std::iter::successors(Some(start + TimeDelta::minutes(1)), |t| Some(*t + TimeDelta::minutes(1)));
        let expected: Vec<NaiveDateTime> = minutes.take_while(|t| *t <= end).filter(|t| matches(&fields, *t)).collect();
        let text = fields.clone().map(|field| field.text).join(" ");
        match Crontab::parse(&text) {
            Ok(cron) => {
                let got: Vec<NaiveDateTime> =
                    std::iter::successors(cron.after(start), |t| cron.after(*t)).take_while(|t| *t <= end).collect();
                prop_assert_eq!(got, expected, "{}", text);
            }
            Err(Refusal::NeverFires { .. }) => prop_assert!(expected.is_empty() && fields[2].names.iter().all(|day| *day > 29)),
            Err(other) => prop_assert!(false, "{} is refused: {:?}", text, other),
        }
    }

    #[test]
    fn no_text_makes_parsing_panic(text in "[-0-9*/,@?LW#a-z ]{0,40}|.{0,60}") {
        if let Ok(cron) = Crontab::parse(&text) {
            prop_assert_eq!(Crontab::parse(&cron.to_string()), Ok(cron));
        }
    }
}

fn next_dates(text: &str, from: &str, n: usize) -> Vec<String> {
    let upcoming = crontab_in(text, "UTC").upcoming(at(from), n);
    upcoming.iter().map(|slot| slot.local.format("%a %-d %H:%M").to_string()).collect()
}

#[test]
fn weekday_numbers_are_crontabs() {
    // 1 November 2026 is a Sunday.
    assert_eq!(next_dates("0 9 * * 1-5", "2026-10-31 12:00", 2), ["Mon 2 09:00", "Tue 3 09:00"]);
    for sunday in ["0", "7", "sun", "Sunday"] {
        assert_eq!(next_dates(&format!("0 9 * * {sunday}"), "2026-10-31 12:00", 1), ["Sun 1 09:00"], "{sunday}");
    }
    assert_eq!(
        next_dates("0 9 * * fri-mon", "2026-11-03 12:00", 4),
        ["Fri 6 09:00", "Sat 7 09:00", "Sun 8 09:00", "Mon 9 09:00"]
    );
    assert_eq!(
        next_dates("0 9 * * 5-7", "2026-11-03 12:00", 4),
        ["Fri 6 09:00", "Sat 7 09:00", "Sun 8 09:00", "Fri 13 09:00"]
    );
    assert_eq!(next_dates("0 9 * * */2", "2026-10-31 12:00", 3), ["Sun 1 09:00", "Tue 3 09:00", "Thu 5 09:00"]);
}

#[test]
fn either_day_field_is_enough_where_both_are_restricted() {
    assert_eq!(next_dates("0 9 13 * 5", "2026-11-03 12:00", 3), ["Fri 6 09:00", "Fri 13 09:00", "Fri 20 09:00"]);
    assert_eq!(next_dates("0 9 10 * 5", "2026-11-03 12:00", 3), ["Fri 6 09:00", "Tue 10 09:00", "Fri 13 09:00"]);
    assert_eq!(next_dates("0 9 */10 * 6", "2026-11-03 12:00", 1), ["Sat 21 09:00"]);
}

#[test]
fn what_crontab_lacks_is_refused_with_the_reason() {
    let why = |text: &str| match Crontab::parse(text) {
        Err(Refusal::BadCron { why, .. }) => why,
        other => panic!("{text}: {other:?}"),
    };
    let told = [
        ("", "0 fields"),
        ("0 9 * *", "4 fields"),
        ("0 0 9 * * *", "6 fields"),
        ("0 0 9 * * * 2026", "7 fields"),
        ("@daily", "write `0 0 * * *`"),
        ("@reboot", "`@`"),
        ("0 9 ? * 1", "write `*`"),
        ("0 9 L * *", "`L`"),
        ("0 9 15W * *", "`W`"),
        ("0 9 * * 5L", "`L`"),
        ("0 9 * * 5#2", "`#`"),
        ("60 9 * * *", "`60` is no minute: 0 to 59"),
        ("0 24 * * *", "`24` is no hour: 0 to 23"),
        ("0 9 0 * *", "`0` is no day of month: 1 to 31"),
        ("0 9 * 13 *", "`13` is no month"),
        ("0 9 * * 8", "`8` is no day of week"),
        ("0 9 * * mo", "`mo` is no day of week"),
        ("0 22-2 * * *", "write `22-23,0-2`"),
        ("5/10 * * * *", "such as `5-59/2`"),
        ("*/0 * * * *", "`0` in the minute is no step"),
        ("1,,2 * * * *", "missing in the minute"),
        ("1- * * * *", "missing in the minute"),
        ("0 9 * * mon/2", "a step wants a range"),
    ];
    for (text, part) in told {
        assert!(why(text).contains(part), "{text}: {}", why(text));
    }
}

#[test]
fn a_date_that_never_comes_is_refused() {
    for text in ["0 9 30 2 *", "0 9 31 4,6,9,11 *", "0 9 30-31 feb */2"] {
        assert!(matches!(Crontab::parse(text), Err(Refusal::NeverFires { .. })), "{text}");
    }
    assert!(Crontab::parse("0 9 29 2 *").is_ok());
    assert!(Crontab::parse("0 9 30 2 mon").is_ok(), "it fires on the Mondays of February");
}
