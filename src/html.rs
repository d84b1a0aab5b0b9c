//! CommonMark as HTML, for the web channel and the guide. All text is escaped by `maud`.

use chrono::DateTime;
use maud::{Markup, html};

use crate::core::markup::{Block, Inline, Link, parse, plain, plain_inlines};

/// Code spans that name something with a page: the span's text, the page's address, what the page is called.
pub type Pages = [(&'static str, &'static str, &'static str)];

/// Text as blocks. `level`: of the headings within it, 2 to 6.
#[must_use]
pub fn blocks(text: &str, level: u8, pages: &Pages) -> Markup {
    let writer = Writer { pages, links: true };
    html! { @for block in &parse(text) { (writer.block(block, level)) } }
}

/// Text as one run without links, for places that take no blocks: inside a button, a heading or a cell.
#[must_use]
pub fn inline(text: &str, pages: &Pages) -> Markup {
    let writer = Writer { pages, links: false };
    html! {
        @for (index, block) in parse(text).iter().enumerate() {
            @if index > 0 { " " }
            @match block {
                Block::Paragraph(inlines) | Block::Heading(inlines) => (writer.runs(inlines)),
                other => (plain(std::slice::from_ref(other))),
            }
        }
    }
}

/// A heading of a level that is known only at run time.
#[must_use]
pub fn heading(level: u8, content: &Markup) -> Markup {
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

#[derive(Clone, Copy)]
struct Writer<'p> {
    pages: &'p Pages,
    /// False where a link can't stand.
    links: bool,
}

impl Writer<'_> {
    fn block(self, block: &Block, level: u8) -> Markup {
        html! {
            @match block {
                Block::Paragraph(inlines) => p { (self.runs(inlines)) },
                Block::Heading(inlines) => (heading(level, &self.runs(inlines))),
                Block::List { start: None, items } => ul { (self.list_items(items, level)) },
                Block::List { start: Some(1), items } => ol { (self.list_items(items, level)) },
                Block::List { start: Some(first), items } => ol start=(first) { (self.list_items(items, level)) },
                // Whoever moves by keyboard must be able to scroll what is wider than the page.
                Block::Code { text, .. } => pre tabindex="0" { code { (text) } },
                Block::Quote(inner) => blockquote { @for one in inner { (self.block(one, level)) } },
                Block::Table { head, rows } => (self.table(head, rows)),
                Block::Rule => hr;,
            }
        }
    }

    fn list_items(self, items: &[Vec<Block>], level: u8) -> Markup {
        html! {
            @for item in items {
                li {
                    @match item.as_slice() {
                        // A tight item is its text, without a paragraph around it.
                        [Block::Paragraph(inlines)] => (self.runs(inlines)),
                        several => @for one in several { (self.block(one, level)) },
                    }
                }
            }
        }
    }

    fn table(self, head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Markup {
        html! {
            div.scroll role="region" aria-label="Table" tabindex="0" {
                table {
                    thead { tr { @for cell in head { th scope="col" { (self.runs(cell)) } } } }
                    tbody {
                        @for row in rows { tr { @for cell in row { td.short[is_short(cell)] { (self.runs(cell)) } } } }
                    }
                }
            }
        }
    }

    fn runs(self, inlines: &[Inline]) -> Markup {
        html! { @for inline in inlines { (self.run(inline)) } }
    }

    fn run(self, inline: &Inline) -> Markup {
        html! {
            @match inline {
                Inline::Text(text) => (text),
                Inline::Code(text) => (self.code(text)),
                Inline::Strong(inner) => strong { (self.runs(inner)) },
                Inline::Emphasis(inner) => em { (self.runs(inner)) },
                Inline::Link { to: Link::Web(url), label } if self.links => {
                    a href=(url) rel="noopener noreferrer nofollow" { (Writer { links: false, ..self }.runs(label)) }
                },
                Inline::Link { to: Link::Time { unix, relative }, label } => (time(*unix, *relative, label)),
                Inline::Link { label, .. } => (self.runs(label)),
                Inline::Break => br;,
            }
        }
    }

    fn code(self, text: &str) -> Markup {
        match self.pages.iter().find(|(span, ..)| *span == text) {
            Some((_, page, name)) if self.links => html! { a href=(page) { (name) } },
            Some((_, _, name)) => html! { (name) },
            None => html! { code { (text) } },
        }
    }
}

/// A number with its unit stays on one line.
fn is_short(cell: &[Inline]) -> bool {
    plain_inlines(cell).chars().count() <= 10
}

/// The label is what is said without the script, which puts the reader's own zone or a distance in its place.
fn time(unix: i64, relative: bool, label: &[Inline]) -> Markup {
    let Some(at) = DateTime::from_timestamp(unix, 0) else { return html! { (plain_inlines(label)) } };
    let kind = if relative { "relative" } else { "local" };
    html! { time datetime=(at.to_rfc3339()) data-time=(kind) { (plain_inlines(label)) } }
}
