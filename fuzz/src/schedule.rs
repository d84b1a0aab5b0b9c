//! When a feed posts: what `/feed add` and every other form takes, one field a line: time, days, crontab, time zone.

use chrono::{DateTime, TimeDelta, Utc};
use trapline::core::calendar::{Schedule, times_like, zones_like};

use super::fits;

/// What an autocomplete shows at most.
const SUGGESTIONS: usize = 25;

/// # Panics
/// Where a schedule that is taken is not kept as it is, or gives slots out of order.
pub fn schedule(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut fields = text.split('\n');
    let [time, days, cron, zone] = std::array::from_fn(|_| fields.next());
    let zone = zone.unwrap_or("UTC");
    match Schedule::parse(time, days, cron, zone) {
        Ok(schedule) => taken(&schedule),
        Err(refusal) => fits::refusal(&refusal),
    }
    assert!(zones_like(zone, SUGGESTIONS).len() <= SUGGESTIONS, "no more zones than are asked for");
    assert!(times_like(time.unwrap_or_default(), SUGGESTIONS).len() <= SUGGESTIONS, "nor more times");
}

fn taken(schedule: &Schedule) {
    let kept = Schedule::from_stored(&schedule.stored(), schedule.zone.name());
    assert_eq!(kept.as_ref(), Some(schedule), "it is kept as it is");
    assert!((1..300).contains(&schedule.describe().len()), "it can be said in a line");

    // The days before the clocks of Europe change, and those of a leap year's February.
    for start in [1_774_612_800, 1_835_000_000].map(instant) {
        let slots = schedule.upcoming(start, 4);
        let ordered = slots.windows(2).all(|two| two[0].at < two[1].at && two[0].local < two[1].local);
        assert!(ordered && slots.iter().all(|slot| slot.at > start), "one after another, none in the past: {slots:?}");

        let later = start + TimeDelta::days(3);
        let due = schedule.due(start, later, TimeDelta::hours(6), &[]);
        let missed: Vec<_> = due.skipped.iter().map(|(slot, _)| *slot).chain(due.post).collect();
        assert!(missed.len() <= 101, "a long outage is told in short");
        assert!(missed.windows(2).all(|two| two[0].at < two[1].at), "oldest first: {missed:?}");
        assert!(missed.iter().all(|slot| start < slot.at && slot.at <= later), "nothing of another time: {missed:?}");
        assert_eq!(due.next, schedule.after(later), "what comes next does not hang on what was missed");
    }
}

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("a time of our days")
}
