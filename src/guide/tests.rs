//! What the pages hold, whatever becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::Outline;
use super::page::{Medium, Page, Place};
use super::plan::Plan;
use super::{EPUB, pages, question};
use crate::bank::{self, Bank};
use crate::core::ids::TrapId;
use crate::core::trap::{Choice, FollowUp, Kind, Level, Number, NumberMistake, Role, Source, Trap};

/// A trap whose texts about its answer all say `secret`.
pub(super) fn trap(series: &str, id: &str, topics: &[&str]) -> Trap {
    let option = |(index, role): (usize, Role)| Choice {
        text: format!("Text of option {index}, `a < b` & <b>bold</b>"),
        role,
        why: format!("secret why {index}"),
        mistake: (role != Role::Right).then(|| "secret-mistake".to_owned()),
    };
    let roles = [Role::Right, Role::Bait, Role::Wrong, Role::Wrong];
    Trap {
        id: TrapId::try_from(id.to_owned()).unwrap(),
        series: series.to_owned(),
        number: 1,
        title: "A secret title".to_owned(),
        headline: "A headline & a <tag>".to_owned(),
        published: "2026-01-05".parse().unwrap(),
        level: Level::Senior,
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        minutes: 3,
        kind: Kind::Choice { options: roles.into_iter().enumerate().map(option).collect() },
        scenario: "Two lines.\n\n```\none\n\ntwo\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>"
            .to_owned(),
        ask: "Which?".to_owned(),
        explanation: "A secret explanation.".to_owned(),
        follow_up: FollowUp { question: "A secret question?".to_owned(), outline: "A secret outline.".to_owned() },
        sources: vec![Source {
            title: "A secret work".to_owned(),
            by: "Ada & Bob".to_owned(),
            year: 2020,
            url: "https://example.org/work?a=1&b=2".to_owned(),
        }],
        numbers: Vec::new(),
        figure: None,
    }
}

fn number(id: &str) -> Trap {
    let known = |value: f64| NumberMistake { value, mistake: "secret-slip".to_owned(), why: "secret why".to_owned() };
    let kind = Number {
        value: 112.0,
        unit: "GB".to_owned(),
        tolerance: 0.02,
        why: "secret why".to_owned(),
        mistakes: vec![known(28.0), known(56.0)],
    };
    Trap { kind: Kind::Number(kind), ..trap("typed", id, &["memory"]) }
}

fn all(bank: &Bank, medium: Medium) -> Vec<Page> {
    pages(&Plan::of(bank, Outline::builtin(bank::fill).unwrap()), bank, medium)
}

fn small() -> Bank {
    Bank::from_traps(vec![trap("nlp", "words", &["nlp"]), number("bytes"), trap("odd", "birds", &["birds"])])
}

/// The values of an attribute.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_trap_is_one_question_and_one_answer() {
    let bank = Bank::builtin().unwrap();
    let pages = all(&bank, Medium::Site);
    let ids = |place: fn(Place) -> bool| -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for page in pages.iter().filter(|page| place(page.place)) {
            for id in values(&page.body, "id") {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts
    };
    let (questions, answers) = (ids(|p| matches!(p, Place::Chapter(_))), ids(|p| matches!(p, Place::Below(_))));
    for entry in bank.entries() {
        let id = &entry.trap().id;
        assert_eq!(questions.get(format!("q-{id}").as_str()), Some(&1), "{id}");
        assert_eq!(answers.get(format!("a-{id}").as_str()), Some(&1), "{id}");
    }
    let traps = |counts: &BTreeMap<&str, usize>, prefix| counts.keys().filter(|id| id.starts_with(prefix)).count();
    assert_eq!((traps(&questions, "q-"), traps(&answers, "a-")), (bank.entries().len(), bank.entries().len()));
}

#[test]
fn questions_come_first_and_tell_nothing() {
    let pages = all(&small(), Medium::Site);
    let mut answered = 0;
    for page in &pages {
        match page.place {
            Place::Chapter(_) => assert!(!page.body.to_lowercase().contains("secret"), "{}", page.body),
            Place::Below(_) => answered += page.body.matches("A secret explanation.").count(),
            Place::Around => {}
        }
    }
    assert_eq!(answered, 3);
    assert!(!pages[0].body.contains("secret"), "the first page");
    let number = pages.iter().find(|page| page.body.contains("q-bytes")).unwrap();
    assert!(number.body.contains("in GB") && !number.body.contains("28"), "{}", number.body);
}

