//! Where labels go that have to share the room with data.

use super::canvas::Rect;

/// A box to place: its size, and the places it may have, given by their upper left corners, the dearest first.
pub(super) struct Wish {
    pub(super) size: (f64, f64),
    pub(super) corners: Vec<(f64, f64)>,
}

/// Finds room for labels, one after another.
#[derive(Clone)]
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

    /// The best places for some boxes, taken from now on. Who chooses first may take what another needs more, so both ends of the
    /// row are let to begin.
    pub(super) fn place_all(&mut self, wishes: &[Wish]) -> Vec<Rect> {
        let (mut forth, mut back) = (self.clone(), self.clone());
        let onwards: Vec<(Rect, f64)> = wishes.iter().map(|wish| forth.best(wish)).collect();
        let mut backwards: Vec<(Rect, f64)> = wishes.iter().rev().map(|wish| back.best(wish)).collect();
        backwards.reverse();
        let cost = |placed: &[(Rect, f64)]| placed.iter().map(|(_, cost)| cost).sum::<f64>();
        let (room, placed) = if cost(&backwards) < cost(&onwards) { (back, backwards) } else { (forth, onwards) };
        *self = room;
        placed.into_iter().map(|(rect, _)| rect).collect()
    }

    /// The best place for a box, taken from now on.
    pub(super) fn place(&mut self, wish: &Wish) -> Rect {
        self.best(wish).0
    }

    /// The best place, and the area that the box covers of what is taken.
    fn best(&mut self, wish: &Wish) -> (Rect, f64) {
        let (width, height) = wish.size;
        let within = |(x, y): (f64, f64)| Rect {
            x: x.clamp(self.bounds.x, (self.bounds.x + self.bounds.width - width).max(self.bounds.x)),
            y: y.clamp(self.bounds.y, (self.bounds.y + self.bounds.height - height).max(self.bounds.y)),
            width,
            height,
        };
        let cost = |rect: &Rect| self.taken.iter().map(|other| overlap(rect, other)).sum::<f64>();
        let places = wish.corners.iter().map(|corner| within(*corner)).map(|rect| (rect, cost(&rect)));
        let best = places.min_by(|a, b| a.1.total_cmp(&b.1));
        let best = best.unwrap_or_else(|| (within((self.bounds.x, self.bounds.y)), 0.0));
        self.taken.push(best.0);
        best
    }
}

/// The common area.
fn overlap(a: &Rect, b: &Rect) -> f64 {
    let along = |a: f64, width: f64, b: f64, other: f64| ((a + width).min(b + other) - a.max(b)).max(0.0);
    along(a.x, a.width, b.x, b.width) * along(a.y, a.height, b.y, b.height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_chooses_first_leaves_room_for_the_next() {
        let mut room = Room::new(Rect { x: 0.0, y: 0.0, width: 100.0, height: 100.0 });
        room.take(Rect { x: 0.0, y: 0.0, width: 10.0, height: 10.0 });
        // The first would do with either place; the second has no other.
        let wishes = [
            Wish { size: (10.0, 10.0), corners: vec![(50.0, 50.0), (20.0, 20.0)] },
            Wish { size: (10.0, 10.0), corners: vec![(50.0, 50.0), (0.0, 0.0)] },
        ];
        let places = room.place_all(&wishes);
        assert_eq!(places.iter().map(|rect| (rect.x, rect.y)).collect::<Vec<_>>(), [(20.0, 20.0), (50.0, 50.0)]);
    }
}
