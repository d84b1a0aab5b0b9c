//! A figure with one variant's numbers: evaluated, and refused where it can't be drawn.

use super::{Axis, CELL, Compiled, Grid, Limit, Pile, Point, Shape, Span, TextId, ValueId, X};
use crate::bank::compile::{uncomputed, untemplated};
use crate::bank::make::{Note, Purpose};
use crate::bank::report::Sink;
use crate::bank::scope::Scope;
use crate::core::figure::{self, Chart, Direction, Figure, MAX_COLOURS, Scale, drawable};
use crate::core::number::six_digits;

/// How often a curve is looked at from one end of its axis to the other.
const SAMPLES: usize = 121;
/// Rows and columns of a grid.
const MAX_SIDE: f64 = 16.0;
/// Beyond this, and below its reciprocal, nothing is drawn.
const HUGE: f64 = 1e100;

impl Compiled<'_> {
    /// The figure of one variant; curves that are only to be checked end where it is clear that they can be drawn. Reports each thing that
    /// is wrong, once for each line, since variants share it.
    pub(in crate::bank) fn draw(
        &self,
        scope: &Scope<'_>,
        purpose: Purpose,
        note: Note<'_>,
        sink: &mut Sink<'_>,
    ) -> Option<Figure> {
        let before = sink.len();
        let mut pen = Pen { figure: self, scope, purpose, note, sink };
        let sketch = self.sketch;
        let title = pen.text(sketch.title);
        let alt = pen.text(sketch.alt);
        let unit = sketch.unit.map_or_else(|| Some(String::new()), |unit| pen.text(unit));
        let chart = match &sketch.shape {
            Shape::Bars { scale, bars, limits } => pen.bars(*scale, bars, limits),
            Shape::Stack { bars, limits } => pen.stack(bars, limits),
            Shape::Curve { x, y, curves, points, limits } => pen.curve(x, y, curves, points, limits),
            Shape::Grid(grid) => pen.grid(grid),
            Shape::Timeline { lanes } => pen.timeline(lanes),
        };
        let figure = Figure { title: title?, alt: alt?, unit: unit?, chart: chart? };
        (sink.len() == before).then_some(figure)
    }
}

/// The words of a text with single blanks between them, as most texts are.
fn on_one_line(text: String) -> String {
    let mut before = ' ';
    let is_so = text.chars().all(|c| {
        let fits = if c == ' ' { before != ' ' } else { !c.is_whitespace() };
        before = c;
        fits
    });
    if is_so && before != ' ' { text } else { text.split_whitespace().collect::<Vec<_>>().join(" ") }
}

struct Pen<'p, 's, 'f> {
    figure: &'p Compiled<'p>,
    scope: &'p Scope<'p>,
    purpose: Purpose,
    note: Note<'p>,
    sink: &'s mut Sink<'f>,
}

