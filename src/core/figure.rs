//! The picture of a trap, as data: everything evaluated, so that it can be drawn from this alone.
//!
//! `bank` makes these and upholds the invariants: all numbers are finite, a value on a logarithmic scale is positive,
//! an axis of `x` is not empty, every text is short enough for its place and made of [`drawable`] characters.

use serde::{Deserialize, Serialize};

/// A picture with its words. Texts are plain, without markup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Printed above the chart.
    pub title: String,
    /// What the picture says, for somebody who can't see it.
    pub alt: String,
    /// Printed behind values, such as `GB`; may be empty.
    #[serde(default)]
    pub unit: String,
    #[serde(flatten)]
    pub chart: Chart,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Chart {
    /// Values side by side.
    Bars(Bars),
    /// Totals made of parts.
    Stack(Stack),
    /// Lines over an axis.
    Curve(Plot),
    /// A matrix, shaded by value.
    Grid(Grid),
    /// What happens when.
    Timeline(Timeline),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    #[default]
    Linear,
    Log,
}

/// What a bar or a point stands for; adapters colour it like the option of that role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    Right,
    Bait,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// A vertical line.
    X,
    /// A horizontal line.
    #[default]
    Y,
}

/// A reference line. Of bars and stacks it stands at a value, whatever its `axis`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    pub label: String,
    pub value: f64,
    #[serde(default)]
    pub axis: Direction,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bars {
    pub scale: Scale,
    pub bars: Vec<Bar>,
    pub limits: Vec<Limit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub label: String,
    pub value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    pub bars: Vec<Pile>,
    pub limits: Vec<Limit>,
}

/// One bar of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pile {
    pub label: String,
    pub parts: Vec<Part>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    pub label: String,
    /// Not negative.
    pub value: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Both ends are set.
    pub x: Axis,
    pub y: Axis,
    pub curves: Vec<Line>,
    pub points: Vec<Point>,
    pub limits: Vec<Limit>,
}

/// An end that is not set is fitted to the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    pub label: String,
    pub scale: Scale,
    pub from: Option<f64>,
    pub to: Option<f64>,
}

/// A curve, sampled: several runs of points where it is interrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub label: String,
    /// Each of at least two points, in ascending order of x.
    pub runs: Vec<Vec<(f64, f64)>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub label: String,
    pub x: f64,
    pub y: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Names of the axes; may be empty.
    pub row_label: String,
    pub column_label: String,
    /// One for each row, or none at all; likewise for columns.
    pub row_labels: Vec<String>,
    pub column_labels: Vec<String>,
    /// Row by row, all of one length.
    pub cells: Vec<Vec<f64>>,
    /// Whether cells print their values.
    pub show: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    pub lanes: Vec<Lane>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    pub label: String,
    /// In ascending order, without overlaps.
    pub spans: Vec<Span>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Span {
    pub label: String,
    pub from: f64,
    pub to: f64,
}

/// Different parts of a stack, or spans of a timeline, that can be told apart by colour.
pub const MAX_COLOURS: usize = 8;

/// Whether a picture can show a character: its own small typeface has it.
#[must_use]
pub fn drawable(c: char) -> bool {
    const RANGES: [(char, char); 36] = [
        (' ', '~'),
        ('\u{a0}', 'ÿ'),
        ('ı', 'ı'),
        ('Œ', 'œ'),
        ('Š', 'š'),
        ('Ŷ', 'Ÿ'),
        ('Ž', 'ž'),
        ('Α', 'Ρ'),
        ('Σ', 'Ω'),
        ('α', 'ω'),
        ('ϕ', 'ϕ'),
        ('ᵀ', 'ᵀ'),
        ('ᵢ', 'ᵢ'),
        ('\u{2009}', '\u{2009}'),
        ('\u{2010}', '\u{2015}'),
        ('‘', '„'),
        ('†', '•'),
        ('…', '…'),
        ('\u{202f}', '‰'),
        ('′', '″'),
        ('⁰', 'ⁱ'),
        ('⁴', '₎'),
        ('ₐ', 'ₜ'),
        ('€', '€'),
        ('ℓ', 'ℓ'),
        ('ℝ', 'ℝ'),
        ('←', '↕'),
        ('⇒', '⇒'),
        ('⇔', '⇔'),
        ('∀', '∫'),
        ('≈', '≈'),
        ('≠', '≡'),
        ('≤', '≥'),
        ('≪', '≫'),
        ('⊂', '⊇'),
        ('⋅', '⋅'),
    ];
    RANGES.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds keep figures in this form for ever.
    #[test]
    fn what_rounds_keep_stays_readable() {
        let kept = r#"{"title":"t","alt":"a","unit":"GB","kind":"bars","scale":"log",
            "bars":[{"label":"l","value":1.5,"mark":"bait"},{"label":"m","value":2.0}],
            "limits":[{"label":"card","value":3.0,"axis":"y"}]}"#;
        let figure: Figure = serde_json::from_str(kept).unwrap();
        let Chart::Bars(bars) = &figure.chart else { panic!("these are bars") };
        assert_eq!((bars.scale, bars.bars[0].mark, bars.bars[1].mark), (Scale::Log, Some(Mark::Bait), None));
        assert_eq!(serde_json::from_str::<Figure>(&serde_json::to_string(&figure).unwrap()).unwrap(), figure);

        let kept = r#"{"title":"t","alt":"a","kind":"curve","x":{"label":"x","scale":"linear","from":0.0,"to":1.0},
            "y":{"label":"y","scale":"log","from":null,"to":null},
            "curves":[{"label":"c","runs":[[[0.0,1.0],[1.0,2.0]]]}],"points":[],"limits":[]}"#;
        let figure: Figure = serde_json::from_str(kept).unwrap();
        let Chart::Curve(plot) = &figure.chart else { panic!("this is a curve") };
        assert_eq!(plot.curves[0].runs[0][1], (1.0, 2.0));
    }
}
