//! Points pay honesty, streaks survive what freezes are for, and standings are one order.

use proptest::prelude::*;

use super::*;

/// What a confidence pays on average to somebody who is right with chance `p`.
fn expected(confidence: Confidence, p: f64) -> f64 {
    p * f64::from(points(true, confidence)) + (1.0 - p) * f64::from(points(false, confidence))
}

fn standing() -> impl Strategy<Value = Standing> {
    (0i64..3, -2i64..3, 0u32..4, 0u32..4, 0i64..3).prop_map(|(member, points, right, wrong, reached)| Standing {
        member: MemberId(member),
        name: String::new(),
        points,
        right,
        answers: right + wrong,
        reached_at: DateTime::from_timestamp(reached, 0).unwrap(),
    })
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

proptest! {
    #[test]
    fn saying_how_sure_one_is_pays_best(p in 0.0f64..=1.0) {
        let honest = if p < 0.5 { Confidence::Guess } else if p < 0.8 { Confidence::Sure } else { Confidence::Certain };
        for other in Confidence::ALL {
            prop_assert!(expected(honest, p) >= expected(other, p) - 1e-9, "{honest:?} {other:?} at {p}");
        }
    }

    #[test]
    fn a_streak_keeps_its_bounds(turns in prop::collection::vec(prop::bool::weighted(0.8), 0..200)) {
        let mut streak = Streak::default();
        for answered in turns {
            let before = streak;
            streak = if answered { streak.answered() } else { streak.missed() };
            prop_assert!(streak.best >= streak.current && streak.best >= before.best);
            prop_assert!(streak.freezes <= Streak::MOST_FREEZES && streak.toward < Streak::FREEZE_EVERY);
            prop_assert!(streak.current > 0 || streak.freezes == 0, "a freeze outlived the streak that it should have saved");
            if answered {
                prop_assert_eq!(streak.current, before.current + 1);
            } else if before.freezes > 0 {
                prop_assert_eq!((streak.current, streak.freezes), (before.current, before.freezes - 1));
            } else {
                prop_assert_eq!(streak.current, 0);
            }
        }
    }

    #[test]
    fn rank_is_a_total_order(a in standing(), b in standing(), c in standing()) {
        prop_assert_eq!(rank(&a, &b), rank(&b, &a).reverse());
        prop_assert_eq!(rank(&a, &b) == Ordering::Equal, a == b);
        if rank(&a, &b) != Ordering::Greater && rank(&b, &c) != Ordering::Greater {
            prop_assert_ne!(rank(&a, &c), Ordering::Greater);
        }
    }

    #[test]
    fn instants_of_one_local_day_share_their_keys(seconds in 0i64..4_000_000_000, zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec())) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let later = at + chrono::TimeDelta::minutes(10);
        let same_day = at.with_timezone(&zone).date_naive() == later.with_timezone(&zone).date_naive();
        for period in Period::ALL {
            if same_day {
                prop_assert_eq!(period_key(period, at, zone), period_key(period, later, zone));
            }
            let same_key = period_key(period, at, zone) == period_key(period, later, zone);
            prop_assert_eq!(same_key, period_label(period, at, zone) == period_label(period, later, zone));
        }
    }
}

proptest! {
    #[test]
    fn one_members_streak_is_what_all_are_settled_to(slots in prop::collection::vec(any::<[bool; 3]>(), 0..60)) {
        let mut settled = BTreeMap::new();
        for [first, second, delivered] in &slots {
            let answered = [(*first, MemberId(1)), (*second, MemberId(2))].into_iter();
            let answered = answered.filter_map(|(answered, member)| answered.then_some(member)).collect();
            settle(&mut settled, &answered, *delivered);
        }
        let alone = |which: usize| streak_over(slots.iter().map(|slot| (slot[which], slot[2])));
        prop_assert_eq!([alone(0), alone(1)], [MemberId(1), MemberId(2)].map(|member| settled.get(&member).copied()));
    }
}

#[test]
fn each_word_is_strictly_best_within_its_range() {
    for (confidence, p) in [(Confidence::Guess, 0.25), (Confidence::Sure, 0.65), (Confidence::Certain, 0.9)] {
        for other in Confidence::ALL.into_iter().filter(|other| *other != confidence) {
            assert!(expected(confidence, p) > expected(other, p));
        }
    }
}

