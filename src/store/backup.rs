//! A copy of the database while it is in use.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::files;
use super::open::{OpenError, options_of};

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("there is no database at {0}")]
    Missing(PathBuf),
    #[error("{0} is there already; a backup does not overwrite")]
    Exists(PathBuf),
    #[error("the backup failed: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("the backup {0} can't be written: {1}")]
    Unwritable(PathBuf, std::io::Error),
}

/// Writes one state of the database at `url` into a new file that its owner alone can read, without disturbing a program that works on it.
///
/// # Errors
/// A [`BackupError`], made to be printed as it is.
pub async fn backup(url: &str, to: &Path) -> Result<(), BackupError> {
    let options = options_of(url)?;
    let from = options.get_filename();
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    // SQLite writes into a file that is there if it is empty.
    files::private().create_new(true).open(to).map_err(|why| match why.kind() {
        ErrorKind::AlreadyExists => BackupError::Exists(to.to_owned()),
        _ => BackupError::Unwritable(to.to_owned(), why),
    })?;
    let written = vacuum_into(options, to).await;
    if written.is_err() {
        // What is there is no backup, and the next one may want its name.
        let _ = std::fs::remove_file(to);
    }
    Ok(written?)
}

async fn vacuum_into(options: SqliteConnectOptions, to: &Path) -> sqlx::Result<()> {
    let mut conn = options.create_if_missing(false).connect().await?;
    let name = to.to_string_lossy();
    sqlx::query!("VACUUM INTO ?", name).execute(&mut conn).await?;
    conn.close().await
}
