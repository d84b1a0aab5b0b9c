//! A past of any size, put into a stopped bot's database: rounds that were revealed, with the answers, standings and streaks that
//! the bot itself would have left.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use trapline::core::ids::Period;
use trapline::core::score::{Streak, period_key};

use crate::Outcome;
use crate::database::Database;

/// Rounds a day apart, the newest yesterday at nine, of every feed on Discord, with the version of one that was posted.
const ROUNDS: &str = "
    INSERT INTO rounds (feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at, revealed_at, settled, channel, message)
    WITH RECURSIVE days(ago) AS (SELECT ?1 UNION ALL SELECT ago - 1 FROM days WHERE ago > 1),
    slots(at) AS (SELECT (CAST(strftime('%s', 'now', 'start of day') AS INTEGER) - ago * 86400 + 9 * 3600) * 1000 FROM days)
    SELECT f.id, strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch'), at, 0, 0, 7,
        (SELECT o.version FROM rounds o WHERE o.feed = f.id ORDER BY o.id LIMIT 1), at, at + 28800000, at + 28800000, 1,
        f.channel, 'history'
    FROM slots JOIN feeds f JOIN places p ON p.id = f.place WHERE p.platform = 'discord' ORDER BY at, f.id";

/// Every member answers every round of their community; some are better than others, and nobody is always right.
const ANSWERS: &str = "
    INSERT INTO answers (round, member, said, confidence, first_at, at, points, verdict, mistake)
    SELECT round, member, CASE verdict WHEN 'right' THEN 0 WHEN 'bait' THEN 1 ELSE 2 END, confidence, at, at,
        CASE WHEN verdict = 'right' THEN CASE confidence WHEN 0 THEN 4 WHEN 1 THEN 8 ELSE 10 END
             ELSE CASE confidence WHEN 0 THEN 0 WHEN 1 THEN -4 ELSE -12 END END,
        verdict, CASE verdict WHEN 'right' THEN NULL ELSE 'counts-weights-only' END
    FROM (SELECT round, member, dice / 100 % 3 AS confidence, slot_at + dice % 28000000 AS at,
            CASE WHEN dice % 100 < 20 + member % 60 THEN 'right' WHEN dice / 1000 % 2 THEN 'bait' ELSE 'wrong' END AS verdict
          FROM (SELECT r.id AS round, m.id AS member, r.slot_at, (m.id * 7919 + r.id * 104729) * 2654435761 % 1000000007 AS dice
                FROM rounds r JOIN feeds f ON f.id = r.feed JOIN places p ON p.id = f.place
                JOIN members m ON m.community = p.community WHERE r.message = 'history' ORDER BY r.id, m.id))";

const STANDINGS: &str = "
    INSERT INTO standings (community, period, member, points, correct, answers, reached_at, accuracy)
    SELECT m.community, t.period, a.member, sum(a.points), sum(a.verdict = 'right'), count(*),
        coalesce(max(a.at) FILTER (WHERE a.points <> 0), min(a.at)), CAST(sum(a.verdict = 'right') AS REAL) / count(*)
    FROM periods t JOIN answers a ON a.round = t.round JOIN members m ON m.id = a.member
    GROUP BY m.community, t.period, a.member";

const STREAKS: &str = "
    INSERT INTO streaks (feed, member, current, best, freezes, toward)
    SELECT DISTINCT f.id, m.id, ?1, ?2, ?3, ?4
    FROM feeds f JOIN places p ON p.id = f.place JOIN members m ON m.community = p.community
    WHERE p.platform = 'discord' ORDER BY f.id, m.id";

/// What would slow the filling down; made again after it.
const INDEXES: &str = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name IN ('answers_member', 'standings_rank', 'standings_member')";

/// New members of the place on Discord that was made first, with an account each.
pub(crate) async fn settle(database: &mut Database, members: u64) -> Outcome<()> {
    let members = i64::try_from(members)?;
    let mut tx = database.0.begin().await?;
    let place: (i64, i64) =
        sqlx::query_as("SELECT id, community FROM places WHERE platform = 'discord' ORDER BY id LIMIT 1")
            .fetch_one(&mut *tx)
            .await?;
    sqlx::query(
        "INSERT INTO members (community, name)
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2) SELECT ?1, 'Settler ' || i FROM n",
    )
    .bind(place.1)
    .bind(members)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO accounts (place, external_id, member, name)
         SELECT ?1, CAST(8000000000000000000 + id AS TEXT), id, name FROM members WHERE community = ?2 AND name LIKE 'Settler %'",
    )
    .bind(place.0)
    .bind(place.1)
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// At least so many answers of the members that there are. Returns how many.
pub(crate) async fn fill(database: &mut Database, answers: u64) -> Outcome<u64> {
    let members = database
        .number(
            "SELECT count(*) FROM members m JOIN places p ON p.community = m.community WHERE p.platform = 'discord'",
        )
        .await?;
    let members = u64::try_from(members)?.max(1);
    let rounds = u32::try_from(answers.div_ceil(members))?;
    let conn = &mut database.0;
    // Nothing is lost with it that could not be made again.
    conn.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA temp_store = FILE").await?;
    let mut tx = conn.begin().await?;
    let indexes: Vec<(String, String)> = sqlx::query_as(INDEXES).fetch_all(&mut *tx).await?;
    for (name, _) in &indexes {
        sqlx::query(AssertSqlSafe(format!("DROP INDEX {name}"))).execute(&mut *tx).await?;
    }
    sqlx::query(ROUNDS).bind(rounds).execute(&mut *tx).await?;
    let made = sqlx::query(ANSWERS).execute(&mut *tx).await?.rows_affected();
    sqlx::query("CREATE TEMP TABLE periods (round INTEGER NOT NULL, period TEXT NOT NULL)").execute(&mut *tx).await?;
    let revealed: Vec<(i64, i64)> =
        sqlx::query_as("SELECT id, revealed_at FROM rounds WHERE message = 'history'").fetch_all(&mut *tx).await?;
    for (round, revealed_at) in revealed {
        let at: DateTime<Utc> = DateTime::from_timestamp_millis(revealed_at).ok_or("a round out of time")?;
        for period in Period::ALL {
            let key = period_key(period, at, chrono_tz::UTC);
            sqlx::query("INSERT INTO periods VALUES (?, ?)").bind(round).bind(key).execute(&mut *tx).await?;
        }
    }
    sqlx::query(STANDINGS).execute(&mut *tx).await?;
    let Streak { current, best, freezes, toward } = (0..rounds).fold(Streak::default(), |streak, _| streak.answered());
    sqlx::query(STREAKS).bind(current).bind(best).bind(freezes).bind(toward).execute(&mut *tx).await?;
    for (_, sql) in indexes {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    conn.execute("DROP TABLE periods; PRAGMA wal_checkpoint(TRUNCATE)").await?;
    Ok(made)
}
