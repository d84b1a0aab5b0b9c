//! A matrix, shaded from its smallest to its largest value.

use super::canvas::{Anchor, Canvas, Rect, SIDE, SMALL, WIDTH};
use super::theme::Paint;
use super::typeface::width;
use crate::core::figure::Grid;
use crate::core::number::show;

/// The largest side of a cell.
const LARGE: f64 = 60.0;
/// The strength of the smallest value's shade; the largest has all.
const FAINT: f64 = 0.08;
/// From here on a text on the shade is as on the full colour.
const STRONG: f64 = 0.55;

pub(super) fn draw(canvas: &mut Canvas, grid: &Grid) {
    let columns = grid.cells.first().map_or(1, Vec::len).max(1);
    let stub = grid.row_labels.iter().map(|label| width(label, SMALL) + 6.0).fold(0.0, f64::max);
    if !grid.row_label.is_empty() {
        canvas.line_of_text(&format!("↓ {}", grid.row_label), SMALL, Paint::Muted);
    }
    if !grid.column_label.is_empty() {
        canvas.line_of_text(&format!("→ {}", grid.column_label), SMALL, Paint::Muted);
    }
    canvas.skip(4.0);
    let side = ((WIDTH - 2.0 * SIDE - stub) / columns as f64).min(LARGE);
    let left = SIDE + stub + (WIDTH - 2.0 * SIDE - stub - side * columns as f64) / 2.0;
    heads(canvas, grid, left, side);
    let (low, high) = ends(grid);
    let top = canvas.y;
    for (row, line) in grid.cells.iter().enumerate() {
        let y = top + side * row as f64;
        let baseline = y + side / 2.0 + SMALL * 0.36;
        if let Some(label) = grid.row_labels.get(row) {
            canvas.text((left - 6.0, baseline), label, SMALL, Paint::Ink, Anchor::End);
        }
        for (column, value) in line.iter().enumerate() {
            let x = left + side * column as f64;
            let cell = Rect { x: x + 0.5, y: y + 0.5, width: side - 1.0, height: side - 1.0 };
            let shade = shade(*value, low, high);
            canvas.rect(cell, Paint::Series(0), shade);
            let shown = show(*value);
            if grid.show && width(&shown, SMALL) + 2.0 <= side && side >= SMALL {
                let paint = if shade >= STRONG { Paint::Series(0).text() } else { Paint::Ink };
                canvas.text((x + side / 2.0, baseline), &shown, SMALL, paint, Anchor::Middle);
            }
        }
    }
    canvas.y = top + side * grid.cells.len() as f64 + 8.0;
    key(canvas, left, low, high);
}

/// Column labels: level where they fit, else upright.
fn heads(canvas: &mut Canvas, grid: &Grid, left: f64, side: f64) {
    let widest = grid.column_labels.iter().map(|label| width(label, SMALL)).fold(0.0, f64::max);
    if grid.column_labels.is_empty() {
        return;
    }
    let level = widest + 3.0 <= side;
    canvas.skip(if level { SMALL * 1.2 } else { widest + 2.0 });
    for (column, label) in grid.column_labels.iter().enumerate() {
        let middle = left + side * (column as f64 + 0.5);
        if level {
            canvas.text((middle, canvas.y - 3.0), label, SMALL, Paint::Ink, Anchor::Middle);
        } else {
            canvas.upright((middle + SMALL * 0.36, canvas.y - 2.0), label, SMALL, Paint::Ink);
        }
    }
    canvas.skip(3.0);
}

/// What the shades mean.
fn key(canvas: &mut Canvas, left: f64, low: f64, high: f64) {
    const STEPS: usize = 5;
    if low == high {
        return;
    }
    let baseline = canvas.y + 11.0;
    let wide = width(&show(low), SMALL) + 6.0 + 17.0 * STEPS as f64 + 5.0 + width(&show(high), SMALL);
    let mut x = left.min(WIDTH - SIDE - wide).max(SIDE);
    canvas.text((x, baseline), &show(low), SMALL, Paint::Ink, Anchor::Start);
    x += width(&show(low), SMALL) + 6.0;
    for step in 0..STEPS {
        let value = low + (high - low) * step as f64 / (STEPS - 1) as f64;
        canvas.rect(Rect { x, y: canvas.y, width: 16.0, height: 13.0 }, Paint::Series(0), shade(value, low, high));
        x += 17.0;
    }
    canvas.text((x + 5.0, baseline), &show(high), SMALL, Paint::Ink, Anchor::Start);
    canvas.skip(16.0);
}

fn ends(grid: &Grid) -> (f64, f64) {
    let all = || grid.cells.iter().flatten().copied();
    (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max))
}

fn shade(value: f64, low: f64, high: f64) -> f64 {
    let share = if high > low { (value - low) / (high - low) } else { 1.0 };
    FAINT + share * (1.0 - FAINT)
}
