//! What is owed after outages and edits: each slot once, and no day twice.

use chrono::TimeDelta;

use super::*;
use crate::core::feed::SkipReason;

const SIX_HOURS: TimeDelta = TimeDelta::hours(6);

fn pause() -> impl Strategy<Value = TimeDelta> {
    prop_oneof![1i64..600, 600i64..90_000, 90_000i64..900_000].prop_map(TimeDelta::seconds)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_slot_is_posted_or_skipped_exactly_once(
        schedule in prop_oneof![3 => daily(), 1 => cron()],
        start in instant(),
        pauses in prop::collection::vec(pause(), 1..30),
        window in (0i64..48).prop_map(TimeDelta::hours),
    ) {
        let (mut since, mut handled) = (start, Vec::new());
        for pause in pauses {
            let now = since + pause;
            let due = schedule.due(since, now, window, &[]);
            // So many are never named: see the test of a very long outage.
            prop_assume!(due.skipped.len() < 100);
            for (slot, reason) in &due.skipped {
                prop_assert_eq!(*reason == SkipReason::TooLate, now - slot.at > window);
                prop_assert!(*reason == SkipReason::TooLate || due.post.is_some());
            }
            prop_assert!(due.post.is_none_or(|slot| now - slot.at <= window));
            prop_assert_eq!(due.next, schedule.after(now));
            handled.extend(due.skipped.iter().map(|(slot, _)| *slot).chain(due.post));
            since = now;
        }
        let all: Vec<Slot> = schedule.slots_after(start).take_while(|slot| slot.at <= since).collect();
        prop_assert_eq!(handled, all);
    }

    #[test]
    fn edits_never_give_a_date_two_posts_and_never_lose_the_next(
        zone in zone(),
        start in instant(),
        steps in prop::collection::vec((pause(), prop::option::of(time())), 1..60),
    ) {
        let mut time = NaiveTime::from_hms_opt(9, 0, 0).unwrap();
        let (mut since, mut posted_on): (_, Vec<NaiveDate>) = (start, Vec::new());
        for (pause, edit) in steps {
            let schedule = Schedule { rule: Rule::Daily { time, days: Days::DAILY }, zone };
            let now = since + pause;
            let due = schedule.due(since, now, SIX_HOURS, &posted_on);
            if let Some(slot) = due.post {
                prop_assert!(!posted_on.contains(&slot.local.date()));
                posted_on.push(slot.local.date());
            }
            let next = due.next.unwrap();
            prop_assert!(next.at > now && !posted_on[..posted_on.len() - usize::from(due.post.is_some())].contains(&next.local.date()));
            time = edit.unwrap_or(time);
            since = now;
        }
    }
}

#[test]
fn the_newest_missed_slot_is_posted_and_older_ones_are_skipped() {
    let hourly = crontab_in("0 * * * *", "UTC");
    let due = hourly.due(at("2026-05-01 00:00"), at("2026-05-01 03:20"), TimeDelta::minutes(90), &[]);
    assert_eq!(due.post.unwrap().at, at("2026-05-01 03:00"));
    let skipped: Vec<_> = due.skipped.iter().map(|(slot, reason)| (slot.at, *reason)).collect();
    assert_eq!(
        skipped,
        [(at("2026-05-01 01:00"), SkipReason::TooLate), (at("2026-05-01 02:00"), SkipReason::Superseded)]
    );
    assert_eq!(due.next.unwrap().at, at("2026-05-01 04:00"));
}

#[test]
fn the_window_includes_its_end() {
    let daily = schedule("9:00", "daily", "UTC");
    let since = at("2026-05-01 08:00");
    assert!(daily.due(since, at("2026-05-01 15:00"), SIX_HOURS, &[]).post.is_some());
    let late = daily.due(since, at("2026-05-01 15:01"), SIX_HOURS, &[]);
    assert_eq!((late.post, late.skipped.len()), (None, 1));
    assert!(daily.due(since, at("2026-05-01 09:00"), TimeDelta::zero(), &[]).post.is_some());
}

#[test]
fn nothing_is_due_before_its_time_or_twice() {
    let daily = schedule("9:00", "daily", "Europe/Berlin");
    let slot = daily.after(at("2026-05-01 00:00")).unwrap();
    assert_eq!(daily.due(slot.at, slot.at, SIX_HOURS, &[]).post, None);
    let early = daily.due(at("2026-05-01 00:00"), slot.at - TimeDelta::seconds(1), SIX_HOURS, &[]);
    assert_eq!(early, Due { next: Some(slot), ..Due::default() });
}

#[test]
fn a_clock_that_went_back_owes_nothing_and_repeats_nothing() {
    let daily = schedule("9:00", "daily", "UTC");
    let due = daily.due(at("2026-05-01 09:30"), at("2026-05-01 08:30"), SIX_HOURS, &[]);
    assert_eq!((due.post, due.skipped.len()), (None, 0));
    assert_eq!(due.next.unwrap().at, at("2026-05-02 09:00"));
}

#[test]
fn a_later_time_on_a_day_that_had_its_post_waits_for_tomorrow() {
    let edited = schedule("12:00", "daily", "UTC");
    let posted_on = [date("2026-05-01")];
    let before = edited.due(at("2026-05-01 10:00"), at("2026-05-01 10:00"), SIX_HOURS, &posted_on);
    assert_eq!(before.next.unwrap().at, at("2026-05-02 12:00"));
    let after = edited.due(at("2026-05-01 10:00"), at("2026-05-01 12:01"), SIX_HOURS, &posted_on);
    assert_eq!((after.post, after.skipped.len()), (None, 0));
}

#[test]
fn a_crontab_may_post_twice_a_day() {
    let twice = crontab_in("0 9,17 * * *", "UTC");
    let due = twice.due(at("2026-05-01 10:00"), at("2026-05-01 17:00"), SIX_HOURS, &[date("2026-05-01")]);
    assert_eq!(due.post.unwrap().at, at("2026-05-01 17:00"));
}

#[test]
fn a_very_long_outage_names_the_newest_hundred() {
    let every_minute = crontab_in("* * * * *", "Europe/Berlin");
    let (since, now) = (at("1996-01-01 00:00"), at("2026-05-01 00:00"));
    let due = every_minute.due(since, now, SIX_HOURS, &[]);
    assert_eq!(due.post.unwrap().at, now);
    assert_eq!(due.skipped.len(), 100);
    assert_eq!(due.skipped.first().unwrap().0.at, now - TimeDelta::minutes(100));
    assert_eq!(due.skipped.last().unwrap().0.at, now - TimeDelta::minutes(1));

    let january = crontab_in("* * * 1 *", "UTC").due(since, now, SIX_HOURS, &[]);
    assert_eq!((january.post, january.skipped.len()), (None, 100));
    assert_eq!(january.skipped.last().unwrap().0.at, at("2026-01-31 23:59"));
}
