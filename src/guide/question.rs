//! A chapter's first page: its prose, then its questions, with nothing in them that tells an answer.

use maud::{Markup, html};

use super::outline::Choice;
use super::page::{Medium, Page, Place, question_id};
use super::plan::{Chapter, Item};
use super::source;
use crate::core::pick;
use crate::core::round::letter;
use crate::core::text::{self, guide as words};
use crate::core::trap::{Choice as Option, Trap};
use crate::html::{blocks, inline};

pub(super) fn page(chapter: &Chapter<'_>, medium: Medium) -> Page {
    let slug = chapter.section.slug.clone();
    let title = format!("{}. {}", chapter.number, chapter.section.title);
    let body = html! {
        (medium.heading(1, &format!("chapter-{slug}"), &html! { (title) }))
        div.intro { (blocks(&chapter.section.intro, 2, &[])) }
        @for (index, choice) in chapter.section.choices.iter().enumerate() { (design(chapter, index, choice, medium)) }
        @for &item in &chapter.items { (question(chapter, item, medium)) }
    };
    Page { slug, title, place: Place::Chapter(chapter.number), body: body.into_string() }
}

/// A choice of design, and which questions are about it.
fn design(chapter: &Chapter<'_>, index: usize, choice: &Choice, medium: Medium) -> Markup {
    let parts = [(words::PROBLEM, &choice.problem), (words::CHOICE, &choice.choice), (words::PRICE, &choice.price)];
    let items = chapter.named(&choice.traps);
    html! {
        div.design {
            (medium.heading(2, &format!("choice-{}", index + 1), &html! { (choice.title) }))
            @for (name, part) in parts { h3 { (name) } (blocks(part, 4, &[])) }
            @if !items.is_empty() {
                p.related {
                    (words::IN_QUESTIONS) ": "
                    @for (index, item) in items.into_iter().enumerate() {
                        @if index > 0 { ", " }
                        a href=(medium.question(chapter, item)) { (item.label()) " " (item.trap.headline) }
                    }
                }
            }
            ul.sources { @for source in &choice.sources { li { (source::cite(source)) } } }
        }
    }
}

fn question(chapter: &Chapter<'_>, item: Item<'_>, medium: Medium) -> Markup {
    let trap = item.trap;
    html! {
        div.question {
            (medium.heading(2, &question_id(item), &html! { (item.label()) " " (trap.headline) }))
            p.meta { (words::meta(trap)) }
            (blocks(&trap.scenario, 3, &[]))
            div.ask { (blocks(&trap.ask, 3, &[])) }
            @if let Some(form) = text::answer_form(trap) { (blocks(&form, 3, &[])) }
            @if !trap.options().is_empty() {
                ul.options {
                    @for (letter, option) in shown(trap) {
                        li { span.letter { (letter) } " " span.text { (inline(&option.text, &[])) } }
                    }
                }
            }
            p.jump { a href=(medium.answer(chapter, item)) { (words::to_answer(&item.label())) } }
        }
    }
}

/// The options in the book's order, which hangs on the trap's id alone.
pub(super) fn shown(trap: &Trap) -> Vec<(char, &Option)> {
    let order = pick::shuffle(trap.options().len(), pick::seed(&[b"guide", trap.id.as_str().as_bytes()]));
    order.into_iter().enumerate().map(|(position, index)| (letter(position), &trap.options()[index])).collect()
}
