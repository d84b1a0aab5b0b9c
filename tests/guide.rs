//! The study book from outside: what is written to a folder, and what an e-reader finds in the file beside it.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use roxmltree::{Document, ParsingOptions};
use tempfile::TempDir;
use trapline::bank::Bank;
use trapline::guide;
use zip::{CompressionMethod, ZipArchive};

/// The guide to the built-in bank, written once.
fn book() -> &'static Path {
    static BOOK: OnceLock<TempDir> = OnceLock::new();
    let write = || {
        let folder = tempfile::tempdir().unwrap();
        let bank = Bank::builtin().expect("the built-in bank is good");
        let extent = guide::write(&bank, folder.path()).unwrap();
        assert_eq!(extent.traps, bank.entries().len());
        folder
    };
    BOOK.get_or_init(write).path()
}

/// The values of an attribute, as they are written.
fn values<'h>(html: &'h str, attribute: &str) -> Vec<&'h str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_link_of_the_site_leads_somewhere() {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(book()).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".html") {
            pages.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
    }
    assert!(pages.contains_key("index.html") && pages.contains_key("print.html"));
    let mut followed = 0;
    for (name, html) in &pages {
        for link in values(html, "href").into_iter().chain(values(html, "src")) {
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { name } else { file };
            assert!(book().join(file).is_file(), "{name}: {link}");
            if let Some(target) = pages.get(file).filter(|_| !anchor.is_empty()) {
                assert!(values(target, "id").contains(&anchor), "{name}: {link}");
                followed += 1;
            }
        }
    }
    assert!(followed > 500, "{followed}");
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for entry in fs::read_dir(book()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".html") {
            let html = fs::read_to_string(entry.path()).unwrap();
            let loads = values(&html, "src")
                .into_iter()
                .chain(html.split("<link ").skip(1).flat_map(|tag| values(tag, "href").into_iter().take(1)));
            for address in loads {
                assert!(!address.contains("//"), "{name} loads {address}");
            }
        } else if name.ends_with(".css") {
            let css = fs::read_to_string(entry.path()).unwrap();
            assert!(!css.contains("@import") && !css.contains("url(http"), "{name}");
        }
    }
}

#[test]
fn the_question_pages_tell_no_answer() {
    let bank = Bank::builtin().unwrap();
    let questions: Vec<String> = fs::read_dir(book())
        .unwrap()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.ends_with("-answers.html")))
        .map(|entry| entry.path().to_str().unwrap().replace("-answers.html", ".html"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(!questions.is_empty());
    for entry in bank.entries() {
        let trap = entry.trap();
        let id = format!("id=\"q-{}\"", trap.id);
        let homes: Vec<&String> = questions.iter().filter(|page| page.contains(&id)).collect();
        assert_eq!(homes.len(), 1, "{}", trap.id);
        for secret in [&trap.title, &trap.explanation, &trap.follow_up.question, &trap.follow_up.outline] {
            let start: String = secret.chars().take_while(|c| c.is_alphanumeric() || *c == ' ').collect();
            assert!(start.len() < 20 || !homes[0].contains(&start), "{}: {start}", trap.id);
        }
    }
}

/// What a page calls itself in the browser's tab.
fn title(page: &str) -> String {
    let html = fs::read_to_string(book().join(page)).unwrap();
    html[html.find("<title>").unwrap() + 7..html.find("</title>").unwrap()].to_owned()
}

#[test]
fn pages_of_answers_are_told_apart() {
    assert!(title("nlp-answers.html").starts_with("Answers: Language"), "{}", title("nlp-answers.html"));
    let contents = fs::read_to_string(book().join("toc.html")).unwrap();
    assert!(contents.contains(">Answers: Language") && !contents.contains(">Answers<"), "{contents}");
}

#[test]
fn topics_are_named_in_a_question_as_in_the_index() {
    let questions = fs::read_to_string(book().join("nlp.html")).unwrap();
    assert!(questions.contains(" min · NLP, machine translation, evaluation, metrics</p>"), "{questions}");
    let index = fs::read_to_string(book().join("topics.html")).unwrap();
    for name in ["Fine-tuning", "Q-learning", "Off-policy evaluation", "Zero-shot", "Machine translation", "NLP"] {
        assert!(index.contains(&format!("<li>{name} <span class=\"uses\">")), "{name}: {index}");
    }
}

#[test]
fn misconceptions_stand_below_their_letter() {
    let index = fs::read_to_string(book().join("topics.html")).unwrap();
    let beliefs = &index[index.find("id=\"index-beliefs\"").unwrap()..index.find("id=\"index-titles\"").unwrap()];
    let letters: Vec<&str> = beliefs.split("<h3").skip(1).collect();
    assert!(letters.len() > 10, "{beliefs}");
    for part in letters {
        let letter = part.split('>').nth(1).and_then(|rest| rest.split('<').next()).unwrap();
        let mut entries: Vec<String> = Vec::new();
        for entry in part.split("<li>").skip(1) {
            let lower = entry.to_lowercase();
            let bare = ["a ", "an ", "the "].iter().find_map(|article| lower.strip_prefix(article)).unwrap_or(&lower);
            entries.push(bare.split('<').next().unwrap().to_owned());
        }
        assert!(entries.is_sorted() && !entries.is_empty(), "{letter}: {entries:?}");
        let is_below = |entry: &String| letter == "0–9" || entry.contains(&letter.to_lowercase());
        assert!(entries.iter().all(is_below), "{letter}: {entries:?}");
    }
}

/// The e-book's files in the order of the archive, and how each is packed.
fn unpacked() -> Vec<(String, CompressionMethod, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(fs::read(book().join(guide::EPUB)).unwrap())).unwrap();
    let all = (0..archive.len()).map(|index| {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().to_owned(), file.compression(), bytes)
    });
    all.collect()
}

