//! What members said in rounds.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::Executor;

use super::people::{Account, Place};
use super::together::Common;
use super::{Conn, Result, StoreError, count, ms};
use crate::core::ids::{CommunityId, Confidence, FeedId, MemberId, PlaceId, Platform, RoundId};
use crate::core::round::{Answer, Said, Verdict, Verdicted};
use crate::core::trap::{Kind, Trap};

mod history;

pub(crate) use history::{Kept, of_member, official, open_of_member, sums};

/// Equal answers of a round, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Group {
    pub(crate) answer: Answer,
    pub(crate) times: u32,
}

/// An option's index is small, so a double holds it exactly.
fn to_column(said: Said) -> f64 {
    match said {
        Said::Option(index) => f64::from(u32::try_from(index).unwrap_or(u32::MAX)),
        Said::Value(value) => value,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the column of a choice trap holds nothing but small indices"
)]
fn from_column(trap: &Trap, said: f64) -> Said {
    match &trap.kind {
        Kind::Choice { .. } => Said::Option(said as usize),
        Kind::Number(_) => Said::Value(said),
    }
}

fn level(confidence: Confidence) -> i64 {
    match confidence {
        Confidence::Guess => 0,
        Confidence::Sure => 1,
        Confidence::Certain => 2,
    }
}

fn confidence(level: i64) -> Result<Confidence> {
    usize::try_from(level)
        .ok()
        .and_then(|index| Confidence::ALL.get(index).copied())
        .ok_or_else(|| StoreError::Corrupt(format!("confidence {level}")))
}

const RIGHT: &str = "right";

fn verdict_name(role: Verdicted) -> &'static str {
    match role {
        Verdicted::Right => RIGHT,
        Verdicted::Bait => "bait",
        Verdicted::Wrong => "wrong",
        Verdicted::Astray => "astray",
    }
}

/// Who asks about a round, and what they have said in it: all that an answer needs to know besides the round itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asking {
    pub(crate) place: Place,
    pub(crate) account: Option<Account>,
    said: Option<(f64, i64)>,
}

impl Asking {
    /// What was said so far in the round, whose trap this is.
    pub(crate) fn before(&self, trap: &Trap) -> Result<Option<Answer>> {
        self.said.map(|(said, level)| read(trap, said, level)).transpose()
    }
}

struct AskingRow {
    place: i64,
    community: i64,
    account: Option<i64>,
    account_place: Option<i64>,
    member: Option<i64>,
    name: Option<String>,
    own_name: Option<String>,
    said: Option<f64>,
    confidence: Option<i64>,
}

/// None for a place that is not known. Who asks is found as by [`super::people::account`]. Begins the transaction where it has not begun.
pub(crate) async fn asking(
    common: &mut Common,
    (platform, place): (Platform, &str),
    user: &str,
    round: RoundId,
) -> Result<Option<Asking>> {
    let platform = platform.as_str();
    macro_rules! ask {
        ($before:tt) => {
            sqlx::query_as!(
                AskingRow,
                $before
                    + r#"SELECT p.id AS "place!", p.community AS "community!", a.id AS "account?",
                     a.place AS "account_place?", m.id AS "member?", m.name AS "name?", a.name AS "own_name?",
                     n.said AS "said?", n.confidence AS "confidence?"
                     FROM places p
                     LEFT JOIN accounts a ON a.id = coalesce(
                         (SELECT own.id FROM accounts own WHERE own.place = p.id AND own.external_id = ?3),
                         (SELECT o.id FROM places there CROSS JOIN accounts o ON o.place = there.id AND o.external_id = ?3
                          WHERE there.community = p.community AND there.platform = 'discord' AND p.platform = 'discord'
                          ORDER BY o.id LIMIT 1))
                     LEFT JOIN members m ON m.id = a.member
                     LEFT JOIN answers n ON n.member = m.id
                         AND n.round = (SELECT coalesce(twin_of, id) FROM rounds WHERE id = ?4)
                     WHERE p.platform = ?1 AND p.external_id = ?2"#,
                platform,
                place,
                user,
                round.0
            )
        };
    }
    let row = match common.begin() {
        Some(conn) => ask!("BEGIN IMMEDIATE; ").fetch_optional(conn).await?,
        None => ask!("").fetch_optional(common.conn().await?).await?,
    };
    Ok(row.map(|row| Asking {
        place: Place { id: PlaceId(row.place), community: CommunityId(row.community) },
        account: row.account.zip(row.account_place).zip(row.member.zip(row.name)).map(
            |((id, place), (member, name))| Account {
                id,
                place: PlaceId(place),
                member: MemberId(member),
                name,
                own_name: row.own_name,
            },
        ),
        said: row.said.zip(row.confidence),
    }))
}

