//! What gets a community back on its feet: backup, restore, recount.

#![expect(clippy::unwrap_used, reason = "a test's helper ends the test by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use futures::future::join_all;
use sqlx::{AssertSqlSafe, Connection, Row};
use trapline::core::feed::Draft;
use trapline::core::ids::{CommunityId, RoundId};
use trapline::core::recount::Difference;
use trapline::core::round::Given;
use trapline::core::trap::Role;
use trapline::ports::Clock as _;
use trapline::store::{BackupError, RestoreError, Restored, backup, restore};

use crate::database::{connect, rows};
use crate::stage::{Stage, admin, draft, member};

const CROWD: usize = 300;

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn file(stage: &Stage) -> PathBuf {
    stage.url().trim_start_matches("sqlite://").into()
}

async fn change(path: &Path, sql: &'static str) {
    let mut conn = connect(path.to_str().unwrap()).await;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn count(path: &Path, table: &str) -> i64 {
    let mut conn = connect(path.to_str().unwrap()).await;
    let count = rows(&mut conn, table).await;
    conn.close().await.unwrap();
    count
}

async fn restored(stage: &Stage, from: &Path) -> Result<Restored, RestoreError> {
    restore(&stage.url(), from, stage.clock.now()).await
}

/// A stage with one round revealed, which two have answered, and one open.
async fn in_use() -> Stage {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.answer("ben", round, false).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    stage
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A backup during which answers were taken: of how many it was known before that they are stored, and how many came until its end.
async fn backup_amid_answers(
    stage: &Stage,
    dir: &tempfile::TempDir,
    round: RoundId,
    given: &Given,
) -> (PathBuf, i64, i64) {
    let (service, url) = (stage.s().clone(), stage.url());
    let mut before = count(&file(stage), "answers").await;
    for n in 1..=50 {
        let saved = dir.path().join(format!("saved-{n}.db"));
        let (taken, at_end) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
        let back_up = async {
            backup(&url, &saved).await.unwrap();
            at_end.store(taken.load(Ordering::SeqCst), Ordering::SeqCst);
        };
        let answer = async {
            while at_end.load(Ordering::SeqCst) == usize::MAX {
                let user = member("g", &format!("user {n}, {}", taken.load(Ordering::SeqCst)));
                service.answer(&user, round, given).await.unwrap();
                taken.fetch_add(1, Ordering::SeqCst);
            }
        };
        tokio::join!(back_up, answer);
        let during = at_end.into_inner();
        if during > 0 {
            return (saved, before, i64::try_from(during).unwrap());
        }
        before += i64::try_from(taken.into_inner()).unwrap();
    }
    panic!("no answer was ever taken while a backup was under way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_answers_pour_in_is_whole_and_restores() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let round = stage.open_round().await;
    let given = stage.position("onlooker", round, Role::Right).await;
    let pour = |from: usize| {
        let (service, given) = (stage.s().clone(), given.clone());
        async move {
            let users = (from..from + CROWD).map(|n| member("g", &format!("user {n}")));
            let answers = join_all(users.map(|user| {
                let (service, given) = (service.clone(), given.clone());
                async move { service.answer(&user, round, &given).await }
            }));
            answers.await.into_iter().for_each(|answer| drop(answer.expect("each is taken")));
        }
    };
    pour(0).await;
    let (saved, before, during) = backup_amid_answers(&stage, &dir, round, &given).await;
    assert_eq!(stage.s().recount(false).await.unwrap(), []);

    let mut conn = connect(saved.to_str().unwrap()).await;
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut conn).await.unwrap();
    assert_eq!(whole, "ok");
    let answers = rows(&mut conn, "answers").await;
    conn.close().await.unwrap();
    assert!(answers >= before, "what was acknowledged before is in it: {answers}, {before}");
    assert!(answers <= before + during, "and nothing of later: {answers}, {before} and {during}");
    let all = count(&file(&stage), "answers").await;

    stage.close().await;
    let restored = restored(&stage, &saved).await.unwrap();
    assert_eq!((restored.feeds, restored.rounds, i64::from(restored.answers)), (1, 2, answers));
    let kept = restored.kept.expect("there was a database");
    assert_eq!(count(&kept, "answers").await, all, "the old one is kept, to its last write");
    assert_eq!(names(file(&stage).parent().unwrap()), ["t.db", "t.db.before-restore-1", "t.db.lock"]);

    stage.open().await;
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
    stage.run_at("2026-11-24T17:00:00Z").await;
    let board = stage.s().leaderboard(&member("g", "ann"), trapline::core::ids::Period::All, 0).await.unwrap();
    assert_eq!(i64::from(board.members), answers - 2 + 2, "all of them stand there after the reveal");
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
}

#[tokio::test]
async fn a_round_after_a_restore_has_an_id_that_no_button_out_there_has() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    backup(&stage.url(), &saved).await.unwrap();
    stage.run_at("2026-11-24T17:00:00Z").await;
    stage.run_at("2026-11-25T09:00:00Z").await;
    let lost = stage.open_round().await;
    stage.close().await;
    restored(&stage, &saved).await.unwrap();
    stage.open().await;
    stage.run_at("2026-11-25T09:30:00Z").await;
    let anew = stage.s().today(&member("g", "ann")).await.unwrap();
    assert!(anew.iter().all(|mine| mine.round.id != lost), "{lost}");
    let given = trapline::core::round::Given::Position(0);
    crate::stage::refused(stage.s().answer(&member("g", "ann"), lost, &given).await);
}

#[tokio::test]
async fn however_often_one_backup_is_restored_no_id_is_given_twice() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    backup(&stage.url(), &saved).await.unwrap();
    let kept = ids(&saved).await;
    let mut given = BTreeSet::new();
    // What is there when it is restored: the database, which says enough though the clock stands still; nothing; or something that
    // can't be read.
    for there in ["all", "all", "nothing", "all", "rubble", "nothing", "nothing"] {
        if there != "all" {
            stage.clock.advance(TimeDelta::seconds(1));
        }
        stage.s().feed_post(&admin("g"), "1").await.unwrap();
        stage.run().await;
        stage.close().await;
        let new: BTreeSet<_> = ids(&file(&stage)).await.difference(&kept).copied().collect();
        assert!(new.len() >= 2, "a round and its post");
        assert!(new.iter().all(|(_, id)| *id < 1 << 51), "a double holds it exactly: {new:?}");
        assert!(given.is_disjoint(&new), "{new:?}, and before: {given:?}");
        given.extend(new);
        match there {
            "nothing" => std::fs::remove_file(file(&stage)).unwrap(),
            "rubble" => std::fs::write(file(&stage), "rubble ".repeat(999)).unwrap(),
            _ => {}
        }
        restored(&stage, &saved).await.unwrap();
        stage.open().await;
    }
}