fn xml<'t>(name: &str, text: &'t str) -> Document<'t> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn metadata<'a, 'i>(package: &'a Document<'i>) -> Option<roxmltree::Node<'a, 'i>> {
    package.descendants().find(|node| node.has_tag_name(("http://www.idpf.org/2007/opf", "metadata")))
}

#[test]
fn the_e_book_is_whole() {
    let files = unpacked();
    let (first, packing, bytes) = &files[0];
    assert_eq!(
        (first.as_str(), *packing, bytes.as_slice()),
        ("mimetype", CompressionMethod::Stored, &b"application/epub+zip"[..])
    );
    let texts: BTreeMap<&str, &str> =
        files.iter().map(|(name, _, bytes)| (name.as_str(), std::str::from_utf8(bytes).unwrap())).collect();
    assert_eq!(texts.len(), files.len(), "each file once");

    let container = xml("container", texts["META-INF/container.xml"]);
    let root = container.descendants().find_map(|node| node.attribute("full-path")).unwrap();
    let package = xml(root, texts[root]);
    let home = root.rsplit_once('/').unwrap().0;
    let items: BTreeMap<&str, (&str, &str)> = package
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.idpf.org/2007/opf", "item")))
        .map(|node| {
            let of = |name| node.attribute(name).unwrap();
            (of("id"), (of("href"), of("media-type")))
        })
        .collect();
    let listed: BTreeSet<String> = items.values().map(|(href, _)| format!("{home}/{href}")).collect();
    let present: BTreeSet<String> =
        texts.keys().filter(|name| name.starts_with(home) && **name != root).map(|name| (*name).to_owned()).collect();
    assert_eq!(listed, present, "the manifest names what is there");
    let ids: Vec<&str> = package.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique: {ids:?}");

    let spine: Vec<&str> = package.descendants().filter_map(|node| node.attribute("idref")).collect();
    assert!(spine.len() > 4 && spine.iter().all(|id| items[id].1 == "application/xhtml+xml"));
    for name in ["dc:title", "dc:language", "dc:identifier", "dcterms:modified"] {
        assert!(texts[root].contains(name), "{name}");
    }
    assert!(texts[root].contains("properties=\"nav\""));
    let creator = package.descendants().find(|node| node.has_tag_name(("http://purl.org/dc/elements/1.1/", "creator")));
    let creator = creator.expect("a creator");
    assert_eq!((creator.text(), creator.parent_element()), (Some("The Trapline contributors"), metadata(&package)));
}

#[test]
fn the_pages_of_the_e_book_are_xml_and_its_links_lead_somewhere() {
    let files = unpacked();
    let mut places = BTreeSet::new();
    let mut links = Vec::new();
    for (name, _, bytes) in files.iter().filter(|(name, ..)| name.ends_with(".xhtml") || name.ends_with(".svg")) {
        let document = xml(name, std::str::from_utf8(bytes).unwrap());
        places.insert(name.clone());
        let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        places.extend(ids.iter().map(|id| format!("{name}#{id}")));
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}");
        for node in document.descendants().filter(|node| ["a", "img"].contains(&node.tag_name().name())) {
            let link = node.attribute("href").or_else(|| node.attribute("src")).unwrap();
            if !link.starts_with("https://") {
                links.push((name.clone(), link.to_owned()));
            }
            assert!(
                node.tag_name().name() != "img" || node.attribute("alt").is_some_and(|alt| !alt.is_empty()),
                "{name}"
            );
        }
    }
    assert!(links.len() > 500, "{}", links.len());
    for (name, link) in links {
        let (home, _) = name.rsplit_once('/').unwrap();
        let target = if link.starts_with('#') { format!("{name}{link}") } else { format!("{home}/{link}") };
        assert!(places.contains(&target), "{name}: {link}");
    }
}

#[test]
fn the_same_bank_gives_the_same_pages() {
    let again = tempfile::tempdir().unwrap();
    guide::write(&Bank::builtin().unwrap(), again.path()).unwrap();
    for entry in fs::read_dir(book()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        if entry.file_name().to_str() != Some(guide::EPUB) {
            let (one, other) =
                (fs::read(entry.path()).unwrap(), fs::read(again.path().join(entry.file_name())).unwrap());
            assert!(one == other, "{}", entry.path().display());
        }
    }
}

/// The command, in a folder without any configuration.
fn command(home: &Path, folder: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trapline"));
    command.args(["guide", folder]).current_dir(home).env_clear().output().unwrap()
}

#[test]
fn the_command_says_what_it_did_or_why_not() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("mine")).unwrap();
    fs::write(home.path().join("mine/index.html"), "precious").unwrap();
    let refused = command(home.path(), "mine");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(
        said,
        "trapline: mine is not empty and holds no guide of trapline's: name another folder, or empty it\n"
    );
    assert_eq!(fs::read_to_string(home.path().join("mine/index.html")).unwrap(), "precious");

    let refused = command(home.path(), "mine/index.html/book");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.starts_with("trapline: nothing can be written to mine/index.html/book: ") && said.lines().count() == 1,
        "{said}"
    );

    for _ in 0..2 {
        let written = command(home.path(), "book");
        assert!(written.status.success(), "{}", String::from_utf8_lossy(&written.stderr));
        assert!(String::from_utf8(written.stdout).unwrap().ends_with("open book/index.html\n"));
        assert_eq!(String::from_utf8(written.stderr).unwrap(), "");
    }
    assert!(home.path().join("book/index.html").is_file() && !home.path().join("book/.building").exists());
}
