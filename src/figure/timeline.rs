//! What happens when, lane by lane.

use super::bars::behind;
use super::canvas::{Anchor, Canvas, LABEL, Rect, SIDE, SMALL, WIDTH};
use super::legend::{self, Key, different, series};
use super::scale::Map;
use super::theme::Paint;
use super::typeface::width;
use crate::core::figure::{Scale, Span, Timeline};

const BAR: f64 = 24.0;
const ROW: f64 = 48.0;
/// Between a lane and the time at which it ends.
const GAP: f64 = 6.0;

pub(super) fn draw(canvas: &mut Canvas, chart: &Timeline, unit: &str) {
    let spans = || chart.lanes.iter().flat_map(|lane| &lane.spans);
    let low = spans().map(|span| span.from).fold(0.0, f64::min);
    let high = spans().map(|span| span.to).fold(f64::NEG_INFINITY, f64::max);
    let ends = chart.lanes.iter().map(|lane| behind(lane.spans.last().map_or(low, |span| span.to), unit));
    let ends: Vec<String> = ends.collect();
    let room = ends.iter().map(|end| width(end, LABEL)).fold(0.0, f64::max);
    let map = Map::new(Scale::Linear, (low, high), (SIDE, WIDTH - SIDE - GAP - room));
    let labels = different(spans().map(|span| span.label.as_str()));
    let (top, bottom) = (canvas.y, canvas.y + ROW * chart.lanes.len() as f64 + 6.0);
    axis(canvas, &map, top, bottom);
    let fits = |span: &Span| width(&span.label, SMALL) + 6.0 <= map.place(span.to) - map.place(span.from);
    for (index, (lane, end)) in chart.lanes.iter().zip(&ends).enumerate() {
        let row = top + ROW * index as f64 + (ROW - BAR);
        canvas.plate((SIDE, row - 6.0), &lane.label, LABEL, Paint::Ink);
        let last = lane.spans.last().map_or(low, |span| span.to);
        canvas.plate((map.place(last) + GAP, row + BAR / 2.0 + LABEL * 0.36), end, LABEL, Paint::Ink);
        for span in &lane.spans {
            let (from, to) = (map.place(span.from), map.place(span.to));
            let paint = series(&labels, &span.label);
            canvas.rect(Rect { x: from, y: row, width: (to - from - 1.0).max(0.5), height: BAR }, paint, 1.0);
            if fits(span) {
                let middle = ((from + to) / 2.0, row + BAR / 2.0 + SMALL * 0.36);
                canvas.text(middle, &span.label, SMALL, paint.text(), Anchor::Middle);
            }
        }
    }
    canvas.y = bottom + SMALL * 1.5;
    if !spans().all(fits) {
        let items: Vec<(Key, String)> =
            labels.iter().map(|label| (Key::Area(series(&labels, label)), (*label).to_owned())).collect();
        legend::draw(canvas, &items);
    }
}

fn axis(canvas: &mut Canvas, map: &Map, top: f64, bottom: f64) {
    let mut free = f64::NEG_INFINITY;
    for tick in map.ticks(5) {
        let (x, name) = (map.place(tick), map.name(tick));
        canvas.path(&[(x, top), (x, bottom)], Paint::Rule, 1.0, "");
        let half = width(&name, SMALL) / 2.0;
        let middle = x.clamp(SIDE + half, WIDTH - SIDE - half);
        if middle - half >= free {
            canvas.text((middle, bottom + SMALL * 1.2), &name, SMALL, Paint::Muted, Anchor::Middle);
            free = middle + half + 8.0;
        }
    }
    canvas.path(&[(SIDE, bottom), (WIDTH - SIDE, bottom)], Paint::Muted, 1.5, "");
}