fn read(trap: &Trap, said: f64, level: i64) -> Result<Answer> {
    Ok(Answer { said: from_column(trap, said), confidence: confidence(level)? })
}

pub(crate) async fn get(conn: &mut Conn, round: RoundId, trap: &Trap, member: MemberId) -> Result<Option<Answer>> {
    let row = sqlx::query!("SELECT said, confidence FROM answers WHERE round = ? AND member = ?", round.0, member.0)
        .fetch_optional(conn)
        .await?;
    row.map(|row| read(trap, row.said, row.confidence)).transpose()
}

/// Records an answer if it is the first in its round of a member who is known by this name, all in one statement; says whether it did.
/// Where not, nothing has changed. Begins the transaction where others have a part in it and it has not begun.
pub(crate) async fn put_first(
    common: &mut Common,
    (platform, place): (Platform, &str),
    (user, name): (&str, Option<&str>),
    (round, community): (RoundId, CommunityId),
    answer: Answer,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (platform, said, confidence, now) =
        (platform.as_str(), to_column(answer.said), level(answer.confidence), ms(now));
    macro_rules! put {
        ($before:tt) => {
            sqlx::query!(
                $before
                    + "INSERT INTO answers (round, member, said, confidence, first_at, at)
                     SELECT ?1, m.id, ?2, ?3, ?4, ?4
                     FROM places p JOIN accounts a ON a.place = p.id JOIN members m ON m.id = a.member
                     WHERE p.platform = ?5 AND p.external_id = ?6 AND p.community = ?7
                         AND a.external_id = ?8 AND (?9 IS NULL OR (a.name = ?9 AND m.name = ?9))
                     ON CONFLICT (round, member) DO NOTHING",
                round.0,
                said,
                confidence,
                now,
                platform,
                place,
                community.0,
                user,
                name
            )
        };
    }
    if let Some(conn) = common.alone() {
        return Ok(put!("").execute(conn).await?.rows_affected() > 0);
    }
    if let Some(conn) = common.begin() {
        // `BEGIN` counts the rows of whatever was before it, so the last count is the one.
        let counts = conn.fetch_many(put!("BEGIN IMMEDIATE; ")).try_filter_map(async |step| Ok(step.left()));
        let last = counts.try_fold(0, async |_, done| Ok(done.rows_affected())).await?;
        return Ok(last > 0);
    }
    Ok(put!("").execute(common.conn().await?).await?.rows_affected() > 0)
}

/// Records an answer, or changes it. Saying the same again does not count as a change. Ends the transaction where nobody else
/// has a part in it.
pub(crate) async fn put(
    common: &mut Common,
    round: RoundId,
    member: MemberId,
    answer: Answer,
    now: DateTime<Utc>,
) -> Result<()> {
    let (said, confidence, now) = (to_column(answer.said), level(answer.confidence), ms(now));
    macro_rules! put {
        ($after:tt) => {
            sqlx::query!(
                "INSERT INTO answers (round, member, said, confidence, first_at, at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                 ON CONFLICT (round, member) DO UPDATE SET
                    at = CASE WHEN said = excluded.said AND confidence = excluded.confidence THEN at ELSE excluded.at END,
                    said = excluded.said, confidence = excluded.confidence"
                    + $after,
                round.0,
                member.0,
                said,
                confidence,
                now
            )
        };
    }
    match common.commit() {
        Some(conn) => put!("; COMMIT").execute(conn).await?,
        None => put!("").execute(common.conn().await?).await?,
    };
    Ok(())
}

pub(crate) async fn count_of(conn: &mut Conn, round: RoundId) -> Result<u32> {
    Ok(count(sqlx::query_scalar!("SELECT count(*) FROM answers WHERE round = ?", round.0).fetch_one(conn).await?))
}

/// The answers of a round, equal ones together.
pub(crate) async fn groups(conn: &mut Conn, round: RoundId, trap: &Trap) -> Result<Vec<Group>> {
    let rows = sqlx::query!(
        "SELECT said, confidence, count(*) AS times FROM answers WHERE round = ? GROUP BY said, confidence",
        round.0
    )
    .fetch_all(conn)
    .await?;
    let group = |said, level, times| Ok(Group { answer: read(trap, said, level)?, times: count(times) });
    rows.into_iter().map(|row| group(row.said, row.confidence, row.times)).collect()
}

