//! What a clock that ran ahead has left behind, once it is put right.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Conn, Result, ms};

/// The longest that anything is put off while the clock is right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LongestPauses {
    /// Before another try of one message.
    pub(crate) message: TimeDelta,
    /// Before another try of a channel that refuses.
    pub(crate) channel: TimeDelta,
}

/// How far back a message is looked for whose first try a wrong clock dated ahead: far longer than one waits for another try.
pub(crate) const UNKNOWN_TRY: TimeDelta = TimeDelta::days(1);

/// After the clock has gone back, or may have: nothing waits for longer than a pause can last, and what was dealt with, or put off, for
/// more than a day ahead was so by a wrong clock. Its feeds go on from here, and its open rounds are as long open as was promised.
/// Returns whether there were any feeds or rounds. A slot that has its round gets no second one.
///
/// Within a day, slots and reveals stay what they are: they come at the hour that was announced. A clock that shows less than when the
/// first feed was made is the one that is wrong, such as one that begins in 1970: then rounds are left alone.
pub(crate) async fn rewind(conn: &mut Conn, now: DateTime<Utc>, longest: LongestPauses) -> Result<bool> {
    let far = now + TimeDelta::days(1);
    shorten_pauses(conn, now, far, longest).await?;
    let feeds = rewind_feeds(conn, now, far).await?;
    if !is_after_the_first_feed(conn, far).await? {
        return Ok(feeds);
    }
    rewind_tries(conn, now).await?;
    let rounds = rewind_rounds(conn, now, far).await?;
    Ok(feeds || rounds)
}

async fn is_after_the_first_feed(conn: &mut Conn, at: DateTime<Utc>) -> Result<bool> {
    let first = sqlx::query_scalar!(r#"SELECT min(created_at) AS "first: i64" FROM feeds"#).fetch_one(conn).await?;
    Ok(first.is_some_and(|first| first <= ms(at)))
}

async fn shorten_pauses(conn: &mut Conn, now: DateTime<Utc>, far: DateTime<Utc>, longest: LongestPauses) -> Result<()> {
    let (message, channel) = (ms(now + longest.message), ms(now + longest.channel));
    let (now, far) = (ms(now), ms(far));
    sqlx::query!(
        "UPDATE feeds SET blocked_retry_at = iif(blocked_retry_at > ?3, ?1, ?2) WHERE blocked_retry_at > ?2",
        now,
        channel,
        far
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE outbox SET next_try_at = iif(next_try_at > ?3, ?1, ?2)
         WHERE state IN ('pending', 'sending') AND next_try_at > ?2",
        now,
        message,
        far
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A try that a wrong clock dated ahead was some time before now. Left as it is, it would come to seem later than it was, and what it
/// sent would not be looked for that far back.
async fn rewind_tries(conn: &mut Conn, now: DateTime<Utc>) -> Result<()> {
    let (now, earliest) = (ms(now), ms(now - UNKNOWN_TRY));
    sqlx::query!(
        "UPDATE outbox SET claimed_at = ?2 WHERE state IN ('pending', 'sending') AND claimed_at > ?1",
        now,
        earliest
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn rewind_feeds(conn: &mut Conn, now: DateTime<Utc>, far: DateTime<Utc>) -> Result<bool> {
    let (now, far) = (ms(now), ms(far));
    let done =
        sqlx::query!("UPDATE feeds SET since = ?1, next_at = ?1 WHERE since > ?2", now, far).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

async fn rewind_rounds(conn: &mut Conn, now: DateTime<Utc>, far: DateTime<Utc>) -> Result<bool> {
    let (now, far) = (ms(now), ms(far));
    sqlx::query!(
        "UPDATE outbox SET expires_at = expires_at - (SELECT r.posted_at - ?1 FROM rounds r WHERE r.id = outbox.round)
         WHERE state IN ('pending', 'sending') AND round IN
           (SELECT id FROM rounds INDEXED BY rounds_open WHERE revealed_at IS NULL AND posted_at > ?2)",
        now,
        far
    )
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "UPDATE rounds INDEXED BY rounds_open SET reveal_at = reveal_at - (posted_at - ?1), posted_at = ?1
         WHERE revealed_at IS NULL AND posted_at > ?2",
        now,
        far
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
