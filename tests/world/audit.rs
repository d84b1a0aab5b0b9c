//! What must hold in the database at the end of every scenario, whatever happened in it.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// A sentence about the database, and the query that counts where it does not hold.
const INVARIANTS: &[(&str, &str)] = &[
    ("every owed message was sent or given up", "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"),
    (
        "what is done has a message",
        "SELECT count(*) FROM outbox WHERE state = 'done' AND kind = 'post' AND message IS NULL",
    ),
    (
        "points are official exactly where the round is revealed",
        "SELECT count(*) FROM answers JOIN rounds ON rounds.id = answers.round
         WHERE (answers.points IS NULL) <> (rounds.revealed_at IS NULL)",
    ),
    (
        "the standings of all time are the sums of official points",
        "SELECT count(*) FROM (
             SELECT member, sum(points) AS points FROM answers WHERE points IS NOT NULL GROUP BY member
         ) AS earned
         JOIN standings ON standings.member = earned.member AND standings.period = 'all'
         WHERE standings.points <> earned.points",
    ),
    (
        "nobody with official points is missing from the standings",
        "SELECT count(DISTINCT member) FROM answers WHERE points IS NOT NULL
         AND member NOT IN (SELECT member FROM standings)",
    ),
    (
        "a Discord user is one member of a community",
        "SELECT count(*) FROM (SELECT 1 FROM accounts a JOIN places p ON p.id = a.place WHERE p.platform = 'discord'
         GROUP BY p.community, a.external_id HAVING count(DISTINCT a.member) > 1)",
    ),
    (
        "the standings are counted by their points",
        "SELECT count(*) FROM (SELECT community, period, points, count(*) AS members FROM standings GROUP BY 1, 2, 3) AS counted
         FULL JOIN standings_counts AS kept USING (community, period, points) WHERE kept.members IS NOT counted.members",
    ),
];

/// # Panics
/// With all sentences that do not hold.
pub async fn check(database: &Path) {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = options.connect().await.expect("the database opens");
    let integrity: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.expect("a check");
    assert_eq!(integrity, "ok");
    let mut broken = Vec::new();
    for (sentence, query) in INVARIANTS {
        let exceptions: i64 = sqlx::query_scalar(*query).fetch_one(&mut connection).await.expect(sentence);
        if exceptions > 0 {
            broken.push(format!("{sentence}: not so in {exceptions} rows"));
        }
    }
    connection.close().await.expect("the database closes");
    assert!(broken.is_empty(), "the database at the end:\n- {}", broken.join("\n- "));
}

/// Holds the one lock under which anybody writes, until it is dropped: the database is slow.
pub async fn hold_writes(database: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(database);
    let mut connection = options.connect().await.expect("the database opens");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.expect("the lock is free");
    connection
}
