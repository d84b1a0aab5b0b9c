//! The tables of `[figure]`, read key by key.

use super::{Axis, Grid, Limit, Pile, Point, Shape, Sketch, Span, TextId, ValueId, Words};
use crate::bank::report::Sink;
use crate::bank::table::{At, Table, Value};
use crate::core::figure::{Direction, Mark, Scale};

// In characters, with the numbers filled in.
const TITLE: usize = 60;
const ALT: usize = 400;
const UNIT: usize = 12;
const LABEL: usize = 24;
const AXIS: usize = 40;
const CELL: usize = 12;
/// The longest expression, and the longest text before it is filled in.
const MAX_EXPRESSION: usize = 500;
const MAX_SOURCE: usize = 2_000;

const KINDS: &str = "\"bars\", \"stack\", \"curve\", \"grid\" or \"timeline\"";
const EXPRESSION: &str = "an expression of at most 500 characters in quotes";

/// Reads `[figure]` where there is one. None also where something is wrong with it, which is reported.
pub(in crate::bank) fn read(top: &Table<'_, '_>, sink: &mut Sink<'_>) -> Option<Sketch> {
    let table = top.table("figure", "[figure]", sink)?;
    let kind = table.required("kind", KINDS, sink, |v| {
        v.as_str().filter(|k| ["bars", "stack", "curve", "grid", "timeline"].contains(k)).map(str::to_owned)
    })?;
    let mut reader = Reader { sink, expressions: Vec::new(), texts: Vec::new() };
    let title = reader.text(&table, "title", "the figure's title", TITLE);
    let alt = reader.text(&table, "alt", "the figure's alt text", ALT);
    let (keys, shape): (&[&str], _) = match kind.value.as_str() {
        "bars" => (&["unit", "scale", "bar", "limit"], reader.bars(&table)),
        "stack" => (&["unit", "bar", "limit"], reader.stack(&table)),
        "curve" => (&["x", "y", "curve", "point", "limit"], reader.curve(&table)),
        "grid" => (&["grid"], reader.grid(&table)),
        _ => (&["unit", "lane"], reader.timeline(&table)),
    };
    let unit = if keys.contains(&"unit") { reader.optional_text(&table, "unit", "the unit", UNIT) } else { None };
    table.only(&[&["kind", "title", "alt"], keys].concat(), reader.sink);
    let Reader { expressions, texts, .. } = reader;
    Some(Sketch { line: table.line(), expressions, texts, title: title?, alt: alt?, unit, shape: shape? })
}

struct Reader<'s, 'f> {
    sink: &'s mut Sink<'f>,
    expressions: Vec<At<String>>,
    texts: Vec<At<Words>>,
}

impl Reader<'_, '_> {
    fn bars(&mut self, table: &Table<'_, '_>) -> Option<Shape> {
        let scale = self.scale(table);
        let bars = self.several(table, "bar", "[[figure.bar]]", 2..=8, |reader, bar| {
            bar.only(&["label", "value", "mark"], reader.sink);
            let label = reader.text(bar, "label", "the label", LABEL);
            let value = reader.value(bar, "value");
            let mark = reader.mark(bar);
            Some((label?, value?, mark))
        });
        let limits = self.limits(table);
        Some(Shape::Bars { scale, bars: bars?, limits: limits? })
    }

    fn stack(&mut self, table: &Table<'_, '_>) -> Option<Shape> {
        let bars = self.several(table, "bar", "[[figure.bar]]", 1..=6, |reader, bar| {
            bar.only(&["label", "parts", "mark"], reader.sink);
            let label = reader.text(bar, "label", "the label", LABEL);
            let parts = reader.several(bar, "parts", "parts = [ { label, value }, … ]", 1..=6, |reader, part| {
                part.only(&["label", "value"], reader.sink);
                let label = reader.text(part, "label", "the label", LABEL);
                let value = reader.value(part, "value");
                Some((label?, value?))
            });
            let mark = reader.mark(bar);
            Some(Pile { label: label?, parts: parts?, mark })
        });
        let limits = self.limits(table);
        Some(Shape::Stack { bars: bars?, limits: limits? })
    }

