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
        (lettered(&beliefs, &answer))
        (medium.heading(2, "index-titles", &html! { (words::TITLES) }))
        (lettered(&titles, &answer))
    };
    Page { slug: INDEX.to_owned(), title: words::INDEX.to_owned(), place: Place::Around, body: body.into_string() }
}

fn list(entries: &Entries<'_>, name: &dyn Fn(&str) -> Markup, address: &dyn Fn(Item<'_>) -> String) -> Markup {
    html! { ul.index { @for (word, items) in entries { (entry(&name(word), items, address)) } } }
}

/// Below a heading for each letter, as a dictionary has them.
fn lettered(entries: &Entries<'_>, address: &dyn Fn(Item<'_>) -> String) -> Markup {
    let mut letters: BTreeMap<String, BTreeMap<String, (&str, &[Item<'_>])>> = BTreeMap::new();
    for (sentence, items) in entries {
        let key = key(sentence);
        letters.entry(letter(&key)).or_default().insert(key, (sentence, items));
    }
    html! {
        @for (letter, entries) in &letters {
            h3 { (letter) }
            ul.index { @for (sentence, items) in entries.values() { (entry(&html! { (sentence) }, items, address)) } }
        }
    }
}

/// What a sentence is looked up by: without an article before it. The sentence itself comes behind, so that no two have the same.
fn key(sentence: &str) -> String {
    let lower = sentence.to_lowercase();
    let bare = ["a ", "an ", "the "].iter().find_map(|article| lower.strip_prefix(article)).unwrap_or(&lower);
    format!("{}\n{sentence}", bare.trim_start_matches(|c: char| !c.is_alphanumeric()))
}

/// The heading that a key stands below.
fn letter(key: &str) -> String {
    match key.chars().next() {
        Some(first) if first.is_alphabetic() => first.to_uppercase().collect(),
        _ => words::NUMBERS.to_owned(),
    }
}

fn entry(name: &Markup, items: &[Item<'_>], address: &dyn Fn(Item<'_>) -> String) -> Markup {
    html! {
        li {
            (name) " "
            span.uses {
                @for (index, &item) in items.iter().enumerate() {
                    @if index > 0 { ", " }
                    a href=(address(item)) { (item.label()) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_passes_over_articles_and_quotation_marks() {
        let mut sentences =
            ["The mean hides it.", "“Almost” is enough.", "A batch is free.", "Any batch is free.", "7B is 7 GB."];
        sentences.sort_by_key(|sentence| key(sentence));
        let letters = sentences.map(|sentence| format!("{} {sentence}", letter(&key(sentence))));
        let wanted = [
            "0–9 7B is 7 GB.",
            "A “Almost” is enough.",
            "A Any batch is free.",
            "B A batch is free.",
            "M The mean hides it.",
        ];
        assert_eq!(letters, wanted);
    }
}
