//! The database itself: what is wrong with one, how it is brought up to date, how it is saved.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use trapline::service::Error;
use trapline::store::{BackupError, OpenError, Store, backup, restore};

use crate::stage::member;

static MIGRATIONS: Migrator = sqlx::migrate!();

pub(crate) async fn connect(file: &str) -> SqliteConnection {
    SqliteConnectOptions::new().filename(file).create_if_missing(true).connect().await.expect("the file opens")
}

pub(crate) async fn rows(conn: &mut SqliteConnection, table: &str) -> i64 {
    let count = format!("SELECT count(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(conn).await.expect("the table is there")
}

fn in_folder(dir: &tempfile::TempDir, name: &str) -> (String, String) {
    let file = dir.path().join(name).to_str().expect("UTF-8").to_owned();
    (format!("sqlite://{file}"), file)
}

async fn refusal(url: &str) -> OpenError {
    match Store::open(url, [1; 32]).await {
        Ok(_) => panic!("{url} opens"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn the_folder_is_made_and_the_secret_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _) = in_folder(&dir, "deep/er/t.db");
    let store = Store::open(&url, [1; 32]).await.unwrap();
    assert!(matches!(refusal(&url).await, OpenError::InUse { .. }));
    store.close().await;
    drop(store);
    assert_eq!(Store::open(&url, [2; 32]).await.unwrap().secret(), &[1; 32]);
}

#[tokio::test]
async fn a_commit_is_on_the_disk_when_it_returns() {
    let stage = crate::stage::Stage::new().await;
    let mut tx = stage.store().write().await.unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap();
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *tx).await.unwrap();
    // With WAL, only FULL has the log synced at each commit (https://sqlite.org/pragma.html#pragma_synchronous).
    assert_eq!((journal.as_str(), synchronous), ("wal", 2));
}

#[tokio::test]
async fn a_reveal_that_finds_no_room_comes_once_there_is_room() {
    let stage = crate::stage::Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    for n in 0..40 {
        stage.answer(&format!("user {n}"), round, true).await;
    }
    limit_pages(&stage, "1").await;
    for time in ["2026-11-23T17:00:00Z", "2026-11-23T17:30:00Z"] {
        stage.clock.set(crate::stage::at(time));
        let error = stage.s().tick().await.unwrap_err();
        assert!(matches!(&error, Error::Fault(fault) if fault.is_unavailable()), "{error}");
        stage.s().deliver(stage.chat.as_ref()).await.unwrap();
        assert_eq!(stage.chat.state().messages.len(), 1, "nothing is half done");
    }
    limit_pages(&stage, "1000000").await;
    stage.run().await;
    assert_eq!(stage.chat.channel("c1").len(), 2);
    let board = stage.s().leaderboard(&member("g", "ann"), trapline::core::ids::Period::All, 0).await.unwrap();
    assert_eq!((board.members, board.lines[0].1.points), (40, 4));
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
}

/// The database may have no more pages than this, or than it has: as on a disk that takes no more.
async fn limit_pages(stage: &crate::stage::Stage, most: &str) {
    let mut tx = stage.store().write().await.expect("no fault");
    let limit = AssertSqlSafe(format!("PRAGMA max_page_count = {most}"));
    sqlx::query(limit).execute(&mut *tx).await.expect("no fault");
    tx.commit().await.expect("no fault");
}

#[tokio::test]
async fn what_is_wrong_is_said_in_one_sentence() {
    let dir = tempfile::tempdir().unwrap();
    for url in ["postgres://localhost/x", "sqlite::memory:", "nonsense", ""] {
        assert!(matches!(refusal(url).await, OpenError::Url { .. }), "{url}");
    }
    let (url, file) = in_folder(&dir, "text.db");
    std::fs::write(&file, "this is no database, though it is long enough to be taken for the head of one: ".repeat(9))
        .unwrap();
    assert!(matches!(refusal(&url).await, OpenError::NotADatabase { .. }));
    let (url, _) = in_folder(&dir, "text.db/t.db");
    assert!(matches!(refusal(&url).await, OpenError::Folder { .. }));

    let (url, file) = in_folder(&dir, "read-only.db");
    Store::open(&url, [1; 32]).await.unwrap().close().await;
    let mut permissions = Path::new(&file).metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&file, permissions).unwrap();
    let error = refusal(&url).await;
    assert!(matches!(error, OpenError::ReadOnly { .. }));
    assert!(!error.to_string().contains('\n'));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (url, file) = in_folder(&dir, "t.db");
    Store::open(&url, [1; 32]).await.unwrap().close().await;
    let mut conn = connect(&file).await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', 1, x'00', 1)",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    conn.close().await.unwrap();
    assert!(matches!(refusal(&url).await, OpenError::Newer { version: 9999, .. }));
}

#[tokio::test]
async fn a_database_that_another_program_has_locked_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (url, file) = in_folder(&dir, "t.db");
    Store::open(&url, [1; 32]).await.unwrap().close().await;
    let mut conn = connect(&file).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut conn).await.unwrap();
    assert!(matches!(refusal(&url).await, OpenError::InUse { .. }));
}

