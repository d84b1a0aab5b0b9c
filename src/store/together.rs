//! Small writes that come at the same time share one transaction, and so one wait for the disk.
//!
//! Whoever gets the turn lets everything else that is ready come first, and does all that has come by then, in the order in which
//! it came. So an answer that comes alone waits for nobody, and a hundred that come together cost one `fsync`. Where one of them
//! has a fault of its own, each is done again by itself.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::writer::Turn;
use super::{Conn, Result, Store, StoreError};

/// How many writes share a transaction at most: nobody is to wait for long behind a crowd.
const MOST: usize = 256;

/// How the transaction ended, for each that had a part in it.
type Committed = std::result::Result<(), Arc<StoreError>>;

#[derive(Default)]
pub(super) struct Together {
    waiting: Mutex<Vec<Box<dyn Work>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    under_way: TaskTracker,
}

impl Together {
    /// Waits for the transactions that are under way.
    pub(super) async fn finish(&self) {
        self.under_way.close();
        self.under_way.wait().await;
    }
}

/// One caller's part of a transaction.
#[async_trait]
trait Work: Send {
    /// Does it, from the start each time; whether the transaction may go on.
    async fn run(&mut self, common: &mut Common) -> Result<()>;

    /// Tells the caller how it ended, now that the transaction has.
    fn end(self: Box<Self>, committed: Committed);
}

struct Part<F, T> {
    work: F,
    done: Option<T>,
    caller: oneshot::Sender<Result<T>>,
}

#[async_trait]
impl<F, T> Work for Part<F, T>
where
    F: for<'a> Fn(&'a mut Common) -> BoxFuture<'a, Result<T>> + Send,
    T: Send,
{
    async fn run(&mut self, common: &mut Common) -> Result<()> {
        self.done = Some((self.work)(common).await?);
        Ok(())
    }

    fn end(self: Box<Self>, committed: Committed) {
        let result = match (committed, self.done) {
            (Ok(()), Some(done)) => Ok(done),
            (Err(error), _) => Err(StoreError::Together(error)),
            (Ok(()), None) => Err(StoreError::Interrupted),
        };
        // Nobody waits any more where the caller was cancelled.
        let _ = self.caller.send(result);
    }
}

/// The transaction, as one part of it sees it.
///
/// Each statement is a way to the connection's thread and back, and two that say nothing but `BEGIN` and `COMMIT` are as long a way as
/// any. So the first statement of the first part may begin the transaction, and the last one of the last part may end it.
pub(crate) struct Common {
    turn: Turn,
    stage: Stage,
    /// No part comes after this one.
    last: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Begun,
    Committed,
}

impl Common {
    /// Where the transaction has not begun: the connection, for a statement that begins with `BEGIN IMMEDIATE`.
    pub(super) fn begin(&mut self) -> Option<&mut Conn> {
        if self.stage != Stage::New {
            return None;
        }
        self.stage = Stage::Begun;
        Some(&mut self.turn)
    }

    /// Where this part is the only one and nothing has begun: the connection, for a statement that is a transaction by itself.
    pub(super) fn alone(&mut self) -> Option<&mut Conn> {
        (self.stage == Stage::New && self.last).then_some(&mut *self.turn)
    }

    /// Where this part is the last: the connection, for its last statement, which ends with `COMMIT`.
    pub(super) fn commit(&mut self) -> Option<&mut Conn> {
        if self.stage != Stage::Begun || !self.last {
            return None;
        }
        self.stage = Stage::Committed;
        Some(&mut self.turn)
    }

    /// The connection, in the transaction.
    pub(crate) async fn conn(&mut self) -> Result<&mut Conn> {
        if let Some(conn) = self.begin() {
            sqlx::query("BEGIN IMMEDIATE").execute(conn).await?;
        }
        Ok(&mut self.turn)
    }

    async fn end(self) -> Result<()> {
        match self.stage {
            Stage::Begun => self.turn.commit().await?,
            Stage::New | Stage::Committed => self.turn.release(),
        }
        Ok(())
    }
}

