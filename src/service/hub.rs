//! What the clones of one service share in memory. Nothing here outlives the program, and nothing needs to.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::{Mutex, MutexGuard, Notify, broadcast};
use tokio::time::Instant;

use super::Changed;
use super::live::Board;
use crate::core::ids::{Platform, RoundId};

/// How many changes a slow listener may lag behind before it misses some.
const BACKLOG: usize = 256;
/// The posts of a platform share this many locks.
const STRIPES: usize = 64;

pub(super) struct Hub {
    changes: broadcast::Sender<Changed>,
    /// For each platform, since one that hangs must not delay the others.
    wake: PerPlatform<Notify>,
    /// Held by the one delivery at a time on a platform: whatever it finds there as being sent, nobody is sending.
    delivering: PerPlatform<Mutex<()>>,
    /// No further message or edit is begun.
    stopping: AtomicBool,
    /// What the clock showed at the last tick, in milliseconds; beyond any clock until the first.
    seen_at: AtomicI64,
    /// The same, of the last tick that did all that was due.
    ticked_at: AtomicI64,
    edits: PerPlatform<[Mutex<()>; STRIPES]>,
    pub(super) live: std::sync::Mutex<Board>,
    /// When it was last tried whether the database takes a write, and whether it did.
    pub(super) probed: Mutex<Option<(Instant, bool)>>,
}

const PLATFORMS: [Platform; 3] = [Platform::Discord, Platform::Slack, Platform::Web];

struct PerPlatform<T>([T; PLATFORMS.len()]);

impl<T> PerPlatform<T> {
    fn new(mut make: impl FnMut() -> T) -> Self {
        Self(PLATFORMS.map(|_| make()))
    }

    fn of(&self, platform: Platform) -> &T {
        let [discord, slack, web] = &self.0;
        match platform {
            Platform::Discord => discord,
            Platform::Slack => slack,
            Platform::Web => web,
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            changes: broadcast::Sender::new(BACKLOG),
            wake: PerPlatform::new(Notify::new),
            delivering: PerPlatform::new(Mutex::default),
            stopping: AtomicBool::new(false),
            seen_at: AtomicI64::new(i64::MAX),
            ticked_at: AtomicI64::new(i64::MAX),
            edits: PerPlatform::new(|| std::array::from_fn(|_| Mutex::default())),
            live: std::sync::Mutex::default(),
            probed: Mutex::default(),
        }
    }
}

impl Hub {
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.changes.subscribe()
    }

    /// Tells whoever listens; nobody may.
    pub(super) fn tell(&self, changes: impl IntoIterator<Item = Changed>) {
        for change in changes {
            match change {
                Changed::Answered { round } => self.board().touch(round),
                Changed::Revealed { round } => self.board().forget(round),
                Changed::Posted { .. } | Changed::Feeds => {}
            }
            let _ = self.changes.send(change);
        }
    }

    /// Something is owed, on whatever platform.
    pub(super) fn wake(&self) {
        for platform in PLATFORMS {
            self.wake.of(platform).notify_one();
        }
    }

    pub(super) async fn woken(&self, platform: Platform) {
        self.wake.of(platform).notified().await;
    }

    pub(super) async fn delivering(&self, platform: Platform) -> MutexGuard<'_, ()> {
        self.delivering.of(platform).lock().await
    }

    pub(super) fn stop(&self, stopping: bool) {
        self.stopping.store(stopping, Ordering::Relaxed);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The clock shows less than at the last tick, or nobody knows what it showed then.
    pub(super) fn went_back(&self, now: DateTime<Utc>) -> bool {
        now.timestamp_millis() < self.seen_at.load(Ordering::Relaxed)
    }

    /// A tick begins.
    pub(super) fn saw(&self, now: DateTime<Utc>) {
        self.seen_at.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// The instant of the last tick that did all that was due; none before the first.
    pub(super) fn last_tick(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.ticked_at.load(Ordering::Relaxed))
    }

    /// All that was due at `now` is done.
    pub(super) fn ticked(&self, now: DateTime<Utc>) {
        self.ticked_at.store(now.timestamp_millis(), Ordering::Relaxed);
    }

    /// Held while the post of a round is edited, so that an edit of the open post can't land on the closed one.
    pub(super) async fn editing(&self, platform: Platform, round: RoundId) -> MutexGuard<'_, ()> {
        let stripe = usize::try_from(round.0.unsigned_abs()).unwrap_or_default() % STRIPES;
        self.edits.of(platform)[stripe].lock().await
    }

    /// The board stays usable whatever happened while it was held: at worst a count is shown again.
    pub(super) fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.live.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
