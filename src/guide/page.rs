//! A page of the book, for each of the forms that the book comes in.

use maud::{Markup, html};

use super::plan::{Chapter, Item};

/// A page, or a file of the e-book.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Page {
    /// Its file's name without the extension.
    pub(super) slug: String,
    /// Plain text.
    pub(super) title: String,
    pub(super) place: Place,
    /// HTML; headings within begin with one of level 1.
    pub(super) body: String,
}

/// Where a page stands in the table of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Before the chapters, or after them.
    Around,
    /// A chapter of this number.
    Chapter(usize),
    /// Below the chapter of this number, which comes before it.
    Below(usize),
}

/// The form of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// HTML pages with the pictures in them, in the page's colours.
    Site,
    /// XHTML files with the pictures beside them.
    Epub,
}

pub(super) const FRONT: &str = "index";
pub(super) const INDEX: &str = "topics";
pub(super) const SOURCES: &str = "sources";
/// The folder of the e-book's pictures.
pub(super) const FIGURES: &str = "figures";

impl Medium {
    /// The address of a place in a page, relative to any page.
    pub(super) fn link(self, slug: &str, anchor: &str) -> String {
        let extension = self.extension();
        if anchor.is_empty() { format!("{slug}.{extension}") } else { format!("{slug}.{extension}#{anchor}") }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Site => "html",
            Self::Epub => "xhtml",
        }
    }

    pub(super) fn question(self, chapter: &Chapter<'_>, item: Item<'_>) -> String {
        self.link(&chapter.section.slug, &question_id(item))
    }

    pub(super) fn answer(self, chapter: &Chapter<'_>, item: Item<'_>) -> String {
        self.link(&answers(chapter), &answer_id(item))
    }

    /// A heading that can be linked to. On the site it leads to itself, which is how the table of contents finds it.
    pub(super) fn heading(self, level: u8, id: &str, content: &Markup) -> Markup {
        let content = match self {
            Self::Site => html! { a.header href=(format!("#{id}")) { (content) } },
            Self::Epub => content.clone(),
        };
        html! {
            @match level {
                1 => h1 id=(id) { (content) },
                2 => h2 id=(id) { (content) },
                _ => h3 id=(id) { (content) },
            }
        }
    }
}

/// The slug of a chapter's answers.
pub(super) fn answers(chapter: &Chapter<'_>) -> String {
    format!("{}-answers", chapter.section.slug)
}

pub(super) fn question_id(item: Item<'_>) -> String {
    format!("q-{}", item.trap.id)
}

pub(super) fn answer_id(item: Item<'_>) -> String {
    format!("a-{}", item.trap.id)
}
