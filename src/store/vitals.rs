//! Whether the database does its work, and what in it waits.

use chrono::{DateTime, Utc};

use super::{Conn, Result, Store, StoreError, count, instant_or_none, ms};
use crate::core::ids::Platform;

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

/// What waits on one platform, and somebody is to be told if it goes on waiting. The feeds of channels that refuse are left out:
/// their admins are told.
pub(crate) struct Waiting {
    pub(crate) platform: Platform,
    /// Messages owed.
    pub(crate) owed: u32,
    /// The earliest slot by now whose post is not in its channel. Slots before their feed was made do not count.
    pub(crate) slot: Option<DateTime<Utc>>,
}

/// Only of platforms on which something waits.
pub(crate) async fn waiting(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
    let now = ms(now);
    let rows = sqlx::query!(
        r#"SELECT platform AS "platform!: String", sum(owed) AS "owed!: i64", min(at) AS "at: i64" FROM (
             SELECT p.platform AS platform, 1 AS owed,
               CASE WHEN o.kind = 'post' AND r.extra = 0 AND r.slot_at >= f.created_at AND r.slot_at <= ?1 THEN r.slot_at END AS at
             FROM outbox o INDEXED BY outbox_owed JOIN feeds f ON f.id = o.feed JOIN places p ON p.id = f.place
               LEFT JOIN rounds r ON r.id = o.round
             WHERE o.state IN ('pending', 'sending') AND f.blocked IS NULL
             UNION ALL
             SELECT p.platform, 0, f.next_at FROM feeds f JOIN places p ON p.id = f.place
             WHERE f.state = 'active' AND f.blocked IS NULL AND f.next_at <= ?1 AND f.next_at >= f.created_at
           ) GROUP BY platform"#,
        now
    )
    .fetch_all(conn)
    .await?;
    let read = rows.into_iter().map(|row| {
        let platform = Platform::from_name(&row.platform);
        let platform = platform.ok_or_else(|| StoreError::Corrupt(format!("platform {}", row.platform)))?;
        Ok(Waiting { platform, owed: count(row.owed), slot: instant_or_none(row.at)? })
    });
    read.collect()
}