/// The ids of all rounds and messages: which table, and the id.
async fn ids(path: &Path) -> BTreeSet<(i64, i64)> {
    let mut conn = connect(path.to_str().unwrap()).await;
    let all = sqlx::query("SELECT 1, id FROM rounds UNION ALL SELECT 2, id FROM outbox").fetch_all(&mut conn).await;
    conn.close().await.unwrap();
    all.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_backup_that_fails_leaves_nothing_behind() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    stage.close().await;
    let whole = std::fs::read(file(&stage)).unwrap();
    let mut damaged = whole.clone();
    let half = damaged.len() / 2;
    damaged[half..].fill(0x55);
    std::fs::write(file(&stage), &damaged).unwrap();
    let error = backup(&stage.url(), &saved).await.unwrap_err();
    assert!(matches!(error, BackupError::Sql(_)), "{error}");
    assert!(names(dir.path()).is_empty(), "{:?}", names(dir.path()));

    std::fs::write(file(&stage), &whole).unwrap();
    // As a backup leaves it that is killed.
    std::fs::write(dir.path().join("saved.db.part"), &damaged[..half]).unwrap();
    backup(&stage.url(), &saved).await.unwrap();
    assert_eq!(names(dir.path()), ["saved.db"]);
    assert_eq!(count(&saved, "rounds").await, 2);
}

