//! Answers are judged or refused, numbers are read or refused, and every answer is counted once.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::core::ids::TrapId;
use crate::core::trap::{Choice, FollowUp, Level, Number, NumberMistake};

fn trap(kind: Kind) -> Trap {
    Trap {
        id: TrapId::try_from("trap".to_owned()).unwrap(),
        series: String::new(),
        number: 1,
        title: String::new(),
        headline: String::new(),
        published: chrono::NaiveDate::default(),
        level: Level::Mid,
        topics: Vec::new(),
        minutes: 1,
        kind,
        scenario: String::new(),
        ask: String::new(),
        explanation: String::new(),
        follow_up: FollowUp { question: String::new(), outline: String::new() },
        sources: Vec::new(),
        numbers: Vec::new(),
        figure: None,
    }
}

fn choice() -> Trap {
    let option = |text: &str, role, mistake: Option<&str>| Choice {
        text: text.to_owned(),
        role,
        why: String::new(),
        mistake: mistake.map(str::to_owned),
    };
    trap(Kind::Choice {
        options: vec![
            option("wrong", Role::Wrong, Some("slip")),
            option("right", Role::Right, None),
            option("bait", Role::Bait, Some("lure")),
        ],
    })
}

fn number() -> Trap {
    let mistake = |value, mistake: &str| NumberMistake { value, mistake: mistake.to_owned(), why: String::new() };
    trap(Kind::Number(Number {
        value: 112.0,
        unit: "GB".to_owned(),
        tolerance: 0.02,
        why: String::new(),
        mistakes: vec![mistake(14.0, "lure"), mistake(28.0, "slip"), mistake(28.3, "near")],
    }))
}

fn round(trap: Trap) -> Round {
    let posted_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Round {
        id: RoundId(1),
        feed: FeedId(1),
        order: (0..trap.options().len()).rev().collect(),
        trap,
        late: false,
        extra: false,
        posted_at,
        reveal_at: Some(posted_at + TimeDelta::hours(8)),
        revealed_at: None,
        zone: Tz::UTC,
    }
}

fn said(value: f64) -> Said {
    Said::Value(value)
}

