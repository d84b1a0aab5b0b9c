//! Values side by side, each with its label above its bar; and what bars and stacks have in common.

use super::canvas::{Anchor, Canvas, LABEL, Rect, SIDE, SMALL, WIDTH};
use super::legend::{self, Key, marked, marks};
use super::scale::Map;
use super::theme::Paint;
use super::typeface::{fitted, width};
use crate::core::figure::{Bars, Limit, Mark, Scale};
use crate::core::number::with_unit;

pub(super) const BAR: f64 = 20.0;
/// From one bar's top to that of the next.
pub(super) const ROW: f64 = 50.0;
/// Between a bar and the value behind it.
const GAP: f64 = 6.0;

pub(super) fn draw(canvas: &mut Canvas, chart: &Bars, unit: &str) {
    let values = chart.bars.iter().map(|bar| bar.value);
    let shown: Vec<String> = values.clone().map(|value| behind(value, unit)).collect();
    let frame = Frame::new(canvas, chart.scale, values, &shown, &chart.limits, unit, chart.bars.len());
    let any = chart.bars.iter().any(|bar| bar.mark.is_some());
    let others = if any { Paint::Plain } else { Paint::Series(0) };
    for (index, (bar, shown)) in chart.bars.iter().zip(&shown).enumerate() {
        let row = frame.row(index);
        let (from, to) = (frame.base(), frame.map.place(bar.value));
        let area = Rect { x: from.min(to), y: row, width: (to - from).abs().max(1.0), height: BAR };
        canvas.rect(area, legend::paint(bar.mark, others), 1.0);
        frame.label(canvas, index, &bar.label, bar.mark);
        canvas.plate((from.max(to) + GAP, row + BAR * 0.74), shown, LABEL, Paint::Ink);
    }
    frame.finish(canvas);
    if any {
        legend::draw(canvas, &marks(chart.bars.iter().map(|bar| bar.mark), Key::Area));
    }
}

/// What is printed behind a bar; of a long unit, as much as leaves room for the bar.
pub(super) fn behind(value: f64, unit: &str) -> String {
    fitted(&with_unit(value, unit), LABEL, WIDTH / 2.0)
}

/// The ground of horizontal bars: axis, ticks and reference lines.
pub(super) struct Frame {
    pub(super) map: Map,
    base: f64,
    top: f64,
    bottom: f64,
}

impl Frame {
    /// Draws what lies behind the bars. `shown`: what is printed behind them.
    pub(super) fn new(
        canvas: &mut Canvas,
        scale: Scale,
        values: impl Iterator<Item = f64> + Clone,
        shown: &[String],
        limits: &[Limit],
        unit: &str,
        rows: usize,
    ) -> Self {
        let all = values.chain(limits.iter().map(|limit| limit.value));
        let (low, high) = range(scale, all);
        let room = shown.iter().map(|text| width(text, LABEL)).fold(0.0, f64::max);
        let map = Map::new(scale, (low, high), (SIDE, WIDTH - SIDE - GAP - room));
        let base = map.place(if scale == Scale::Log { low } else { 0.0 });
        let names: Vec<String> = limits.iter().map(|limit| named(limit, unit)).collect();
        let first = canvas.y;
        canvas.skip(LABEL * 1.4 * limits.len() as f64);
        let top = canvas.y + 2.0;
        let bottom = top + ROW * rows as f64 + 4.0;
        let frame = Self { map, base, top, bottom };
        frame.ticks(canvas);
        for (index, (limit, name)) in limits.iter().zip(&names).enumerate() {
            let x = frame.map.place(limit.value);
            let baseline = first + LABEL * (1.0 + 1.4 * index as f64);
            let left = (x - width(name, LABEL) / 2.0).clamp(SIDE, (WIDTH - SIDE - width(name, LABEL)).max(SIDE));
            canvas.path(&[(x, baseline + 4.0), (x, bottom)], Paint::Ink, 1.5, "5 3");
            canvas.plate((left, baseline), name, LABEL, Paint::Ink);
        }
        frame
    }

    fn ticks(&self, canvas: &mut Canvas) {
        let ticks = self.map.ticks(4);
        let mut free = f64::NEG_INFINITY;
        for tick in ticks {
            let (x, name) = (self.map.place(tick), self.map.name(tick));
            canvas.path(&[(x, self.top), (x, self.bottom)], Paint::Rule, 1.0, "");
            let half = width(&name, SMALL) / 2.0;
            let middle = x.clamp(SIDE + half, WIDTH - SIDE - half);
            if middle - half >= free {
                canvas.text((middle, self.bottom + SMALL * 1.2), &name, SMALL, Paint::Muted, Anchor::Middle);
                free = middle + half + 8.0;
            }
        }
    }

    /// Where bars begin.
    pub(super) fn base(&self) -> f64 {
        self.base
    }

    /// The top of a bar.
    pub(super) fn row(&self, index: usize) -> f64 {
        self.top + ROW * index as f64 + (ROW - BAR)
    }

    /// The bar's name above it, and the line that it begins at.
    pub(super) fn label(&self, canvas: &mut Canvas, index: usize, label: &str, mark: Option<Mark>) {
        let row = self.row(index);
        canvas.path(&[(self.base, row - 3.0), (self.base, row + BAR + 3.0)], Paint::Muted, 1.5, "");
        canvas.plate((SIDE, row - 7.0), &marked(label, mark), LABEL, legend::paint(mark, Paint::Ink));
    }

    /// Goes on below the axis.
    pub(super) fn finish(&self, canvas: &mut Canvas) {
        canvas.y = self.bottom + SMALL * 1.5;
    }
}

/// A reference line's name, on one line.
fn named(limit: &Limit, unit: &str) -> String {
    fitted(&format!("{}: {}", limit.label, with_unit(limit.value, unit)), LABEL, WIDTH - 2.0 * SIDE)
}

/// From 0, or on a logarithmic scale from a power of ten that leaves something of the least bar.
fn range(scale: Scale, values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(f64::NEG_INFINITY, f64::max);
    match scale {
        Scale::Log => (10f64.powf((low.log10() - 0.2).floor()), high),
        Scale::Linear => (low.min(0.0), high.max(0.0)),
    }
}
