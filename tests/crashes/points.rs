//! Where the program is killed, and how it is brought to stand there from outside.
//!
//! Around a send it stands because the platform leaves its request hanging. Inside a transaction it stands because a trigger that only
//! this test puts into the database keeps SQLite counting at exactly that statement, with the write lock held.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::dice::Dice;
use crate::world::hub::PATIENCE;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// Inside the transaction that makes a round and what it owes.
    Making,
    /// Inside the one that marks a message as being sent.
    Claiming,
    /// After that claim; the message is on its way and never arrives.
    Claimed,
    /// The message is in the channel, and the program does not know.
    Sent,
    /// Inside the transaction that records the message.
    Recording,
    /// Just after that record.
    Recorded,
    /// Inside the reveal.
    Revealing,
    /// Inside a transaction that answers share.
    Answering,
    /// At any moment, with everything going on at once.
    Anywhere,
}

impl Point {
    pub(crate) const NAMED: [Self; 8] = [
        Self::Making,
        Self::Claiming,
        Self::Claimed,
        Self::Sent,
        Self::Recording,
        Self::Recorded,
        Self::Revealing,
        Self::Answering,
    ];

    /// For a point inside a transaction: the statement at which it is to stand still, and what brings it there.
    pub(crate) fn stop(self, dice: &mut Dice) -> Option<Stop> {
        let at = |statement, order| Stop { statement, order };
        let post = |statement| at(statement, Some("feed post"));
        let reveal = |statement| at(statement, Some("feed reveal"));
        Some(match self {
            Self::Making => {
                post(dice.one_of(&["AFTER INSERT ON rounds", "AFTER INSERT ON outbox WHEN new.kind = 'post'"]))
            }
            Self::Claiming => {
                at("AFTER UPDATE OF state ON outbox WHEN new.state = 'sending' AND old.state = 'pending'", None)
            }
            Self::Recording => dice.one_of(&[
                at("AFTER UPDATE OF state ON outbox WHEN new.state = 'done' AND new.message IS NOT NULL", None),
                post("AFTER UPDATE OF message ON rounds"),
                reveal("AFTER UPDATE OF reveal_message ON rounds"),
            ]),
            Self::Revealing => reveal(dice.one_of(&[
                "AFTER UPDATE OF revealed_at ON rounds",
                "AFTER UPDATE OF points ON answers",
                "BEFORE INSERT ON standings WHEN new.period = 'all'",
                "AFTER INSERT ON outbox WHEN new.kind = 'close'",
                "AFTER INSERT ON outbox WHEN new.kind = 'details'",
            ])),
            // Not at the first of them: the others have gathered behind it.
            Self::Answering => at("BEFORE INSERT ON answers WHEN new.member % 3 = 0", None),
            Self::Claimed | Self::Sent | Self::Recorded | Self::Anywhere => return None,
        })
    }
}

/// A statement inside a transaction, as a trigger names it, and the command that leads there, where not every one does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stop {
    pub(crate) statement: &'static str,
    pub(crate) order: Option<&'static str>,
}

/// The database, looked at and meddled with from outside. Every connection is a short one: what a killed program leaves behind is put in
/// order by the next program that opens the database, not by a test that still has it open.
pub(crate) struct Outside(PathBuf);

impl Outside {
    pub(crate) fn new(database: &Path) -> Self {
        Self(database.to_owned())
    }

    pub(crate) async fn connect(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(&self.0).busy_timeout(PATIENCE);
        options.connect().await.expect("the database opens")
    }

    /// One number out of the database.
    pub(crate) async fn number(&self, query: &'static str) -> i64 {
        let mut conn = self.connect().await;
        let number = sqlx::query_scalar(query).fetch_one(&mut conn).await.expect(query);
        conn.close().await.expect("the database closes");
        number
    }

    /// Waits until a query gives more than `before`.
    pub(crate) async fn more_than(&self, before: i64, query: &'static str) {
        let more = async {
            while self.number(query).await <= before {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, more).await.unwrap_or_else(|_| panic!("waited in vain for more of: {query}"));
    }

    /// From now on whoever comes to this statement counts for minutes there.
    pub(crate) async fn stop_at(&self, statement: &str) {
        let sql = format!(
            "BEGIN IMMEDIATE;
             CREATE VIEW long_while AS WITH RECURSIVE counted (n) AS
                (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 2000000000) SELECT count(*) AS n FROM counted;
             CREATE TRIGGER stand_still {statement} BEGIN SELECT n FROM long_while; END;
             COMMIT;"
        );
        self.execute(sql).await;
    }

    pub(crate) async fn go_on(&self) {
        self.execute("DROP TRIGGER IF EXISTS stand_still; DROP VIEW IF EXISTS long_while;".to_owned()).await;
    }

    pub(crate) async fn execute(&self, sql: String) {
        let mut conn = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.expect("the database takes it");
        conn.close().await.expect("the database closes");
    }

    /// Waits until somebody keeps the write lock for much longer than any transaction takes.
    pub(crate) async fn stands(&self) {
        let options = SqliteConnectOptions::new().filename(&self.0).busy_timeout(Duration::from_millis(150));
        let stands = async {
            loop {
                let mut conn = options.connect().await.expect("the database opens");
                let is_held = sqlx::raw_sql("BEGIN IMMEDIATE; ROLLBACK").execute(&mut conn).await.is_err();
                conn.close().await.expect("the database closes");
                if is_held {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, stands).await.expect("the program comes to where it is to stand still");
    }
}
