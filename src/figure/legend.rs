//! Which colour means what: below the chart, so that it covers no data.

use super::canvas::{Canvas, Rect, SIDE, SMALL, WIDTH};
use super::theme::Paint;
use super::typeface::{fitted, width};
use crate::core::figure::Mark;

/// How lines are told apart without colour.
pub(super) const DASHES: [&str; 4] = ["", "8 4", "2 3", "10 3 2 3"];

/// What stands before a label of the legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key {
    Area(Paint),
    Line(Paint, &'static str),
    /// Nothing: the label itself has the colour.
    Word(Paint),
}

/// The items side by side, in as many rows as they need.
pub(super) fn draw(canvas: &mut Canvas, items: &[(Key, String)]) {
    const ROW: f64 = 20.0;
    let mut x = SIDE;
    canvas.skip(6.0);
    for (index, (key, label)) in items.iter().enumerate() {
        let swatch = match key {
            Key::Area(_) => 12.0 + 6.0,
            Key::Line(..) => 26.0 + 6.0,
            Key::Word(_) => 0.0,
        };
        let label = fitted(label, SMALL, WIDTH - 2.0 * SIDE - swatch);
        let wide = swatch + width(&label, SMALL);
        if index > 0 && x + wide > WIDTH - SIDE {
            x = SIDE;
            canvas.skip(ROW);
        }
        let top = canvas.y + (ROW - 12.0) / 2.0;
        let mut ink = Paint::Ink;
        match key {
            Key::Area(paint) => canvas.rect(Rect { x, y: top, width: 12.0, height: 12.0 }, *paint, 1.0),
            Key::Line(paint, dashes) => canvas.path(&[(x, top + 6.0), (x + 26.0, top + 6.0)], *paint, 2.5, dashes),
            Key::Word(paint) => ink = *paint,
        }
        let baseline = top + 10.5;
        canvas.text((x + swatch, baseline), &label, SMALL, ink, super::canvas::Anchor::Start);
        x += wide + 18.0;
    }
    canvas.skip(ROW);
}

/// How a marked value is named: by shape too, not by colour alone.
pub(super) fn marked(label: &str, mark: Option<Mark>) -> String {
    match mark {
        None => label.to_owned(),
        Some(Mark::Right) => format!("✓ {label}"),
        Some(Mark::Bait) => format!("✗ {label}"),
    }
}

/// The colour of a mark; `others` for what has none.
pub(super) fn paint(mark: Option<Mark>, others: Paint) -> Paint {
    match mark {
        None => others,
        Some(Mark::Right) => Paint::Right,
        Some(Mark::Bait) => Paint::Bait,
    }
}

/// What the marks mean, for those that are there. `key`: what has their colour in the chart.
pub(super) fn marks(marks: impl Iterator<Item = Option<Mark>>, key: fn(Paint) -> Key) -> Vec<(Key, String)> {
    let there: Vec<Mark> = marks.flatten().collect();
    let is_there = |mark: Mark| there.contains(&mark);
    let mut items = Vec::new();
    if is_there(Mark::Right) {
        items.push((key(Paint::Right), "✓ right".to_owned()));
    }
    if is_there(Mark::Bait) {
        items.push((key(Paint::Bait), "✗ the bait".to_owned()));
    }
    items
}

/// The different labels, in the order in which they come; the place of each is its colour.
pub(super) fn different<'t>(labels: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut seen: Vec<&str> = Vec::new();
    for label in labels {
        if !seen.contains(&label) {
            seen.push(label);
        }
    }
    seen
}

/// The colour of a label among all.
pub(super) fn series(all: &[&str], label: &str) -> Paint {
    Paint::Series(all.iter().position(|one| *one == label).unwrap_or(0))
}