    fn curve(&mut self, table: &Table<'_, '_>) -> Option<Shape> {
        let x = self.axis(table, "x", "[figure.x]", true);
        let y = self.axis(table, "y", "[figure.y]", false);
        let curves = self.several(table, "curve", "[[figure.curve]]", 1..=4, |reader, curve| {
            curve.only(&["label", "y"], reader.sink);
            let label = reader.text(curve, "label", "the label", LABEL);
            let y = reader.value(curve, "y");
            Some((label?, y?))
        });
        let points = self.several(table, "point", "[[figure.point]]", 0..=6, |reader, point| {
            point.only(&["label", "x", "y", "mark"], reader.sink);
            let label = reader.text(point, "label", "the label", LABEL);
            let (x, y) = (reader.value(point, "x"), reader.value(point, "y"));
            let mark = reader.mark(point);
            Some(Point { label: label?, x: x?, y: y?, mark })
        });
        let limits = self.limits(table);
        Some(Shape::Curve { x: x?, y: y?, curves: curves?, points: points?, limits: limits? })
    }

    fn axis(&mut self, table: &Table<'_, '_>, key: &'static str, name: &'static str, ends: bool) -> Option<Axis> {
        let Some(axis) = table.table(key, name, self.sink) else {
            self.missing(table, name);
            return None;
        };
        axis.only(&["label", "from", "to", "scale"], self.sink);
        let label = self.text(&axis, "label", "the axis' label", AXIS);
        let scale = self.scale(&axis);
        let mut end = |key| if ends { self.value(&axis, key) } else { self.optional_value(&axis, key) };
        let (from, to) = (end("from"), end("to"));
        Some(Axis { label: label?, scale, from, to })
    }

    fn grid(&mut self, table: &Table<'_, '_>) -> Option<Shape> {
        let Some(grid) = table.table("grid", "[figure.grid]", self.sink) else {
            self.missing(table, "[figure.grid]");
            return None;
        };
        let keys = ["rows", "columns", "value", "row_label", "column_label", "row_labels", "column_labels", "show"];
        grid.only(&keys, self.sink);
        let (rows, columns) = (self.value(&grid, "rows"), self.value(&grid, "columns"));
        let value = self.value(&grid, "value");
        let row_label = self.optional_text(&grid, "row_label", "the rows' label", LABEL);
        let column_label = self.optional_text(&grid, "column_label", "the columns' label", LABEL);
        let row_labels = self.labels(&grid, "row_labels");
        let column_labels = self.labels(&grid, "column_labels");
        let show = grid.optional("show", "true or false, without quotes", self.sink, Value::as_bool);
        Some(Shape::Grid(Box::new(Grid {
            rows: rows?,
            columns: columns?,
            value: value?,
            row_label,
            column_label,
            row_labels,
            column_labels,
            show: show.is_some_and(|show| show.value),
        })))
    }

    fn timeline(&mut self, table: &Table<'_, '_>) -> Option<Shape> {
        let lanes = self.several(table, "lane", "[[figure.lane]]", 1..=8, |reader, lane| {
            lane.only(&["label", "spans"], reader.sink);
            let label = reader.text(lane, "label", "the label", LABEL);
            let spans =
                reader.several(lane, "spans", "spans = [ { label, from, to }, … ]", 1..=12, |reader, span| {
                    span.only(&["label", "from", "to"], reader.sink);
                    let label = reader.text(span, "label", "the label", LABEL);
                    let (from, to) = (reader.value(span, "from"), reader.value(span, "to"));
                    Some(Span { label: label?, from: from?, to: to? })
                });
            Some((label?, spans?))
        });
        Some(Shape::Timeline { lanes: lanes? })
    }

    fn limits(&mut self, table: &Table<'_, '_>) -> Option<Vec<Limit>> {
        self.several(table, "limit", "[[figure.limit]]", 0..=2, |reader, limit| {
            limit.only(&["label", "value", "axis"], reader.sink);
            let label = reader.text(limit, "label", "the label", LABEL);
            let value = reader.value(limit, "value");
            let axis = limit.optional("axis", "\"x\" or \"y\"", reader.sink, |v| match v.as_str()? {
                "x" => Some(Direction::X),
                "y" => Some(Direction::Y),
                _ => None,
            });
            Some(Limit { label: label?, value: value?, axis: axis.map_or(Direction::Y, |axis| axis.value) })
        })
    }

