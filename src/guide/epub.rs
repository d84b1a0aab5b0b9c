//! The book as an EPUB 3 file.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use epub_builder::{EpubBuilder, EpubContent, EpubVersion, MetadataOpfV3, ReferenceType, ZipLibrary};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::page::{FIGURES, FRONT, INDEX, Medium, Page, Place, SOURCES};
use crate::core::figure::Figure;
use crate::core::ids::TrapId;
use crate::core::text::guide as words;
use crate::figure::{self, Theme};

const STYLE: &str = include_str!("assets/epub.css");
const HTML: &str = "http://www.w3.org/1999/xhtml";

/// The file. `of`: the day by which the book is dated.
pub(super) fn file<'f>(
    pages: &[Page],
    figures: impl Iterator<Item = (&'f TrapId, &'f Figure)>,
    title: &str,
    of: NaiveDate,
) -> Result<Vec<u8>, epub_builder::Error> {
    let mut epub = EpubBuilder::new(ZipLibrary::new()?)?;
    let date: DateTime<Utc> = of.and_time(NaiveTime::MIN).and_utc();
    epub.epub_version(EpubVersion::V33);
    epub.set_title(title);
    epub.add_metadata_opf(Box::new(by(words::AUTHORS)));
    epub.set_languages(vec!["en".to_owned()]);
    epub.set_generator("trapline guide");
    epub.set_toc_name("Contents");
    epub.set_publication_date(date);
    epub.set_modified_date(date);
    epub.set_uuid(identity(title));
    epub.stylesheet(STYLE.as_bytes())?;
    for (id, figure) in figures {
        let picture = figure::svg(figure, Theme::Light);
        epub.add_resource(format!("{FIGURES}/{id}.svg"), picture.as_bytes(), "image/svg+xml")?;
    }
    for page in pages {
        let document = document(page);
        let name = format!("{}.{}", page.slug, Medium::Epub.extension());
        let level = if matches!(page.place, Place::Below(_)) { 2 } else { 1 };
        let mut content = EpubContent::new(name, document.as_bytes()).title(&page.title).level(level);
        if let Some(kind) = kind(page) {
            content = content.reftype(kind);
        }
        epub.add_content(content)?;
    }
    let mut file = Vec::new();
    epub.generate(&mut file)?;
    Ok(file)
}

/// Who the book is by. The library's own way gives the creator the same id as the language, which is no XML; but it leaves the
/// content of other metadata as it is, so that the creator fits behind one of them.
fn by(name: &str) -> MetadataOpfV3 {
    let name = maud::html! { (name) }.into_string();
    let content = format!(
        "reflowable</meta>\n<dc:creator id=\"creator\">{name}</dc:creator>\n\
         <meta refines=\"#creator\" property=\"role\" scheme=\"marc:relators\">aut"
    );
    MetadataOpfV3::new("rendition:layout".to_owned(), content)
}

/// The same for every edition, so that a reader's shelf takes the next one for the same book.
fn identity(title: &str) -> Uuid {
    let digest = Sha256::digest(title);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn kind(page: &Page) -> Option<ReferenceType> {
    match (page.slug.as_str(), page.place) {
        (FRONT, _) => Some(ReferenceType::Preface),
        (INDEX, _) => Some(ReferenceType::Index),
        (SOURCES, _) => Some(ReferenceType::Bibliography),
        (_, Place::Chapter(1)) => Some(ReferenceType::Text),
        _ => None,
    }
}

fn document(page: &Page) -> String {
    let title = maud::html! { (page.title) }.into_string();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html>\n\
         <html xmlns=\"{HTML}\" lang=\"en\" xml:lang=\"en\"><head><meta charset=\"UTF-8\"/><title>{title}</title>\
         <link rel=\"stylesheet\" type=\"text/css\" href=\"stylesheet.css\"/></head><body>{}</body></html>\n",
        xhtml(&page.body)
    )
}

/// Our own HTML as XML: void elements closed, characters that XML can't hold left out. In it `<` and `>` always belong
/// to a tag, or `>` to text, since text and attributes are escaped.
fn xhtml(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 64);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |length| start + length);
        let tag = &rest[start..end];
        push_text(&mut out, &rest[..start]);
        push_text(&mut out, tag);
        if is_void(tag) {
            out.push('/');
        }
        rest = &rest[end..];
    }
    push_text(&mut out, rest);
    out
}

/// `tag`: from its `<` on, without the `>`.
fn is_void(tag: &str) -> bool {
    let name = tag[1..].split([' ', '/']).next().unwrap_or_default();
    matches!(name, "br" | "hr" | "img") && !tag.ends_with('/')
}

fn push_text(out: &mut String, text: &str) {
    let fits = |c: &char| (!c.is_control() || matches!(c, '\t' | '\n')) && !matches!(c, '\u{fffe}' | '\u{ffff}');
    out.extend(text.chars().filter(fits));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn void_elements_are_closed_and_nothing_else_is() {
        let html = "a<br>b <img src=\"x\" alt=\"1 &lt; 2\"> c &gt; d<hr><p class=\"brown\">e\u{8}</p>";
        assert_eq!(xhtml(html), "a<br/>b <img src=\"x\" alt=\"1 &lt; 2\"/> c &gt; d<hr/><p class=\"brown\">e</p>");
    }

    #[test]
    fn the_identity_hangs_on_the_title() {
        assert_eq!(identity("a"), identity("a"));
        assert_ne!(identity("a"), identity("b"));
    }
}
