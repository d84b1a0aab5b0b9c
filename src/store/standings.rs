//! Sums of official points by period, and streaks.

use std::collections::BTreeMap;

use super::{Conn, Result, count, instant, ms};
use crate::core::ids::{CommunityId, FeedId, MemberId, PlaceId, RoundId};
use crate::core::score::{Standing, Streak, Sum};

struct Row {
    member: i64,
    name: String,
    points: i64,
    correct: i64,
    answers: i64,
    reached_at: i64,
}

/// Adds the official points of a round to the sums of a period, for those who belong to the community.
pub(crate) async fn add_round(conn: &mut Conn, community: CommunityId, period: &str, round: RoundId) -> Result<()> {
    sqlx::query!(
        "INSERT INTO standings (community, period, member, points, correct, answers, reached_at, accuracy)
         SELECT ?1, ?2, a.member, a.points, a.verdict = 'right', 1, a.at, a.verdict = 'right'
         FROM answers a JOIN members m ON m.id = a.member
         WHERE a.round = ?3 AND a.points IS NOT NULL AND m.community = ?1
         ON CONFLICT (community, period, member) DO UPDATE SET
            points = points + excluded.points, correct = correct + excluded.correct, answers = answers + 1,
            accuracy = CAST(correct + excluded.correct AS REAL) / (answers + 1),
            reached_at = CASE excluded.points WHEN 0 THEN reached_at ELSE max(reached_at, excluded.reached_at) END",
        community.0,
        period,
        round.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts these sums, by the key of their period, in the place of all that a member has.
pub(crate) async fn replace(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
    sums: &BTreeMap<String, Sum>,
) -> Result<()> {
    sqlx::query!("DELETE FROM standings WHERE member = ?", member.0).execute(&mut *conn).await?;
    for (period, sum) in sums {
        insert(conn, community, period, member, sum).await?;
    }
    Ok(())
}

/// Puts a sum, or none, in the place of what a member has in one period.
pub(crate) async fn put(
    conn: &mut Conn,
    community: CommunityId,
    period: &str,
    member: MemberId,
    sum: Option<&Sum>,
) -> Result<()> {
    sqlx::query!(
        "DELETE FROM standings WHERE community = ? AND period = ? AND member = ?",
        community.0,
        period,
        member.0
    )
    .execute(&mut *conn)
    .await?;
    match sum {
        Some(sum) => insert(conn, community, period, member, sum).await,
        None => Ok(()),
    }
}

async fn insert(conn: &mut Conn, community: CommunityId, period: &str, member: MemberId, sum: &Sum) -> Result<()> {
    let reached_at = ms(sum.reached_at);
    sqlx::query!(
        "INSERT INTO standings (community, period, member, points, correct, answers, reached_at, accuracy)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, CAST(?5 AS REAL) / max(?6, 1))",
        community.0,
        period,
        member.0,
        sum.points,
        sum.right,
        sum.answers,
        reached_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Lines of a period in the order of [`crate::core::score::rank`]. The counts say with how many points the first of them stands:
/// only those who have as many are passed over one by one.
pub(crate) async fn page(
    conn: &mut Conn,
    community: CommunityId,
    period: &str,
    offset: u32,
    limit: u32,
) -> Result<Vec<Standing>> {
    let rows = sqlx::query_as!(
        Row,
        r#"WITH sums AS (
             SELECT points, members, sum(members) OVER (ORDER BY points DESC) AS upto
             FROM standings_counts WHERE community = ?1 AND period = ?2),
         first AS (SELECT points, upto - members AS before FROM sums WHERE upto > ?4 ORDER BY points DESC LIMIT 1),
         shown AS (
             SELECT member FROM standings WHERE community = ?1 AND period = ?2 AND points <= (SELECT points FROM first)
             ORDER BY points DESC, accuracy DESC, answers, reached_at, member
             LIMIT ?3 OFFSET ?4 - coalesce((SELECT before FROM first), 0))
         SELECT s.member AS "member!", m.name AS "name!", s.points AS "points!", s.correct AS "correct!", s.answers AS "answers!",
             s.reached_at AS "reached_at!"
         FROM shown CROSS JOIN standings s ON s.community = ?1 AND s.period = ?2 AND s.member = shown.member
         JOIN members m ON m.id = s.member
         ORDER BY s.points DESC, s.accuracy DESC, s.answers, s.reached_at, s.member"#,
        community.0,
        period,
        limit,
        offset
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many members stand in a period.
pub(crate) async fn members(conn: &mut Conn, community: CommunityId, period: &str) -> Result<u32> {
    let n = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(members), 0) AS "n!: i64" FROM standings_counts WHERE community = ? AND period = ?"#,
        community.0,
        period
    )
    .fetch_one(conn)
    .await?;
    Ok(count(n))
}

/// A member's line in a period with their rank, counted from 1.
pub(crate) async fn of_member(
    conn: &mut Conn,
    community: CommunityId,
    period: &str,
    member: MemberId,
) -> Result<Option<(u32, Standing)>> {
    let row = sqlx::query_as!(
        Row,
        "SELECT s.member, m.name, s.points, s.correct, s.answers, s.reached_at
         FROM standings s JOIN members m ON m.id = s.member WHERE s.community = ? AND s.period = ? AND s.member = ?",
        community.0,
        period,
        member.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(standing) = row.map(Row::read).transpose()? else { return Ok(None) };
    let better = sqlx::query_scalar!(
        r#"SELECT
             (SELECT coalesce(sum(c.members), 0) FROM standings_counts c
              WHERE c.community = ?1 AND c.period = ?2 AND c.points > me.points)
           + (SELECT count(*) FROM standings s
              WHERE s.community = ?1 AND s.period = ?2 AND s.points = me.points AND s.accuracy > me.accuracy)
           + (SELECT count(*) FROM standings s
              WHERE s.community = ?1 AND s.period = ?2 AND s.points = me.points AND s.accuracy = me.accuracy
                AND s.answers < me.answers)
           + (SELECT count(*) FROM standings s
              WHERE s.community = ?1 AND s.period = ?2 AND s.points = me.points AND s.accuracy = me.accuracy
                AND s.answers = me.answers AND (s.reached_at, s.member) < (me.reached_at, me.member)) AS "better!: i64"
         FROM standings me WHERE me.community = ?1 AND me.period = ?2 AND me.member = ?3"#,
        community.0,
        period,
        member.0
    )
    .fetch_one(conn)
    .await?;
    Ok(Some((count(better) + 1, standing)))
}

/// All sums of a member, by the key of their period.
pub(crate) async fn all_of(conn: &mut Conn, member: MemberId) -> Result<Vec<(String, Standing)>> {
    let rows = sqlx::query!(
        "SELECT s.period, s.member, m.name, s.points, s.correct, s.answers, s.reached_at
         FROM standings s JOIN members m ON m.id = s.member WHERE s.member = ? ORDER BY s.period",
        member.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|r| {
            let row = Row {
                member: r.member,
                name: r.name,
                points: r.points,
                correct: r.correct,
                answers: r.answers,
                reached_at: r.reached_at,
            };
            Ok((r.period, row.read()?))
        })
        .collect()
}

/// All that stands for a member, in whichever community, by the key of its period.
pub(crate) async fn sums(conn: &mut Conn, member: MemberId) -> Result<BTreeMap<(CommunityId, String), Sum>> {
    let rows = sqlx::query!(
        r#"SELECT community AS "community!", period AS "period!", points, correct, answers, reached_at FROM standings WHERE member = ?"#,
        member.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (right, answers, reached_at) = (count(row.correct), count(row.answers), instant(row.reached_at)?);
            let sum = Sum { points: row.points, right, answers, reached_at };
            Ok(((CommunityId(row.community), row.period), sum))
        })
        .collect()
}

pub(crate) async fn streak(conn: &mut Conn, feed: FeedId, member: MemberId) -> Result<Streak> {
    let row = sqlx::query!(
        "SELECT current, best, freezes, toward FROM streaks WHERE feed = ? AND member = ?",
        feed.0,
        member.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or_else(Streak::default, |row| to_streak(row.current, row.best, row.freezes, row.toward)))
}

/// The streaks of a feed by member.
pub(crate) async fn streaks(conn: &mut Conn, feed: FeedId) -> Result<BTreeMap<MemberId, Streak>> {
    let rows = sqlx::query!("SELECT member, current, best, freezes, toward FROM streaks WHERE feed = ?", feed.0)
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (MemberId(row.member), to_streak(row.current, row.best, row.freezes, row.toward)))
        .collect())
}

/// The streaks of a member in the feeds of a place, by feed number.
pub(crate) async fn streaks_in(conn: &mut Conn, place: PlaceId, member: MemberId) -> Result<Vec<(i64, Streak)>> {
    let rows = sqlx::query!(
        "SELECT f.number, s.current, s.best, s.freezes, s.toward FROM streaks s JOIN feeds f ON f.id = s.feed
         WHERE s.member = ? AND f.place = ? ORDER BY f.number",
        member.0,
        place.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.number, to_streak(row.current, row.best, row.freezes, row.toward))).collect())
}

