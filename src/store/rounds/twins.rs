//! Rounds that share their answers: the same trap in the same slot, in places of one community.

use chrono::{DateTime, Utc};

use super::{Row, StoredRound};
use crate::core::calendar::Slot;
use crate::core::ids::{CommunityId, FeedId, PlaceId, Platform, RoundId};
use crate::store::feeds::slot_name;
use crate::store::people::Place;
use crate::store::{Conn, Result, StoreError, ms};

/// The open round that a feed's round for this instant shares its answers with: of a feed with the same filter in another place of
/// the community, and not shared with this place yet.
///
/// From the community, which has few places, to their rounds: thousands of communities may have a slot at this instant.
pub(crate) async fn twin(conn: &mut Conn, feed: FeedId, slot: Slot, now: DateTime<Utc>) -> Result<Option<RoundId>> {
    let (slot_at, now) = (ms(slot.at), ms(now));
    let id = sqlx::query_scalar!(
        "SELECT r.id FROM feeds own JOIN places here ON here.id = own.place
         CROSS JOIN places there ON there.community = here.community AND there.id <> here.id
         CROSS JOIN feeds f ON f.place = there.id
           AND f.series IS own.series AND f.topic IS own.topic AND f.level IS own.level AND f.sequence = own.sequence
         CROSS JOIN rounds r ON r.feed = f.id AND r.slot_at = ?2
         WHERE own.id = ?1 AND r.revealed_at IS NULL AND r.extra = 0 AND r.twin_of IS NULL
           AND (r.reveal_at IS NULL OR r.reveal_at > ?3)
           AND NOT EXISTS (SELECT 1 FROM rounds t JOIN feeds tf ON tf.id = t.feed WHERE t.twin_of = r.id AND tf.place = here.id)
         ORDER BY r.id LIMIT 1",
        feed.0,
        slot_at,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(RoundId))
}

/// Makes a round that shares trap, order, reveal and answers with another one; None where its slot has one already.
pub(crate) async fn insert_twin(
    conn: &mut Conn,
    feed: FeedId,
    slot: Slot,
    late: bool,
    posted_at: DateTime<Utc>,
    of: RoundId,
) -> Result<Option<RoundId>> {
    let (name, slot_at, posted_at) = (slot_name(slot), ms(slot.at), ms(posted_at));
    let done = sqlx::query!(
        "INSERT INTO rounds (feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at, twin_of)
         SELECT ?, ?, ?, 0, ?, seed, version, ?, reveal_at, id FROM rounds WHERE id = ?
         ON CONFLICT (feed, slot) DO NOTHING",
        feed.0,
        name,
        slot_at,
        late,
        posted_at,
        of.0
    )
    .execute(conn)
    .await?;
    Ok((done.rows_affected() == 1).then(|| RoundId(done.last_insert_rowid())))
}

/// A round and those that it shares its answers with.
pub(crate) async fn sharing_ids(conn: &mut Conn, round: RoundId) -> Result<Vec<RoundId>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT s.id AS "id!" FROM rounds r JOIN rounds s ON s.id = coalesce(r.twin_of, r.id) OR s.twin_of = coalesce(r.twin_of, r.id)
           WHERE r.id = ? ORDER BY s.id"#,
        round.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(RoundId).collect())
}

/// Where a round is posted.
pub(crate) async fn platform(conn: &mut Conn, round: RoundId) -> Result<Platform> {
    let name = sqlx::query_scalar!(
        "SELECT p.platform FROM rounds r JOIN feeds f ON f.id = r.feed JOIN places p ON p.id = f.place WHERE r.id = ?",
        round.0
    )
    .fetch_one(conn)
    .await?;
    Platform::from_name(&name).ok_or_else(|| StoreError::Corrupt(format!("round {round}: platform")))
}

