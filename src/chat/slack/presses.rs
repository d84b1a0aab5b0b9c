//! What is pressed twice in a hurry is done once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::envelope::Way;
use crate::core::ids::Action;

/// Who presses the same button again later than this means it.
const HURRY: Duration = Duration::from_secs(10);

/// Buttons that were pressed a moment ago, each by its message and its action.
#[derive(Debug, Default)]
pub(super) struct Presses(Mutex<HashMap<(String, String), Instant>>);

impl Presses {
    /// Takes note of a press. False where the same button of the same message was pressed a moment ago.
    pub(super) fn is_first(&self, way: &Way, action: &Action) -> bool {
        let (now, key) = (Instant::now(), key(way, action));
        let mut pressed = self.lock();
        pressed.retain(|_, at| now.duration_since(*at) < HURRY);
        if pressed.contains_key(&key) {
            return false;
        }
        pressed.insert(key, now);
        true
    }

    /// Nothing came of it, so the next press is a first one.
    pub(super) fn forget(&self, way: &Way, action: &Action) {
        self.lock().remove(&key(way, action));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(String, String), Instant>> {
        // Entries are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(way: &Way, action: &Action) -> (String, String) {
    (way.message.clone().unwrap_or_default(), action.encode())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::FeedStep;

    #[tokio::test(start_paused = true)]
    async fn a_press_is_a_first_one_on_another_board_after_a_while_or_where_nothing_came_of_the_last() {
        let presses = Presses::default();
        let on = |ts: &str| Way { message: Some(ts.to_owned()), ..Way::default() };
        let post = |number| Action::Feed { number, step: FeedStep::Post };
        assert!(presses.is_first(&on("1.1"), &post(1)));
        assert!(!presses.is_first(&on("1.1"), &post(1)));
        assert!(presses.is_first(&on("1.1"), &post(2)));
        assert!(presses.is_first(&on("1.2"), &post(1)));
        presses.forget(&on("1.2"), &post(1));
        assert!(presses.is_first(&on("1.2"), &post(1)));
        tokio::time::sleep(HURRY).await;
        assert!(presses.is_first(&on("1.1"), &post(1)));
    }
}
