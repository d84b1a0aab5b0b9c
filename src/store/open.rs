//! Opening the database: its settings, its lock, its migrations, and what can be wrong with it.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use log::LevelFilter;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use super::files::{real_path, with_suffix};
use super::rounds::Memory;
use super::together::Together;
use super::writer::{TURN, Writer};
use super::{Code, Inner, Store, files};
use crate::metrics::Metrics;

/// Append-only: a database in the field has run each of these.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long one connection waits for another's lock.
const BUSY: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

/// Why the database can't be used: each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("DATABASE_URL '{url}' names no SQLite file; it looks like sqlite://data/trapline.db")]
    Url { url: String },
    #[error("the folder {path} of the database can't be made: {why}")]
    Folder { path: PathBuf, why: std::io::Error },
    #[error(
        "the database {path} was made by a newer version of trapline (its step {version}); use that version, or a backup from before"
    )]
    Newer { path: PathBuf, version: i64 },
    #[error("the database {path} is read-only; trapline must be able to write it and its folder")]
    ReadOnly { path: PathBuf },
    #[error("no room is left on the disk of the database {path}")]
    DiskFull { path: PathBuf },
    #[error("the database {path} is in use by another process; stop that one first")]
    InUse { path: PathBuf },
    #[error(
        "{path} is not a database of trapline, or it is damaged; restore a backup (`trapline restore`), or name another file in DATABASE_URL"
    )]
    NotADatabase { path: PathBuf },
    #[error("there is no database at {path}; if it is elsewhere, name it in DATABASE_URL")]
    Missing { path: PathBuf },
    #[error("the database {path} can't be opened: {why}")]
    Other { path: PathBuf, why: String },
}

impl Store {
    /// Opens the database at a `sqlite://` address, makes it (and its folder) where it is missing, and brings it up to date.
    /// `fresh_secret` becomes the database's secret if it has none yet.
    ///
    /// # Errors
    /// An [`OpenError`], made to be printed as it is.
    pub async fn open(url: &str, fresh_secret: [u8; 32]) -> Result<Self, OpenError> {
        let options = options_of(url)?;
        let path = options.get_filename().to_owned();
        make_folder(&path)?;
        let lock = take_lock(&path)?;
        if path.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
            return Err(OpenError::ReadOnly { path });
        }
        files::make(&path).map_err(|why| unusable(&path, &why))?;
        let connected = async {
            let mut conn = connect(options.clone()).await?;
            let secret = keep_secret(&mut conn, fresh_secret).await?;
            let reads = read_pool(options).await?;
            Ok::<_, MigrateError>((reads, Writer::new(conn), secret))
        };
        let (reads, writer, secret) = connected.await.map_err(|error| explain(error, path))?;
        let inner = Inner {
            reads,
            writer,
            secret,
            together: Together::default(),
            memory: Memory::default(),
            metrics: Metrics::default(),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Store {
    /// As [`Store::open`], but makes no database where there is none.
    ///
    /// # Errors
    /// An [`OpenError`], made to be printed as it is.
    pub async fn open_existing(url: &str, fresh_secret: [u8; 32]) -> Result<Self, OpenError> {
        let path = options_of(url)?.get_filename().to_owned();
        if !path.is_file() {
            return Err(OpenError::Missing { path });
        }
        Self::open(url, fresh_secret).await
    }
}

/// The secret of the database at a `sqlite://` address, which a program may be working on.
///
/// # Errors
/// An [`OpenError`], made to be printed as it is.
pub async fn secret_of(url: &str) -> Result<[u8; 32], OpenError> {
    let options = options_of(url)?;
    let path = options.get_filename().to_owned();
    if !path.is_file() {
        return Err(OpenError::Missing { path });
    }
    let read = async {
        let mut conn = options.create_if_missing(false).connect().await?;
        let secret = read_secret(&mut conn).await?;
        conn.close().await?;
        Ok(secret)
    };
    read.await.map_err(|error| explain_sql(&error, path))
}

/// All that is set on a connection, in one place.
pub(super) fn options_of(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let unusable = || OpenError::Url { url: url.to_owned() };
    if !url.starts_with("sqlite:") || url.contains(":memory:") || url.contains("mode=memory") {
        return Err(unusable());
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|_| unusable())?;
    if options.get_filename().file_name().is_none() {
        return Err(unusable());
    }
    // Each statement would be asked of the log's filter, which costs more than some statements do: that is asked once, here.
    let is_wanted = tracing::enabled!(target: "sqlx::query", tracing::Level::DEBUG);
    let level = if is_wanted { LevelFilter::Debug } else { LevelFilter::Off };
    Ok(options.foreign_keys(true).busy_timeout(BUSY).log_statements(level))
}

/// The connection that writes, to a database that is up to date: its commits are on the disk when they return.
async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection, MigrateError> {
    let options = options
        .create_if_missing(true)
        .read_only(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    // Of a pool for as long as it takes: a future that migrates a connection can't be sent between threads.
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    MIGRATIONS.run(&pool).await?;
    Ok(pool.acquire().await?.detach())
}

/// Connections to a file do not go stale, so they are neither pinged nor replaced, with one exception: where SQLite ends a
/// transaction by itself (an I/O error), sqlx goes on counting it as open, and could begin no other.
async fn read_pool(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(TURN)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
        .connect_with(options.create_if_missing(false).read_only(true))
        .await
}

/// Reads the secret, having made it where there is none. Counting the opening proves that the disk takes a write.
async fn keep_secret(conn: &mut SqliteConnection, fresh: [u8; 32]) -> sqlx::Result<[u8; 32]> {
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    let fresh = fresh.as_slice();
    sqlx::query!("INSERT INTO meta (key, value) VALUES ('secret', ?) ON CONFLICT DO NOTHING", fresh)
        .execute(&mut *tx)
        .await?;
    sqlx::query!(
        "INSERT INTO meta (key, value) VALUES ('opened', CAST('1' AS BLOB))
         ON CONFLICT DO UPDATE SET value = CAST(CAST(CAST(value AS TEXT) AS INTEGER) + 1 AS BLOB)"
    )
    .execute(&mut *tx)
    .await?;
    let secret = read_secret(&mut tx).await?;
    tx.commit().await?;
    Ok(secret)
}

async fn read_secret(conn: &mut SqliteConnection) -> sqlx::Result<[u8; 32]> {
    let secret = sqlx::query_scalar!("SELECT value FROM meta WHERE key = 'secret'").fetch_one(conn).await?;
    secret.try_into().map_err(|_| sqlx::Error::Decode("the secret of the database is not 32 bytes long".into()))
}

pub(super) fn make_folder(path: &Path) -> Result<(), OpenError> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|why| if is_full(&why) { full(path) } else { OpenError::Folder { path: folder.to_owned(), why } }),
        _ => Ok(()),
    }
}