impl Pen<'_, '_, '_> {
    fn bars(
        &mut self,
        scale: Scale,
        bars: &[(TextId, ValueId, Option<figure::Mark>)],
        limits: &[Limit],
    ) -> Option<Chart> {
        let made: Vec<Option<figure::Bar>> = bars
            .iter()
            .map(|(label, value, mark)| {
                let (label, value) = (self.text(*label), self.on(scale, *value));
                Some(figure::Bar { label: label?, value: value?, mark: *mark })
            })
            .collect();
        let limits = self.limits(limits, (scale, Scale::Linear), None);
        let bars: Vec<_> = made.into_iter().collect::<Option<_>>()?;
        if bars.iter().all(|bar| bar.value == 0.0) {
            self.refuse(self.figure.sketch.line, "every bar is 0", "draw what differs");
        }
        Some(Chart::Bars(figure::Bars { scale, bars, limits: limits? }))
    }

    fn stack(&mut self, bars: &[Pile], limits: &[Limit]) -> Option<Chart> {
        let made: Vec<Option<figure::Pile>> = bars
            .iter()
            .map(|pile| {
                let label = self.text(pile.label);
                let parts: Vec<Option<figure::Part>> = pile
                    .parts
                    .iter()
                    .map(|(label, value)| {
                        let (label, value) = (self.text(*label), self.not_negative(*value));
                        Some(figure::Part { label: label?, value: value? })
                    })
                    .collect();
                let parts = parts.into_iter().collect::<Option<_>>()?;
                Some(figure::Pile { label: label?, parts, mark: pile.mark })
            })
            .collect();
        let limits = self.limits(limits, (Scale::Linear, Scale::Linear), None);
        let bars: Vec<_> = made.into_iter().collect::<Option<_>>()?;
        let parts = || bars.iter().flat_map(|bar| &bar.parts);
        if parts().all(|part| part.value == 0.0) {
            self.refuse(self.figure.sketch.line, "every part is 0", "draw what differs");
        }
        self.few_colours(parts().map(|part| part.label.as_str()));
        Some(Chart::Stack(figure::Stack { bars, limits: limits? }))
    }

    fn curve(
        &mut self,
        x: &Axis,
        y: &Axis,
        curves: &[(TextId, ValueId)],
        points: &[Point],
        limits: &[Limit],
    ) -> Option<Chart> {
        let scales = (y.scale, x.scale);
        let (x, y) = (self.axis(x), self.axis(y));
        let (x, y) = (x?, y?);
        let (from, to) = (x.from?, x.to?);
        let lines: Vec<Option<figure::Line>> = curves
            .iter()
            .map(|(label, formula)| {
                let (label, runs) = (self.text(*label), self.sampled(*formula, (from, to), scales));
                Some(figure::Line { label: label?, runs: runs? })
            })
            .collect();
        let points: Vec<Option<figure::Point>> = points.iter().map(|point| self.point(point, &x, &y)).collect();
        let limits = self.limits(limits, scales, Some((&x, &y)));
        Some(Chart::Curve(figure::Plot {
            x,
            y,
            curves: lines.into_iter().collect::<Option<_>>()?,
            points: points.into_iter().collect::<Option<_>>()?,
            limits: limits?,
        }))
    }

    fn axis(&mut self, axis: &Axis) -> Option<figure::Axis> {
        let label = self.text(axis.label);
        let mut end = |id: Option<ValueId>| id.map(|id| self.on(axis.scale, id));
        let (from, to) = (end(axis.from), end(axis.to));
        // An end that is there and has no value has been reported.
        let (from, to) = (from.map_or(Some(None), |v| v.map(Some))?, to.map_or(Some(None), |v| v.map(Some))?);
        if let (Some(low), Some(high), Some(id)) = (from, to, axis.to)
            && high - low <= 1e-9 * low.abs().max(high.abs())
        {
            let what = format!("the axis ends at {high}, not above {low} where it begins");
            self.refuse(self.line(id), &what, "let 'to' be greater than 'from'");
            return None;
        }
        Some(figure::Axis { label: label?, scale: axis.scale, from, to })
    }

    fn point(&mut self, point: &Point, x: &figure::Axis, y: &figure::Axis) -> Option<figure::Point> {
        let label = self.text(point.label);
        let at = (self.on(x.scale, point.x), self.on(y.scale, point.y));
        let at = (self.within(x, point.x, at.0?), self.within(y, point.y, at.1?));
        Some(figure::Point { label: label?, x: at.0?, y: at.1?, mark: point.mark })
    }

    /// The runs of points of a curve; where it has no value on the scale of `y`, it is interrupted.
    fn sampled(&mut self, id: ValueId, (from, to): (f64, f64), (y, x): (Scale, Scale)) -> Option<Vec<Vec<(f64, f64)>>> {
        let placed = &self.figure.values[id.0];
        let mut scope = self.scope.within(&X);
        let mut runs = vec![Vec::new()];
        let mut trouble = None;
        for step in 0..SAMPLES {
            let at = match step as f64 / (SAMPLES - 1) as f64 {
                0.0 => from,
                1.0 => to,
                share if x == Scale::Log => from * (to / from).powf(share),
                share => from + (to - from) * share,
            };
            scope.set(0, at);
            match placed.value.value(&scope) {
                Ok(value) if value.abs() < HUGE && (y == Scale::Linear || value > 1.0 / HUGE) => {
                    let run = runs.last_mut().expect("there is a run from the start");
                    run.push((six_digits(at), six_digits(value)));
                    if self.purpose == Purpose::Checking && run.len() > 1 && placed.value.is_plain() {
                        break;
                    }
                }
                Ok(_) => runs.push(Vec::new()),
                Err(found) if found.unknown.is_some() => {
                    uncomputed(placed.line, "a curve", &found, self.note, self.sink);
                    return None;
                }
                Err(found) => {
                    trouble.get_or_insert(found.what);
                    runs.push(Vec::new());
                }
            }
        }
        runs.retain(|run| run.len() > 1);
        if runs.is_empty() {
            let why = trouble.unwrap_or_else(|| "a logarithmic scale has no place for what is not positive".to_owned());
            self.refuse(placed.line, &format!("the curve has no points: {why}"), "correct the expression or the axes");
            return None;
        }
        Some(runs)
    }

    fn grid(&mut self, grid: &Grid) -> Option<Chart> {
        let (rows, columns) = (self.side(grid.rows), self.side(grid.columns));
        let row_labels = self.labels(&grid.row_labels, rows);
        let column_labels = self.labels(&grid.column_labels, columns);
        let mut name = |id: Option<TextId>| id.map_or_else(|| Some(String::new()), |id| self.text(id));
        let (row_label, column_label) = (name(grid.row_label), name(grid.column_label));
        let (rows, columns) = (rows?, columns?);
        let mut scope = self.scope.within(&CELL);
        let mut cells = vec![vec![0.0; columns]; rows];
        for (row, line) in cells.iter_mut().enumerate() {
            scope.set(0, row as f64);
            for (column, cell) in line.iter_mut().enumerate() {
                scope.set(1, column as f64);
                *cell = six_digits(self.value_in(&scope, grid.value)?);
            }
        }
        Some(Chart::Grid(figure::Grid {
            row_label: row_label?,
            column_label: column_label?,
            row_labels: row_labels?,
            column_labels: column_labels?,
            cells,
            show: grid.show,
        }))
    }

    /// How many rows or columns.
    fn side(&mut self, id: ValueId) -> Option<usize> {
        let count = self.value(id)?;
        if count.fract() == 0.0 && (1.0..=MAX_SIDE).contains(&count) {
            return Some(count as usize);
        }
        self.refuse(self.line(id), &format!("{count} rows or columns"), "give a whole number from 1 to 16");
        None
    }

    fn labels(&mut self, ids: &[TextId], count: Option<usize>) -> Option<Vec<String>> {
        let labels: Vec<Option<String>> = ids.iter().map(|id| self.text(*id)).collect();
        if let (Some(first), Some(count)) = (ids.first(), count)
            && ids.len() != count
        {
            let what = format!("{} labels for {count} rows or columns", ids.len());
            self.refuse(self.figure.texts[first.0].line, &what, "give one for each");
        }
        labels.into_iter().collect()
    }

    fn timeline(&mut self, lanes: &[(TextId, Vec<Span>)]) -> Option<Chart> {
        let made: Vec<Option<figure::Lane>> = lanes
            .iter()
            .map(|(label, spans)| {
                let (label, spans) = (self.text(*label), self.spans(spans));
                Some(figure::Lane { label: label?, spans: spans? })
            })
            .collect();
        let lanes: Vec<figure::Lane> = made.into_iter().collect::<Option<_>>()?;
        let spans = || lanes.iter().flat_map(|lane| &lane.spans);
        if spans().all(|span| span.from == span.to) {
            self.refuse(self.figure.sketch.line, "no span takes any time", "draw what takes time");
        }
        self.few_colours(spans().map(|span| span.label.as_str()));
        Some(Chart::Timeline(figure::Timeline { lanes }))
    }

    fn spans(&mut self, spans: &[Span]) -> Option<Vec<figure::Span>> {
        let mut made: Vec<figure::Span> = Vec::new();
        for span in spans {
            let (label, from, to) = (self.text(span.label), self.value(span.from), self.value(span.to));
            let (label, from, to) = (label?, from?, to?);
            let slack = 1e-9 * from.abs().max(to.abs());
            if to < from - slack {
                self.refuse(self.line(span.to), &format!("a span ends at {to}, before {from}"), "swap its ends");
            } else if let Some(before) = made.last().filter(|before| from < before.to - slack) {
                let what = format!("a span begins at {from}, before the one before it ends at {}", before.to);
                self.refuse(self.line(span.from), &what, "give them in order, or another lane");
            }
            made.push(figure::Span { label, from, to: to.max(from) });
        }
        Some(made)
    }

    fn limits(
        &mut self,
        limits: &[Limit],
        (y, x): (Scale, Scale),
        axes: Option<(&figure::Axis, &figure::Axis)>,
    ) -> Option<Vec<figure::Limit>> {
        let made: Vec<Option<figure::Limit>> = limits
            .iter()
            .map(|limit| {
                let scale = if limit.axis == Direction::X && axes.is_some() { x } else { y };
                let (label, value) = (self.text(limit.label), self.on(scale, limit.value)?);
                let axis = axes.map(|(x, y)| if limit.axis == Direction::X { x } else { y });
                let value = axis.map_or(Some(value), |axis| self.within(axis, limit.value, value));
                Some(figure::Limit { label: label?, value: value?, axis: limit.axis })
            })
            .collect();
        made.into_iter().collect()
    }

    fn few_colours<'t>(&mut self, labels: impl Iterator<Item = &'t str>) {
        let mut seen: Vec<&str> = Vec::new();
        for label in labels {
            if !seen.contains(&label) {
                seen.push(label);
            }
        }
        if seen.len() > MAX_COLOURS {
            let what = format!("{} different labels, each with a colour of its own", seen.len());
            self.refuse(self.figure.sketch.line, &what, "let at most 8 differ");
        }
    }

    fn value(&mut self, id: ValueId) -> Option<f64> {
        self.value_in(self.scope, id)
    }

    fn value_in(&mut self, scope: &Scope<'_>, id: ValueId) -> Option<f64> {
        let placed = &self.figure.values[id.0];
        match placed.value.value(scope) {
            Ok(value) if value.abs() < HUGE => Some(value),
            Ok(value) => {
                self.refuse(placed.line, &format!("{value} is too much for a picture"), "draw it in another unit");
                None
            }
            Err(trouble) => {
                uncomputed(placed.line, "a value of the figure", &trouble, self.note, self.sink);
                None
            }
        }
    }

    /// A value that has a place on the scale.
    fn on(&mut self, scale: Scale, id: ValueId) -> Option<f64> {
        let value = self.value(id)?;
        if scale == Scale::Log && value <= 1.0 / HUGE {
            let what = format!("{value} has no place on a logarithmic scale");
            self.refuse(self.line(id), &what, "use a linear scale, or a positive value");
            return None;
        }
        Some(value)
    }

    fn not_negative(&mut self, id: ValueId) -> Option<f64> {
        let value = self.value(id)?;
        if value < 0.0 {
            self.refuse(self.line(id), &format!("a part of a stack is {value}"), "stack what is at least 0");
            return None;
        }
        Some(value)
    }

    /// A value that the axis reaches.
    fn within(&mut self, axis: &figure::Axis, id: ValueId, value: f64) -> Option<f64> {
        let slack = 1e-9 * value.abs();
        if axis.from.is_none_or(|from| value >= from - slack) && axis.to.is_none_or(|to| value <= to + slack) {
            return Some(value);
        }
        self.refuse(self.line(id), &format!("{value} lies off the axis '{}'", axis.label), "widen the axis");
        None
    }

    /// A text, filled in: on one line, neither empty nor too long, and of characters that a picture can show.
    fn text(&mut self, id: TextId) -> Option<String> {
        let placed = &self.figure.texts[id.0];
        let words = &self.figure.sketch.texts[id.0].value;
        let filled = match placed.value.render(self.scope) {
            Ok(filled) => filled,
            Err(trouble) => {
                untemplated(placed.line, &trouble, self.note, self.sink);
                return None;
            }
        };
        let text = on_one_line(filled);
        let length = text.chars().count();
        if text.is_empty() {
            self.refuse(placed.line, &format!("{} is empty", words.what), "say what is to be seen");
        } else if length > words.max && !self.sink.has(placed.line, "P11") {
            let what = format!("{} has {length} characters{}", words.what, self.note);
            self.sink.error(placed.line, "P11", what, format!("shorten it to {}", words.max));
        } else if let Some(strange) = text.chars().find(|c| !drawable(*c)) {
            self.refuse(placed.line, &format!("'{strange}' can't be drawn"), "write it with other characters");
        }
        Some(text)
    }

    fn line(&self, id: ValueId) -> usize {
        self.figure.values[id.0].line
    }

    fn refuse(&mut self, line: usize, what: &str, mend: &str) {
        if !self.sink.has(line, "P16") {
            self.sink.error(line, "P16", format!("{what}{}", self.note), mend);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::on_one_line;

    #[test]
    fn blanks_are_single_and_between_words() {
        for text in ["", " ", "a", " a", "a ", "a b", "a  b", "a\nb", "a\u{2009}b c", "a \n", "é × 2 "] {
            let expected = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(on_one_line(text.to_owned()), expected, "{text:?}");
        }
    }
}
