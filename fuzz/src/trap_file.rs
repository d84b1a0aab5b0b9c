//! A trap's file of a pack that a community wrote: TOML, Markdown, formulas and templates.

use chrono::DateTime;
use trapline::bank::{Bank, Entry, RULES, Report};
use trapline::core::card::Card;
use trapline::core::feed::Filter;
use trapline::core::ids::{FeedId, RoundId};
use trapline::core::round::{Reveal, Round, Tally};
use trapline::core::text;
use trapline::core::trap::{Kind, Role, Trap};
use trapline::figure::{Theme, svg};

use super::fits;

const VOCABULARY: &[u8] = include_bytes!("../../tests/fixtures/bank/good/misconceptions.toml");

/// The most that is said of one fault, in bytes: a line of the file may be quoted, and a list of what is known.
const LONGEST: usize = 4096;

/// # Panics
/// Where a file is refused without a reason, or taken and can't be shown.
pub fn trap_file(input: &[u8]) {
    let name = if input.windows(9).any(|part| part == b"## Answer") {
        "memory/007-training-memory.md"
    } else {
        "memory/012-queue-or-capacity.md"
    };
    let (bank, report) = Bank::of_files(&[("misconceptions.toml", VOCABULARY), (name, input)]);
    said(&report, input);
    match bank.entries() {
        [] => assert!(report.has_errors(), "a file is left out without a word"),
        [entry] => taken(entry),
        more => panic!("one file makes {} traps", more.len()),
    }
    assert_eq!(bank.to_json().as_array().map(Vec::len), Some(bank.entries().len()), "each trap is exported");
}

/// Each finding is a message to somebody with the file before them.
fn said(report: &Report, input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n').count();
    for finding in &report.findings {
        assert!(RULES.contains(&finding.rule), "{finding} names no rule");
        assert!(finding.line <= lines + 1, "{finding} names a line behind the end, {lines}");
        assert!(!finding.what.trim().is_empty() && !finding.mend.trim().is_empty(), "{finding} says nothing");
        assert!(finding.to_string().len() <= LONGEST, "a finding goes on and on: {finding}");
    }
}

fn taken(entry: &Entry) {
    assert!(!entry.variants.is_empty(), "the first variant is the canonical one");
    for trap in &entry.variants {
        sound(trap);
        let kept = serde_json::to_string(trap).expect("a trap is kept as JSON");
        assert_eq!(serde_json::from_str::<Trap>(&kept).ok().as_ref(), Some(trap), "a round keeps its trap as it is");
        let cards = cards(trap);
        fits::discord(&cards);
        fits::slack(&cards);
        fits::web(&cards);
        if let Some(figure) = &trap.figure {
            assert!(svg(figure, Theme::Dark).starts_with("<svg"), "a figure is drawn");
        }
    }
}

fn sound(trap: &Trap) {
    match &trap.kind {
        Kind::Choice { options } => {
            assert!((3..=5).contains(&options.len()), "{} options", options.len());
            for role in [Role::Right, Role::Bait] {
                assert_eq!(options.iter().filter(|option| option.role == role).count(), 1, "one is the {role:?}");
            }
        }
        Kind::Number(number) => {
            assert!(number.value.is_finite() && number.accepts(number.value), "the right value is right");
            for mistake in &number.mistakes {
                assert!(mistake.value.is_finite() && !number.accepts(mistake.value), "a mistake is wrong");
            }
        }
        _ => {}
    }
}

/// All that a channel or a member sees of a trap.
fn cards(trap: &Trap) -> Vec<Card> {
    let order: Vec<usize> = (0..trap.options().len()).collect();
    let round = Round {
        id: RoundId(i64::MAX),
        feed: FeedId(1),
        order: order.clone(),
        trap: trap.clone(),
        late: true,
        extra: false,
        posted_at: DateTime::UNIX_EPOCH,
        reveal_at: Some(DateTime::UNIX_EPOCH),
        revealed_at: None,
        zone: chrono_tz::UTC,
    };
    let mut cards =
        vec![text::post(&round, 12, Some("1")), text::practice(trap, 0, u32::MAX, &order, &Filter::default())];
    let reveal = Reveal { tally: Tally::of(trap, []), round, gains: vec![("<Ann>".into(), 8)] };
    cards.extend([text::post_revealed(&reveal), text::reveal(&reveal)]);
    cards.extend(text::reveal_details(&reveal));
    cards.extend(text::library(trap));
    cards
}
