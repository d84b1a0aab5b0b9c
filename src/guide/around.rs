//! The pages around the chapters: how to use the book, and the index.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::EPUB;
use super::answer::belief;
use super::page::{FRONT, INDEX, Medium, Page, Place};
use super::plan::{Item, Plan};
use crate::bank::Bank;
use crate::core::text::{self, guide as words};
use crate::core::trap::Trap;
use crate::html::{blocks, inline};

pub(super) fn front(plan: &Plan<'_>, medium: Medium) -> Page {
    let minutes = plan.chapters.iter().map(super::plan::Chapter::minutes).sum();
    let body = html! {
        (medium.heading(1, "book", &html! { (plan.title) }))
        (blocks(&plan.intro, 2, &[]))
        p { (words::extent(plan.items().count(), plan.chapters.len(), minutes)) }
        @if medium == Medium::Site { p { a href=(EPUB) { (words::AS_EPUB) } } }
        (medium.heading(2, "chapters", &html! { (words::CHAPTERS) }))
        (contents(plan, medium))
    };
    Page { slug: FRONT.to_owned(), title: words::HOW_TO.to_owned(), place: Place::Around, body: body.into_string() }
}

fn contents(plan: &Plan<'_>, medium: Medium) -> Markup {
    html! {
        div.scroll {
            table.contents {
                thead { tr { @for name in words::TABLE { th scope="col" { (name) } } } }
                tbody {
                    @for chapter in &plan.chapters {
                        tr {
                            td {
                                a href=(medium.link(&chapter.section.slug, "")) {
                                    (chapter.number) ". " (chapter.section.title)
                                }
                            }
                            td.number { (chapter.items.len()) }
                            td { (words::levels(&chapter.levels())) }
                            td.number { (chapter.minutes()) }
                        }
                    }
                }
            }
        }
    }
}

/// Words of the index, each with the items that it leads to.
type Entries<'b> = BTreeMap<String, Vec<Item<'b>>>;

pub(super) fn index(plan: &Plan<'_>, bank: &Bank, medium: Medium) -> Page {
    let (mut topics, mut beliefs, mut titles) = (Entries::new(), Entries::new(), Entries::new());
    for item in plan.items() {
        let trap = item.trap;
        for topic in &trap.topics {
            topics.entry(topic.clone()).or_default().push(item);
        }
        for mistake in mistakes(trap) {
            let items = beliefs.entry(belief(mistake, bank)).or_default();
            if items.last().is_none_or(|last| last.trap.id != trap.id) {
                items.push(item);
            }
        }
        titles.entry(trap.title.clone()).or_default().push(item);
    }
    let question = |item: Item<'_>| medium.question(plan.chapter(item), item);
    let answer = |item: Item<'_>| medium.answer(plan.chapter(item), item);
    let body = html! {
        (medium.heading(1, "all-topics", &html! { (words::INDEX) }))
        p { (words::INDEX_NOTE) }
        (medium.heading(2, "index-topics", &html! { (words::TOPICS) }))
        (list(&topics, &|topic| inline(&text::series(topic), &[]), &question))
        (medium.heading(2, "index-beliefs", &html! { (words::MISCONCEPTIONS) }))
        (list(&beliefs, &|sentence| html! { (sentence) }, &answer))
        (medium.heading(2, "index-titles", &html! { (words::TITLES) }))
        (list(&titles, &|title| html! { (title) }, &answer))
    };
    Page { slug: INDEX.to_owned(), title: words::INDEX.to_owned(), place: Place::Around, body: body.into_string() }
}

fn list(entries: &Entries<'_>, name: &dyn Fn(&str) -> Markup, address: &dyn Fn(Item<'_>) -> String) -> Markup {
    html! {
        ul.index {
            @for (word, items) in entries {
                li {
                    (name(word)) " "
                    span.uses {
                        @for (index, &item) in items.iter().enumerate() {
                            @if index > 0 { ", " }
                            a href=(address(item)) { (item.label()) }
                        }
                    }
                }
            }
        }
    }
}

fn mistakes(trap: &Trap) -> Vec<&str> {
    let options = trap.options().iter().filter_map(|option| option.mistake.as_deref());
    let values = trap.number_kind().into_iter().flat_map(|number| &number.mistakes);
    options.chain(values.map(|known| known.mistake.as_str())).collect()
}