    /// Every table of a list, whose length is bounded. None where one of them, or their number, is wrong.
    fn several<T>(
        &mut self,
        table: &Table<'_, '_>,
        key: &'static str,
        name: &'static str,
        bounds: std::ops::RangeInclusive<usize>,
        mut one: impl FnMut(&mut Self, &Table<'_, '_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let tables = table.tables(key, name, self.sink);
        if !bounds.contains(&tables.len()) {
            let (least, most) = bounds.into_inner();
            let line = tables.get(most).map_or(table.line(), Table::line);
            let what = format!("{} times {name} in one figure", tables.len());
            self.sink.error(line, "P16", what, format!("give {least} to {most}"));
            return None;
        }
        let made: Vec<Option<T>> = tables.iter().map(|table| one(self, table)).collect();
        made.into_iter().collect()
    }

    fn missing(&mut self, table: &Table<'_, '_>, name: &str) {
        self.sink.error(table.line(), "I01", format!("the figure lacks {name}"), format!("add {name}"));
    }

    fn value(&mut self, table: &Table<'_, '_>, key: &str) -> Option<ValueId> {
        let read = table.required(key, EXPRESSION, self.sink, expression)?;
        Some(self.keep(read))
    }

    fn optional_value(&mut self, table: &Table<'_, '_>, key: &str) -> Option<ValueId> {
        let read = table.optional(key, EXPRESSION, self.sink, expression)?;
        Some(self.keep(read))
    }

    fn keep(&mut self, expression: At<String>) -> ValueId {
        self.expressions.push(expression);
        ValueId(self.expressions.len() - 1)
    }

    fn text(&mut self, table: &Table<'_, '_>, key: &str, what: &'static str, max: usize) -> Option<TextId> {
        let read = table.required(key, format_args!("text of at most {max} characters in quotes"), self.sink, words)?;
        Some(self.keep_text(read, what, max))
    }

    fn optional_text(&mut self, table: &Table<'_, '_>, key: &str, what: &'static str, max: usize) -> Option<TextId> {
        let read = table.optional(key, format_args!("text of at most {max} characters in quotes"), self.sink, words)?;
        Some(self.keep_text(read, what, max))
    }

    /// The labels of rows or columns.
    fn labels(&mut self, table: &Table<'_, '_>, key: &'static str) -> Vec<TextId> {
        let what = "a list of texts of at most 12 characters";
        let read = table.optional(key, what, self.sink, |v| {
            v.as_list()?.iter().map(|item| words(&item.value)).collect::<Option<Vec<_>>>()
        });
        let Some(At { line, value }) = read else { return Vec::new() };
        value.into_iter().map(|source| self.keep_text(At { line, value: source }, "the label", CELL)).collect()
    }

    fn keep_text(&mut self, source: At<String>, what: &'static str, max: usize) -> TextId {
        self.texts.push(At { line: source.line, value: Words { source: source.value, what, max } });
        TextId(self.texts.len() - 1)
    }

    fn scale(&mut self, table: &Table<'_, '_>) -> Scale {
        let scale = table.optional("scale", "\"linear\" or \"log\"", self.sink, |v| match v.as_str()? {
            "linear" => Some(Scale::Linear),
            "log" => Some(Scale::Log),
            _ => None,
        });
        scale.map_or(Scale::Linear, |scale| scale.value)
    }

    fn mark(&mut self, table: &Table<'_, '_>) -> Option<Mark> {
        let mark = table.optional("mark", "\"right\" or \"bait\"", self.sink, |v| match v.as_str()? {
            "right" => Some(Mark::Right),
            "bait" => Some(Mark::Bait),
            _ => None,
        });
        mark.map(|mark| mark.value)
    }
}

fn expression(value: &Value<'_>) -> Option<String> {
    value.as_str().filter(|e| e.len() <= MAX_EXPRESSION).map(str::to_owned)
}

fn words(value: &Value<'_>) -> Option<String> {
    value.as_str().filter(|text| text.len() <= MAX_SOURCE).map(str::to_owned)
}