/// The rounds that share one round's answers, with itself, that one first.
pub(crate) async fn sharing(conn: &mut Conn, answers: RoundId) -> Result<Vec<StoredRound>> {
    let rows = select!("WHERE r.id = ?1 OR r.twin_of = ?1 ORDER BY r.id", answers.0).fetch_all(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Parts the open rounds of a place, which has a community of its own now, from those of the community that it left: an open round
/// keeps what the members of its own side said, and no answer of the other's. Returns the rounds that were shared, of both sides.
pub(crate) async fn part(conn: &mut Conn, place: Place, left: CommunityId) -> Result<Vec<RoundId>> {
    let mut parted = Vec::new();
    for round in shared_in(conn, place.id).await? {
        let both = sharing_ids(conn, round).await?;
        let of = sqlx::query_scalar!("SELECT twin_of FROM rounds WHERE id = ?", round.0).fetch_one(&mut *conn).await?;
        match of {
            Some(of) => {
                let one = round.0;
                sqlx::query!("UPDATE rounds SET twin_of = NULL WHERE id = ?", one).execute(&mut *conn).await?;
                move_answers(conn, RoundId(of), round, place.community, true).await?;
            }
            None => {
                // The first of the others takes its place among them.
                let heir = both.iter().copied().find(|other| *other != round);
                let Some(heir) = heir else { continue };
                sqlx::query!("UPDATE rounds SET twin_of = iif(id = ?1, NULL, ?1) WHERE twin_of = ?2", heir.0, round.0)
                    .execute(&mut *conn)
                    .await?;
                move_answers(conn, round, heir, place.community, false).await?;
            }
        }
        parted.extend(both);
    }
    for community in [place.community, left] {
        drop_strangers(conn, community).await?;
    }
    Ok(parted)
}

/// Drops answers to a community's open rounds of whoever is a member of another: nobody there could see them counted.
async fn drop_strangers(conn: &mut Conn, community: CommunityId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM answers WHERE round IN
           (SELECT r.id FROM places p CROSS JOIN feeds f ON f.place = p.id CROSS JOIN rounds r ON r.feed = f.id
            WHERE p.community = ?1 AND r.revealed_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM members m WHERE m.id = answers.member AND m.community = ?1)",
        community.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Rounds of a community's feeds that shared their answers before their places parted, and have them apart since: the round under
/// which each keeps them, with the first of those that it belongs to. What was shared goes by one seed, which nothing else has.
pub(crate) async fn parted(conn: &mut Conn, community: CommunityId) -> Result<Vec<(RoundId, RoundId)>> {
    let rows = sqlx::query!(
        r#"SELECT round AS "round!: i64", first AS "first!: i64" FROM
             (SELECT round, min(round) OVER (PARTITION BY seed, version) AS first FROM
               (SELECT DISTINCT r.seed, r.version, coalesce(r.twin_of, r.id) AS round
                FROM places p CROSS JOIN feeds f ON f.place = p.id CROSS JOIN rounds r ON r.feed = f.id
                WHERE p.community = ? AND r.extra = 0))
           WHERE round > first ORDER BY round"#,
        community.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (RoundId(row.round), RoundId(row.first))).collect())
}

/// Has a round, and those that share it, share another's answers. Who has answered both keeps what they said in the other.
pub(crate) async fn share_again(conn: &mut Conn, round: RoundId, with: RoundId) -> Result<()> {
    sqlx::query!("UPDATE OR IGNORE answers SET round = ? WHERE round = ?", with.0, round.0).execute(&mut *conn).await?;
    sqlx::query!("DELETE FROM answers WHERE round = ?", round.0).execute(&mut *conn).await?;
    sqlx::query!("UPDATE rounds SET twin_of = ?1 WHERE id = ?2 OR twin_of = ?2", with.0, round.0).execute(conn).await?;
    Ok(())
}

/// The open rounds of a place that others share.
async fn shared_in(conn: &mut Conn, place: PlaceId) -> Result<Vec<RoundId>> {
    let ids = sqlx::query_scalar!(
        "SELECT r.id FROM feeds f CROSS JOIN rounds r ON r.feed = f.id WHERE f.place = ? AND r.revealed_at IS NULL
           AND (r.twin_of IS NOT NULL OR EXISTS (SELECT 1 FROM rounds t WHERE t.twin_of = r.id)) ORDER BY r.id",
        place.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(RoundId).collect())
}

/// Keeps the answers of a community's members, or of all others, under another round.
async fn move_answers(conn: &mut Conn, from: RoundId, to: RoundId, of: CommunityId, own: bool) -> Result<()> {
    sqlx::query!(
        "UPDATE answers SET round = ?2 WHERE round = ?1
           AND EXISTS (SELECT 1 FROM members m WHERE m.id = answers.member AND m.community = ?3) = ?4",
        from.0,
        to.0,
        of.0,
        own
    )
    .execute(conn)
    .await?;
    Ok(())
}
