//! A chapter's second page: for each question what is right, and why the rest is not.

use maud::{Markup, PreEscaped, html};

use super::page::{FIGURES, Medium, Page, Place, answer_id, answers};
use super::plan::{Chapter, Item};
use super::{question, source};
use crate::bank::Bank;
use crate::core::figure::Figure;
use crate::core::number::with_unit;
use crate::core::text::{self, guide as words};
use crate::core::trap::{Kind, Number, Role, Trap};
use crate::figure::{self, Theme};
use crate::html::{blocks, inline};

pub(super) fn page(chapter: &Chapter<'_>, bank: &Bank, medium: Medium) -> Page {
    let slug = answers(chapter);
    let title = words::answers_to(&chapter.section.title);
    let body = html! {
        (medium.heading(1, &format!("chapter-{slug}"), &html! { (title) }))
        @for &item in &chapter.items { (answer(chapter, item, bank, medium)) }
    };
    Page { slug, title, place: Place::Below(chapter.number), body: body.into_string() }
}

fn answer(chapter: &Chapter<'_>, item: Item<'_>, bank: &Bank, medium: Medium) -> Markup {
    let trap = item.trap;
    html! {
        div.answer {
            (medium.heading(2, &answer_id(item), &html! { (item.label()) " " (trap.title) }))
            p.meta {
                a href=(medium.question(chapter, item)) { (words::to_question(&item.label())) }
                ": " (trap.headline) " · " (inline(&text::full_label(trap), &[]))
            }
            ul.outcomes { @for outcome in outcomes(trap) { (verdict(&outcome, bank)) } }
            (lesson(trap, medium))
        }
    }
}

/// An option, or a value, as it is judged.
struct Outcome {
    /// `B`, or `84 GB`.
    label: String,
    text: Markup,
    role: Role,
    /// CommonMark.
    why: String,
    mistake: Option<String>,
    /// How exact a typed value has to be.
    within: Option<String>,
}

/// Options in the order of the question; of values the right one first.
fn outcomes(trap: &Trap) -> Vec<Outcome> {
    match &trap.kind {
        Kind::Number(number) => values(number),
        _ => {
            let outcome = |(letter, option): (char, &crate::core::trap::Choice)| Outcome {
                label: letter.to_string(),
                text: inline(&option.text, &[]),
                role: option.role,
                why: option.why.clone(),
                mistake: option.mistake.clone(),
                within: None,
            };
            question::shown(trap).into_iter().map(outcome).collect()
        }
    }
}

fn values(number: &Number) -> Vec<Outcome> {
    let outcome = |value: f64, role, why: &str, mistake, within| Outcome {
        label: with_unit(value, &number.unit),
        text: Markup::default(),
        role,
        why: why.to_owned(),
        mistake,
        within,
    };
    let right = outcome(number.value, Role::Right, &number.why, None, words::tolerance(number.tolerance));
    let wrong = number.mistakes.iter().enumerate().map(|(index, known)| {
        let role = if index == 0 { Role::Bait } else { Role::Wrong };
        outcome(known.value, role, &known.why, Some(known.mistake.clone()), None)
    });
    std::iter::once(right).chain(wrong).collect()
}

fn verdict(of: &Outcome, bank: &Bank) -> Markup {
    let class = match of.role {
        Role::Right => "is-right",
        Role::Bait => "is-bait",
        Role::Wrong => "is-wrong",
    };
    html! {
        li.(class) {
            p.head {
                span.letter { (of.label) } " " span.text { (of.text) }
                @if let Some(tag) = words::tag(of.role) { " " span.tag { (tag) } }
            }
            div.why { (blocks(&of.why, 4, &[])) }
            @if let Some(within) = &of.within { p.belief { (within) } }
            @if let Some(mistake) = &of.mistake { p.belief { (words::belief(&belief(mistake, bank))) } }
        }
    }
}

/// A misconception as a sentence.
pub(super) fn belief(slug: &str, bank: &Bank) -> String {
    bank.misconception(slug).map_or_else(|| text::misconception(slug), ToOwned::to_owned)
}

fn lesson(trap: &Trap, medium: Medium) -> Markup {
    html! {
        h3 { (words::WHY) }
        (blocks(&trap.explanation, 4, &[]))
        @if let Some(figure) = &trap.figure { (picture(trap, figure, medium)) }
        h3 { (words::FOLLOW_UP) }
        (blocks(&trap.follow_up.question, 4, &[]))
        @if !trap.follow_up.outline.trim().is_empty() {
            h4 { (words::OUTLINE) }
            (blocks(&trap.follow_up.outline, 5, &[]))
        }
        @if !trap.sources.is_empty() {
            h3 { (words::READ_ON) }
            ul.sources { @for one in &trap.sources { li { (source::cite(one)) } } }
        }
    }
}

fn picture(trap: &Trap, figure: &Figure, medium: Medium) -> Markup {
    html! {
        div.picture {
            @match medium {
                Medium::Site => (PreEscaped(figure::svg(figure, Theme::Page))),
                Medium::Epub => img src=(format!("{FIGURES}/{}.svg", trap.id)) alt=(figure.alt);,
            }
        }
    }
}
