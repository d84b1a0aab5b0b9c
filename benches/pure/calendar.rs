//! When feeds post: each tick asks it for the feeds that are due, and each receipt for the next slots.

use std::hint::black_box;

use chrono::TimeDelta;
use criterion::Criterion;
use trapline::core::calendar::Schedule;

use super::made;

/// A zone whose clocks change twice a year.
const ZONE: &str = "Europe/Berlin";

pub(crate) fn benches(c: &mut Criterion) {
    let start = made::start();
    for rule in ["weekdays 09:00", "cron 0 9 * * 1-5", "cron */15 8-18 1,15 * mon"] {
        let schedule = Schedule::from_stored(rule, ZONE).expect("a sound schedule");
        c.bench_function(&format!("calendar/next slot of {rule}"), |b| b.iter(|| schedule.after(black_box(start))));
    }
    let daily = Schedule::from_stored("daily 02:30", ZONE).expect("a sound schedule");
    c.bench_function("calendar/a year of days", |b| b.iter(|| daily.upcoming(black_box(start), 365)));
    let cron = Schedule::from_stored("cron 30 2 * * *", ZONE).expect("a sound schedule");
    c.bench_function("calendar/a year of crontab", |b| b.iter(|| cron.upcoming(black_box(start), 365)));

    let catch_up = TimeDelta::hours(6);
    c.bench_function("calendar/due, on time", |b| {
        b.iter(|| daily.due(black_box(start), start + TimeDelta::days(1), catch_up, &[]));
    });
    c.bench_function("calendar/due after a year's outage", |b| {
        b.iter(|| daily.due(black_box(start), start + TimeDelta::days(365), catch_up, &[]));
    });
    let minutely = Schedule::from_stored("cron * * * * *", ZONE).expect("a sound schedule");
    c.bench_function("calendar/due after a day's outage, each minute", |b| {
        b.iter(|| minutely.due(black_box(start), start + TimeDelta::days(1), catch_up, &[]));
    });

    let typed = |zone: &str| Schedule::parse(Some("9:30 pm"), Some("mon,wed,fri"), None, zone);
    c.bench_function("calendar/parse", |b| b.iter(|| typed(black_box("europe/berlin"))));
    c.bench_function("calendar/refuse a zone", |b| b.iter(|| typed(black_box("Europa/Berln"))));
}
