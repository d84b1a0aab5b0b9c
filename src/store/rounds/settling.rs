//! Rounds in the order in which streaks count them.

use crate::core::ids::{FeedId, MemberId, RoundId};
use crate::store::{Conn, Result};

/// A round that waits for its streaks to be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unsettled {
    pub(crate) id: RoundId,
    /// The round under which its answers are kept.
    pub(crate) answers: RoundId,
    /// It is revealed, and whether its post got to the channel is known.
    pub(crate) is_ready: bool,
    /// Its post was really there to be answered.
    pub(crate) delivered: bool,
}

/// Scheduled rounds of a feed whose streaks are not counted yet, in the order in which they were made. That is the order of their
/// slots but where a clock ran far ahead: a slot that it brought too early must not come after all those that are counted later.
pub(crate) async fn unsettled(conn: &mut Conn, feed: FeedId) -> Result<Vec<Unsettled>> {
    let rows = sqlx::query!(
        r#"SELECT r.id, coalesce(r.twin_of, r.id) AS "answers!: i64", r.message IS NOT NULL AS "delivered!: bool",
           r.revealed_at IS NOT NULL AND NOT EXISTS
             (SELECT 1 FROM outbox o WHERE o.round = r.id AND o.kind = 'post' AND o.state = 'sending') AS "is_ready!: bool"
           FROM rounds r WHERE r.feed = ? AND r.settled = 0 AND r.extra = 0 ORDER BY r.id"#,
        feed.0
    )
    .fetch_all(conn)
    .await?;
    let read = |id, answers, is_ready, delivered| Unsettled {
        id: RoundId(id),
        answers: RoundId(answers),
        is_ready,
        delivered,
    };
    Ok(rows.into_iter().map(|row| read(row.id, row.answers, row.is_ready, row.delivered)).collect())
}

/// Scheduled rounds of a feed whose streaks are counted, in the order in which they were: the round under which the answers are kept,
/// and whether its post was there to be answered.
pub(crate) async fn settled(conn: &mut Conn, feed: FeedId) -> Result<Vec<(RoundId, bool)>> {
    let rows = sqlx::query!(
        r#"SELECT coalesce(twin_of, id) AS "answers!: i64", message IS NOT NULL AS "delivered!: bool"
           FROM rounds WHERE feed = ? AND settled = 1 AND extra = 0 ORDER BY id"#,
        feed.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (RoundId(row.answers), row.delivered)).collect())
}

/// The same of all feeds in the places where a member has an account: the feed, whether the member answered, and whether the post was
/// there to be answered.
pub(crate) async fn settled_for(conn: &mut Conn, member: MemberId) -> Result<Vec<(FeedId, bool, bool)>> {
    let rows = sqlx::query!(
        r#"SELECT r.feed, r.message IS NOT NULL AS "delivered!: bool",
           EXISTS (SELECT 1 FROM answers a WHERE a.round = coalesce(r.twin_of, r.id) AND a.member = ?1) AS "answered!: bool"
           FROM feeds f CROSS JOIN rounds r ON r.feed = f.id
           WHERE f.place IN (SELECT place FROM accounts WHERE member = ?1) AND r.settled = 1 AND r.extra = 0 ORDER BY r.feed, r.id"#,
        member.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (FeedId(row.feed), row.answered, row.delivered)).collect())
}

pub(crate) async fn settle(conn: &mut Conn, round: RoundId) -> Result<()> {
    sqlx::query!("UPDATE rounds SET settled = 1 WHERE id = ?", round.0).execute(conn).await?;
    Ok(())
}
