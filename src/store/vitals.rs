//! Whether the database does its work, and what in it waits.

use chrono::{DateTime, Utc};

use super::{Conn, Result, Store, instant_or_none, ms};

impl Store {
    /// Writes a few bytes, durably.
    ///
    /// # Errors
    /// A fault of the database: it takes no write just now.
    pub(crate) async fn probe(&self) -> Result<()> {
        let mut tx = self.write().await?;
        // A value that differs each time: SQLite does not write what is there already.
        sqlx::query!(
            "INSERT INTO meta (key, value) VALUES ('probed', randomblob(8)) ON CONFLICT DO UPDATE SET value = excluded.value"
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }
}

/// The earliest slot by now whose post is not in its channel. Slots before their feed was made do not count, and the feeds of channels that refuse
/// neither: their admins are told.
pub(crate) async fn overdue(conn: &mut Conn, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let now = ms(now);
    let slot = sqlx::query_scalar!(
        r#"SELECT min(at) AS "at: i64" FROM (
             SELECT r.slot_at AS at FROM outbox o JOIN rounds r ON r.id = o.round JOIN feeds f ON f.id = o.feed
             WHERE o.state IN ('pending', 'sending') AND o.kind = 'post' AND f.blocked IS NULL AND r.extra = 0 AND r.slot_at >= f.created_at
             UNION ALL
             SELECT next_at AS at FROM feeds
             WHERE state = 'active' AND blocked IS NULL AND next_at <= ?1 AND next_at >= created_at
           ) WHERE at <= ?1"#,
        now
    )
    .fetch_one(conn)
    .await?;
    instant_or_none(slot)
}
