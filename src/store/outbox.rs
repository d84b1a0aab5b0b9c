//! Messages that are owed, and how far each has got.

use chrono::{DateTime, Utc};

use super::{Conn, Result, StoreError, count, from_json, instant, instant_or_none, ms, to_json};
use crate::core::feed::{Blocked, Waiting};
use crate::core::ids::{DeliveryId, FeedId, MemberId, Platform, RoundId};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The open round.
    Post,
    /// The post again, once its round is revealed: an edit.
    Close,
    Reveal,
    /// One part of what the thread says.
    Details(u32),
    /// The reveal again, once somebody whom it named is deleted: an edit. Counts from 1 within a round.
    Forget(u32),
    /// To the admin of a feed that is blocked.
    Notice,
}

/// A message that is due to be delivered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) id: DeliveryId,
    pub(crate) feed: FeedId,
    /// None for a notice.
    pub(crate) round: Option<RoundId>,
    pub(crate) kind: Kind,
    pub(crate) platform: Platform,
    /// Of a post that may have been sent: the channel that it was meant for. Otherwise where the feed posts now.
    pub(crate) channel: String,
    /// Of a notice: why the feed is blocked.
    pub(crate) reason: Option<Blocked>,
    /// An earlier try may have sent it.
    pub(crate) uncertain: bool,
    pub(crate) attempts: u32,
    /// When it was first tried.
    pub(crate) claimed_at: Option<DateTime<Utc>>,
}

/// How far the post of a round has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostState {
    /// Nothing was sent.
    Pending,
    /// It is in the channel, or may be.
    Visible,
    /// It will never be sent.
    Dropped,
}

