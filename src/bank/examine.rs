//! One file after another, on all cores: read, parsed, computed, linted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;

use super::files::Document;
use super::front::{self, Waiver};
use super::lint::{self, set::Traits};
use super::make::{Draft, Purpose, make};
use super::numbers::Engine;
use super::report::{Finding, Severity, Sink};
use super::sections;
use super::table::is_slug;
use super::words::lines;
use crate::core::ids::TrapId;
use crate::core::trap::{FollowUp, Trap};

/// Below this many files, threads cost more than they save.
const ALONE: usize = 64;
/// How many files a thread takes at a time: few, so that all threads end together.
const AT_ONCE: usize = 16;

/// A file, examined.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) label: String,
    /// All variants, the canonical one first; a check, which is over with the others, keeps that one alone. None where the file has
    /// an error.
    pub(super) variants: Vec<Trap>,
    /// The lines of the id and of the number.
    pub(super) id_line: usize,
    pub(super) number_line: usize,
    /// What the rules about sets want to know.
    pub(super) traits: Option<Traits>,
    /// The lines of the mistakes, by slug.
    pub(super) mistakes: Vec<(String, usize)>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) findings: Vec<Finding>,
}

impl Examined {
    fn of(document: &Document) -> Self {
        Self {
            label: document.label.clone(),
            variants: Vec::new(),
            id_line: 1,
            number_line: 1,
            traits: None,
            mistakes: Vec::new(),
            waivers: Vec::new(),
            findings: Vec::new(),
        }
    }
}

