//! What each click costs before anything is stored, and what a reveal costs for each of its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use chrono::TimeDelta;
use criterion::{BatchSize, Criterion};
use trapline::core::feed::Filter;
use trapline::core::ids::{Action, Confidence, MemberId, Period, RoundId, TrapId};
use trapline::core::round::{Given, Tally, judge, verdict};
use trapline::core::score::{Leaderboard, Official, Streak, points, rank, settle, sums};
use trapline::core::text;

use super::made;

/// Members of a big community.
const MANY: i64 = 5_000;

pub(crate) fn benches(c: &mut Criterion) {
    clicks(c);
    answers(c);
    standings(c);
}

fn clicks(c: &mut Criterion) {
    let answer = Action::Answer { round: RoundId(4_711), position: 2 };
    let trap = TrapId::try_from("mixed-precision-master-copy".to_owned()).expect("a sound id");
    let practice = Action::Practice { trap, variant: 2, seed: 123_456_789, position: 3, filter: Filter::default() };
    for (name, action) in [("answer", answer), ("practice", practice)] {
        let text = action.encode();
        c.bench_function(&format!("custom_id/encode {name}"), |b| b.iter(|| black_box(&action).encode()));
        c.bench_function(&format!("custom_id/decode {name}"), |b| b.iter(|| Action::decode(black_box(&text))));
    }
}

fn answers(c: &mut Criterion) {
    let now = made::start() + TimeDelta::hours(1);
    let chosen = (made::round(made::choice()), Given::Position(1));
    let typed = (made::round(made::number()), Given::Typed("1,12e2 GB".to_owned()));
    for (name, (round, given)) in [("choice", chosen), ("number", typed)] {
        let judged = || {
            let answer = judge(black_box(&round), black_box(&given), None, now).expect("the round is open");
            verdict(&round.trap, answer.said, answer.confidence)
        };
        c.bench_function(&format!("judge/{name}"), |b| b.iter(judged));
    }
    let trap = made::choice();
    let many = made::answers(&trap, 5_000);
    c.bench_function("tally/5000 answers", |b| b.iter(|| Tally::of(&trap, black_box(&many).iter().copied())));
}

fn standings(c: &mut Criterion) {
    let all = made::standings(MANY);
    let sorted = |mut standings: Vec<_>| {
        standings.sort_unstable_by(rank);
        standings
    };
    c.bench_function("standings/rank 5000 members", |b| b.iter_batched(|| all.clone(), sorted, BatchSize::LargeInput));

    let lines = (1..).zip(sorted(all.clone()).into_iter().take(10)).collect();
    let label = "23–29 November 2026".to_owned();
    let board = Leaderboard { period: Period::Week, label, page: 0, pages: 500, lines, me: None, members: 5_000 };
    c.bench_function("standings/page", |b| b.iter(|| text::leaderboard(black_box(&board))));

    let one = |n: i64| {
        let at = made::start() + TimeDelta::days(n);
        Official { points: points(n % 3 == 0, Confidence::Sure), right: n % 3 == 0, at, revealed_at: at }
    };
    let year: Vec<Official> = (0..365).map(one).collect();
    c.bench_function("standings/sums of a year", |b| b.iter(|| sums(black_box(&year), chrono_tz::Europe::Berlin)));

    let streaks: BTreeMap<MemberId, Streak> = (0..MANY).map(|n| (MemberId(n), Streak::default())).collect();
    let answered: BTreeSet<MemberId> = (0..MANY).step_by(2).map(MemberId).collect();
    let settled = |mut streaks| {
        settle(&mut streaks, &answered, true);
        streaks
    };
    c.bench_function("streaks/settle 5000", |b| b.iter_batched(|| streaks.clone(), settled, BatchSize::LargeInput));
}
