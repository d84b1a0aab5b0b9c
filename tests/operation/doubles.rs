//! What an older version left in the database is put right at the start.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio::process::Command;
use trapline::store::Store;

use crate::program::{Program, database};

/// Two servers that are joined, with one Discord user who is a member for each.
const DOUBLES: &str = "
    INSERT INTO communities (id) VALUES (1);
    INSERT INTO places VALUES (1, 'discord', '100', 1), (2, 'discord', '101', 1);
    INSERT INTO members VALUES (1, 1, 'Samantha'), (2, 1, 'Sam');
    INSERT INTO accounts VALUES (1, 1, '4711', 1, 'Samantha'), (2, 2, '4711', 2, 'Sam');
    INSERT INTO practice VALUES (1, 'a-trap', 2, 1, 1000), (2, 'a-trap', 1, 1, 2000)";

async fn connect(folder: &TempDir) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database(folder.path())).connect().await.unwrap()
}

#[tokio::test]
async fn a_discord_user_who_was_two_members_is_one_from_the_start_on() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite://{}", database(folder.path()).display());
    Store::open(&url, [1; 32]).await.unwrap().close().await;
    let mut before = connect(&folder).await;
    sqlx::raw_sql(DOUBLES).execute(&mut before).await.unwrap();
    before.close().await.unwrap();

    let program = Program::launch(Command::new(env!("CARGO_BIN_EXE_trapline")), folder, &[]).await;
    let options = SqliteConnectOptions::new().filename(program.database()).read_only(true);
    let mut after = options.connect().await.unwrap();
    let accounts: Vec<(i64, i64)> = sqlx::query_as("SELECT id, member FROM accounts WHERE place < 3 ORDER BY id")
        .fetch_all(&mut after)
        .await
        .unwrap();
    assert_eq!(accounts, [(1, 1), (2, 1)]);
    let times: Vec<i64> = sqlx::query_scalar("SELECT times FROM practice").fetch_all(&mut after).await.unwrap();
    assert_eq!(times, [3], "nothing is lost");
    after.close().await.unwrap();
    let log = program.stop().await;
    let line = log.lines().find(|line| line.contains("are one each")).expect("it is said");
    assert!(
        line.contains("members") && !log.contains("Sam") && !log.contains("4711"),
        "with a count and no names: {log}"
    );
}
