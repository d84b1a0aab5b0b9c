//! Which interactions were taken already, so that one that Discord sends again is not done again: a session that is resumed begins with what
//! came last, and two connections of one shard may overlap.

use std::collections::BTreeSet;

/// Remembered one by one. Ids rise with time: whatever is older than all of these is past answering.
const REMEMBERED: usize = 8192;

#[derive(Debug, Default)]
pub(super) struct Seen {
    ids: BTreeSet<u64>,
    /// Up to here, everything counts as seen.
    floor: u64,
}

impl Seen {
    /// Whether an id comes for the first time; it is seen from now on.
    pub(super) fn is_new(&mut self, id: u64) -> bool {
        let is_new = id > self.floor && self.ids.insert(id);
        if self.ids.len() > REMEMBERED
            && let Some(oldest) = self.ids.pop_first()
        {
            self.floor = oldest;
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_new_twice_however_much_came_since() {
        let (mut seen, many) = (Seen::default(), 3 * REMEMBERED as u64);
        assert!((1..=many).all(|id| seen.is_new(2 * id)));
        assert!(!(1..=many).any(|id| seen.is_new(2 * id)));
        assert!(seen.is_new(2 * many - 1), "one that was late comes for the first time");
        assert_eq!(seen.ids.len(), REMEMBERED, "the memory has an end");
    }
}
