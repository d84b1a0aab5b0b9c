//! A backup put in the database's place.
//!
//! Whatever interrupts it, there is a whole database in the place at every moment: the old one, or the restored one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::count;
use super::files::{
    COMPANIONS, copy as copy_privately, give_to_owner_of, real_path, remove_companions, remove_with_companions,
    sync_folder, with_suffix,
};
use super::open::{MIGRATIONS, OpenError, explain, make_folder, options_of, take_lock};

/// How many ids of rounds and messages are passed over, after the last that is known: far more than are given between two backups.
/// Those that were given after the backup stand on buttons in channels, and must not mean another round.
const ID_GAP: i64 = 10_000_000;
/// No id comes near this (2^50, far below what a double holds): a damaged database that says so is not believed.
const HIGHEST_ID: i64 = 1 << 50;

/// Why nothing was restored, and nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("there is no file {0}")]
    Missing(PathBuf),
    #[error("{0} is the database itself; name a backup of it")]
    Itself(PathBuf),
    #[error("{path} is not a database of trapline, or it is damaged ({why})")]
    Unusable { path: PathBuf, why: String },
    #[error("{path} was made by a newer version of trapline (its step {version}); restore it with that version")]
    Newer { path: PathBuf, version: i64 },
    #[error("the restore failed: {0}")]
    Io(#[from] std::io::Error),
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub feeds: u32,
    pub rounds: u32,
    pub answers: u32,
    /// The database that was there before.
    pub kept: Option<PathBuf>,
}

/// Puts a copy of the backup `from` in the place of the database at `url`, which no program may be using. The database that was there
/// is kept beside it under a numbered name; the backup stays as it is. What root restores goes to whoever had the database.
///
/// New rounds and messages get ids that none has had before: higher than those in the backup and in the database that was there, and
/// at least `now` in milliseconds, since what was there may be gone, with all that was given after an earlier restore.
///
/// # Errors
/// A [`RestoreError`], made to be printed as it is.
pub async fn restore(url: &str, from: &Path, now: DateTime<Utc>) -> Result<Restored, RestoreError> {
    let path = options_of(url)?.get_filename().to_owned();
    if !from.is_file() {
        return Err(RestoreError::Missing(from.to_owned()));
    }
    make_folder(&path)?;
    let lock = take_lock(&path)?;
    // Not the link to it is to be replaced.
    let path = real_path(&path);
    give_to_owner_of(&path, lock.file());
    if real_path(from) == path {
        return Err(RestoreError::Itself(path));
    }
    let copy = with_suffix(&path, ".restoring");
    let given = ids_given(&path).await.unwrap_or_default().max(now.timestamp_millis().min(HIGHEST_ID));
    let mut restored = match examined_copy(from, &copy, &path, given).await {
        Ok(restored) => restored,
        Err(error) => {
            remove_with_companions(&copy);
            return Err(error);
        }
    };
    restored.kept = keep_aside(&path).await?;
    fs::rename(&copy, &path)?;
    sync_folder(&path)?;
    Ok(restored)
}

/// The highest id that the database in the place has given, but for its last writes, which may be in its log alone; none where it can't
/// be read. It is looked at without SQLite noticing: nothing of what belongs to it is touched.
async fn ids_given(path: &Path) -> Option<i64> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).read_only(true).immutable(true);
    let mut conn = options.connect().await.ok()?;
    let highest =
        sqlx::query_scalar!("SELECT max(seq) AS \"seq: i64\" FROM sqlite_sequence WHERE name IN ('rounds', 'outbox')");
    let highest = highest.fetch_one(&mut conn).await;
    conn.close().await.ok()?;
    highest.ok().flatten().filter(|highest| *highest < HIGHEST_ID)
}

/// Copies the backup for `place` and makes sure that the copy can be used: what is put in place is what was looked at.
async fn examined_copy(from: &Path, copy: &Path, place: &Path, given: i64) -> Result<Restored, RestoreError> {
    remove_with_companions(copy);
    give_to_owner_of(place, &copy_privately(from, copy)?);
    // A database that was set aside may have its last writes beside it.
    let log = with_suffix(from, "-wal");
    if log.is_file() {
        copy_privately(&log, &with_suffix(copy, "-wal"))?;
    }
    let restored = examine(copy, given).await.map_err(|error| match error {
        Unfit::Sql(error) => RestoreError::Unusable { path: from.to_owned(), why: error.to_string() },
        Unfit::Other(why) => RestoreError::Unusable { path: from.to_owned(), why },
        Unfit::Migration(error) => match explain(error, from.to_owned()) {
            OpenError::Newer { path, version } => RestoreError::Newer { path, version },
            other => RestoreError::Open(other),
        },
    })?;
    File::open(copy)?.sync_all()?;
    Ok(restored)
}