/// Makes the verdict on all equal answers of a round official.
pub(crate) async fn judge(conn: &mut Conn, round: RoundId, answer: Answer, verdict: &Verdict) -> Result<()> {
    let (said, confidence, role) = (to_column(answer.said), level(answer.confidence), verdict_name(verdict.role));
    sqlx::query!(
        "UPDATE answers SET points = ?, verdict = ?, mistake = ? WHERE round = ? AND said = ? AND confidence = ?",
        verdict.points,
        role,
        verdict.mistake,
        round.0,
        said,
        confidence
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Who gained most in a revealed round, best first, then first come: name and points.
pub(crate) async fn gains(conn: &mut Conn, round: RoundId, limit: u32) -> Result<Vec<(String, i32)>> {
    let rows = sqlx::query!(
        r#"SELECT m.name, a.points AS "points!" FROM answers a JOIN members m ON m.id = a.member
           WHERE a.round = ? AND a.points > 0 ORDER BY a.points DESC, a.at, a.member LIMIT ?"#,
        round.0,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, i32::try_from(row.points).unwrap_or_default())).collect())
}

/// Those who answered a round and have an account in the place of a feed.
pub(crate) async fn members(conn: &mut Conn, round: RoundId, feed: FeedId) -> Result<BTreeSet<MemberId>> {
    let ids = sqlx::query_scalar!(
        "SELECT a.member FROM answers a JOIN feeds f ON f.id = ?2
         WHERE a.round = ?1 AND EXISTS (SELECT 1 FROM accounts c WHERE c.member = a.member AND c.place = f.place)",
        round.0,
        feed.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(MemberId).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, people};

    const ROUND: RoundId = RoundId(1);
    const HERE: (Platform, &str) = (Platform::Discord, "g");

    /// Two guilds, each with somebody called Ann. Rounds are not what this is about, so there are none.
    async fn store(dir: &tempfile::TempDir) -> Store {
        let store = Store::open(&format!("sqlite://{}/t.db", dir.path().display()), [1; 32]).await.unwrap();
        let mut tx = store.write().await.unwrap();
        for guild in ["g", "h"] {
            let place = people::ensure_place(&mut tx, Platform::Discord, guild).await.unwrap();
            people::make_account(&mut tx, place, guild, "Ann").await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut turn = store.inner.writer.turn().await.unwrap();
        sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *turn).await.unwrap();
        turn.release();
        store
    }

    /// In a round of the first guild's community.
    async fn first(
        store: &Store,
        place: &'static str,
        user: &'static str,
        name: Option<&'static str>,
        said: usize,
    ) -> bool {
        let answer = Answer { said: Said::Option(said), confidence: Confidence::Guess };
        store
            .write_together(move |common| {
                let (place, who) = ((Platform::Discord, place), (user, name));
                Box::pin(put_first(common, place, who, (ROUND, CommunityId(1)), answer, DateTime::UNIX_EPOCH))
            })
            .await
            .unwrap()
    }

    async fn kept(store: &Store) -> Vec<(i64, f64)> {
        let rows = sqlx::query_as("SELECT member, said FROM answers ORDER BY member");
        rows.fetch_all(&mut *store.read().await.unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn only_a_first_answer_of_who_is_known_is_put_in_one_statement() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        for (place, user, name) in
            [("g", "nobody", Some("Ann")), ("g", "g", Some("Anna")), ("h", "h", Some("Ann")), ("nowhere", "g", None)]
        {
            assert!(!first(&store, place, user, name, 0).await, "{user} as {name:?} in {place}");
        }
        assert_eq!(kept(&store).await, []);
        assert!(first(&store, "g", "g", Some("Ann"), 1).await);
        assert!(!first(&store, "g", "g", Some("Ann"), 2).await, "it is not the first");
        assert_eq!(kept(&store).await, [(1, 1.0)]);
    }

    #[tokio::test]
    async fn who_comes_without_a_name_is_known_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        assert!(first(&store, "g", "g", None, 1).await);
    }

    #[tokio::test]
    async fn first_answers_that_come_together_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(&dir).await;
        let mut tx = store.write().await.unwrap();
        let place = people::place(&mut tx, HERE.0, HERE.1).await.unwrap().unwrap();
        people::make_account(&mut tx, place, "g2", "Ben").await.unwrap();
        tx.commit().await.unwrap();
        let held = store.write().await.unwrap();
        let all = async {
            tokio::join!(
                first(&store, "h", "h", None, 0),
                first(&store, "g", "g", None, 1),
                first(&store, "g", "g", None, 2),
                first(&store, "g", "g2", None, 3),
            )
        };
        let mut all = std::pin::pin!(all);
        assert!(futures::poll!(&mut all).is_pending());
        drop(held);
        assert_eq!(all.await, (false, true, false, true));
        assert_eq!(kept(&store).await, [(1, 1.0), (3, 3.0)]);
    }
}