/// Each migration runs on a database that those before it left, each of which was in use then: `tests/migrations/NNNN.sql` adds
/// what was new in a version.
#[tokio::test]
async fn every_migration_runs_on_a_database_that_is_in_use() {
    let dir = tempfile::tempdir().unwrap();
    for migration in MIGRATIONS.iter() {
        let (url, file) = in_folder(&dir, &format!("from-{}.db", migration.version));
        let mut conn = connect(&file).await;
        for step in MIGRATIONS.iter().filter(|step| step.version <= migration.version) {
            MIGRATIONS.run_to(step.version, &mut conn).await.unwrap();
            let fixture = format!("{}/tests/migrations/{:04}.sql", env!("CARGO_MANIFEST_DIR"), step.version);
            let filling = std::fs::read_to_string(&fixture).unwrap_or_else(|error| panic!("{fixture}: {error}"));
            sqlx::raw_sql(AssertSqlSafe(filling)).execute(&mut conn).await.unwrap();
        }
        let (answers, standings) = (rows(&mut conn, "answers").await, rows(&mut conn, "standings").await);
        assert!(answers > 0 && standings > 0, "the tables are filled");
        conn.close().await.unwrap();

        Store::open(&url, [1; 32]).await.unwrap().close().await;
        let mut conn = connect(&file).await;
        assert_eq!(rows(&mut conn, "answers").await, answers);
        assert_eq!(rows(&mut conn, "standings").await, standings);
        let counted: i64 =
            sqlx::query_scalar("SELECT sum(members) FROM standings_counts").fetch_one(&mut conn).await.unwrap();
        assert_eq!(counted, standings);
        // A linked account has its own name or none, and not the one that the other goes by.
        let names: Vec<Option<String>> =
            sqlx::query_scalar("SELECT name FROM accounts ORDER BY id").fetch_all(&mut conn).await.unwrap();
        let of_ann = if migration.version == 1 { Some("Ann") } else { None };
        let names: Vec<_> = names.iter().map(Option::as_deref).collect();
        assert_eq!(names[..2], [of_ann, Some("Ben")]);
        assert_eq!(rows(&mut conn, "pragma_foreign_key_check").await, 0);
        let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut conn).await.unwrap();
        assert_eq!(whole, "ok");
    }
}

#[tokio::test]
async fn a_backup_of_a_database_in_use_opens_and_overwrites_nothing() {
    let stage = crate::stage::Stage::new().await;
    stage.feed().await;
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("saved.db");
    backup(&stage.url(), &to).await.unwrap();
    assert!(matches!(backup(&stage.url(), &to).await, Err(BackupError::Exists(_))));
    let (gone, _) = in_folder(&dir, "gone.db");
    assert!(matches!(backup(&gone, &dir.path().join("x.db")).await, Err(BackupError::Missing(_))));
    let store = Store::open(&format!("sqlite://{}", to.display()), [9; 32]).await.unwrap();
    assert_eq!(store.secret(), stage.store().secret());
    let mut conn = connect(to.to_str().unwrap()).await;
    assert_eq!(rows(&mut conn, "feeds").await, 1);
}

#[tokio::test]
async fn files_that_hold_the_secret_are_read_by_their_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (url, file) = in_folder(&dir, "t.db");
    let store = Store::open(&url, [1; 32]).await.unwrap();
    let (restored_url, restored) = in_folder(&dir, "again/t.db");
    let saved = dir.path().join("saved.db");
    backup(&url, &saved).await.unwrap();
    // As an earlier version or a copy by hand would leave it.
    std::fs::set_permissions(&saved, Permissions::from_mode(0o644)).unwrap();
    restore(&restored_url, &saved, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    let second = dir.path().join("second.db");
    backup(&restored_url, &second).await.unwrap();
    let beside = ["", "-wal", "-shm", ".lock"].map(|suffix| format!("{file}{suffix}"));
    for path in beside.iter().chain([&restored]).map(Path::new).chain([&*second]) {
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    store.close().await;
}

#[tokio::test]
async fn what_root_restores_belongs_to_whoever_the_folder_belongs_to() {
    const NOBODY: u32 = 65_534;
    let dir = tempfile::tempdir().unwrap();
    let (url, _) = in_folder(&dir, "t.db");
    Store::open(&url, [1; 32]).await.unwrap().close().await;
    let saved = dir.path().join("saved.db");
    backup(&url, &saved).await.unwrap();
    let home = dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    // Whoever is not root restores for themselves.
    if home.metadata().unwrap().uid() == 0 {
        chown(&home, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let (url, file) = in_folder(&dir, "home/t.db");
    restore(&url, &saved, chrono::DateTime::UNIX_EPOCH).await.unwrap();
    for file in [file.clone(), format!("{file}.lock")] {
        assert_eq!(Path::new(&file).metadata().unwrap().uid(), home.metadata().unwrap().uid(), "{file}");
    }
}
