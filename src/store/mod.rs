//! All SQL. One file for each aggregate; every function takes a connection, so that callers decide what is one transaction.
//!
//! Reads have a pool. Writes go through one connection, and a transaction there begins immediately: what it reads stays true until
//! it commits.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};

use crate::metrics::Metrics;

pub(crate) mod answers;
mod backup;
pub(crate) mod communities;
pub(crate) mod feeds;
mod files;
mod open;
pub(crate) mod outbox;
pub(crate) mod people;
pub(crate) mod practice;
mod restore;
pub(crate) mod rewind;
pub(crate) mod rounds;
pub(crate) mod standings;
mod together;
pub(crate) mod traps;
pub(crate) mod vitals;
mod writer;

pub use backup::{BackupError, backup};
pub use open::{OpenError, secret_of};
pub use restore::{RestoreError, Restored, restore};
pub(crate) use together::Common;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    reads: SqlitePool,
    writer: writer::Writer,
    secret: [u8; 32],
    together: together::Together,
    memory: rounds::Memory,
    metrics: Metrics,
    /// Held as long as the store: no second program may deliver from the same database.
    _lock: open::Lock,
}

/// What the functions of this module work on: a transaction, read-only or not.
pub type Conn = SqliteConnection;

/// A transaction: nothing of it happens unless it is committed.
pub struct Tx(Kind);

enum Kind {
    Read(Transaction<'static, Sqlite>),
    Write(writer::Turn),
}

/// What went wrong below: never shown to a user.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Sql(#[from] sqlx::Error),
    /// A row that this program did not write, or an older one wrote in a way that is no longer read.
    #[error("the database holds what can't be read: {0}")]
    Corrupt(String),
    /// Of a write that shared its transaction.
    #[error(transparent)]
    Together(Arc<StoreError>),
    /// Whoever carried out the transaction was stopped before its end.
    #[error("the write was interrupted, and nothing of it has happened")]
    Interrupted,
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// A read-only transaction: one state of the database, whatever is written meanwhile.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx(Kind::Read(self.inner.reads.begin().await?)))
    }

    /// A writing transaction; there is one at a time, and others wait.
    ///
    /// # Errors
    /// A fault of the database, or no turn within ten seconds.
    pub async fn write(&self) -> Result<Tx> {
        let turn = self.inner.writer.begin().await?;
        self.inner.memory.forget();
        Ok(Tx(Kind::Write(turn)))
    }

    /// Made with the database and never told: what orders of options and keys of messages hang on.
    #[must_use]
    pub fn secret(&self) -> &[u8; 32] {
        &self.inner.secret
    }

    /// What is counted, here and by all who work on this store.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Ends all connections, so that the file alone holds everything.
    pub async fn close(&self) {
        self.inner.together.finish().await;
        self.inner.reads.close().await;
        self.inner.writer.close().await;
    }
}

impl Tx {
    /// Makes it so, durably.
    ///
    /// # Errors
    /// A fault of the database: then nothing of the transaction has happened.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            Kind::Read(tx) => Ok(tx.commit().await?),
            Kind::Write(turn) => Ok(turn.commit().await?),
        }
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        match &self.0 {
            Kind::Read(tx) => tx,
            Kind::Write(turn) => turn,
        }
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        match &mut self.0 {
            Kind::Read(tx) => tx,
            Kind::Write(turn) => turn,
        }
    }
}

impl StoreError {
    /// Writing does not work just now (disk full, locked, read-only, no connection), as opposed to a mistake in this program.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)) => true,
            Self::Sql(error) => Code::of(error).is_some_and(|code| code != Code::Other),
            Self::Together(error) => error.is_unavailable(),
            Self::Interrupted => true,
            Self::Corrupt(_) => false,
        }
    }
}

/// What SQLite's result codes mean here (<https://sqlite.org/rescode.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Busy,
    ReadOnly,
    Full,
    Io,
    CantOpen,
    NotADatabase,
    Other,
}

impl Code {
    fn of(error: &sqlx::Error) -> Option<Self> {
        let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
        // The low byte is the primary code; the rest says more closely how it came about.
        Some(match code & 0xff {
            5 | 6 => Self::Busy,
            8 => Self::ReadOnly,
            10 => Self::Io,
            13 => Self::Full,
            14 => Self::CantOpen,
            11 | 26 => Self::NotADatabase,
            _ => Self::Other,
        })
    }
}

fn ms(instant: DateTime<Utc>) -> i64 {
    instant.timestamp_millis()
}

fn instant(ms: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| StoreError::Corrupt(format!("instant {ms}")))
}

fn instant_or_none(ms: Option<i64>) -> Result<Option<DateTime<Utc>>> {
    ms.map(instant).transpose()
}

fn span(ms: i64) -> TimeDelta {
    TimeDelta::milliseconds(ms)
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("JSON: {error}")))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(format!("can't be written as JSON: {error}")))
}

/// Counts are never negative and far below the limit.
fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_that_sqlite_ended_by_itself_spoils_no_later_one() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite://{}/t.db", dir.path().display()), [1; 32]).await.unwrap();
        for _ in 0..2 {
            let mut tx = store.write().await.unwrap();
            // What a full disk does to a transaction.
            sqlx::raw_sql("ROLLBACK").execute(&mut *tx).await.unwrap();
            assert!(tx.commit().await.is_err());
        }
        let mut tx = store.write().await.unwrap();
        people::ensure_place(&mut tx, crate::core::ids::Platform::Web, "local").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(people::place(&mut tx, crate::core::ids::Platform::Web, "local").await.unwrap().is_some());
    }
}
