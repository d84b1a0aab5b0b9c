//! `[figure]`: a picture described by expressions and texts, drawn again for every variant.

use super::compile::{Placed, formula, untemplated};
use super::make::Note;
use super::numbers::{Engine, Formula, Text};
use super::report::Sink;
use super::table::At;
use crate::core::figure::{Direction, Mark, Scale};

mod draw;
mod read;

pub(super) use read::read;

/// What a figure is made of, as it stands in the file. Its expressions and texts are kept in two lists, so that they
/// are compiled without regard to where they belong.
#[derive(Debug)]
pub(super) struct Sketch {
    line: usize,
    expressions: Vec<At<String>>,
    texts: Vec<At<Words>>,
    title: TextId,
    alt: TextId,
    unit: Option<TextId>,
    shape: Shape,
}

/// A text before it is filled in, what a message calls it, and how many characters it may have then.
#[derive(Debug)]
struct Words {
    source: String,
    what: &'static str,
    max: usize,
}

/// Places in the lists of a [`Sketch`].
#[derive(Debug, Clone, Copy)]
struct ValueId(usize);
#[derive(Debug, Clone, Copy)]
struct TextId(usize);

#[derive(Debug)]
enum Shape {
    Bars { scale: Scale, bars: Vec<(TextId, ValueId, Option<Mark>)>, limits: Vec<Limit> },
    Stack { bars: Vec<Pile>, limits: Vec<Limit> },
    Curve { x: Axis, y: Axis, curves: Vec<(TextId, ValueId)>, points: Vec<Point>, limits: Vec<Limit> },
    Grid(Box<Grid>),
    Timeline { lanes: Vec<(TextId, Vec<Span>)> },
}

#[derive(Debug)]
struct Pile {
    label: TextId,
    parts: Vec<(TextId, ValueId)>,
    mark: Option<Mark>,
}

#[derive(Debug)]
struct Limit {
    label: TextId,
    value: ValueId,
    axis: Direction,
}

#[derive(Debug)]
struct Axis {
    label: TextId,
    scale: Scale,
    from: Option<ValueId>,
    to: Option<ValueId>,
}

#[derive(Debug)]
struct Point {
    label: TextId,
    x: ValueId,
    y: ValueId,
    mark: Option<Mark>,
}

#[derive(Debug)]
struct Grid {
    rows: ValueId,
    columns: ValueId,
    value: ValueId,
    row_label: Option<TextId>,
    column_label: Option<TextId>,
    row_labels: Vec<TextId>,
    column_labels: Vec<TextId>,
    show: bool,
}

#[derive(Debug)]
struct Span {
    label: TextId,
    from: ValueId,
    to: ValueId,
}

/// Names that an expression of a curve or of a grid may use besides the trap's; they hide the trap's own.
const X: [&str; 1] = ["x"];
const CELL: [&str; 2] = ["row", "column"];

impl Sketch {
    /// Its texts, with the lines that they stand on.
    pub(super) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.texts.iter().map(|text| (text.line, text.value.source.as_str()))
    }

    /// Reports everything that can't be compiled.
    pub(super) fn compile<'e>(&'e self, engine: &'e Engine, sink: &mut Sink<'_>) -> Option<Compiled<'e>> {
        let values: Vec<_> = self
            .expressions
            .iter()
            .map(|e| formula(e.line, "an expression of the figure", &e.value, engine, sink))
            .collect();
        let mut text = |words: &'e At<Words>| match engine.text(&words.value.source) {
            Ok(value) => Some(Placed { line: words.line, value }),
            Err(trouble) => {
                untemplated(words.line, &trouble, Note::NONE, sink);
                None
            }
        };
        let texts: Vec<_> = self.texts.iter().map(&mut text).collect();
        Some(Compiled {
            sketch: self,
            values: values.into_iter().collect::<Option<_>>()?,
            texts: texts.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// A figure ready to be drawn with one set of numbers after another.
pub(super) struct Compiled<'e> {
    sketch: &'e Sketch,
    values: Vec<Placed<Formula<'e>>>,
    texts: Vec<Placed<Text<'e>>>,
}