/// The streaks of a member everywhere, with the platform and the number of their feed.
pub(crate) async fn streaks_of(conn: &mut Conn, member: MemberId) -> Result<Vec<(String, i64, Streak)>> {
    let rows = sqlx::query!(
        "SELECT p.platform, f.number, s.current, s.best, s.freezes, s.toward
         FROM streaks s JOIN feeds f ON f.id = s.feed JOIN places p ON p.id = f.place
         WHERE s.member = ? ORDER BY p.id, f.number",
        member.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.platform, row.number, to_streak(row.current, row.best, row.freezes, row.toward)))
        .collect())
}

/// Puts these streaks, by their feed, in the place of all that a member has.
pub(crate) async fn replace_streaks(
    conn: &mut Conn,
    member: MemberId,
    streaks: &BTreeMap<FeedId, Streak>,
) -> Result<()> {
    sqlx::query!("DELETE FROM streaks WHERE member = ?", member.0).execute(&mut *conn).await?;
    for (feed, streak) in streaks {
        put_streak(conn, *feed, member, *streak).await?;
    }
    Ok(())
}

pub(crate) async fn put_streak(conn: &mut Conn, feed: FeedId, member: MemberId, streak: Streak) -> Result<()> {
    sqlx::query!(
        "INSERT INTO streaks (feed, member, current, best, freezes, toward) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (feed, member) DO UPDATE SET
            current = excluded.current, best = excluded.best, freezes = excluded.freezes, toward = excluded.toward",
        feed.0,
        member.0,
        streak.current,
        streak.best,
        streak.freezes,
        streak.toward
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A member who has no streak in a feed after all.
pub(crate) async fn drop_streak(conn: &mut Conn, feed: FeedId, member: MemberId) -> Result<()> {
    sqlx::query!("DELETE FROM streaks WHERE feed = ? AND member = ?", feed.0, member.0).execute(conn).await?;
    Ok(())
}

fn to_streak(current: i64, best: i64, freezes: i64, toward: i64) -> Streak {
    let small = |n: i64| u8::try_from(n).unwrap_or_default();
    Streak { current: count(current), best: count(best), freezes: small(freezes), toward: small(toward) }
}

impl Row {
    fn read(self) -> Result<Standing> {
        Ok(Standing {
            member: MemberId(self.member),
            name: self.name,
            points: self.points,
            right: count(self.correct),
            answers: count(self.answers),
            reached_at: instant(self.reached_at)?,
        })
    }
}