/// A lock that ends with this, also where a child that is just being started shares the file for a moment.
pub(super) struct Lock(File);

impl Lock {
    pub(super) fn file(&self) -> &File {
        &self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file ends it too, if a little later.
        let _ = self.0.unlock();
    }
}

/// The lock of a file beside the database, not of itself: SQLite's own locks come and go with each transaction. Beside where it
/// really is: whoever comes to it by a link finds the same lock.
pub(super) fn take_lock(path: &Path) -> Result<Lock, OpenError> {
    let name = with_suffix(&real_path(path), ".lock");
    let file = files::private().open(name).map_err(|why| unusable(path, &why))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(why)) => Err(OpenError::Other { path: path.to_owned(), why: why.to_string() }),
    }
}

/// A file of the database can't be made or written.
fn unusable(path: &Path, why: &std::io::Error) -> OpenError {
    match why.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path: path.to_owned() },
        _ if is_full(why) => full(path),
        _ => OpenError::Other { path: path.to_owned(), why: why.to_string() },
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn full(path: &Path) -> OpenError {
    OpenError::DiskFull { path: path.to_owned() }
}

pub(super) fn explain(error: MigrateError, path: PathBuf) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => {
            OpenError::Newer { path, version }
        }
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain_sql(&error, path),
        other => OpenError::Other { path, why: other.to_string() },
    }
}

fn explain_sql(error: &sqlx::Error, path: PathBuf) -> OpenError {
    match Code::of(error) {
        Some(Code::Busy) => OpenError::InUse { path },
        Some(Code::ReadOnly) => OpenError::ReadOnly { path },
        Some(Code::Full) => OpenError::DiskFull { path },
        Some(Code::NotADatabase) => OpenError::NotADatabase { path },
        Some(Code::Io | Code::CantOpen | Code::Other) | None => OpenError::Other { path, why: error.to_string() },
    }
}
