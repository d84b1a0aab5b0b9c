//! What every fake platform stands on: its state behind one lock, and the bell that rings at each change.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::faults::Faults;

/// How long a test waits for what should happen at once, before it fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A platform's state, as far as all fakes are alike.
pub trait Simulated: Send + 'static {
    fn faults(&self) -> &Faults;
    fn faults_mut(&mut self) -> &mut Faults;
    /// The last requests and whatever is wrong: what a test that waits in vain should show.
    fn recent(&self) -> String;
}

/// The state behind its lock, and the bell that rings at each change.
pub struct Hub<S> {
    state: Mutex<S>,
    bell: watch::Sender<()>,
    /// Where events come from: `ws://127.0.0.1:port`.
    pub socket_url: String,
    /// Ends all that runs.
    pub stop: CancellationToken,
}

impl<S: Simulated> Hub<S> {
    #[must_use]
    pub fn new(state: S, socket_url: String) -> Self {
        let (state, bell) = (Mutex::new(state), watch::Sender::new(()));
        Self { state, bell, socket_url, stop: CancellationToken::new() }
    }

    /// Reads; nobody is woken.
    pub fn look<T>(&self, read: impl FnOnce(&S) -> T) -> T {
        read(&self.lock())
    }

    /// Changes something and wakes who waits.
    pub fn change<T>(&self, change: impl FnOnce(&mut S) -> T) -> T {
        let result = change(&mut self.lock());
        self.bell.send_replace(());
        result
    }

    /// Waits until `seen` sees it.
    ///
    /// # Panics
    /// After [`PATIENCE`], naming what was missed.
    pub async fn wait<T>(&self, what: &str, seen: impl FnMut(&S) -> Option<T>) -> T {
        match self.wait_for(PATIENCE, seen).await {
            Some(found) => found,
            None => panic!("waited {PATIENCE:?} in vain for {what}\n{}", self.look(S::recent)),
        }
    }

    /// Waits for a while.
    pub async fn wait_for<T>(&self, patience: Duration, mut seen: impl FnMut(&S) -> Option<T>) -> Option<T> {
        let mut bell = self.bell.subscribe();
        let search = async {
            loop {
                if let Some(found) = self.look(&mut seen) {
                    return Some(found);
                }
                bell.changed().await.ok()?;
            }
        };
        tokio::time::timeout(patience, search).await.ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        // A test that fails while it holds the lock must not hide its own message behind a poisoned lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