#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("{0}")]
    Other(String),
}

async fn examine(copy: &Path, given: i64) -> Result<Restored, Unfit> {
    let options = SqliteConnectOptions::new().filename(copy).create_if_missing(false).foreign_keys(true);
    let mut conn = options.connect().await?;
    let ours = sqlx::query_scalar!(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'meta', 'rounds', 'answers')"
    );
    if ours.fetch_one(&mut conn).await? != 4 {
        return Err(Unfit::Other("its tables are others".into()));
    }
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut conn).await?;
    if found != "ok" {
        return Err(Unfit::Other(found.lines().next().unwrap_or_default().to_owned()));
    }
    MIGRATIONS.run(&mut conn).await?;
    pass_over_ids(&mut conn, given).await?;
    let restored = contents(&mut conn).await?;
    // The last connection to go leaves everything in the one file.
    conn.close().await?;
    Ok(restored)
}

/// `given`: an id that no new one may be below.
async fn pass_over_ids(conn: &mut SqliteConnection, given: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO sqlite_sequence (name, seq) SELECT name, 0 FROM sqlite_schema
         WHERE name IN ('rounds', 'outbox') AND name NOT IN (SELECT name FROM sqlite_sequence)"
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("UPDATE sqlite_sequence SET seq = max(seq, ?) + ? WHERE name IN ('rounds', 'outbox')", given, ID_GAP)
        .execute(conn)
        .await?;
    Ok(())
}

async fn contents(conn: &mut SqliteConnection) -> sqlx::Result<Restored> {
    let row = sqlx::query!(
        r#"SELECT (SELECT count(*) FROM feeds WHERE state <> 'removed') AS "feeds!: i64",
           (SELECT count(*) FROM rounds) AS "rounds!: i64", (SELECT count(*) FROM answers) AS "answers!: i64""#
    )
    .fetch_one(conn)
    .await?;
    Ok(Restored { feeds: count(row.feeds), rounds: count(row.rounds), answers: count(row.answers), kept: None })
}

/// Gives the database that is there a second name, and leaves nothing beside the first that belongs to it.
async fn keep_aside(path: &Path) -> Result<Option<PathBuf>, RestoreError> {
    let aside = free_name(path);
    let kept = path.is_file().then(|| aside.clone());
    // SQLite deletes its log on closing, even that of a database which it could not read.
    copy_companions(path, &aside)?;
    if kept.is_some() {
        match gather(path).await {
            Ok(()) => remove_companions(&aside),
            Err(error) => tracing::warn!(%error, "the database that was there can't be read; it is kept as it is"),
        }
        if fs::hard_link(path, &aside).is_err() {
            // A file system without links: for a moment nothing is in the place.
            fs::rename(path, &aside)?;
        }
    }
    remove_companions(path);
    Ok(kept)
}

fn copy_companions(from: &Path, to: &Path) -> std::io::Result<()> {
    for suffix in COMPANIONS {
        let beside = with_suffix(from, suffix);
        if beside.is_file() {
            fs::copy(beside, with_suffix(to, suffix))?;
        }
    }
    Ok(())
}

/// Has SQLite put its last writes into the file itself.
async fn gather(path: &Path) -> sqlx::Result<()> {
    let mut conn = SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await?;
    let gathered = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut conn).await;
    conn.close().await?;
    gathered.map(|_| ())
}

/// The first of `trapline.db.before-restore-1`, `-2` … that nothing has.
fn free_name(path: &Path) -> PathBuf {
    let taken = |name: &PathBuf| name.exists() || COMPANIONS.iter().any(|suffix| with_suffix(name, suffix).exists());
    (1_u32..)
        .map(|n| with_suffix(path, format!(".before-restore-{n}")))
        .find(|name| !taken(name))
        .expect("a folder holds fewer files than there are numbers")
}
