//! A revealed round: what was right, how the answers fell out, why each option tempts or holds, and what to read.

use maud::{Markup, html};

use super::{local_time, question};
use crate::chat::web::render::{bar, blocks, heading, inline, picture, role};
use crate::core::card::Bar;
use crate::core::round::{Reveal, letter};
use crate::core::text;
use crate::core::trap::{Kind, Role, Trap};

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
            details.question open[own.is_none()] { summary { "The question" } (question::statement(trap)) }
            (heading(level + 1, &html! { "How it fell out" }))
            div.bait-line { (blocks(&text::bait_line(reveal), level + 2)) }
            ol.outcomes { @for (bar, option) in text::bars(reveal).iter().zip(outcomes(reveal)) { (outcome(bar, &option)) } }
            (gains(reveal, level + 1))
            (lesson(trap, level + 1))
        }
    }
}

/// An option as the reveal explains it.
struct Outcome<'a> {
    text: &'a str,
    why: &'a str,
}

/// In the order of [`text::bars`].
fn outcomes(reveal: &Reveal) -> Vec<Outcome<'_>> {
    let round = &reveal.round;
    match &round.trap.kind {
        Kind::Number(number) => {
            let right = Outcome { text: "", why: &number.why };
            let known = number.mistakes.iter().map(|mistake| Outcome { text: "", why: &mistake.why });
            std::iter::once(right).chain(known).chain([Outcome { text: "", why: "" }]).collect()
        }
        _ => {
            let options = round.order.iter().filter_map(|&index| round.trap.options().get(index));
            options.map(|option| Outcome { text: &option.text, why: &option.why }).collect()
        }
    }
}

fn outcome(of: &Bar, option: &Outcome<'_>) -> Markup {
    html! {
        li.outcome.(role(of.role)) {
            div.head {
                span.letter { (of.label) }
                @if !option.text.is_empty() { span.text { (inline(option.text)) } }
                @if let Some(tag) = tag(of) { span.tag { (tag) } }
            }
            (bar(of))
            @if !option.why.is_empty() { div.why { (blocks(option.why, 5)) } }
        }
    }
}

/// Said in words, so that colour alone says nothing.
fn tag(bar: &Bar) -> Option<&'static str> {
    match bar.role {
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

/// The options with their reasons, in this order and without counts.
pub(super) fn options(trap: &Trap, order: &[usize]) -> Markup {
    html! {
        ol.outcomes {
            @for (position, option) in order.iter().filter_map(|&index| trap.options().get(index)).enumerate() {
                li.outcome.(role(option.role)) {
                    div.head {
                        span.letter { (letter(position)) }
                        span.text { (inline(&option.text)) }
                        @match option.role {
                            Role::Right => span.tag { "Right" },
                            Role::Bait => span.tag { "The bait" },
                            Role::Wrong => "",
                        }
                    }
                    div.why { (blocks(&option.why, 5)) }
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
