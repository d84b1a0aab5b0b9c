//! What the benches work on: traps of the test bank, and rounds with them.

use chrono::{DateTime, TimeDelta, Utc};
use trapline::bank::Bank;
use trapline::core::ids::{FeedId, RoundId};
use trapline::core::round::{Reveal, Round, Said, Tally};
use trapline::core::score::Standing;
use trapline::core::trap::Trap;

pub(crate) const VOCABULARY: &[u8] = include_bytes!("../../tests/fixtures/bank/good/misconceptions.toml");
pub(crate) const NUMBER: &[u8] = include_bytes!("../../tests/fixtures/bank/good/memory/007-training-memory.md");
pub(crate) const CHOICE: &[u8] = include_bytes!("../../tests/fixtures/bank/good/memory/012-queue-or-capacity.md");

/// A Monday.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).expect("a time of our days")
}

pub(crate) fn bank_of(name: &str, file: &[u8]) -> Bank {
    let (bank, report) = Bank::of_files(&[("misconceptions.toml", VOCABULARY), (name, file)]);
    assert!(!report.has_errors(), "{report}");
    bank
}

pub(crate) fn number() -> Trap {
    bank_of("memory/007-training-memory.md", NUMBER).entries()[0].trap().clone()
}

pub(crate) fn choice() -> Trap {
    bank_of("memory/012-queue-or-capacity.md", CHOICE).entries()[0].trap().clone()
}

pub(crate) fn round(trap: Trap) -> Round {
    Round {
        id: RoundId(4_711),
        feed: FeedId(1),
        order: (0..trap.options().len()).rev().collect(),
        trap,
        late: false,
        extra: false,
        posted_at: start(),
        reveal_at: Some(start() + TimeDelta::hours(8)),
        revealed_at: None,
        zone: chrono_tz::Europe::Berlin,
    }
}

/// A reveal with 5,000 answers.
pub(crate) fn reveal(trap: Trap) -> Reveal {
    let tally = Tally::of(&trap, answers(&trap, 5_000));
    let gains = ["Ada", "Bob", "Cleo"].map(|name| (name.to_owned(), 10)).to_vec();
    Reveal { tally, round: round(trap), gains }
}

pub(crate) fn answers(trap: &Trap, many: usize) -> Vec<trapline::core::round::Answer> {
    use trapline::core::ids::Confidence;
    let options = trap.options().len().max(1);
    let said = |n: usize| if trap.options().is_empty() { Said::Value(n as f64) } else { Said::Option(n % options) };
    (0..many).map(|n| trapline::core::round::Answer { said: said(n), confidence: Confidence::ALL[n % 3] }).collect()
}

/// Standings of so many members, in no order.
pub(crate) fn standings(many: i64) -> Vec<Standing> {
    let one = |n: i64| {
        let scattered = n * 7_919 % many;
        Standing {
            member: trapline::core::ids::MemberId(n),
            name: format!("Member {n}"),
            points: scattered % 400 - 40,
            right: u32::try_from(scattered % 60).expect("small"),
            answers: 60,
            reached_at: start() + TimeDelta::seconds(scattered),
        }
    };
    (0..many).map(one).collect()
}