/// Examines the files, in their order. `today`: the day on which waivers must still hold; none takes the waivers at their word.
pub(super) fn examine(
    documents: &[Document],
    vocabulary: &BTreeMap<String, String>,
    today: Option<NaiveDate>,
) -> Vec<Examined> {
    let parts: Vec<&[Document]> = documents.chunks(AT_ONCE).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let engine = Engine::new();
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(part) = parts.get(place) else { return done };
            let examined = part.iter().map(|document| one(document, &engine, vocabulary, today));
            done.push((place, examined.collect::<Vec<_>>()));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let others = if documents.len() < ALONE { 0 } else { threads - 1 };
    let mut done = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let own = work();
        let joined = workers.into_iter().map(|w| w.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(own).chain(joined).flatten().collect::<Vec<_>>()
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().flat_map(|(_, examined)| examined).collect()
}

fn one(
    document: &Document,
    engine: &Engine,
    vocabulary: &BTreeMap<String, String>,
    today: Option<NaiveDate>,
) -> Examined {
    let mut sink = Sink::new(&document.label);
    let mut examined = Examined::of(document);
    match document.text() {
        Ok(text) => {
            let purpose = if today.is_some() { Purpose::Checking } else { Purpose::Serving };
            let variants = parse(&text, document.place(), purpose, engine, vocabulary, &mut sink, &mut examined);
            examined.variants = variants.filter(|_| !sink.has_errors()).unwrap_or_default();
            if today.is_some() {
                examined.variants.truncate(1);
                examined.variants.iter_mut().for_each(lighten);
            }
        }
        Err(why) => {
            let mend = format!("save it as UTF-8 text of at most {} KiB", super::files::MAX_BYTES / 1024);
            sink.error(0, "P02", format!("the file can't be read: {why}"), mend);
        }
    }
    examined.findings = waived(sink.into_findings(), &examined.waivers, today);
    examined
}

/// Drops what no rule about a set looks at.
fn lighten(trap: &mut Trap) {
    trap.follow_up = FollowUp { question: String::new(), outline: String::new() };
    trap.figure = None;
}

/// Reads and lints one text as the file `place` (folder and name).
fn parse(
    text: &str,
    place: (&str, &str),
    purpose: Purpose,
    engine: &Engine,
    vocabulary: &BTreeMap<String, String>,
    sink: &mut Sink<'_>,
    examined: &mut Examined,
) -> Option<Vec<Trap>> {
    let Some((head, body, body_line)) = split(text) else {
        let mend = "begin the file with a line +++, then TOML, then another line +++";
        sink.error(1, "P03", "no front matter", mend);
        return None;
    };
    let (front, found) = front::read(head, 2, sink);
    examined.waivers = found;
    let number = front.as_ref().map_or_else(|| body.contains("\n## Answer"), |f| f.answer.is_some());
    let body = sections::read(body, body_line, number, sink);
    let front = front?;
    (examined.id_line, examined.number_line) = (front.id.line, front.number.line);
    named_as(place, &front, sink);
    let draft = Draft { front, body: body? };
    for mistake in draft.body.candidates.iter().filter_map(|c| c.mistake.as_ref()) {
        examined.mistakes.push((mistake.value.to_owned(), mistake.line));
    }
    let variants = make(&draft, engine, vocabulary, purpose, sink)?;
    examined.traits = lint::item(&draft, &variants, vocabulary, sink);
    Some(variants)
}

/// The id, series and number that a file's front matter gives, if that has no error.
pub(super) fn place(document: &Document) -> Option<(TrapId, (String, u32))> {
    let text = document.text().ok()?;
    let (head, ..) = split(&text)?;
    let (front, _) = front::read(head, 2, &mut Sink::new(&document.label));
    front.map(|front| (front.id.value, (front.series.value, front.number.value)))
}

/// The front matter, the rest, and the line of the file on which the rest begins.
fn split(text: &str) -> Option<(&str, &str, usize)> {
    let inner = text.strip_prefix("+++\n")?;
    let mut offset = 0;
    for (index, line) in lines(inner).enumerate() {
        if line.trim_end() == "+++" {
            return Some((&inner[..offset], &inner[offset + line.len()..], index + 3));
        }
        offset += line.len();
    }
    None
}

/// The file stands where its front matter says.
fn named_as((folder, name): (&str, &str), front: &front::Front, sink: &mut Sink<'_>) {
    if folder != front.series.value {
        let what = format!("the series is '{}' but the folder is '{folder}'", front.series.value);
        sink.error(front.series.line, "P01", what, "move the file, or correct the series");
    }
    let parts = name.strip_suffix(".md").and_then(|stem| stem.split_once('-'));
    let digits = |n: &str| n.len() >= 3 && n.bytes().all(|b| b.is_ascii_digit());
    match parts.filter(|(number, slug)| digits(number) && is_slug(slug, 80)) {
        None => {
            let mend = format!("call it {:03}-{}.md", front.number.value, front.id.value);
            sink.error(1, "P01", format!("the file name '{name}' is not NNN-slug.md"), mend);
        }
        Some((number, _)) if number.parse() != Ok(front.number.value) => {
            let what = format!("the number is {} but the file name says {number}", front.number.value);
            sink.error(front.number.line, "P01", what, "rename the file, or correct the number");
        }
        Some(_) => {}
    }
}

/// Without the warnings that the author has looked at. A waiver that ended is named in the warning that it let through.
pub(super) fn waived(findings: Vec<Finding>, waivers: &[Waiver], today: Option<NaiveDate>) -> Vec<Finding> {
    let mut kept = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let mut mine =
            waivers.iter().filter(|w| w.rule == finding.rule && finding.severity == Severity::Warning).peekable();
        if mine.peek().is_none() {
            kept.push(finding);
            continue;
        }
        let last = mine.map(|w| w.until).max();
        if let (Some(last), Some(today)) = (last, today)
            && last < today
        {
            finding.what = format!("{} (its waiver ended on {last})", finding.what);
            kept.push(finding);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bank::files::Files;
    use crate::bank::report::Report;
    use crate::bank::{embed, vocabulary};

    /// What is found in a text, sorted.
    fn found(text: &str, document: &Document, purpose: Purpose, vocabulary: &BTreeMap<String, String>) -> Vec<Finding> {
        let engine = Engine::new();
        let mut sink = Sink::new(&document.label);
        let mut examined = Examined::of(document);
        parse(text, document.place(), purpose, &engine, vocabulary, &mut sink, &mut examined);
        Report::new(sink.into_findings()).findings
    }

    /// The text with other digits in place of the run of digits that comes first behind a place.
    fn with_digits(text: &str, behind: usize, digits: &str) -> String {
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        let Some(from) = text.bytes().skip(behind).position(|byte| is_digit(&byte)).map(|at| behind + at) else {
            return text.to_owned();
        };
        let length = text.bytes().skip(from).take_while(is_digit).count();
        [&text[..from], digits, &text[from + length..]].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn a_check_finds_what_is_found_in_traps_that_are_to_be_served(
            document in any::<proptest::sample::Index>(),
            behind in any::<proptest::sample::Index>(),
            digits in proptest::sample::select(vec!["0", "1", "2", "17", "300", "99999999", "1e300", "0.001"]),
            padding in 0..3usize,
        ) {
            let files = Files::embedded(&embed::QUESTIONS, embed::ROOT);
            let mut known = BTreeMap::new();
            files.vocabularies.iter().for_each(|v| drop(vocabulary::read(v, &mut known)));
            let document = document.get(&files.traps);
            let text = document.text().unwrap();
            let head = text.find("## Scenario").unwrap();
            // What varies most is in the lists of [vary].
            let from = text.find("[vary]").filter(|_| behind.index(2) == 0).unwrap_or(0);
            let text = with_digits(&text, from + behind.index(head - from), digits)
                .replace("## Ask\n", &format!("{}## Ask\n", "Longer and longer it gets. ".repeat(padding * 15)));
            prop_assert_eq!(
                found(&text, document, Purpose::Checking, &known),
                found(&text, document, Purpose::Serving, &known)
            );
        }
    }
}