proptest! {
    #[test]
    fn only_a_shown_position_is_accepted(position: u8, minutes in 0i64..1_000) {
        let round = round(choice());
        let now = round.posted_at + TimeDelta::minutes(minutes);
        let judged = judge(&round, &Given::Position(position), None, now);
        if minutes >= 480 {
            prop_assert_eq!(judged, Err(Refusal::RoundOver));
        } else if position >= 3 {
            prop_assert_eq!(judged, Err(Refusal::OptionUnknown));
        } else {
            let said = Said::Option(2 - usize::from(position));
            prop_assert_eq!(judged, Ok(Answer { said, confidence: Confidence::Guess }));
        }
    }

    #[test]
    fn each_answer_is_counted_once(
        answers in prop::collection::vec((0.0f64..150.0, prop::sample::select(Confidence::ALL.to_vec())), 0..60),
        numeric: bool,
    ) {
        let trap = &if numeric { number() } else { choice() };
        let said = |value: f64| if numeric { Said::Value(value) } else { Said::Option(value as usize % 3) };
        let answers: Vec<Answer> =
            answers.into_iter().map(|(value, confidence)| Answer { said: said(value), confidence }).collect();
        let tally = Tally::of(trap, answers.iter().copied());
        prop_assert_eq!(tally.counts.len(), if numeric { 5 } else { 3 });
        prop_assert_eq!(tally.total() as usize, answers.len());
        let hit = |role| answers.iter().filter(move |a| verdict(trap, a.said, a.confidence).role == role);
        let count = |role| Count {
            answers: hit(role).count() as u32,
            confident: hit(role).filter(|a| a.confidence != Confidence::Guess).count() as u32,
        };
        prop_assert_eq!(tally.right(trap), count(Verdicted::Right));
        prop_assert_eq!(tally.bait(trap), count(Verdicted::Bait));
    }

    #[test]
    fn what_is_displayed_is_read_back(value in prop::num::f64::NORMAL) {
        let text = format!("{value:e}");
        prop_assert_eq!(parse_number(&text), Ok(value));
    }

    #[test]
    fn groups_of_three_are_read_back(value in -999_999_999i64..=999_999_999, separator in prop::sample::select(vec![",", " ", "_", "'", "\u{202f}"])) {
        let digits = value.unsigned_abs().to_string();
        let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
        let sign = if value < 0 { "\u{2212}" } else { "" };
        prop_assert_eq!(parse_number(&format!("{sign}{} GB", groups.join(separator))), Ok(value as f64));
    }

    #[test]
    fn any_text_is_read_as_a_finite_number_or_refused(text in "[-+0-9.,eE %kGB_'~]{0,44}|.{0,60}") {
        match parse_number(&text) {
            Ok(value) => prop_assert!(value.is_finite() && text.trim().chars().count() <= 40),
            Err(Refusal::BadNumber { given }) => prop_assert!(given.chars().count() <= 40),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn numbers_are_read_as_people_type_them() {
    let read = [
        ("42", 42.0),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234", 1234.0),
        ("1\u{a0}234,5", 1234.5),
        ("1,234", 1234.0),
        ("1,234,567", 1_234_567.0),
        ("1.234.567", 1_234_567.0),
        ("1'234", 1234.0),
        ("1,5", 1.5),
        ("1,2345", 1.2345),
        ("0,125", 0.125),
        ("1234,567", 1234.567),
        ("8.4e9", 8.4e9),
        ("8.4 E+9 FLOP", 8.4e9),
        ("1e-3", 1e-3),
        ("84 GB", 84.0),
        ("84GB", 84.0),
        ("84 GB/s", 84.0),
        ("3 epochs", 3.0),
        ("25%", 25.0),
        ("25 %", 25.0),
        ("7B", 7.0),
        ("−3", -3.0),
        ("-3", -3.0),
        ("+3", 3.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("~84", 84.0),
        ("≈ 84", 84.0),
        ("$1,200", 1200.0),
        ("84, I think", 84.0),
        ("  7  ", 7.0),
    ];
    for (text, value) in read {
        assert_eq!(parse_number(text), Ok(value), "{text}");
    }
    assert!(parse_number("-0").is_ok_and(f64::is_sign_positive));
}

#[test]
fn what_is_no_single_number_is_refused() {
    let long = "1".repeat(41);
    let refused = [
        "",
        " ",
        "NaN",
        "inf",
        "-inf",
        "infinity",
        "lots",
        "GB 84",
        "1e999",
        ".",
        ",",
        "-",
        "e9",
        "1/2",
        "12-15",
        "1 23",
        "1,23,4",
        "1.2.3",
        "12,34,567",
        "3×10⁹",
        "3*10^9",
        "0x10",
        "1,234,5",
        "1..2",
        "--3",
        "1e5.5",
        &long,
    ];
    for text in refused {
        assert!(matches!(parse_number(text), Err(Refusal::BadNumber { .. })), "{text}: {:?}", parse_number(text));
    }
}

#[test]
fn a_number_in_another_unit_is_refused() {
    for (text, unit) in [
        ("112", "GB"),
        ("112 GB", "GB"),
        ("112gb", "GB"),
        ("112 apples", "GB"),
        ("7B", "billion tokens"),
        ("7 billion", "billion tokens"),
        ("12k", "k"),
        ("3 times", "times"),
        ("25 %", "%"),
        ("25 percent", "%"),
        ("12 px", "px"),
        ("30 images/s", "images/s"),
    ] {
        assert!(parse_in(text, unit).is_ok(), "{text} in {unit}");
    }
    for (text, unit) in [
        ("0.0209 s", "ms"),
        ("1.5 TB", "GB"),
        ("112 GiB", "GB"),
        ("25%", ""),
        ("3 ms", ""),
        ("11k", ""),
        ("7 billion", ""),
        ("5M", "clicks"),
        ("7M", "billion tokens"),
        ("25 percent", "ms"),
        ("5 %", "GB"),
    ] {
        let refusal = Refusal::OtherUnit { given: text.to_owned(), unit: unit.to_owned() };
        assert_eq!(parse_in(text, unit), Err(refusal), "{text} in {unit}");
    }
    assert_eq!(parse_in("many", "GB"), Err(Refusal::BadNumber { given: "many".into() }));
}

#[test]
fn a_changed_answer_keeps_its_confidence() {
    let round = round(choice());
    let before = Answer { said: Said::Option(0), confidence: Confidence::Certain };
    let after = judge(&round, &Given::Position(0), Some(before), round.posted_at);
    assert_eq!(after, Ok(Answer { said: Said::Option(2), confidence: Confidence::Certain }));
}

#[test]
fn over_is_over() {
    let open = round(choice());
    let end = open.reveal_at.unwrap();
    let given = Given::Position(0);
    assert!(judge(&open, &given, None, end - TimeDelta::seconds(1)).is_ok());
    assert_eq!(judge(&open, &given, None, end), Err(Refusal::RoundOver));
    let early = Round { revealed_at: Some(open.posted_at), ..open.clone() };
    assert_eq!(judge(&early, &given, None, open.posted_at), Err(Refusal::RoundOver));
    let until_next = Round { reveal_at: None, ..open };
    assert!(judge(&until_next, &given, None, end + TimeDelta::days(30)).is_ok());
}

#[test]
fn an_answer_of_the_wrong_kind_is_refused() {
    let (by_choice, by_number) = (round(choice()), round(number()));
    let now = by_choice.posted_at;
    assert_eq!(judge(&by_choice, &Given::Typed("1".to_owned()), None, now), Err(Refusal::OptionUnknown));
    assert_eq!(judge(&by_number, &Given::Position(0), None, now), Err(Refusal::OptionUnknown));
    assert!(matches!(judge(&by_number, &Given::Typed("no".to_owned()), None, now), Err(Refusal::BadNumber { .. })));
    assert_eq!(judge(&by_number, &Given::Typed("112 GB".to_owned()), None, now).unwrap().said, said(112.0));
}

#[test]
fn verdicts_name_the_mistake_and_pay_by_confidence() {
    let verdict_of =
        |role, mistake: Option<&str>, points| Verdict { role, mistake: mistake.map(str::to_owned), points };
    let (choice, number) = (choice(), number());
    let judged = [
        (&choice, Said::Option(1), verdict_of(Verdicted::Right, None, 8)),
        (&choice, Said::Option(2), verdict_of(Verdicted::Bait, Some("lure"), -4)),
        (&choice, Said::Option(0), verdict_of(Verdicted::Wrong, Some("slip"), -4)),
        (&number, said(113.0), verdict_of(Verdicted::Right, None, 8)),
        (&number, said(14.0), verdict_of(Verdicted::Bait, Some("lure"), -4)),
        (&number, said(28.1), verdict_of(Verdicted::Wrong, Some("slip"), -4)),
        (&number, said(28.4), verdict_of(Verdicted::Wrong, Some("near"), -4)),
        (&number, said(70.0), verdict_of(Verdicted::Astray, None, -4)),
    ];
    for (trap, said, expected) in judged {
        assert_eq!(verdict(trap, said, Confidence::Sure), expected, "{said:?}");
    }
}

#[test]
fn a_tally_counts_by_option_or_by_mistake() {
    let count = |answers, confident| Count { answers, confident };
    let answer = |value, confidence| Answer { said: said(value), confidence };
    let answers = [
        answer(112.0, Confidence::Certain),
        answer(14.0, Confidence::Sure),
        answer(14.1, Confidence::Guess),
        answer(28.0, Confidence::Guess),
        answer(1.0, Confidence::Certain),
    ];
    let tally = Tally::of(&number(), answers);
    assert_eq!(tally.counts, [count(1, 1), count(2, 1), count(1, 0), count(0, 0), count(1, 1)]);
    assert_eq!((tally.total(), tally.right(&number()), tally.bait(&number())), (5, count(1, 1), count(2, 1)));
    let empty = Tally::of(&choice(), []);
    assert_eq!((empty.counts.len(), empty.total(), empty.bait(&choice())), (3, 0, count(0, 0)));
}

#[test]
fn a_known_mistake_of_zero_is_recognised() {
    let mistakes = vec![
        NumberMistake { value: 5.0, mistake: "five".to_owned(), why: String::new() },
        NumberMistake { value: 0.0, mistake: "none".to_owned(), why: String::new() },
    ];
    let number = Number { value: 9.0, unit: String::new(), tolerance: 0.01, why: String::new(), mistakes };
    assert_eq!(number.mistake_of(0.0), Some(1));
    assert_eq!(number.mistake_of(f64::NAN), None);
    assert_eq!(number.mistake_of(9.05), None, "it is right");
}
