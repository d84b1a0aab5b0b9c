//! The traps of rounds: as they were when they were posted, which a feed has had, which are open.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{Conn, Result, StoreError, to_json};
use crate::core::ids::{CommunityId, FeedId, TrapId};
use crate::core::trap::Trap;

/// Keeps the trap as it is now; returns the digest under which it is found.
pub(crate) async fn freeze(conn: &mut Conn, trap: &Trap) -> Result<Vec<u8>> {
    let json = to_json(trap)?;
    let digest = Sha256::digest(json.as_bytes()).to_vec();
    let id = trap.id.as_str();
    sqlx::query!(
        "INSERT INTO trap_versions (digest, trap, json) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        digest,
        id,
        json
    )
    .execute(conn)
    .await?;
    Ok(digest)
}

/// The traps of a feed's rounds, oldest first, without those that never got to the channel.
pub(crate) async fn history(conn: &mut Conn, feed: FeedId) -> Result<Vec<TrapId>> {
    let ids = sqlx::query_scalar!(
        "SELECT v.trap FROM rounds r JOIN trap_versions v ON v.digest = r.version
         WHERE r.feed = ? AND (r.message IS NOT NULL OR r.revealed_at IS NULL) ORDER BY r.id",
        feed.0
    )
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(trap_id).collect()
}

/// The traps that feeds with the same filter in other places of the community have had.
pub(crate) async fn history_of_twins(conn: &mut Conn, feed: FeedId) -> Result<HashSet<TrapId>> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT v.trap FROM feeds own JOIN places here ON here.id = own.place
         CROSS JOIN places there ON there.community = here.community AND there.id <> here.id
         CROSS JOIN feeds f ON f.place = there.id CROSS JOIN rounds r ON r.feed = f.id
         JOIN trap_versions v ON v.digest = r.version
         WHERE own.id = ? AND f.state <> 'removed' AND f.sequence = own.sequence
           AND f.series IS own.series AND f.topic IS own.topic AND f.level IS own.level
           AND (r.message IS NOT NULL OR r.revealed_at IS NULL)",
        feed.0
    )
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(trap_id).collect()
}

/// The traps that are open anywhere in a community.
pub(crate) async fn open_traps(conn: &mut Conn, community: CommunityId) -> Result<Vec<TrapId>> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT v.trap FROM places p CROSS JOIN feeds f ON f.place = p.id CROSS JOIN rounds r ON r.feed = f.id
         JOIN trap_versions v ON v.digest = r.version WHERE r.revealed_at IS NULL AND p.community = ?",
        community.0
    )
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(trap_id).collect()
}

/// The traps that stay open anywhere in a community when a feed posts, which reveals what waits for its next post.
pub(crate) async fn open_beside(conn: &mut Conn, community: CommunityId, feed: FeedId) -> Result<Vec<TrapId>> {
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT v.trap FROM places p CROSS JOIN feeds f ON f.place = p.id CROSS JOIN rounds r ON r.feed = f.id
         JOIN trap_versions v ON v.digest = r.version
         WHERE r.revealed_at IS NULL AND p.community = ? AND NOT (r.feed = ? AND r.reveal_at IS NULL)",
        community.0,
        feed.0
    )
    .fetch_all(conn)
    .await?;
    ids.into_iter().map(trap_id).collect()
}

fn trap_id(text: String) -> Result<TrapId> {
    TrapId::try_from(text).map_err(StoreError::Corrupt)
}