#[test]
fn seven_answers_earn_a_freeze_and_a_miss_takes_it() {
    let week = (0..7).fold(Streak::default(), |streak, _| streak.answered());
    assert_eq!(week, Streak { current: 7, best: 7, freezes: 1, toward: 0 });
    let saved = week.missed();
    assert_eq!(saved, Streak { current: 7, best: 7, freezes: 0, toward: 0 });
    assert_eq!(saved.answered().current, 8);
    assert_eq!(saved.missed(), Streak { current: 0, best: 7, freezes: 0, toward: 0 });
}

#[test]
fn no_more_than_two_freezes_are_held() {
    let long = (0..30).fold(Streak::default(), |streak, _| streak.answered());
    assert_eq!(long, Streak { current: 30, best: 30, freezes: 2, toward: 2 });
    let broken = long.missed().missed().missed();
    assert_eq!(broken, Streak { current: 0, best: 30, freezes: 0, toward: 2 });
}

#[test]
fn a_period_begins_at_local_midnight() {
    let key = |period, at, zone| period_key(period, instant(at), zone);
    // Sunday 22:30 in New York is Monday 03:30 in UTC.
    let at = "2026-11-30T03:30:00Z";
    assert_eq!(key(Period::Week, at, Tz::America__New_York), "2026-W48");
    assert_eq!(key(Period::Week, at, Tz::UTC), "2026-W49");
    let at = "2026-09-30T22:30:00Z";
    assert_eq!(key(Period::Month, at, Tz::UTC), "2026-09");
    assert_eq!(key(Period::Month, at, Tz::Europe__Berlin), "2026-10");
    assert_eq!(key(Period::Season, at, Tz::UTC), "2026-Q3");
    assert_eq!(key(Period::Season, at, Tz::Europe__Berlin), "2026-Q4");
    assert_eq!(key(Period::All, at, Tz::UTC), "all");
}

#[test]
fn a_week_belongs_to_the_year_of_its_thursday() {
    let key = |at: &str| period_key(Period::Week, instant(at), Tz::UTC);
    assert_eq!(key("2027-01-03T12:00:00Z"), "2026-W53");
    assert_eq!(key("2027-01-04T12:00:00Z"), "2027-W01");
    assert_eq!(key("2024-12-30T12:00:00Z"), "2025-W01");
}

#[test]
fn periods_are_said_in_words() {
    let label = |period, at| period_label(period, instant(at), Tz::UTC);
    assert_eq!(label(Period::Week, "2026-11-25T12:00:00Z"), "23–29 November 2026");
    assert_eq!(label(Period::Week, "2026-12-01T12:00:00Z"), "30 November – 6 December 2026");
    assert_eq!(label(Period::Week, "2027-01-01T12:00:00Z"), "28 December 2026 – 3 January 2027");
    assert_eq!(label(Period::Month, "2026-11-25T12:00:00Z"), "November 2026");
    assert_eq!(label(Period::Season, "2026-11-25T12:00:00Z"), "October to December 2026");
    assert_eq!(label(Period::Season, "2026-01-25T12:00:00Z"), "January to March 2026");
    assert_eq!(label(Period::All, "2026-11-25T12:00:00Z"), "all time");
}

#[test]
fn ties_fall_to_accuracy_then_fewer_answers_then_who_was_first() {
    let line = |member, points, right, answers, reached| Standing {
        member: MemberId(member),
        name: String::new(),
        points,
        right,
        answers,
        reached_at: DateTime::from_timestamp(reached, 0).unwrap(),
    };
    let best_first = [
        line(9, 20, 1, 9, 9),
        line(8, 16, 2, 2, 9),
        line(7, 16, 4, 4, 1),
        line(6, 16, 4, 4, 2),
        line(5, 16, 3, 4, 0),
        line(4, 0, 0, 0, 0),
        line(5, 0, 0, 0, 0),
    ];
    assert!(best_first.is_sorted_by(|a, b| rank(a, b) == Ordering::Less));
}
