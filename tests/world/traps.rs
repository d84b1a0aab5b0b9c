//! The bank that scenarios run with: a series of choices, a typed number, and one that has much to say.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use trapline::bank::Bank;
use trapline::core::figure::{Chart, Figure, Limit, Part, Pile, Stack};
use trapline::core::ids::TrapId;
use trapline::core::trap::{Choice, FollowUp, Kind, Level, Number, NumberMistake, Role, Source, Trap};

/// Seven choices, all for seniors.
pub const CHOICES: &str = "ml-system-design";
/// One trap that wants 112 GB; 28 GB is its bait. It has a figure.
pub const NUMBERS: &str = "typed-numbers";
/// One trap that is as long in each of its texts as `trapline check` lets it be.
pub const FULL: &str = "long-reads";

#[must_use]
pub fn bank() -> Arc<Bank> {
    static BANK: OnceLock<Arc<Bank>> = OnceLock::new();
    BANK.get_or_init(|| Arc::new(Bank::from_traps(traps()))).clone()
}

fn traps() -> Vec<Trap> {
    let mut traps: Vec<Trap> = (1..=7).map(|number| choice(CHOICES, number)).collect();
    traps.push(Trap { kind: Kind::Number(memory()), figure: Some(figure(ALT)), ..choice(NUMBERS, 1) });
    traps.push(fullest());
    traps
}

fn choice(series: &str, number: u32) -> Trap {
    Trap {
        id: TrapId::try_from(format!("{series}-{number}")).expect("short and plain"),
        series: series.to_owned(),
        number,
        title: format!("The hidden tax of {series} {number}"),
        headline: format!("Case {number} of {series}"),
        published: NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date"),
        level: Level::Senior,
        topics: vec![if number.is_multiple_of(2) { "serving" } else { "training" }.to_owned()],
        minutes: 3,
        kind: Kind::Choice {
            options: vec![
                option("Count the state of the optimiser too", Role::Right),
                option("Count the weights alone", Role::Bait),
                option("Count the activations alone", Role::Wrong),
                option("Buy a second card", Role::Wrong),
            ],
        },
        scenario: "You fine-tune all of a 7B model with Adam in BF16, on one card with 80 GB.".to_owned(),
        ask: "What do you do first?".to_owned(),
        explanation: "Adam keeps two moments in FP32 for each parameter.".to_owned(),
        follow_up: FollowUp {
            question: "And on eight cards?".to_owned(),
            outline: "Shard what need not be whole.".to_owned(),
        },
        sources: vec![Source {
            title: "ZeRO".to_owned(),
            by: "Rajbhandari et al.".to_owned(),
            year: 2020,
            url: "https://arxiv.org/abs/1910.02054".to_owned(),
        }],
        numbers: Vec::new(),
        figure: None,
    }
}

/// What the figure of [`NUMBERS`] says to somebody who can't see it.
pub const ALT: &str =
    "Two bars against a card of 80 GB: 28 GB as one counts at first, and 112 GB with the optimiser's states.";

fn figure(alt: &str) -> Figure {
    let pile = |label: &str, parts: &[(&str, f64)]| Pile {
        label: label.to_owned(),
        parts: parts.iter().map(|(label, value)| Part { label: (*label).to_owned(), value: *value }).collect(),
        mark: None,
    };
    let limit = Limit { label: "the card".to_owned(), value: 80.0, axis: Default::default() };
    let bars =
        vec![pile("at first", &[("weights", 28.0)]), pile("at the step", &[("weights", 28.0), ("states", 84.0)])];
    Figure {
        title: "Sixteen bytes a parameter".to_owned(),
        alt: alt.to_owned(),
        unit: "GB".to_owned(),
        chart: Chart::Stack(Stack { bars, limits: vec![limit] }),
    }
}

fn option(text: &str, role: Role) -> Choice {
    let mistake = (role != Role::Right).then(|| "counts-weights-only".to_owned());
    Choice { text: text.to_owned(), role, why: format!("{text}: so it seems."), mistake }
}

fn memory() -> Number {
    let known = |value| NumberMistake {
        value,
        mistake: "counts-weights-only".to_owned(),
        why: format!("{value} GB forget something."),
    };
    Number {
        value: 112.0,
        unit: "GB".to_owned(),
        tolerance: 0.02,
        why: "Sixteen bytes a parameter.".to_owned(),
        mistakes: vec![known(28.0), known(84.0)],
    }
}

/// Each text ends with a word of its own, by which a test sees that it came whole.
fn fullest() -> Trap {
    let roles = [Role::Right, Role::Bait, Role::Wrong, Role::Wrong, Role::Wrong];
    let options = roles.into_iter().zip(1..).map(|(role, n)| Choice {
        text: full(180, &format!("option-{n}-ends")),
        why: full(400, &format!("reason-{n}-ends")),
        ..option("", role)
    });
    Trap {
        title: full(90, "title-ends"),
        headline: full(90, "headline-ends"),
        scenario: full(1500, "scenario-ends"),
        ask: full(300, "ask-ends"),
        kind: Kind::Choice { options: options.collect() },
        explanation: full(3500, "explanation-ends"),
        figure: Some(figure(&full(400, "alt-ends"))),
        follow_up: FollowUp { question: full(500, "question-ends"), outline: full(700, "outline-ends") },
        ..choice(FULL, 1)
    }
}

/// So many characters, with what has to be escaped among them.
fn full(length: usize, end: &str) -> String {
    let filler = "The rate r_1 * n_2 stays below 3 < 4 while the cache holds # keys. ";
    let start: String = filler.chars().cycle().take(length - end.len() - 1).collect();
    format!("{} {end}", start.trim_end())
}