impl Store {
    /// Does a small write in a transaction that others may share: durable once this returns.
    ///
    /// `work` is done once more where the transaction came to nothing: by the fault of another one that shared it.
    ///
    /// # Errors
    /// A fault of this write, of which nothing has happened then, or of the database.
    pub(crate) async fn write_together<F, T>(&self, work: F) -> Result<T>
    where
        F: for<'a> Fn(&'a mut Common) -> BoxFuture<'a, Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let (caller, told) = oneshot::channel();
        self.together().push(Box::new(Part { work, done: None, caller }));
        let turn = Arc::clone(&self.inner.together.turn).lock_owned().await;
        if !self.together().is_empty() {
            // Who comes at the same time, comes along.
            tokio::task::yield_now().await;
        }
        let parts: Vec<_> = {
            let mut waiting = self.together();
            let most = waiting.len().min(MOST);
            waiting.drain(..most).collect()
        };
        if !parts.is_empty() {
            self.inner.metrics.batch(parts.len());
            // In a task of its own: whoever has the turn may be cancelled, and must not take the others along.
            let store = self.clone();
            self.inner.together.under_way.spawn(async move {
                store.run_together(parts).await;
                drop(turn);
            });
        }
        told.await.unwrap_or(Err(StoreError::Interrupted))
    }

    async fn run_together(&self, mut parts: Vec<Box<dyn Work>>) {
        match self.commit_together(&mut parts).await.map_err(Arc::new) {
            // A database that takes no write just now takes none of one alone either.
            Err(error) if parts.len() > 1 && !error.is_unavailable() => self.run_apart(parts).await,
            committed => parts.into_iter().for_each(|part| part.end(committed.clone())),
        }
    }

    async fn run_apart(&self, parts: Vec<Box<dyn Work>>) {
        for mut part in parts {
            let committed = self.commit_together(std::slice::from_mut(&mut part)).await;
            part.end(committed.map_err(Arc::new));
        }
    }

    async fn commit_together(&self, parts: &mut [Box<dyn Work>]) -> Result<()> {
        let mut common = Common { turn: self.inner.writer.turn().await?, stage: Stage::New, last: false };
        let last = parts.len().saturating_sub(1);
        for (index, part) in parts.iter_mut().enumerate() {
            common.last = index == last;
            part.run(&mut common).await?;
        }
        common.end().await
    }

    /// A list stays a list whatever panicked beside it.
    fn together(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Work>>> {
        self.inner.together.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Now;

    async fn store(dir: &tempfile::TempDir) -> Store {
        Store::open(&format!("sqlite://{}/t.db", dir.path().display()), [1; 32]).await.unwrap()
    }

    fn insert(store: &Store, key: String) -> impl Future<Output = Result<u64>> + use<> {
        let store = store.clone();
        async move {
            store
                .write_together(move |common| {
                    let key = key.clone();
                    Box::pin(async move {
                        let done = sqlx::query("INSERT INTO meta (key, value) VALUES (?, x'00')").bind(key);
                        Ok(done.execute(common.conn().await?).await?.rows_affected())
                    })
                })
                .await
        }
    }

    async fn kept(store: &Store) -> i64 {
        let mut conn = store.read().await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM meta WHERE key LIKE 'n%'").fetch_one(&mut *conn).await.unwrap()
    }

    #[tokio::test]
    async fn all_that_come_at_once_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let all = (0..2 * MOST + 1).map(|n| insert(&store, format!("n{n}")));
        let done = futures::future::join_all(all).await;
        assert!(done.into_iter().all(|result| result.unwrap() == 1));
        assert_eq!(kept(&store).await, 2 * MOST as i64 + 1);
    }

    #[tokio::test]
    async fn all_that_come_at_once_share_a_transaction() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        futures::future::join_all((0..10).map(|n| insert(&store, format!("n{n}")))).await;
        let nothing = Now { outbox: None, overdue: None, ticked: None, ready: false, platforms: Vec::new() };
        let text = store.inner.metrics.text(&nothing);
        assert!(text.contains("write_batch_size_sum 10.0") && text.contains("write_batch_size_count 1\n"), "{text}");
    }

    #[tokio::test]
    async fn a_fault_of_one_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        // All share a transaction; the last has the key of the one before.
        let all = ["n1", "n2", "n3", "n3"].map(|key| insert(&store, key.to_owned()));
        let done = futures::future::join_all(all).await;
        assert_eq!(done.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, true, false]);
        assert_eq!(kept(&store).await, 3);
        assert_eq!(insert(&store, "n4".into()).await.unwrap(), 1);
        assert_eq!(kept(&store).await, 4);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_holds_up_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let held = store.write().await.unwrap();
        let mut first = Box::pin(insert(&store, "n1".into()));
        assert!(futures::poll!(&mut first).is_pending());
        let second = insert(&store, "n2".into());
        drop(first);
        drop(held);
        second.await.unwrap();
        assert!(kept(&store).await >= 1);
    }

    #[tokio::test]
    async fn who_gives_up_in_the_middle_takes_nobody_along() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let turn = store.inner.together.turn.lock().await;
        let mut first = Box::pin(insert(&store, "n1".into()));
        let mut second = Box::pin(insert(&store, "n2".into()));
        assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());
        let held = store.write().await.unwrap();
        drop(turn);
        // The first has the turn now, lets others come, and carries out both.
        assert!(futures::poll!(&mut first).is_pending());
        tokio::task::yield_now().await;
        assert!(futures::poll!(&mut first).is_pending());
        assert!(store.together().is_empty());
        drop(first);
        drop(held);
        assert_eq!(second.await.unwrap(), 1);
    }
}
