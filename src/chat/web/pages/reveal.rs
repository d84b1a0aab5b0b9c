//! A revealed round: what was right, how the answers fell out, why each option tempts or holds, and what to read.

use maud::{Markup, html};

use super::{local_time, question};
use crate::chat::web::render::{self, blocks, heading, inline, picture};
use crate::core::card::Bar;
use crate::core::number::with_unit;
use crate::core::round::{Reveal, letter};
use crate::core::text;
use crate::core::trap::{Choice, Kind, Number, Role, Trap};

/// `level`: of the title; what lies below it is one level deeper. `own`: the member's outcome.
pub(super) fn article(reveal: &Reveal, own: Option<&Markup>, level: u8) -> Markup {
    let round = &reveal.round;
    let trap = &round.trap;
    html! {
        article.reveal id=(format!("round-{}", round.id)) {
            p.kicker {
                (inline(&text::full_label(trap)))
                @if let Some(at) = round.revealed_at { " · revealed " (local_time(at, round.zone)) }
            }
            (heading(level, &html! { (trap.title) }))
            @if let Some(own) = own { div.receipt { (own) } }
            // Who has answered knows the question.
            (question::fold(trap, own.is_none()))
            (heading(level + 1, &html! { "How it fell out" }))
            div.bait-line { (blocks(&text::bait_line(reveal), level + 2)) }
            ol.outcomes { @for (bar, option) in text::bars(reveal).iter().zip(outcomes(reveal)) { (outcome(&bar.label, bar.role, &option, Some(bar))) } }
            (gains(reveal, level + 1))
            (lesson(trap, level + 1))
        }
    }
}

/// An answer as the reveal explains it.
struct Outcome<'a> {
    text: &'a str,
    why: &'a str,
}

/// In the order of [`text::bars`].
fn outcomes(reveal: &Reveal) -> Vec<Outcome<'_>> {
    let round = &reveal.round;
    match &round.trap.kind {
        Kind::Number(number) => {
            let known = values(number).into_iter().map(|(_, _, why)| Outcome { text: "", why });
            known.chain([Outcome { text: "", why: "" }]).collect()
        }
        _ => shown(&round.trap, &round.order)
            .map(|(_, option)| Outcome { text: &option.text, why: &option.why })
            .collect(),
    }
}

/// The right value, the bait, and the other known mistakes: with its unit, its role, and why.
fn values(number: &Number) -> Vec<(String, Role, &str)> {
    let wrong = number.mistakes.iter().enumerate().map(|(index, known)| {
        let role = if index == 0 { Role::Bait } else { Role::Wrong };
        (with_unit(known.value, &number.unit), role, known.why.as_str())
    });
    std::iter::once((with_unit(number.value, &number.unit), Role::Right, number.why.as_str())).chain(wrong).collect()
}

/// Letters and options in this order.
fn shown<'a>(trap: &'a Trap, order: &'a [usize]) -> impl Iterator<Item = (char, &'a Choice)> {
    let options = order.iter().filter_map(|&index| trap.options().get(index));
    options.enumerate().map(|(position, option)| (letter(position), option))
}

/// `bar`: how many said so, where that is told.
fn outcome(label: &str, role: Role, option: &Outcome<'_>, bar: Option<&Bar>) -> Markup {
    html! {
        li.outcome.(render::role(role)) {
            div.head {
                span.letter { (label) }
                @if !option.text.is_empty() { span.text { (inline(option.text)) } }
                @if let Some(tag) = tag(role) { span.tag { (tag) } }
            }
            @if let Some(bar) = bar { (render::bar(bar)) }
            @if !option.why.is_empty() { div.why { (blocks(option.why, 5)) } }
        }
    }
}

/// All answers with their reasons and without counts: options in this order, of values the right one first.
pub(super) fn answers(trap: &Trap, order: &[usize]) -> Markup {
    html! {
        ol.outcomes {
            @match &trap.kind {
                Kind::Number(number) => {
                    @for (value, role, why) in values(number) { (outcome(&value, role, &Outcome { text: "", why }, None)) }
                }
                _ => {
                    @for (letter, option) in shown(trap, order) {
                        (outcome(&letter.to_string(), option.role, &Outcome { text: &option.text, why: &option.why }, None))
                    }
                }
            }
        }
    }
}

/// Said in words, so that colour alone says nothing.
fn tag(role: Role) -> Option<&'static str> {
    match role {
        Role::Right => Some("Right"),
        Role::Bait => Some("The bait"),
        Role::Wrong => None,
    }
}

fn gains(reveal: &Reveal, level: u8) -> Markup {
    html! {
        @if !reveal.gains.is_empty() {
            (heading(level, &html! { "Gained most" }))
            ol.gains {
                @for (name, points) in &reveal.gains {
                    li { span.name { (name) } " " strong { (text::signed(i64::from(*points))) } }
                }
            }
        }
    }
}

/// Explanation, follow-up and sources.
pub(super) fn lesson(trap: &Trap, level: u8) -> Markup {
    html! {
        (heading(level, &html! { "Why" }))
        div.prose { (blocks(&trap.explanation, level + 1)) }
        @if let Some(figure) = &trap.figure { (picture(figure)) }
        (heading(level, &html! { "The interviewer goes on" }))
        div.prose { (blocks(&trap.follow_up.question, level + 1)) }
        @if !trap.follow_up.outline.trim().is_empty() {
            details {
                summary { "A good answer says" }
                div.prose { (blocks(&trap.follow_up.outline, level + 1)) }
            }
        }
        @if !trap.sources.is_empty() {
            (heading(level, &html! { "Read on" }))
            ul.sources {
                @for source in &trap.sources {
                    li {
                        @if is_web(&source.url) {
                            a href=(source.url) rel="noopener noreferrer nofollow" { (source.title) }
                        } @else { (source.title) }
                        ", " (source.by) ", " (source.year)
                    }
                }
            }
        }
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