#[tokio::test]
async fn two_backups_to_one_name_do_not_mix() {
    let stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    let url = stage.url();
    let (one, other) = tokio::join!(backup(&url, &saved), backup(&url, &saved));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    assert_eq!(names(dir.path()), ["saved.db"]);
    assert_eq!(count(&saved, "rounds").await, 2);
}

#[tokio::test]
async fn what_can_not_be_restored_changes_nothing() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    backup(&stage.url(), &path("good.db")).await.unwrap();
    let running = restored(&stage, &path("good.db")).await.unwrap_err();
    assert!(running.to_string().contains("in use by another process"), "{running}");

    stage.close().await;
    let before = std::fs::read(file(&stage)).unwrap();
    let missing = restored(&stage, &path("missing.db")).await.unwrap_err();
    assert!(matches!(missing, RestoreError::Missing(_)), "{missing}");
    let itself = restored(&stage, &file(&stage)).await.unwrap_err();
    assert!(matches!(itself, RestoreError::Itself(_)), "{itself}");

    std::fs::write(path("text.db"), "no database, but longer than the head of one would have to be. ".repeat(40))
        .unwrap();
    std::fs::write(path("empty.db"), "").unwrap();
    change(&path("other.db"), "CREATE TABLE rounds (id INTEGER); CREATE TABLE meta (id INTEGER)").await;
    let mut bytes = std::fs::read(path("good.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 4000..middle + 4000].fill(0x55);
    std::fs::write(path("damaged.db"), &bytes).unwrap();
    std::fs::write(path("short.db"), &bytes[..middle]).unwrap();
    for name in ["text.db", "empty.db", "other.db", "damaged.db", "short.db"] {
        let error = restored(&stage, &path(name)).await.unwrap_err();
        assert!(matches!(error, RestoreError::Unusable { .. }), "{name}: {error}");
        assert!(!error.to_string().contains('\n'), "{name}: {error}");
    }
    std::fs::copy(path("good.db"), path("newer.db")).unwrap();
    let future = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                  VALUES (9999, 'of the future', 1, x'00', 1)";
    change(&path("newer.db"), future).await;
    let newer = restored(&stage, &path("newer.db")).await.unwrap_err();
    assert!(matches!(newer, RestoreError::Newer { version: 9999, .. }), "{newer}");

    assert_eq!(std::fs::read(file(&stage)).unwrap(), before);
    assert_eq!(names(file(&stage).parent().unwrap()), ["t.db", "t.db.lock"], "no copy is left behind");
}

#[tokio::test]
async fn a_broken_database_is_set_aside_with_all_that_belongs_to_it() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    backup(&stage.url(), &saved).await.unwrap();
    stage.close().await;
    for n in 1..=2 {
        std::fs::write(file(&stage), format!("broken, for the {n}. time; ").repeat(99)).unwrap();
        std::fs::write(format!("{}-wal", file(&stage).display()), "its last writes").unwrap();
        let kept = restored(&stage, &saved).await.unwrap().kept.unwrap();
        assert!(kept.to_str().unwrap().ends_with(&format!("t.db.before-restore-{n}")), "{}", kept.display());
        assert!(std::fs::read_to_string(&kept).unwrap().starts_with(&format!("broken, for the {n}.")));
        assert_eq!(std::fs::read_to_string(format!("{}-wal", kept.display())).unwrap(), "its last writes");
    }
    stage.open().await;
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_restored_by_a_link_is_where_the_link_leads() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let (saved, link) = (dir.path().join("saved.db"), dir.path().join("link.db"));
    backup(&stage.url(), &saved).await.unwrap();
    stage.close().await;
    change(&file(&stage), "DELETE FROM answers").await;
    std::os::unix::fs::symlink(file(&stage), &link).unwrap();
    restore(&url(&link), &saved, stage.clock.now()).await.unwrap();
    assert!(link.is_symlink());
    assert_eq!(count(&file(&stage), "answers").await, 2);
    assert_eq!(names(file(&stage).parent().unwrap()), ["t.db", "t.db.before-restore-1", "t.db.lock"]);
}

