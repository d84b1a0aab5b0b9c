//! One slot for each scheduled local day that exists, whatever the zone does to its clocks.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::*;

/// The dates that clocks in the zone show at some time between two instants.
fn dates_shown(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> BTreeSet<NaiveDate> {
    std::iter::successors(Some(from), |t| Some(*t + TimeDelta::minutes(30)))
        .take_while(|t| *t <= to)
        .map(|t| t.with_timezone(&zone).date_naive())
        .collect()
}

fn slots_between(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Slot> {
    schedule.slots_after(from).take_while(|slot| slot.at <= to).collect()
}

/// The meaning of a local time, found by watching the clock minute by minute.
fn watched(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let shows = |t: DateTime<Utc>| t.with_timezone(&zone).naive_local();
    let start = local.and_utc() - TimeDelta::hours(40);
    let reached = (0..80 * 60).map(|n| start + TimeDelta::minutes(n)).find(|t| shows(*t) >= local)?;
    [reached, reached - TimeDelta::minutes(1)].into_iter().find(|t| shows(*t).date() == local.date())
}

fn assert_one_slot_a_day(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) {
    let Rule::Daily { days, .. } = &schedule.rule else { panic!("a rule of one time a day") };
    let slots = slots_between(schedule, from, to);
    assert!(slots.is_sorted_by(|a, b| a.at < b.at && a.local < b.local), "{schedule:?}");
    for slot in &slots {
        assert_eq!(slot.at.with_timezone(&schedule.zone).date_naive(), slot.local.date(), "{slot:?} {schedule:?}");
    }
    // The first and the last day may lie partly outside.
    let mut expected = dates_shown(schedule.zone, from, to);
    expected.pop_first();
    expected.pop_last();
    let (first, last) = (*expected.first().unwrap(), *expected.last().unwrap());
    let got: Vec<NaiveDate> = slots.iter().map(|slot| slot.local.date()).collect();
    let got: Vec<NaiveDate> = got.into_iter().filter(|date| (first..=last).contains(date)).collect();
    let expected: Vec<NaiveDate> = expected.into_iter().filter(|date| days.contains(date.weekday())).collect();
    assert_eq!(got, expected, "{schedule:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_scheduled_day_that_exists_has_one_slot(schedule in daily(), from in instant()) {
        assert_one_slot_a_day(&schedule, from, from + TimeDelta::days(900));
    }

    #[test]
    fn around_the_lost_day_too(time in time(), days in days()) {
        let schedule = Schedule { rule: Rule::Daily { time, days }, zone: Tz::Pacific__Apia };
        assert_one_slot_a_day(&schedule, at("2011-12-20 05:00"), at("2012-01-10 05:00"));
    }

    #[test]
    fn a_crontabs_instants_strictly_increase(schedule in cron(), from in instant()) {
        let slots: Vec<Slot> = schedule.slots_after(from).take(2_000).collect();
        prop_assert!(slots.is_sorted_by(|a, b| a.at < b.at && a.local < b.local));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn after_is_the_first_slot_of_the_list_that_is_later(
        schedule in prop_oneof![daily(), cron()], from in instant(), offsets in prop::collection::vec(0i64..14 * 86_400, 8)
    ) {
        let slots = slots_between(&schedule, from - TimeDelta::days(3), from + TimeDelta::days(40));
        let random = offsets.into_iter().map(|seconds| from + TimeDelta::seconds(seconds));
        let beside = |slot: &Slot| [-1, 0, 1].map(|s| slot.at + TimeDelta::seconds(s));
        let beside_slots: Vec<_> = slots.iter().skip(3).take(8).flat_map(beside).collect();
        for instant in random.chain(beside_slots) {
            let expected = slots.iter().find(|slot| slot.at > instant).copied();
            if expected.is_some() {
                prop_assert_eq!(schedule.after(instant), expected, "after {}", instant);
            }
        }
    }
}

/// Every change of a zone's clocks in a stretch, to the minute.
fn changes(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let skew = |t: DateTime<Utc>| t.with_timezone(&zone).naive_local() - t.naive_utc();
    let hours = std::iter::successors(Some(from), |t| Some(*t + TimeDelta::hours(1))).take_while(|t| *t < to);
    hours
        .filter(|t| skew(*t) != skew(*t + TimeDelta::hours(1)))
        .map(|t| (1..=60).map(|n| t + TimeDelta::minutes(n)).find(|u| skew(*u) != skew(t)).unwrap())
        .collect()
}

#[test]
fn local_times_around_every_change_mean_what_a_watched_clock_shows() {
    for zone in ZONES {
        for change in changes(zone, at("2006-01-01 00:00"), at("2012-06-01 00:00")) {
            let shown = change.with_timezone(&zone).naive_local();
            for minutes in (-150..=150).step_by(25) {
                let local = shown + TimeDelta::minutes(minutes);
                assert_eq!(zone::instant_of(local, zone), watched(local, zone), "{local} in {zone}");
            }
        }
    }
}

#[test]
fn instants_inside_gaps_and_overlaps_lead_on_to_the_right_slot() {
    for zone in ZONES {
        for change in changes(zone, at("2009-01-01 00:00"), at("2012-06-01 00:00")) {
            let shown = change.with_timezone(&zone).time();
            for minutes in [-90, -60, -45, -30, -1, 0, 1, 30, 45, 60] {
                let (time, _) = shown.overflowing_add_signed(TimeDelta::minutes(minutes));
                let schedule = Schedule { rule: Rule::Daily { time, days: Days::DAILY }, zone };
                let slots = slots_between(&schedule, change - TimeDelta::days(4), change + TimeDelta::days(4));
                for offset in (-180..=180).step_by(15) {
                    let instant = change + TimeDelta::minutes(offset);
                    let expected = slots.iter().find(|slot| slot.at > instant).copied();
                    assert_eq!(schedule.after(instant), expected, "{time} in {zone} after {instant}");
                }
            }
        }
    }
}

#[test]
fn the_spring_gap_moves_a_slot_to_its_end() {
    let slot = schedule("2:30", "daily", "America/New_York").after(at("2026-03-08 00:00"));
    assert_eq!(slot, Some(Slot { local: local("2026-03-08 02:30"), at: at("2026-03-08 07:00") }));
    let slot = schedule("2:10", "daily", "Australia/Lord_Howe").after(at("2026-10-03 00:00"));
    assert_eq!(slot, Some(Slot { local: local("2026-10-04 02:10"), at: at("2026-10-03 15:30") }));
}

#[test]
fn the_autumn_overlap_fires_once_at_the_first_occurrence() {
    let schedule = schedule("1:30", "daily", "America/New_York");
    let first = schedule.after(at("2026-11-01 00:00")).unwrap();
    assert_eq!(first, Slot { local: local("2026-11-01 01:30"), at: at("2026-11-01 05:30") });
    let second = schedule.after(at("2026-11-01 06:15")).unwrap();
    assert_eq!(second.local, local("2026-11-02 01:30"));
}

#[test]
fn a_day_that_does_not_exist_has_no_slot() {
    let slots = schedule("9:00", "daily", "Pacific/Apia").upcoming(at("2011-12-29 00:00"), 3);
    let dates: Vec<NaiveDate> = slots.iter().map(|slot| slot.local.date()).collect();
    assert_eq!(dates, [date("2011-12-29"), date("2011-12-31"), date("2012-01-01")]);
    let fridays = schedule("9:00", "fri", "Pacific/Apia").upcoming(at("2011-12-24 00:00"), 2);
    assert_eq!(fridays[0].local, local("2012-01-06 09:00"));
    assert_eq!(fridays.len(), 2);
}

#[test]
fn a_gap_that_reaches_midnight_keeps_the_slot_on_its_own_day() {
    // Clocks jumped from Saturday 23:00 to Sunday 00:00.
    let schedule = schedule("23:30", "daily", "America/Nuuk");
    let slots = schedule.upcoming(at("2024-03-30 12:00"), 2);
    assert_eq!(slots[0], Slot { local: local("2024-03-30 23:30"), at: at("2024-03-31 00:59") });
    assert_eq!(slots[1].local, local("2024-03-31 23:30"));
}

#[test]
fn nominal_times_that_share_an_instant_give_one_slot() {
    let slots = crontab_in("*/15 2,3 * * *", "Europe/Berlin").upcoming(at("2026-03-29 00:30"), 2);
    assert_eq!(slots[0], Slot { local: local("2026-03-29 02:00"), at: at("2026-03-29 01:00") });
    assert_eq!(slots[1], Slot { local: local("2026-03-29 03:15"), at: at("2026-03-29 01:15") });
}

#[test]
fn look_ups_end_with_the_years_that_are_known() {
    let schedule = schedule("9:00", "daily", "Europe/Berlin");
    assert_eq!(schedule.after(DateTime::<Utc>::MAX_UTC), None);
    assert_eq!(schedule.after(at("2100-12-31 12:00")), None);
    assert_eq!(schedule.after(DateTime::<Utc>::MIN_UTC).unwrap().local, local("1970-01-01 09:00"));
    let cron = crontab_in("0 9 29 2 *", "Asia/Kolkata");
    assert_eq!(cron.after(DateTime::<Utc>::MAX_UTC), None);
    assert_eq!(cron.after(at("2096-03-01 00:00")), None, "2100 is no leap year");
}
