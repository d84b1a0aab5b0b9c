//! A clock that tests set and move; the fake platforms and the program under test share one.

use std::sync::Mutex;

use chrono::{DateTime, Duration, Utc};
use tokio::sync::watch;
use trapline::ports::Clock;

use super::hub::PATIENCE;

/// Stands still until a test moves it, or follows the machine's clock where a separate process takes part.
#[derive(Debug)]
pub struct TestClock {
    mode: Mutex<Mode>,
    /// How often the program has looked at it.
    looks: watch::Sender<u64>,
    /// Rings when a test moves it.
    moves: watch::Sender<()>,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Still(DateTime<Utc>),
    /// The machine's time plus this much.
    Running(Duration),
}

impl TestClock {
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self::new(Mode::Still(time))
    }

    /// Follows the machine's clock: for scenarios that start the compiled program, which reads no other.
    #[must_use]
    pub fn running() -> Self {
        Self::new(Mode::Running(Duration::zero()))
    }

    fn new(mode: Mode) -> Self {
        Self { mode: Mutex::new(mode), looks: watch::Sender::new(0), moves: watch::Sender::new(()) }
    }

    /// The time, without being counted as a look of the program.
    #[must_use]
    pub fn time(&self) -> DateTime<Utc> {
        match *self.mode() {
            Mode::Still(time) => time,
            Mode::Running(offset) => machine_time() + offset,
        }
    }

    /// Waits until the program has looked at the clock so many times more: its loops have gone round since.
    ///
    /// # Panics
    /// Where it does not.
    pub async fn looked_at(&self, times: u64) {
        let mut looks = self.looks.subscribe();
        let enough = *looks.borrow() + times;
        let waited = tokio::time::timeout(PATIENCE, looks.wait_for(|looks| *looks >= enough)).await;
        assert!(waited.is_ok(), "the program does not look at the clock");
    }

    /// Rings whenever a test moves it.
    #[must_use]
    pub fn moves(&self) -> watch::Receiver<()> {
        self.moves.subscribe()
    }

    /// Moves on by a span, which may be negative. Waits for nobody: what falls due is the program's to notice.
    pub fn advance(&self, span: Duration) {
        let mut mode = self.mode();
        *mode = match *mode {
            Mode::Still(time) => Mode::Still(time + span),
            Mode::Running(offset) => Mode::Running(offset + span),
        };
        drop(mode);
        self.moves.send_replace(());
    }

    /// Stops at a time.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.mode() = Mode::Still(time);
        self.moves.send_replace(());
    }

    /// Stops at a time written as RFC 3339: `2026-03-29T00:59:00Z`.
    pub fn set_to(&self, time: &str) {
        self.set(instant(time));
    }

    fn mode(&self) -> std::sync::MutexGuard<'_, Mode> {
        self.mode.lock().expect("nothing panics while it holds the clock")
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        self.looks.send_modify(|looks| *looks += 1);
        self.time()
    }
}

/// An instant written as RFC 3339.
#[must_use]
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("`{text}` is not an RFC 3339 time: {error}"))
}

#[expect(clippy::disallowed_methods, reason = "a separate process reads the machine's clock; so must its world")]
fn machine_time() -> DateTime<Utc> {
    Utc::now()
}
