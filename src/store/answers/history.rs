//! What a member has said over time: for their statistics, their export, and a recount.

use chrono::{DateTime, Utc};

use super::read;
use crate::core::ids::{MemberId, RoundId};
use crate::core::round::Answer;
use crate::core::score::Official;
use crate::core::trap::Trap;
use crate::store::{Conn, Result, StoreError, count, from_json, instant};

/// What the revealed answers of a member add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Sums {
    /// Answers and right ones by confidence: guess, sure, certain.
    pub(crate) by_confidence: [(u32, u32); 3],
    pub(crate) points: i64,
    pub(crate) baits: u32,
    /// Slugs of misconceptions, most often first.
    pub(crate) mistakes: Vec<(String, u32)>,
}

/// One answer of a member, for their export.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kept {
    pub(crate) round: RoundId,
    pub(crate) answer: Answer,
    pub(crate) trap: Trap,
    pub(crate) first_at: DateTime<Utc>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) revealed: bool,
    pub(crate) points: Option<i64>,
}

/// Sums over a member's answers whose rounds are revealed.
pub(crate) async fn sums(conn: &mut Conn, member: MemberId) -> Result<Sums> {
    let mut sums = Sums::default();
    let rows = sqlx::query!(
        r#"SELECT confidence, count(*) AS "answers!: i64", sum(verdict = 'right') AS "correct!: i64",
           sum(verdict = 'bait') AS "baits!: i64", sum(points) AS "points!: i64"
           FROM answers WHERE member = ? AND points IS NOT NULL GROUP BY confidence"#,
        member.0
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let level = usize::try_from(row.confidence).ok().filter(|level| *level < sums.by_confidence.len());
        let level = level.ok_or_else(|| StoreError::Corrupt(format!("confidence {}", row.confidence)))?;
        sums.by_confidence[level] = (count(row.answers), count(row.correct));
        sums.points += row.points;
        sums.baits += count(row.baits);
    }
    sums.mistakes = mistakes(conn, member).await?;
    Ok(sums)
}

async fn mistakes(conn: &mut Conn, member: MemberId) -> Result<Vec<(String, u32)>> {
    let rows = sqlx::query!(
        r#"SELECT mistake AS "mistake!", count(*) AS "times!: i64" FROM answers
           WHERE member = ? AND mistake IS NOT NULL GROUP BY mistake ORDER BY 2 DESC, 1"#,
        member.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.mistake, count(row.times))).collect())
}

/// All answers of a member, oldest first.
pub(crate) async fn of_member(conn: &mut Conn, member: MemberId) -> Result<Vec<Kept>> {
    let rows = sqlx::query!(
        r#"SELECT a.round AS "round!", a.said, a.confidence, a.first_at, a.at, a.points, v.json, r.revealed_at IS NOT NULL AS "revealed!: bool"
           FROM answers a JOIN rounds r ON r.id = a.round JOIN trap_versions v ON v.digest = r.version
           WHERE a.member = ? ORDER BY a.round"#,
        member.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let trap: Trap = from_json(&row.json)?;
            let answer = read(&trap, row.said, row.confidence)?;
            Ok(Kept {
                round: RoundId(row.round),
                answer,
                trap,
                first_at: instant(row.first_at)?,
                at: instant(row.at)?,
                revealed: row.revealed,
                points: row.points,
            })
        })
        .collect()
}

/// The judged answers of a member, in the order in which they were revealed. That is the order in which their rounds' posts were owed
/// their close: the clock may have stood still between two reveals, or gone back.
pub(crate) async fn official(conn: &mut Conn, member: MemberId) -> Result<Vec<Official>> {
    let rows = sqlx::query!(
        r#"SELECT a.points AS "points!", a.verdict = 'right' AS "right!: bool", a.at, r.revealed_at AS "revealed_at!"
           FROM answers a JOIN rounds r ON r.id = a.round
           LEFT JOIN outbox o ON o.round = r.id AND o.kind = 'close' AND o.part = 0
           WHERE a.member = ? AND a.points IS NOT NULL AND r.revealed_at IS NOT NULL ORDER BY o.id, r.revealed_at, r.id"#,
        member.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Official {
                points: i32::try_from(row.points).map_err(|_| StoreError::Corrupt(format!("points {}", row.points)))?,
                right: row.right,
                at: instant(row.at)?,
                revealed_at: instant(row.revealed_at)?,
            })
        })
        .collect()
}

/// The rounds that a member answered and that are open.
pub(crate) async fn open_of_member(conn: &mut Conn, member: MemberId) -> Result<Vec<RoundId>> {
    let ids = sqlx::query_scalar!(
        "SELECT r.id FROM answers a JOIN rounds r ON r.id = a.round WHERE a.member = ? AND r.revealed_at IS NULL",
        member.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(RoundId).collect())
}
