//! Lines over an axis, with the points and reference lines that matter.

use super::canvas::{Anchor, Canvas, Rect, SIDE, SMALL, WIDTH};
use super::legend::{self, DASHES, Key, marked, marks};
use super::placing::{Room, Wish};
use super::scale::{Map, fitted};
use super::theme::Paint;
use super::typeface::{fitted as cut, width, wrap};
use crate::core::figure::{Axis, Direction, Mark, Plot, Point};

/// Of the area with the lines.
const HEIGHT: f64 = 210.0;
const RADIUS: f64 = 5.5;
/// Of the squares that stand for a line where labels are placed.
const STEP: f64 = 4.0;

pub(super) fn draw(canvas: &mut Canvas, plot: &Plot) {
    for line in wrap(&plot.y.label, SMALL, WIDTH - 2.0 * SIDE) {
        canvas.line_of_text(&line, SMALL, Paint::Muted);
    }
    canvas.skip(4.0);
    let y_ends = ends(&plot.y, values(plot));
    let x_ends = ends(&plot.x, plot.curves.iter().flat_map(|c| c.runs.iter().flatten().map(|p| p.0)));
    let top = canvas.y + 4.0;
    let y = Map::new(plot.y.scale, y_ends, (top + HEIGHT, top));
    let y_ticks = y.ticks(5);
    let left = SIDE + y_ticks.iter().map(|tick| width(&y.name(*tick), SMALL)).fold(0.0, f64::max) + 8.0;
    let area = Rect { x: left, y: top, width: WIDTH - SIDE - left, height: HEIGHT };
    let x = Map::new(plot.x.scale, x_ends, (left, area.x + area.width));

    axes(canvas, area, &x, &y, &y_ticks);
    // A label keeps clear of the axes.
    let mut room = Room::new(Rect { x: left + 3.0, width: area.width - 4.0, height: area.height - 4.0, ..area });
    for (index, line) in plot.curves.iter().enumerate() {
        let runs = line.runs.iter().flat_map(|run| clipped(run, &x, &y, area));
        for run in runs {
            canvas.path(&run, Paint::Series(index), 2.5, DASHES[index % DASHES.len()]);
            run.windows(2).for_each(|pair| take(&mut room, pair[0], pair[1]));
        }
    }
    for limit in &plot.limits {
        room.take(match limit.axis {
            Direction::X => Rect { x: x.place(limit.value) - 1.0, width: 2.0, ..area },
            Direction::Y => Rect { y: y.place(limit.value) - 1.0, height: 2.0, ..area },
        });
    }
    for point in &plot.points {
        room.take(around(x.place(point.x), y.place(point.y)));
    }
    limits(canvas, plot, area, (&x, &y), &mut room);
    points(canvas, plot, (&x, &y), &mut room);
    canvas.y = area.y + area.height + SMALL * 1.5;
    for line in wrap(&plot.x.label, SMALL, area.width) {
        canvas.text((area.x + area.width / 2.0, canvas.y + SMALL), &line, SMALL, Paint::Muted, Anchor::Middle);
        canvas.skip(SMALL * 1.4);
    }
    let mut items: Vec<(Key, String)> = plot
        .curves
        .iter()
        .enumerate()
        .map(|(index, line)| (Key::Line(Paint::Series(index), DASHES[index % DASHES.len()]), line.label.clone()))
        .collect();
    items.extend(marks(plot.points.iter().map(|point| point.mark), Key::Area));
    legend::draw(canvas, &items);
}

/// Everything that has a height.
fn values(plot: &Plot) -> impl Iterator<Item = f64> + Clone {
    let curves = plot.curves.iter().flat_map(|line| line.runs.iter().flatten().map(|point| point.1));
    let limits = plot.limits.iter().filter(|limit| limit.axis == Direction::Y).map(|limit| limit.value);
    curves.chain(plot.points.iter().map(|point| point.y)).chain(limits)
}

/// Where an axis ends: as it says, or fitted to the data.
fn ends(axis: &Axis, values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (low, high) = fitted(axis.scale, values);
    let (low, high) = (axis.from.unwrap_or(low), axis.to.unwrap_or(high));
    // One end alone is given, beyond all data.
    if high > low { (low, high) } else { (low, low + low.abs().max(1.0)) }
}

fn axes(canvas: &mut Canvas, area: Rect, x: &Map, y: &Map, y_ticks: &[f64]) {
    let (right, bottom) = (area.x + area.width, area.y + area.height);
    for tick in y_ticks {
        let at = y.place(*tick);
        canvas.path(&[(area.x, at), (right, at)], Paint::Rule, 1.0, "");
        canvas.text((area.x - 6.0, at + SMALL * 0.36), &y.name(*tick), SMALL, Paint::Muted, Anchor::End);
    }
    let mut free = f64::NEG_INFINITY;
    for tick in x.ticks(5) {
        let (at, name) = (x.place(tick), x.name(tick));
        canvas.path(&[(at, area.y), (at, bottom)], Paint::Rule, 1.0, "");
        let half = width(&name, SMALL) / 2.0;
        let middle = at.clamp(SIDE + half, WIDTH - SIDE + 8.0 - half);
        if middle - half >= free {
            canvas.text((middle, bottom + SMALL * 1.25), &name, SMALL, Paint::Muted, Anchor::Middle);
            free = middle + half + 8.0;
        }
    }
    canvas.path(&[(area.x, area.y), (area.x, bottom), (right, bottom)], Paint::Muted, 1.5, "");
}

