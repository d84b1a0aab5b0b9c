//! The book as HTML pages, by mdBook's renderer.

use std::fs;
use std::path::Path;

use mdbook_html::HtmlHandlebars;
use mdbook_renderer::book::{Book, BookItem, Chapter, SectionNumber};
use mdbook_renderer::config::Config;
use mdbook_renderer::errors::Error;
use mdbook_renderer::{RenderContext, Renderer};
use serde_json::json;

use super::page::{Page, Place};

const STYLE: &str = include_str!("assets/site.css");
const STYLE_NAME: &str = "guide.css";

/// Writes the pages and all that they need into a folder, which is emptied before. `scratch`: a folder for files
/// on the way, left to the caller to remove.
pub(super) fn render(pages: &[Page], title: &str, scratch: &Path, folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join(STYLE_NAME), STYLE)?;
    let context = RenderContext::new(scratch, book(pages), config(title)?, folder);
    HtmlHandlebars::new().render(&context)
}

fn config(title: &str) -> Result<Config, Error> {
    let mut config = Config::default();
    config.book.title = Some(title.to_owned());
    config.book.language = Some("en".to_owned());
    config.set(
        "output.html",
        json!({
            "additional-css": [STYLE_NAME],
            "default-theme": "light",
            "preferred-dark-theme": "navy",
            "input-404": "",
        // Names have their numbers already; those of mdBook are only for indenting.
        "no-section-label": true,
            "playground": { "copyable": false, "runnable": false, "copy-js": false },
        }),
    )?;
    Ok(config)
}

fn book(pages: &[Page]) -> Book {
    let mut items: Vec<BookItem> = Vec::new();
    for page in pages {
        let mut chapter = Chapter::new(&page.title, content(&page.body), format!("{}.md", page.slug), Vec::new());
        chapter.number = section(page.place);
        match (page.place, items.last_mut()) {
            (Place::Below(_), Some(BookItem::Chapter(above))) => {
                chapter.parent_names = vec![above.name.clone()];
                above.sub_items.push(chapter.into());
            }
            _ => items.push(chapter.into()),
        }
    }
    Book::new_with_items(items)
}

fn section(place: Place) -> Option<SectionNumber> {
    let number = |chapter: usize| u32::try_from(chapter).unwrap_or(u32::MAX);
    match place {
        Place::Around => None,
        Place::Chapter(chapter) => Some(SectionNumber::new([number(chapter)])),
        Place::Below(chapter) => Some(SectionNumber::new([number(chapter), 1])),
    }
}

/// The body as one line of HTML, which CommonMark passes on as it is: a blank line would end it.
fn content(body: &str) -> String {
    format!("<div class=\"guide\">{}</div>\n", body.replace('\n', "&#10;"))
}
