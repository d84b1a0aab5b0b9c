//! The front matter of a trap file: TOML between two lines of `+++`.

use chrono::NaiveDate;

use super::figure::{self, Sketch};
use super::numbers::{is_name, is_reserved};
use super::report::{RULES, Sink, nearest};
use super::table::{At, NotToml, Table, Tree, Value, date, integer, is_slug, line, number, slug};
use crate::core::ids::TrapId;
use crate::core::trap::{Level, Source};

/// The longest title and headline, in characters.
pub(super) const MAX_TITLE: usize = 90;
const MAX_SLUG: usize = 40;
const MAX_SOURCES: usize = 8;
const MAX_TOPICS: usize = 8;
const MAX_VARIANTS: usize = 16;
const MAX_NAMES: usize = 64;

const KEYS: [&str; 17] = [
    "id",
    "series",
    "number",
    "title",
    "headline",
    "published",
    "level",
    "topics",
    "minutes",
    "kind",
    "vary",
    "given",
    "numbers",
    "answer",
    "figure",
    "source",
    "waive",
];

/// What the front matter says.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) id: At<TrapId>,
    pub(super) series: At<String>,
    pub(super) number: At<u32>,
    pub(super) title: At<String>,
    pub(super) headline: At<String>,
    pub(super) published: NaiveDate,
    pub(super) level: Level,
    pub(super) topics: Vec<String>,
    pub(super) minutes: u8,
    /// Set for a trap of kind `number`.
    pub(super) answer: Option<Answer>,
    pub(super) given: Given,
    /// Names with their expressions, in the order of the file.
    pub(super) numbers: Vec<At<(String, String)>>,
    /// Whether every number of the file got its name: otherwise what builds on the others would fail for no reason of its own.
    pub(super) named: bool,
    pub(super) figure: Option<Sketch>,
    pub(super) sources: Vec<At<Source>>,
}

/// Facts and varied numbers.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) names: Vec<String>,
    /// Their values in each variant: at least one, the first is the canonical one.
    pub(super) variants: Vec<Vec<f64>>,
}

impl Given {
    /// The numbers of one variant with their names.
    pub(super) fn of(&self, variant: usize) -> impl Iterator<Item = (&str, f64)> {
        self.names.iter().map(String::as_str).zip(self.variants[variant].iter().copied())
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) unit: String,
    pub(super) tolerance: f64,
}

/// A warning that the author has looked at.
#[derive(Debug, Clone)]
pub(super) struct Waiver {
    pub(super) rule: String,
    /// The last day on which it holds.
    pub(super) until: NaiveDate,
}

/// Reads the front matter; `first` is the line of the file on which `text` begins. None where something is missing or wrong.
/// Waivers are read whatever else is wrong.
pub(super) fn read(text: &str, first: usize, sink: &mut Sink<'_>) -> (Option<Front>, Vec<Waiver>) {
    let tree = match Tree::read(text, first) {
        Ok(tree) => tree,
        Err(NotToml { line, why }) => {
            sink.error(line, "P03", format!("the front matter is not TOML: {why}"), "correct the TOML on this line");
            return (None, Vec::new());
        }
    };
    let top = Table::new(&tree, first.saturating_sub(1).max(1), "the front matter");
    top.only(&KEYS, sink);
    let waivers = waivers(&top, sink);
    (front(&top, sink), waivers)
}

