//! Traps for tests of the web channel, whose texts can be told apart in a page's source.

use trapline::core::figure::{Bar, Bars, Chart, Figure, Mark, Scale};
use trapline::core::ids::TrapId;
use trapline::core::trap::{Choice, FollowUp, Kind, Level, Number, NumberMistake, Role, Source, Trap};

/// What may stand in no page before the reveal.
pub(crate) const SECRETS: [&str; 8] = [
    "secret-title",
    "secret-id",
    "secret-why",
    "secret-explanation",
    "secret-follow",
    "secret-outline",
    "secret-source",
    "secret-figure",
];

pub(crate) fn choice(roles: [Role; 4]) -> Trap {
    let option = |(index, role): (usize, Role)| Choice {
        text: format!("Text of option {index} with `code` & <b>angles</b>"),
        role,
        why: format!("secret-why {index}"),
        mistake: (role != Role::Right).then(|| "forgets-the-moments".to_owned()),
    };
    trap("secret-id-choice", 1, Kind::Choice { options: roles.into_iter().enumerate().map(option).collect() })
}

pub(crate) fn number() -> Trap {
    let mistake =
        NumberMistake { value: 28.0, mistake: "counts-weights-only".to_owned(), why: "secret-why bait".to_owned() };
    let kind = Number {
        value: 112.5,
        unit: "GB".to_owned(),
        tolerance: 0.02,
        why: "secret-why right".to_owned(),
        mistakes: vec![mistake],
    };
    trap("secret-id-number", 2, Kind::Number(kind))
}

fn trap(id: &str, number: u32, kind: Kind) -> Trap {
    Trap {
        id: TrapId::try_from(id.to_owned()).unwrap(),
        series: "ml-system-design".to_owned(),
        number,
        title: format!("secret-title {number}"),
        headline: format!("A neutral headline {number}"),
        published: "2026-01-05".parse().unwrap(),
        level: Level::Senior,
        topics: vec!["training".to_owned()],
        minutes: 3,
        kind,
        scenario: "You train a 7B model on **one** card with 80 GB. <script>alert('trap')</script>".to_owned(),
        ask: "What runs out first?".to_owned(),
        explanation: "secret-explanation".to_owned(),
        follow_up: FollowUp { question: "secret-follow".to_owned(), outline: "secret-outline".to_owned() },
        sources: vec![Source {
            title: "secret-source".to_owned(),
            by: "Rajbhandari et al.".to_owned(),
            year: 2020,
            url: "https://arxiv.org/abs/1910.02054".to_owned(),
        }],
        numbers: Vec::new(),
        figure: Some(figure()),
    }
}

fn figure() -> Figure {
    let bar = |label: &str, value, mark| Bar { label: label.to_owned(), value, mark: Some(mark) };
    let bars = vec![bar("secret-figure bait", 28.0, Mark::Bait), bar("secret-figure right", 112.5, Mark::Right)];
    Figure {
        title: "secret-figure title".to_owned(),
        alt: "secret-figure in words".to_owned(),
        unit: "GB".to_owned(),
        chart: Chart::Bars(Bars { scale: Scale::Linear, bars, limits: Vec::new() }),
    }
}
