//! A copy of the database while it is in use.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::files::{private, put_in_place, remove_with_companions, with_suffix};
use super::open::{OpenError, options_of};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("there is no database at {0}; if it is elsewhere, name it in DATABASE_URL")]
    Missing(PathBuf),
    #[error("{0} is there already; a backup does not overwrite")]
    Exists(PathBuf),
    #[error("{path} can't be written: {why}")]
    Unwritable { path: PathBuf, why: std::io::Error },
    #[error("another backup to {0} is under way")]
    Running(PathBuf),
    #[error("the backup failed: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("the backup failed: {0}")]
    Io(#[from] std::io::Error),
}

/// Writes one state of the database at `url` into a new file that its owner alone can read, without disturbing a program that works on it. Until it is whole and on
/// the disk it goes by a name that ends in `.part`; a file of that name that an interrupted backup left is written anew.
///
/// # Errors
/// A [`BackupError`], made to be printed as it is.
pub async fn backup(url: &str, to: &Path) -> Result<(), BackupError> {
    let options = options_of(url)?;
    let from = options.get_filename();
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let part = with_suffix(to, ".part");
    let _held = hold(&part, to)?;
    let written = write(options.create_if_missing(false), &part).await.and_then(|()| {
        put_in_place(&part, to).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
            _ => error.into(),
        })
    });
    if written.is_err() {
        remove_with_companions(&part);
    }
    written
}

/// An empty file that no other backup writes to while this one is held.
fn hold(part: &Path, to: &Path) -> Result<File, BackupError> {
    let file = private().open(part).map_err(|why| BackupError::Unwritable { path: to.to_owned(), why })?;
    match file.try_lock() {
        Ok(()) => file.set_len(0)?,
        Err(TryLockError::WouldBlock) => return Err(BackupError::Running(to.to_owned())),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    Ok(file)
}

async fn write(options: SqliteConnectOptions, part: &Path) -> Result<(), BackupError> {
    let mut conn = options.connect().await?;
    let name = part.to_string_lossy();
    sqlx::query!("VACUUM INTO ?", name).execute(&mut conn).await?;
    Ok(conn.close().await?)
}
