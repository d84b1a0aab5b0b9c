//! CommonMark → HTML.

use chrono::DateTime;
use maud::{Markup, html};

use crate::core::markup::{Block, Inline, Link, parse, plain_inlines};

/// Where the commands that sentences name are found on the web, and what the page is called.
const COMMANDS: [(&str, &str, &str); 9] = [
    ("/today", "/", "Today"),
    ("/trap", "/practice", "Practice"),
    ("/leaderboard", "/standings", "Standings"),
    ("/stats", "/me", "Me"),
    ("/library", "/library", "Library"),
    ("/privacy", "/me#privacy", "Your data"),
    ("/feed", "/feed", "Feed settings"),
    ("/feed add", "/feed", "Feed settings"),
    ("/doctor", "/feed", "Feed settings"),
];

/// Text as blocks. `level`: of the headings within it, 2 to 6.
pub(in crate::chat::web) fn blocks(text: &str, level: u8) -> Markup {
    html! { @for block in &parse(text) { (self::block(block, level)) } }
}

/// Text as one run, for places that take no blocks: inside a button, a heading or a cell.
pub(in crate::chat::web) fn inline(text: &str) -> Markup {
    html! {
        @for (index, block) in parse(text).iter().enumerate() {
            @if index > 0 { " " }
            @match block {
                Block::Paragraph(inlines) | Block::Heading(inlines) => (runs(inlines, false)),
                other => (crate::core::markup::plain(std::slice::from_ref(other))),
            }
        }
    }
}

/// A heading of a level that is known only at run time; `id` may be empty.
pub(in crate::chat::web) fn heading(level: u8, content: &Markup) -> Markup {
    html! {
        @match level {
            0 | 1 => h1 { (content) },
            2 => h2 { (content) },
            3 => h3 { (content) },
            4 => h4 { (content) },
            5 => h5 { (content) },
            _ => h6 { (content) },
        }
    }
}

fn block(block: &Block, level: u8) -> Markup {
    html! {
        @match block {
            Block::Paragraph(inlines) => p { (runs(inlines, true)) },
            Block::Heading(inlines) => (heading(level, &runs(inlines, true))),
            Block::List { start: None, items } => ul { (list_items(items, level)) },
            Block::List { start: Some(1), items } => ol { (list_items(items, level)) },
            Block::List { start: Some(first), items } => ol start=(first) { (list_items(items, level)) },
            // Whoever moves by keyboard must be able to scroll what is wider than the page.
            Block::Code { text, .. } => pre tabindex="0" { code { (text) } },
            Block::Quote(inner) => blockquote { @for one in inner { (self::block(one, level)) } },
            Block::Table { head, rows } => (table(head, rows)),
            Block::Rule => hr;,
        }
    }
}

fn list_items(items: &[Vec<Block>], level: u8) -> Markup {
    html! {
        @for item in items {
            li {
                @match item.as_slice() {
                    // A tight item is its text, without a paragraph around it.
                    [Block::Paragraph(inlines)] => (runs(inlines, true)),
                    several => @for one in several { (block(one, level)) },
                }
            }
        }
    }
}

fn table(head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Table" tabindex="0" {
            table {
                thead { tr { @for cell in head { th scope="col" { (runs(cell, true)) } } } }
                tbody { @for row in rows { tr { @for cell in row { td.short[is_short(cell)] { (runs(cell, true)) } } } } }
            }
        }
    }
}

/// A number with its unit stays on one line.
fn is_short(cell: &[Inline]) -> bool {
    plain_inlines(cell).chars().count() <= 10
}

/// `links`: false where a link can't stand, such as within a button.
fn runs(inlines: &[Inline], links: bool) -> Markup {
    html! { @for inline in inlines { (run(inline, links)) } }
}

fn run(inline: &Inline, links: bool) -> Markup {
    html! {
        @match inline {
            Inline::Text(text) => (text),
            Inline::Code(text) => (code(text, links)),
            Inline::Strong(inner) => strong { (runs(inner, links)) },
            Inline::Emphasis(inner) => em { (runs(inner, links)) },
            Inline::Link { to: Link::Web(url), label } if links => {
                a href=(url) rel="noopener noreferrer nofollow" { (runs(label, false)) }
            },
            Inline::Link { to: Link::Time { unix, relative }, label } => (time(*unix, *relative, label)),
            Inline::Link { label, .. } => (runs(label, links)),
            Inline::Break => br;,
        }
    }
}

fn code(text: &str, links: bool) -> Markup {
    match COMMANDS.iter().find(|(command, ..)| *command == text) {
        Some((_, page, name)) if links => html! { a href=(page) { (name) } },
        Some((_, _, name)) => html! { (name) },
        None => html! { code { (text) } },
    }
}

/// The label is what is said without the script, which puts the reader's own zone or a distance in its place.
fn time(unix: i64, relative: bool, label: &[Inline]) -> Markup {
    let Some(at) = DateTime::from_timestamp(unix, 0) else { return html! { (plain_inlines(label)) } };
    let kind = if relative { "relative" } else { "local" };
    html! { time datetime=(at.to_rfc3339()) data-time=(kind) { (plain_inlines(label)) } }
}