#[test]
fn an_answer_holds_all_that_is_known() {
    let pages = all(&small(), Medium::Site);
    let answer = pages.iter().find(|page| page.body.contains("id=\"a-bytes\"")).unwrap();
    let wanted = [
        "A secret title",
        "112 GB",
        "Counted as right within 2.0%",
        "28 GB",
        "The bait",
        "56 GB",
        "secret why",
        "Secret slip",
        "A secret explanation.",
        "A secret question?",
        "A secret outline.",
        "https://example.org/work?a=1&amp;b=2",
        "Ada &amp; Bob",
    ];
    for text in wanted {
        assert!(answer.body.contains(text), "no '{text}' in {}", answer.body);
    }
}

#[test]
fn all_text_is_escaped_and_tables_stay_tables() {
    for medium in [Medium::Site, Medium::Epub] {
        for page in all(&small(), medium) {
            assert!(!page.body.contains("<script") && !page.body.contains("<tag>") && !page.body.contains("<b>"));
        }
    }
    let pages = all(&small(), Medium::Site);
    let question = pages.iter().find(|page| page.body.contains("id=\"q-words\"")).unwrap();
    assert!(question.body.contains("<th scope=\"col\">a</th>") && question.body.contains("one\n\ntwo"));
}

#[test]
fn every_link_leads_somewhere() {
    for bank in [small(), Bank::builtin().unwrap()] {
        for medium in [Medium::Site, Medium::Epub] {
            let pages = all(&bank, medium);
            let name = |page: &Page| format!("{}.{}", page.slug, medium.extension());
            let mut places: BTreeSet<String> = pages.iter().map(name).collect();
            let ids =
                |page: &Page| values(&page.body, "id").into_iter().map(|id| format!("{}#{id}", name(page))).collect();
            let anchors: Vec<String> = pages.iter().flat_map(|page| -> Vec<String> { ids(page) }).collect();
            let count = anchors.len();
            places.extend(anchors);
            places.insert(EPUB.to_owned());
            assert_eq!(places.len(), pages.len() + count + 1, "every anchor once in its page");
            for page in &pages {
                for link in values(&page.body, "href").into_iter().filter(|link| !link.starts_with("https://")) {
                    let target = if link.starts_with('#') { name(page) + link } else { link.to_owned() };
                    assert!(places.contains(&target), "{}: {link}", page.slug);
                }
            }
        }
    }
}

#[test]
fn the_index_has_each_topic_belief_and_title() {
    let bank = Bank::builtin().unwrap();
    let pages = all(&bank, Medium::Site);
    let index = pages.iter().find(|page| page.slug == super::page::INDEX).unwrap();
    for trap in bank.entries().iter().map(bank::Entry::trap) {
        assert!(index.body.contains(&maud::html! { (trap.title) }.into_string()), "{}", trap.title);
        let beliefs = trap.options().iter().filter_map(|option| option.mistake.as_deref());
        for sentence in beliefs.filter_map(|mistake| bank.misconception(mistake)) {
            assert!(index.body.contains(&maud::html! { (sentence) }.into_string()), "{sentence}");
        }
    }
    let sources = pages.iter().find(|page| page.slug == super::page::SOURCES).unwrap();
    for source in bank.entries().iter().flat_map(|entry| &entry.trap().sources) {
        assert!(sources.body.contains(&maud::html! { (source.title) }.into_string()), "{}", source.title);
    }
}

#[test]
fn the_place_of_the_right_option_says_nothing() {
    let bank = Bank::builtin().unwrap();
    let mut places: BTreeMap<char, usize> = BTreeMap::new();
    let mut total = 0;
    for trap in bank.entries().iter().map(bank::Entry::trap).filter(|trap| trap.options().len() == 4) {
        let (letter, _) = question::shown(trap).into_iter().find(|(_, option)| option.role == Role::Right).unwrap();
        *places.entry(letter).or_default() += 1;
        total += 1;
        assert_eq!(question::shown(trap), question::shown(trap));
    }
    assert_eq!(places.keys().collect::<String>(), "ABCD");
    assert!(places.values().all(|count| count * 2 < total), "{places:?}");
}