/// A run as places, without what lies above or below the area.
fn clipped(run: &[(f64, f64)], x: &Map, y: &Map, area: Rect) -> Vec<Vec<(f64, f64)>> {
    let (top, bottom) = (area.y, area.y + area.height);
    let places: Vec<(f64, f64)> = run.iter().map(|(a, b)| (x.place(*a), y.place(*b))).collect();
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for pair in places.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1], top, bottom) else {
            open = false;
            continue;
        };
        match parts.last_mut().filter(|_| open) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
        open = to == pair[1];
    }
    parts
}

/// What of a segment lies between two heights.
fn segment(a: (f64, f64), b: (f64, f64), top: f64, bottom: f64) -> Option<((f64, f64), (f64, f64))> {
    let inside = |y: f64| (top..=bottom).contains(&y);
    let rise = b.1 - a.1;
    let at = |y: f64| (a.0 + (b.0 - a.0) * ((y - a.1) / rise), y);
    let ends = |p: (f64, f64)| if inside(p.1) { p } else { at(p.1.clamp(top, bottom)) };
    if (a.1 < top && b.1 < top) || (a.1 > bottom && b.1 > bottom) { None } else { Some((ends(a), ends(b))) }
}

fn limits(canvas: &mut Canvas, plot: &Plot, area: Rect, (x, y): (&Map, &Map), room: &mut Room) {
    let (right, bottom) = (area.x + area.width, area.y + area.height);
    for limit in &plot.limits {
        let label = cut(&limit.label, SMALL, area.width - 8.0);
        let (wide, high) = (width(&label, SMALL), SMALL * 1.2);
        let corners: Vec<(f64, f64)> = match limit.axis {
            Direction::X => {
                let at = x.place(limit.value);
                canvas.path(&[(at, area.y), (at, bottom)], Paint::Ink, 1.5, "5 3");
                let heights = [0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.88].map(|share| area.y + share * area.height);
                heights.iter().flat_map(|h| [(at + 5.0, *h), (at - wide - 5.0, *h)]).collect()
            }
            Direction::Y => {
                let at = y.place(limit.value);
                canvas.path(&[(area.x, at), (right, at)], Paint::Ink, 1.5, "5 3");
                let lefts = [1.0, 0.0, 0.5, 0.75, 0.25].map(|share| area.x + 4.0 + share * (area.width - wide - 8.0));
                lefts.iter().flat_map(|l| [(*l, at - high - 3.0), (*l, at + 3.0)]).collect()
            }
        };
        let spot = room.place(&Wish { size: (wide, high), corners });
        canvas.plate((spot.x, spot.y + SMALL * 0.95), &label, SMALL, Paint::Ink);
    }
}

/// A stretch of a line, that a label should not cover.
fn take(room: &mut Room, from: (f64, f64), to: (f64, f64)) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let steps = (dx.hypot(dy) / STEP).ceil().max(1.0);
    let mut step = 0.0;
    while step < steps {
        let (x, y) = (from.0 + dx * step / steps, from.1 + dy * step / steps);
        room.take(Rect { x: x - STEP / 2.0, y: y - STEP / 2.0, width: STEP, height: STEP });
        step += 1.0;
    }
}

fn points(canvas: &mut Canvas, plot: &Plot, (x, y): (&Map, &Map), room: &mut Room) {
    for point in &plot.points {
        let (at, up) = (x.place(point.x), y.place(point.y));
        let paint = legend::paint(point.mark, Paint::Ink);
        if point.mark == Some(Mark::Bait) {
            let r = RADIUS + 1.0;
            canvas.spot(&[(at, up - r), (at + r, up), (at, up + r), (at - r, up)], paint);
        } else {
            canvas.disc((at, up), RADIUS, paint);
        }
    }
    let bounds = room.bounds();
    let label = |point: &Point| cut(&marked(&point.label, point.mark), SMALL, bounds.width);
    let wish = |point: &Point| {
        let (at, up) = (x.place(point.x), y.place(point.y));
        let label = label(point);
        let (wide, high) = (width(&label, SMALL), SMALL * 1.2);
        let gap = RADIUS + 4.0;
        let lefts = [at + gap, at - wide - gap, at - wide / 2.0];
        let tops = [up - high / 2.0, up - high - gap, up + gap, up - 2.0 * high - gap, up + high + gap];
        let corners = tops.iter().flat_map(|top| lefts.iter().map(move |left| (*left, *top))).collect();
        Wish { size: (wide, high), corners }
    };
    let wishes: Vec<Wish> = plot.points.iter().map(wish).collect();
    for (point, spot) in plot.points.iter().zip(room.place_all(&wishes)) {
        canvas.plate((spot.x, spot.y + SMALL * 0.95), &label(point), SMALL, Paint::Ink);
    }
}

/// What a point covers.
fn around(x: f64, y: f64) -> Rect {
    Rect { x: x - RADIUS - 1.0, y: y - RADIUS - 1.0, width: 2.0 * RADIUS + 2.0, height: 2.0 * RADIUS + 2.0 }
}
