//! The works that the book draws on: how one is cited, and the list of all.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::page::{Medium, Page, Place, SOURCES};
use super::plan::Plan;
use crate::core::text::guide as words;
use crate::core::trap::Source;

pub(super) fn cite(source: &Source) -> Markup {
    html! {
        @if is_web(&source.url) {
            a href=(source.url) rel="noopener noreferrer nofollow" { (source.title) }
        } @else { (source.title) }
        ", " (source.by) ", " (source.year)
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// A work, and where the book uses it: labels and addresses.
type Uses<'p> = (&'p Source, Vec<(String, String)>);

/// Every work once, by author, with links back.
pub(super) fn page(plan: &Plan<'_>, medium: Medium) -> Page {
    let mut works: BTreeMap<(String, String, u16), Uses<'_>> = BTreeMap::new();
    let mut add = |source, label: String, address: String| {
        let entry = works.entry(key(source)).or_insert_with(|| (source, Vec::new()));
        if !entry.1.iter().any(|(known, _)| *known == label) {
            entry.1.push((label, address));
        }
    };
    for chapter in &plan.chapters {
        for (index, choice) in chapter.section.choices.iter().enumerate() {
            for source in &choice.sources {
                let address = medium.link(&chapter.section.slug, &format!("choice-{}", index + 1));
                add(source, choice.title.clone(), address);
            }
        }
        for &item in &chapter.items {
            item.trap.sources.iter().for_each(|source| add(source, item.label(), medium.answer(chapter, item)));
        }
    }
    let body = html! {
        (medium.heading(1, "all-sources", &html! { (words::SOURCES) }))
        p { (words::SOURCES_NOTE) }
        ul.works {
            @for (source, uses) in works.into_values() {
                li {
                    (cite(source)) ". "
                    span.uses {
                        @for (index, (label, address)) in uses.iter().enumerate() {
                            @if index > 0 { ", " }
                            a href=(address) { (label) }
                        }
                    }
                }
            }
        }
    };
    let title = words::SOURCES.to_owned();
    Page { slug: SOURCES.to_owned(), title, place: Place::Around, body: body.into_string() }
}

/// The same for two citations of one work, whose address may be written in two ways.
fn key(source: &Source) -> (String, String, u16) {
    (source.by.to_lowercase(), source.title.to_lowercase(), source.year)
}