struct Row {
    id: i64,
    feed: i64,
    round: Option<i64>,
    kind: String,
    part: i64,
    platform: String,
    channel: String,
    payload: Option<String>,
    state: String,
    attempts: i64,
    claimed_at: Option<i64>,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            // Both are edits of what was sent; those of the reveal have a part.
            Self::Close | Self::Forget(_) => "close",
            Self::Reveal => "reveal",
            Self::Details(_) => "details",
            Self::Notice => "notice",
        }
    }

    fn part(self) -> u32 {
        if let Self::Details(part) | Self::Forget(part) = self { part } else { 0 }
    }

    /// Within a round, a message waits for those of lower steps.
    fn step(self) -> u32 {
        match self {
            Self::Post | Self::Notice => 0,
            Self::Close | Self::Reveal => 1,
            Self::Details(part) => 2 + part,
            Self::Forget(_) => u32::MAX,
        }
    }

    fn named(name: &str, part: i64) -> Option<Self> {
        let part = count(part);
        let edit = if part == 0 { Self::Close } else { Self::Forget(part) };
        let all = [Self::Post, edit, Self::Reveal, Self::Details(part), Self::Notice];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// Owes a message of a round. `expires_at`: a post that is still pending then is dropped.
pub(crate) async fn owe(
    conn: &mut Conn,
    feed: FeedId,
    round: RoundId,
    kind: Kind,
    now: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let (name, part, step) = (kind.name(), kind.part(), kind.step());
    let (now, expires_at) = (ms(now), expires_at.map(ms));
    sqlx::query!(
        "INSERT INTO outbox (feed, round, kind, part, step, next_try_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (round, kind, part) DO NOTHING",
        feed.0,
        round.0,
        name,
        part,
        step,
        now,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Owes an edit of each reveal that names a member, who is about to be deleted; returns how many there are. A reveal names the first
/// `named` of [`answers::gains`](super::answers::gains). One that is still on its way may have been written before.
pub(crate) async fn owe_forgetting(conn: &mut Conn, member: MemberId, named: u32, now: DateTime<Utc>) -> Result<u64> {
    let (now, step) = (ms(now), Kind::Forget(1).step());
    let done = sqlx::query!(
        "INSERT INTO outbox (feed, round, kind, part, step, next_try_at)
         SELECT r.feed, r.id, 'close', 1 + coalesce((SELECT max(o.part) FROM outbox o WHERE o.round = r.id AND o.kind = 'close'), 0), ?3, ?4
         FROM answers a JOIN rounds r ON r.id = a.round OR r.twin_of = a.round
         WHERE a.member = ?1 AND a.points > 0 AND r.revealed_at IS NOT NULL
           AND (SELECT count(*) FROM
               (SELECT 1 FROM answers b WHERE b.round = a.round AND b.points > 0
                AND (b.points > a.points OR b.points = a.points AND (b.at < a.at OR b.at = a.at AND b.member < a.member))
                LIMIT ?2)) < ?2",
        member.0,
        named,
        step,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Owes the admin of a feed the notice that it is blocked.
pub(crate) async fn owe_notice(conn: &mut Conn, feed: FeedId, reason: &Blocked, now: DateTime<Utc>) -> Result<()> {
    let (kind, step, payload, now) = (Kind::Notice.name(), Kind::Notice.step(), to_json(reason)?, ms(now));
    sqlx::query!(
        "INSERT INTO outbox (feed, kind, step, payload, next_try_at) VALUES (?, ?, ?, ?, ?)",
        feed.0,
        kind,
        step,
        payload,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What can be delivered at `now` on a platform, oldest first, at most `limit`: nothing that waits for a pause to end, for an
/// earlier message of its round, or for its blocked feed's next try.
///
/// By the index of what is owed: for the sake of the order, SQLite by itself reads every message there ever was.
pub(crate) async fn ready(
    conn: &mut Conn,
    platform: Platform,
    now: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<Delivery>> {
    let (now, platform) = (ms(now), platform.as_str());
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT o.id, o.feed, o.round, o.kind, o.part, p.platform, coalesce(o.channel, f.channel) AS "channel!", o.payload,
            o.state, o.attempts, o.claimed_at
         FROM outbox o INDEXED BY outbox_owed JOIN feeds f ON f.id = o.feed JOIN places p ON p.id = f.place
         WHERE o.state IN ('pending', 'sending') AND o.next_try_at <= ?1
           AND (o.kind = 'notice' OR f.blocked_retry_at IS NULL OR f.blocked_retry_at <= ?1)
           AND p.platform = ?2
           AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.round = o.round AND e.step < o.step AND e.state IN ('pending', 'sending'))
         ORDER BY o.id LIMIT ?3"#,
        now,
        platform,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Marks a message as about to be sent; false where it was settled meanwhile. A post is bound to the feed's channel of this moment:
/// should its outcome stay unknown, that is where it is looked for, wherever the feed moves.
pub(crate) async fn claim(conn: &mut Conn, delivery: &Delivery, now: DateTime<Utc>) -> Result<bool> {
    let (now, channel) = (ms(now), (delivery.kind == Kind::Post).then_some(&delivery.channel));
    let done = sqlx::query!(
        "UPDATE outbox SET state = 'sending', claimed_at = coalesce(claimed_at, ?), channel = ?
         WHERE id = ? AND state IN ('pending', 'sending')",
        now,
        channel,
        delivery.id.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Tries again later. `uncertain`: it may have been sent; otherwise a post is free to go wherever its feed is then.
pub(crate) async fn retry(
    conn: &mut Conn,
    delivery: DeliveryId,
    at: DateTime<Utc>,
    uncertain: bool,
    error: &str,
) -> Result<()> {
    let (state, at) = (if uncertain { "sending" } else { "pending" }, ms(at));
    sqlx::query!(
        "UPDATE outbox SET state = ?1, attempts = attempts + 1, next_try_at = ?2, last_error = ?3,
            channel = CASE ?1 WHEN 'sending' THEN channel END WHERE id = ?4",
        state,
        at,
        error,
        delivery.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Delivered; `at`: channel and message, where it is one of its own.
pub(crate) async fn done(conn: &mut Conn, delivery: DeliveryId, at: Option<(&str, &str)>) -> Result<()> {
    let (channel, message) = at.unzip();
    sqlx::query!(
        "UPDATE outbox SET state = 'done', channel = ?, message = ?, last_error = NULL WHERE id = ?",
        channel,
        message,
        delivery.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Will never be delivered, for this reason.
pub(crate) async fn dropped(conn: &mut Conn, delivery: DeliveryId, why: &str) -> Result<()> {
    sqlx::query!("UPDATE outbox SET state = 'dropped', last_error = ? WHERE id = ?", why, delivery.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Drops all that a round still owes.
pub(crate) async fn drop_round(conn: &mut Conn, round: RoundId, why: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE outbox SET state = 'dropped', last_error = ? WHERE round = ? AND state IN ('pending', 'sending')",
        why,
        round.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Drops the posts of a feed of which nothing was sent yet.
pub(crate) async fn drop_pending_posts(conn: &mut Conn, feed: FeedId, why: &str) -> Result<()> {
    sqlx::query!(
        "UPDATE outbox INDEXED BY outbox_owed SET state = 'dropped', last_error = ?
         WHERE state IN ('pending', 'sending') AND state = 'pending' AND feed = ? AND kind = 'post'",
        why,
        feed.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn post_state(conn: &mut Conn, round: RoundId) -> Result<PostState> {
    let state = sqlx::query_scalar!("SELECT state FROM outbox WHERE round = ? AND kind = 'post'", round.0)
        .fetch_optional(conn)
        .await?;
    match state.as_deref() {
        Some("pending") => Ok(PostState::Pending),
        Some("dropped") | None => Ok(PostState::Dropped),
        Some(_) => Ok(PostState::Visible),
    }
}

/// Of what a feed owes its channel, the oldest that has been tried in vain.
pub(crate) async fn waiting(conn: &mut Conn, feed: FeedId) -> Result<Option<Waiting>> {
    let row = sqlx::query!(
        r#"SELECT claimed_at AS "since!", last_error AS "why!" FROM outbox INDEXED BY outbox_owed
         WHERE state IN ('pending', 'sending') AND feed = ? AND kind <> 'notice' AND claimed_at IS NOT NULL AND last_error IS NOT NULL
         ORDER BY id LIMIT 1"#,
        feed.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| Ok(Waiting { since: instant(row.since)?, why: row.why })).transpose()
}

/// What a feed owes its channel is tried again at once; returns how much that is.
pub(crate) async fn retry_now(conn: &mut Conn, feed: FeedId, now: DateTime<Utc>) -> Result<u64> {
    let now = ms(now);
    let done = sqlx::query!(
        "UPDATE outbox INDEXED BY outbox_owed SET next_try_at = min(next_try_at, ?1)
         WHERE state IN ('pending', 'sending') AND feed = ?2 AND kind <> 'notice'",
        now,
        feed.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// How many messages are owed.
pub(crate) async fn owed(conn: &mut Conn) -> Result<u32> {
    Ok(count(
        sqlx::query_scalar!("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')")
            .fetch_one(conn)
            .await?,
    ))
}

impl Row {
    fn read(self) -> Result<Delivery> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("delivery {}: {what}", self.id));
        Ok(Delivery {
            id: DeliveryId(self.id),
            feed: FeedId(self.feed),
            round: self.round.map(RoundId),
            kind: Kind::named(&self.kind, self.part).ok_or_else(|| corrupt("kind"))?,
            platform: Platform::from_name(&self.platform).ok_or_else(|| corrupt("platform"))?,
            uncertain: self.state == "sending",
            attempts: count(self.attempts),
            claimed_at: instant_or_none(self.claimed_at)?,
            channel: self.channel,
            reason: self.payload.as_deref().map(from_json).transpose()?,
        })
    }
}