#[tokio::test]
async fn a_backup_is_restored_where_there_was_nothing() {
    let stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    backup(&stage.url(), &saved).await.unwrap();
    let elsewhere = dir.path().join("deep/er/t.db");
    assert_eq!(restore(&url(&elsewhere), &saved, stage.clock.now()).await.unwrap().kept, None);
    let (_store, service) = stage.service_over(&url(&elsewhere)).await;
    assert_eq!(service.feeds(&admin("g")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_recount_says_what_differs_and_puts_it_right() {
    let mut stage = in_use().await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.run_at("2026-11-24T17:00:00Z").await;
    let right = stage.s().stats(&member("g", "ann"), None).await.unwrap();
    stage.close().await;
    change(
        &file(&stage),
        "UPDATE standings SET points = 99 WHERE period = 'all' AND member = 2;
         DELETE FROM standings WHERE period = '2026-11' AND member = 2;
         INSERT INTO standings (community, period, member, points, correct, answers, reached_at, accuracy) VALUES (1, '1999-W01', 3, 4, 1, 1, 0, 1.0);
         UPDATE streaks SET best = 7 WHERE member = 2;
         DELETE FROM streaks WHERE member = 3;
         INSERT INTO streaks (feed, member, current, best, freezes, toward) VALUES (1, 1, 1, 1, 0, 0);",
    )
    .await;
    stage.open().await;
    let found = stage.s().recount(false).await.unwrap();
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(matches!(&found[0], Difference::Standing { community: CommunityId(1), .. }), "{found:?}");
    assert_eq!(stage.s().recount(false).await.unwrap(), found, "a look changes nothing");
    assert_eq!(stage.s().recount(true).await.unwrap(), found);
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
    assert_eq!(stage.s().stats(&member("g", "ann"), None).await.unwrap(), right);
}

#[tokio::test]
async fn a_zone_that_is_named_later_moves_what_was_earned_before() {
    let stage = Stage::new().await;
    stage.s().feed_add(&admin("g"), &Draft { reveal_after: Some(14), ..draft("c1") }).await.unwrap();
    stage.run_at("2026-11-29T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    // Sunday in UTC, Monday in Tokyo.
    stage.run_at("2026-11-29T23:00:00Z").await;
    let tokyo = Draft { timezone: Some("Asia/Tokyo".into()), ..draft("c2") };
    stage.s().feed_add(&admin("g"), &tokyo).await.unwrap();
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
    let week = stage.s().leaderboard(&member("g", "ann"), trapline::core::ids::Period::Week, 0).await.unwrap();
    assert_eq!(week.members, 1);
}

fn command(stage: &Stage, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_trapline"))
        .env_clear()
        .env("DATABASE_URL", stage.url())
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    (output, String::from_utf8(text).expect("text"))
}

#[tokio::test]
async fn an_operator_restores_and_recounts() {
    let mut stage = in_use().await;
    let dir = tempfile::tempdir().unwrap();
    let saved = dir.path().join("saved.db");
    let saved = saved.to_str().unwrap();
    assert!(command(&stage, &["backup", saved]).0.status.success(), "while the bot runs");
    for refused in [["restore", saved], ["recount", "--check"]] {
        let (output, text) = command(&stage, &refused);
        assert!(!output.status.success() && text.contains("in use by another process"), "{text}");
    }
    stage.close().await;
    change(&file(&stage), "UPDATE standings SET points = points + 1 WHERE period = 'all' AND member = 2").await;
    let (output, text) = command(&stage, &["recount", "--check"]);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("community 1, all, member 2: 5 points") && text.contains("4 points"), "{text}");
    let (output, text) = command(&stage, &["recount"]);
    assert!(output.status.success() && text.contains("differences: 1"), "{text}");
    let (output, text) = command(&stage, &["recount", "--check"]);
    assert!(output.status.success() && text.contains("what the answers say"), "{text}");
    let (output, text) = command(&stage, &["restore", saved]);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("feeds: 1, rounds: 2, answers: 2") && text.contains("t.db.before-restore-1"), "{text}");
    std::fs::remove_file(file(&stage)).unwrap();
    let (output, text) = command(&stage, &["recount"]);
    assert!(!output.status.success() && text.contains("there is no database at"), "{text}");
}
