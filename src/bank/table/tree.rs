//! TOML as a tree in which every key and value knows its line.

use std::borrow::Cow;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Lines, plain};

/// A table's keys with their values, in the order of the file.
#[derive(Debug, Default, PartialEq)]
pub(in crate::bank) struct Tree<'t>(pub(super) Vec<Entry<'t>>);

#[derive(Debug, PartialEq)]
pub(super) struct Entry<'t> {
    pub(super) key: Cow<'t, str>,
    /// The lines on which the key and the value begin.
    pub(super) key_line: usize,
    pub(super) line: usize,
    pub(super) value: Value<'t>,
}

/// A value. What TOML has and no bank needs is there without its content: numbers that no double or 64 bits hold, times of day.
#[derive(Debug, PartialEq)]
pub(in crate::bank) enum Value<'t> {
    Text(Cow<'t, str>),
    Whole(Option<i64>),
    Real(Option<f64>),
    Truth(bool),
    Date(Option<NaiveDate>),
    List(Vec<Item<'t>>),
    Table(Tree<'t>),
}

/// A value of a list, with the line on which it begins.
#[derive(Debug, PartialEq)]
pub(in crate::bank) struct Item<'t> {
    pub(super) line: usize,
    pub(in crate::bank) value: Value<'t>,
}

impl<'t> Value<'t> {
    pub(in crate::bank) fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(in crate::bank) fn as_list(&self) -> Option<&[Item<'t>]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub(in crate::bank) fn as_bool(&self) -> Option<bool> {
        if let Self::Truth(truth) = self { Some(*truth) } else { None }
    }

    pub(super) fn as_table(&self) -> Option<&Tree<'t>> {
        if let Self::Table(tree) = self { Some(tree) } else { None }
    }
}

/// Why a text is not TOML, and on which line.
#[derive(Debug)]
pub(in crate::bank) struct NotToml {
    pub(in crate::bank) line: usize,
    pub(in crate::bank) why: String,
}

impl<'t> Tree<'t> {
    /// Reads a piece of a file; `first` is the line of the file on which it begins.
    pub(in crate::bank) fn read(text: &'t str, first: usize) -> Result<Self, NotToml> {
        plain::read(text, first).map_or_else(|| Self::parsed(text, first), Ok)
    }

    /// By the parser that knows all of TOML.
    pub(super) fn parsed(text: &'t str, first: usize) -> Result<Self, NotToml> {
        let lines = Lines::new(text, first);
        match DeTable::parse(text) {
            Ok(table) => Ok(Self::of(table.into_inner(), &lines)),
            Err(error) => Err(NotToml {
                line: error.span().map_or(first, |span| lines.of(span.start)),
                why: error.message().lines().next().unwrap_or("not TOML").to_owned(),
            }),
        }
    }

    fn of(table: DeTable<'t>, lines: &Lines) -> Self {
        let mut entries: Vec<_> = table.into_iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (Spanned<_>, Spanned<_>)| Entry {
            key_line: lines.of(key.span().start),
            line: lines.of(value.span().start),
            key: key.into_inner(),
            value: Value::of(value.into_inner(), lines),
        };
        Self(entries.into_iter().map(entry).collect())
    }
}

impl<'t> Value<'t> {
    fn of(value: DeValue<'t>, lines: &Lines) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text),
            DeValue::Integer(whole) => Self::Whole(i64::from_str_radix(whole.as_str(), whole.radix()).ok()),
            DeValue::Float(real) => Self::Real(real.as_str().parse().ok()),
            DeValue::Boolean(truth) => Self::Truth(truth),
            DeValue::Datetime(datetime) => {
                let date = datetime.date.filter(|_| datetime.time.is_none() && datetime.offset.is_none());
                let day = |date: toml::value::Date| {
                    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
                };
                Self::Date(date.and_then(day))
            }
            DeValue::Array(items) => {
                let item = |item: Spanned<_>| Item {
                    line: lines.of(item.span().start),
                    value: Self::of(item.into_inner(), lines),
                };
                Self::List(items.into_iter().map(item).collect())
            }
            DeValue::Table(table) => Self::Table(Tree::of(table, lines)),
        }
    }
}
