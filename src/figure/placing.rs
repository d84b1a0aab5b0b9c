//! Where labels go that have to share the room with data.

use super::canvas::Rect;

/// Finds room for labels, one after another.
pub(super) struct Room {
    bounds: Rect,
    taken: Vec<Rect>,
}

impl Room {
    pub(super) fn new(bounds: Rect) -> Self {
        Self { bounds, taken: Vec::new() }
    }

    pub(super) fn bounds(&self) -> Rect {
        self.bounds
    }

    /// Something that a label should not cover.
    pub(super) fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// The best of some places for a box of this size, given by their upper left corners, the dearest first. It is taken from now on.
    pub(super) fn place(&mut self, (width, height): (f64, f64), corners: &[(f64, f64)]) -> Rect {
        let within = |(x, y): (f64, f64)| Rect {
            x: x.clamp(self.bounds.x, (self.bounds.x + self.bounds.width - width).max(self.bounds.x)),
            y: y.clamp(self.bounds.y, (self.bounds.y + self.bounds.height - height).max(self.bounds.y)),
            width,
            height,
        };
        let cost = |rect: &Rect| self.taken.iter().map(|other| overlap(rect, other)).sum::<f64>();
        let places = corners.iter().map(|corner| within(*corner));
        let best = places.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        let best = best.unwrap_or_else(|| within((self.bounds.x, self.bounds.y)));
        self.taken.push(best);
        best
    }
}

/// The common area.
fn overlap(a: &Rect, b: &Rect) -> f64 {
    let along = |a: f64, width: f64, b: f64, other: f64| ((a + width).min(b + other) - a.max(b)).max(0.0);
    along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height)
}
