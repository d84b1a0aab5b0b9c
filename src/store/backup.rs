//! A copy of the database while it is in use.

use std::path::{Path, PathBuf};

use sqlx::{ConnectOptions, Connection};

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
}

/// Writes one state of the database at `url` into a new file, without disturbing a program that works on it.
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
    let mut conn = options.create_if_missing(false).connect().await?;
    let name = to.to_string_lossy();
    sqlx::query!("VACUUM INTO ?", name).execute(&mut conn).await?;
    Ok(conn.close().await?)
}
