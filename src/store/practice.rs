//! What a member practised.

use chrono::{DateTime, Utc};

use super::{Conn, Result, StoreError, count, instant, ms};
use crate::core::ids::{MemberId, TrapId};

/// One trap that a member practised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Practised {
    pub(crate) trap: TrapId,
    pub(crate) times: u32,
    pub(crate) right: u32,
    pub(crate) last_at: DateTime<Utc>,
}

pub(crate) async fn of_member(conn: &mut Conn, member: MemberId) -> Result<Vec<Practised>> {
    let rows =
        sqlx::query!("SELECT trap, times, correct, last_at FROM practice WHERE member = ? ORDER BY trap", member.0)
            .fetch_all(conn)
            .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Practised {
                trap: TrapId::try_from(row.trap).map_err(StoreError::Corrupt)?,
                times: count(row.times),
                right: count(row.correct),
                last_at: instant(row.last_at)?,
            })
        })
        .collect()
}

pub(crate) async fn record(
    conn: &mut Conn,
    member: MemberId,
    trap: &TrapId,
    right: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let (trap, now) = (trap.as_str(), ms(now));
    sqlx::query!(
        "INSERT INTO practice (member, trap, times, correct, last_at) VALUES (?, ?, 1, ?, ?) ON CONFLICT (member, trap)
         DO UPDATE SET times = times + 1, correct = correct + excluded.correct, last_at = excluded.last_at",
        member.0,
        trap,
        right,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}
