//! Reads TOML tables key by key, so that each complaint has its line.

use std::fmt;

use chrono::NaiveDate;

use super::report::{Sink, nearest};

mod plain;
mod tree;

pub(super) use tree::{NotToml, Tree, Value};

/// Something with the line that it stands on, counted from 1.
#[derive(Debug, Clone)]
pub(super) struct At<T> {
    pub(super) line: usize,
    pub(super) value: T,
}

/// Turns byte offsets of a piece of a file into lines of the file.
pub(super) struct Lines {
    starts: Vec<usize>,
    first: usize,
}

impl Lines {
    /// `first`: the line of the file on which `text` begins.
    pub(super) fn new(text: &str, first: usize) -> Self {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1)).collect();
        Self { starts, first }
    }

    pub(super) fn of(&self, offset: usize) -> usize {
        self.first + self.starts.partition_point(|start| *start <= offset) - 1
    }
}

/// A table that is being read.
pub(super) struct Table<'a, 't> {
    tree: &'a Tree<'t>,
    /// The line that a missing key is reported on.
    line: usize,
    /// As a message names it: `the front matter`, `[answer]`.
    name: &'static str,
}

impl<'a, 't> Table<'a, 't> {
    pub(super) fn new(tree: &'a Tree<'t>, line: usize, name: &'static str) -> Self {
        Self { tree, line, name }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Complains about each key that is not one of these.
    pub(super) fn only(&self, known: &[&str], sink: &mut Sink<'_>) {
        for (key, _) in self.entries().filter(|(key, _)| !known.contains(&key.value)) {
            let name = key.value;
            let mend = nearest(name, known.iter().copied());
            sink.error(key.line, "P04", format!("{} has no key '{name}'", self.name), mend);
        }
    }

    fn get(&self, key: &str) -> Option<(usize, &'a Value<'t>)> {
        self.tree.0.iter().find(|entry| entry.key == key).map(|entry| (entry.line, &entry.value))
    }

    /// A key that may be absent: read by `read`, or reported as not being `what`.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        what: impl fmt::Display + Copy,
        sink: &mut Sink<'_>,
        read: impl FnOnce(&Value<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        self.get(key).and_then(|found| checked(found, key, what, sink, read))
    }

    /// As [`Table::optional`], and reported where it is absent.
    pub(super) fn required<T>(
        &self,
        key: &str,
        what: impl fmt::Display + Copy,
        sink: &mut Sink<'_>,
        read: impl FnOnce(&Value<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        let found = self.get(key);
        if found.is_none() {
            sink.error(self.line, "I01", format!("{} lacks '{key}'", self.name), format!("add {key} = {what}"));
        }
        found.and_then(|found| checked(found, key, what, sink, read))
    }

    /// The table under a key.
    pub(super) fn table(&self, key: &str, name: &'static str, sink: &mut Sink<'_>) -> Option<Table<'a, 't>> {
        let (line, value) = self.get(key)?;
        match value.as_table() {
            Some(tree) => Some(Table { tree, line, name }),
            None => {
                sink.error(line, "P05", format!("'{key}' is not a table"), format!("write it as {name}"));
                None
            }
        }
    }

    /// The array of tables under a key; empty where it is absent.
    pub(super) fn tables(&self, key: &str, name: &'static str, sink: &mut Sink<'_>) -> Vec<Table<'a, 't>> {
        let Some((line, value)) = self.get(key) else { return Vec::new() };
        let tables = value.as_list().and_then(|items| {
            let table = |item: &'a tree::Item<'t>| Some(Table { tree: item.value.as_table()?, line: item.line, name });
            items.iter().map(table).collect::<Option<Vec<_>>>()
        });
        tables.unwrap_or_else(|| {
            sink.error(line, "P05", format!("'{key}' is not a list of tables"), format!("write it as {name}"));
            Vec::new()
        })
    }

    /// All keys with their values, in the order of the file.
    pub(super) fn entries(&self) -> impl Iterator<Item = (At<&'a str>, &'a Value<'t>)> {
        self.tree.0.iter().map(|entry| (At { line: entry.key_line, value: entry.key.as_ref() }, &entry.value))
    }
}

/// What a value is read as, or a complaint that it is not `what`.
fn checked<'t, T>(
    (line, value): (usize, &Value<'t>),
    key: &str,
    what: impl fmt::Display + Copy,
    sink: &mut Sink<'_>,
    read: impl FnOnce(&Value<'t>) -> Option<T>,
) -> Option<At<T>> {
    let read = read(value);
    if read.is_none() {
        sink.error(line, "P05", format!("'{key}' is not {what}"), format!("write it as {what}"));
    }
    read.map(|value| At { line, value })
}

/// One line of text, not blank, of at most `max` characters, without control characters.
pub(super) fn line(value: &Value<'_>, max: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let fits = !text.is_empty() && text.chars().count() <= max && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// Lower-case letters, digits and hyphens, at most `max` of them.
pub(super) fn slug(value: &Value<'_>, max: usize) -> Option<String> {
    value.as_str().filter(|text| is_slug(text, max)).map(str::to_owned)
}

pub(super) fn is_slug(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A whole number.
pub(super) fn integer<T: TryFrom<i64>>(value: &Value<'_>) -> Option<T> {
    if let Value::Whole(whole) = value { T::try_from((*whole)?).ok() } else { None }
}

/// A finite number, with or without a point.
pub(super) fn number(value: &Value<'_>) -> Option<f64> {
    let x = match value {
        Value::Real(real) => (*real)?,
        // Below 2^53 a double holds it exactly; beyond, to 16 digits.
        Value::Whole(whole) => (*whole)? as f64,
        _ => return None,
    };
    f64::is_finite(x).then_some(x)
}

/// A date without a time.
pub(super) fn date(value: &Value<'_>) -> Option<NaiveDate> {
    if let Value::Date(date) = value { *date } else { None }
}