fn front(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Option<Front> {
    let slug_text = "1 to 40 lower-case letters, digits and hyphens in quotes";
    let line_text = "one line of text of at most 90 characters in quotes";
    let id = top.required("id", slug_text, sink, |v| TrapId::try_from(v.as_str()?.to_owned()).ok());
    let series = top.required("series", slug_text, sink, |v| slug(v, MAX_SLUG));
    let number = top.required("number", "a whole number from 1 to 99999", sink, |v| {
        integer::<u32>(v).filter(|n| (1..=99_999).contains(n))
    });
    let title = top.required("title", line_text, sink, |v| line(v, MAX_TITLE));
    let headline = top.required("headline", line_text, sink, |v| line(v, MAX_TITLE));
    let published = top.required("published", "a date such as 2026-05-08, without quotes", sink, date);
    let level =
        top.required("level", "\"junior\", \"mid\", \"senior\" or \"staff\"", sink, |v| Level::from_name(v.as_str()?));
    let topics = top.required("topics", "a list of 1 to 8 different slugs in quotes", sink, topics);
    let minutes = top.required("minutes", "a whole number from 1 to 60", sink, |v| {
        integer::<u8>(v).filter(|m| (1..=60).contains(m))
    });
    let answer = answer(top, sink);
    let before = sink.len();
    let given = given(top, sink);
    let numbers = numbers(top, &given, sink);
    let named = sink.len() == before;
    let figure = figure::read(top, sink);
    let sources = sources(top, sink);
    Some(Front {
        id: id?,
        series: series?,
        number: number?,
        title: title?,
        headline: headline?,
        published: published?.value,
        level: level?.value,
        topics: topics?.value,
        minutes: minutes?.value,
        answer: answer?,
        given,
        numbers,
        named,
        figure,
        sources,
    })
}

fn topics(value: &Value<'_>) -> Option<Vec<String>> {
    let topics = value.as_list()?.iter().map(|t| slug(&t.value, MAX_SLUG)).collect::<Option<Vec<_>>>()?;
    let distinct = topics.iter().enumerate().all(|(i, t)| !topics[..i].contains(t));
    (distinct && (1..=MAX_TOPICS).contains(&topics.len())).then_some(topics)
}

/// `Some(None)`: a choice trap. `None`: wrong, and said so.
fn answer(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Option<Option<Answer>> {
    let what = "\"choice\" or \"number\"";
    let kind = top
        .optional("kind", what, sink, |v| v.as_str().filter(|k| matches!(*k, "choice" | "number")).map(str::to_owned));
    let wrong = kind.is_none() && top.entries().any(|(key, _)| key.value == "kind");
    let table = top.table("answer", "[answer]", sink);
    match (kind.is_some_and(|k| k.value == "number"), table) {
        _ if wrong => None,
        (false, None) => Some(None),
        (false, Some(table)) => {
            let mend = "set kind = \"number\", or leave [answer] out";
            sink.error(table.line(), "P05", "[answer] belongs to a trap of kind \"number\"", mend);
            None
        }
        (true, None) => {
            sink.error(
                top.line(),
                "I01",
                "a trap of kind \"number\" lacks [answer]",
                "add [answer] with unit and tolerance",
            );
            None
        }
        (true, Some(table)) => {
            table.only(&["unit", "tolerance"], sink);
            let unit = table.required("unit", "at most 20 characters in quotes, possibly none", sink, |v| {
                let unit = v.as_str()?;
                (unit.chars().count() <= 20 && !unit.chars().any(char::is_control)).then(|| unit.trim().to_owned())
            });
            let tolerance = table.required("tolerance", "a share from 0 to 0.1", sink, |v| {
                number(v).filter(|t| (0.0..=0.1).contains(t))
            });
            Some(Some(Answer { unit: unit?.value, tolerance: tolerance?.value }))
        }
    }
}

/// Facts first, then the varied numbers.
fn given(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Given {
    let (mut names, mut facts) = (Vec::new(), Vec::new());
    if let Some(table) = top.table("given", "[given]", sink) {
        for (key, value) in table.entries() {
            match number(value) {
                Some(x) => named(&key, sink, || {
                    names.push(key.value.to_owned());
                    facts.push(x);
                }),
                None => sink.error(
                    key.line,
                    "P05",
                    format!("'{}' is not a finite number", key.value),
                    "give a plain number",
                ),
            }
        }
    }
    let mut lists: Vec<Vec<f64>> = Vec::new();
    if let Some(table) = top.table("vary", "[vary]", sink) {
        for (key, value) in table.entries() {
            let list = numbers_of(value);
            let length = lists.first().map(Vec::len);
            match list {
                None => sink.error(
                    key.line,
                    "P05",
                    format!("'{}' is not a list of 1 to {MAX_VARIANTS} finite numbers", key.value),
                    "write it as [7, 3, 13], the canonical value first",
                ),
                Some(list) if length.is_some_and(|l| l != list.len()) => sink.error(
                    key.line,
                    "P05",
                    format!(
                        "'{}' has {} values where the first list has {}",
                        key.value,
                        list.len(),
                        length.unwrap_or(0)
                    ),
                    "give every list of [vary] the same length",
                ),
                Some(list) => named(&key, sink, || {
                    names.push(key.value.to_owned());
                    lists.push(list);
                }),
            }
        }
    }
    let count = lists.first().map_or(1, Vec::len);
    let values = |variant: usize| facts.iter().copied().chain(lists.iter().map(|list| list[variant])).collect();
    Given { names, variants: (0..count).map(values).collect() }
}

fn numbers_of(value: &Value<'_>) -> Option<Vec<f64>> {
    let list = value.as_list()?.iter().map(|x| number(&x.value)).collect::<Option<Vec<_>>>()?;
    (1..=MAX_VARIANTS).contains(&list.len()).then_some(list)
}

/// Does `keep` if the key can name a number.
fn named(key: &At<&str>, sink: &mut Sink<'_>, keep: impl FnOnce()) {
    if !is_name(key.value) || key.value.len() > MAX_SLUG {
        let mend = "use letters, digits and _, not a digit first";
        sink.error(key.line, "P05", format!("'{}' can't name a number", key.value), mend);
    } else if is_reserved(key.value) {
        let what = format!("'{}' already means something in an expression", key.value);
        sink.error(key.line, "P05", what, "choose another name");
    } else {
        keep();
    }
}

fn numbers(top: &Table<'_, '_>, given: &Given, sink: &mut Sink<'_>) -> Vec<At<(String, String)>> {
    let Some(table) = top.table("numbers", "[numbers]", sink) else { return Vec::new() };
    let known = |name: &str| given.names.iter().any(|known| known == name);
    let mut numbers = Vec::new();
    for (key, value) in table.entries() {
        let Some(expression) = value.as_str().filter(|e| e.len() <= 500) else {
            let mend = "write the expression in quotes; a plain fact goes to [given]";
            sink.error(
                key.line,
                "P05",
                format!("'{}' is not an expression of at most 500 characters", key.value),
                mend,
            );
            continue;
        };
        if known(key.value) {
            let what = format!("'{}' has a value in [vary] or [given] already", key.value);
            sink.error(key.line, "P05", what, "choose another name");
            continue;
        }
        named(&key, sink, || {
            numbers.push(At { line: key.line, value: (key.value.to_owned(), expression.to_owned()) });
        });
    }
    if numbers.len() > MAX_NAMES {
        sink.error(table.line(), "P05", format!("more than {MAX_NAMES} numbers"), "compute less, or split the trap");
    }
    numbers
}

fn sources(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Vec<At<Source>> {
    let tables = top.tables("source", "[[source]]", sink);
    if tables.is_empty() {
        sink.error(top.line(), "I24", "no source", "add a [[source]] with title, by, year and url");
    }
    if let Some(extra) = tables.get(MAX_SOURCES) {
        sink.error(
            extra.line(),
            "P05",
            format!("more than {MAX_SOURCES} sources"),
            "keep the ones that carry the claim",
        );
    }
    tables.iter().filter_map(|table| source(table, sink)).collect()
}

fn source(table: &Table<'_, '_>, sink: &mut Sink<'_>) -> Option<At<Source>> {
    table.only(&["title", "by", "year", "url"], sink);
    let text = "one line of text of at most 200 characters in quotes";
    let title = table.required("title", text, sink, |v| line(v, 200));
    let by = table.required("by", text, sink, |v| line(v, 200));
    let year = table.required("year", "a year from 1700 to 2200", sink, |v| {
        integer::<u16>(v).filter(|y| (1700..=2200).contains(y))
    });
    let url = table.required("url", "an address that begins with https://, at most 300 characters", sink, address);
    let source = Source { title: title?.value, by: by?.value, year: year?.value, url: url?.value };
    Some(At { line: table.line(), value: source })
}

/// `https://host/…`: ASCII that can stand in a link as it is.
fn address(value: &Value<'_>) -> Option<String> {
    let text = value.as_str()?;
    let rest = text.strip_prefix("https://")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\\' | b'`'));
    let named = host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    (plain && named && text.len() <= 300).then(|| text.to_owned())
}

fn waivers(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Vec<Waiver> {
    top.tables("waive", "[[waive]]", sink).iter().filter_map(|table| waiver(table, sink)).collect()
}

fn waiver(table: &Table<'_, '_>, sink: &mut Sink<'_>) -> Option<Waiver> {
    table.only(&["rule", "reason", "until"], sink);
    let rule = table.required("rule", "a rule such as \"I08\"", sink, |v| v.as_str().map(str::to_owned));
    let reason =
        table.required("reason", "one line of text of at most 300 characters in quotes", sink, |v| line(v, 300));
    let until = table.required("until", "a date such as 2027-06-30, without quotes", sink, date);
    let (rule, _, until) = (rule?, reason?, until?);
    if !RULES.contains(&rule.value.as_str()) {
        let mend = nearest(&rule.value, RULES);
        sink.error(rule.line, "P15", format!("there is no rule '{}' to waive", rule.value), mend);
        return None;
    }
    Some(Waiver { rule: rule.value, until: until.value })
}

/// Whether a word can name a misconception.
pub(super) fn is_misconception(text: &str) -> bool {
    is_slug(text, 60)
}
