//! The one connection that writes, and whose turn it is.
//!
//! A pool of one and sqlx's own transactions would do the same for twice the CPU: each asks the connection's thread for more
//! than it has to (a ping when the connection comes back, an acknowledgement of `BEGIN` and `COMMIT`), and the way to that thread and
//! back is a part of what an answer costs.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

/// How long a caller waits for its turn.
pub(super) const TURN: Duration = Duration::from_secs(10);

pub(super) struct Writer {
    /// None once it is closed.
    conn: Arc<Mutex<Option<SqliteConnection>>>,
    unfinished: Arc<AtomicBool>,
}

/// A turn: a transaction, which is rolled back unless it is committed.
pub(super) struct Turn {
    /// None once it has ended.
    conn: Option<OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>>,
    /// The connection is in a transaction, or may be.
    unfinished: Arc<AtomicBool>,
}

impl Writer {
    pub(super) fn new(conn: SqliteConnection) -> Self {
        Self { conn: Arc::new(Mutex::new(Some(conn))), unfinished: Arc::default() }
    }

    /// Waits for the turn, and begins a transaction that reads what stays true until it ends.
    pub(super) async fn begin(&self) -> sqlx::Result<Turn> {
        let mut turn = self.turn().await?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *turn).await?;
        Ok(turn)
    }

    /// Waits for the turn, whose owner begins the transaction.
    pub(super) async fn turn(&self) -> sqlx::Result<Turn> {
        let guard = tokio::time::timeout(TURN, Arc::clone(&self.conn).lock_owned()).await;
        let guard = guard.map_err(|_| sqlx::Error::PoolTimedOut)?;
        let conn = OwnedMutexGuard::try_map(guard, Option::as_mut).map_err(|_| sqlx::Error::PoolClosed)?;
        // Before anything is run: whoever gives up waiting leaves a turn to be cleaned up after.
        let mut turn = Turn { conn: Some(conn), unfinished: Arc::clone(&self.unfinished) };
        if turn.unfinished.swap(true, Ordering::Relaxed) {
            roll_back(&mut turn).await;
        }
        Ok(turn)
    }

    /// Waits for the turn that is under way, and ends the connection.
    pub(super) async fn close(&self) {
        if let Some(conn) = self.conn.lock().await.take() {
            // What could not be flushed is in the journal, from which the next opening takes it.
            let _ = conn.close().await;
        }
    }
}

impl Turn {
    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        sqlx::query("COMMIT").execute(&mut *self).await?;
        self.release();
        Ok(())
    }

    /// The transaction has ended, or there was none.
    pub(super) fn release(mut self) {
        self.unfinished.store(false, Ordering::Relaxed);
        self.conn = None;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        // Without a runtime, or with one that ends, the next turn does it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (mut conn, unfinished) = (conn, Arc::clone(&self.unfinished));
            runtime.spawn(async move {
                roll_back(&mut conn).await;
                unfinished.store(false, Ordering::Relaxed);
            });
        }
    }
}

async fn roll_back(conn: &mut SqliteConnection) {
    // It fails where SQLite has rolled back by itself, as on a full disk, or where `BEGIN` itself had failed.
    let _ = sqlx::query("ROLLBACK").execute(conn).await;
}

const HELD: &str = "a turn holds its connection until it ends";

impl Deref for Turn {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.conn.as_deref().expect(HELD)
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.conn.as_deref_mut().expect(HELD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn writer() -> Writer {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        sqlx::query("CREATE TABLE t (x)").execute(&mut conn).await.unwrap();
        Writer::new(conn)
    }

    async fn put(turn: &mut Turn) {
        sqlx::query("INSERT INTO t VALUES (1)").execute(&mut **turn).await.unwrap();
    }

    async fn rows(writer: &Writer) -> i64 {
        let mut turn = writer.begin().await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(&mut *turn).await.unwrap()
    }

    #[tokio::test]
    async fn a_turn_counts_once_it_is_committed() {
        let writer = writer().await;
        let mut turn = writer.begin().await.unwrap();
        put(&mut turn).await;
        drop(turn);
        assert_eq!(rows(&writer).await, 0);
        let mut turn = writer.begin().await.unwrap();
        put(&mut turn).await;
        turn.commit().await.unwrap();
        assert_eq!(rows(&writer).await, 1);
    }

    #[tokio::test]
    async fn who_gives_up_at_any_point_leaves_nothing_behind() {
        for polls in 0..40 {
            let writer = writer().await;
            {
                let mut story = Box::pin(async {
                    let mut turn = writer.begin().await.unwrap();
                    put(&mut turn).await;
                    std::future::pending::<()>().await;
                });
                for _ in 0..polls {
                    assert!(futures::poll!(&mut story).is_pending());
                    tokio::task::yield_now().await;
                }
            }
            assert_eq!(rows(&writer).await, 0, "given up after {polls} polls");
        }
    }

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_spoils_nothing() {
        let writer = writer().await;
        let mut turn = writer.begin().await.unwrap();
        put(&mut turn).await;
        sqlx::query("ROLLBACK").execute(&mut *turn).await.unwrap();
        turn.commit().await.unwrap_err();
        assert_eq!(rows(&writer).await, 0);
    }

    #[tokio::test]
    async fn after_the_end_there_is_no_turn() {
        let writer = writer().await;
        writer.close().await;
        assert!(matches!(writer.begin().await, Err(sqlx::Error::PoolClosed)));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let writer = writer().await;
        let _held = writer.begin().await.unwrap();
        assert!(matches!(writer.begin().await, Err(sqlx::Error::PoolTimedOut)));
    }
}
