//! Rounds, and what became of them.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::feeds::{slot_name, slot_named};
use super::people::Place;
use super::{Conn, Result, StoreError, count, from_json, instant, instant_or_none, ms, to_json, traps};
use crate::core::calendar::{Slot, zone_named};
use crate::core::ids::{CommunityId, FeedId, PlaceId, Platform, RoundId};
use crate::core::pick;
use crate::core::round::{Round, Tally};
use crate::core::trap::Trap;

/// A round with what the services need besides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredRound {
    pub(crate) round: Round,
    pub(crate) place: PlaceId,
    pub(crate) community: CommunityId,
    pub(crate) platform: Platform,
    /// None for an extra round.
    pub(crate) slot: Option<Slot>,
    /// The round that it shares its answers with: the same trap in the same slot, in another place of the community.
    pub(crate) twin_of: Option<RoundId>,
    /// Frozen at the reveal.
    pub(crate) tally: Option<Tally>,
    /// Where the feed posts now.
    pub(crate) feed_channel: String,
    /// The post, once it is there.
    pub(crate) post: Option<Message>,
    /// The reveal's message, once it is there.
    pub(crate) reveal: Option<Message>,
    /// Where the reveal goes, or is, if not to the channel of the post: its feed has left that.
    pub(crate) reveal_channel: Option<String>,
    /// The channel or thread that takes the details, once that is settled.
    pub(crate) thread: Option<String>,
}

/// A message on a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) channel: String,
    pub(crate) message: String,
}

/// A round that is to be made.
pub(crate) struct NewRound<'a> {
    pub(crate) feed: FeedId,
    /// None: outside the schedule.
    pub(crate) slot: Option<Slot>,
    pub(crate) late: bool,
    pub(crate) seed: u64,
    pub(crate) trap: &'a Trap,
    pub(crate) posted_at: DateTime<Utc>,
    pub(crate) reveal_at: Option<DateTime<Utc>>,
}

impl StoredRound {
    /// The round under which its answers are kept.
    pub(crate) fn answers(&self) -> RoundId {
        self.twin_of.unwrap_or(self.round.id)
    }
}

struct Row {
    id: i64,
    feed: i64,
    place: i64,
    community: i64,
    platform: String,
    feed_channel: String,
    zone: String,
    json: String,
    slot: String,
    slot_at: i64,
    extra: bool,
    late: bool,
    seed: i64,
    twin_of: Option<i64>,
    posted_at: i64,
    reveal_at: Option<i64>,
    revealed_at: Option<i64>,
    tally: Option<String>,
    channel: Option<String>,
    message: Option<String>,
    reveal_channel: Option<String>,
    reveal_message: Option<String>,
    thread: Option<String>,
}

macro_rules! select {
    ($tail:tt $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT r.id, r.feed, f.place, p.community, p.platform, f.channel AS feed_channel, f.zone, v.json, r.slot, r.slot_at,
            r.extra AS "extra: bool", r.late AS "late: bool", r.seed, r.twin_of, r.posted_at, r.reveal_at, r.revealed_at, r.tally,
            r.channel, r.message, r.reveal_channel, r.reveal_message, r.thread
            FROM rounds r JOIN feeds f ON f.id = r.feed JOIN places p ON p.id = f.place
            JOIN trap_versions v ON v.digest = r.version "# + $tail
            $(, $arg)*
        )
    };
}

mod memory;
mod settling;
// Here, since it makes use of the macro.
mod twins;

pub(super) use memory::Memory;
pub(crate) use settling::{settle, settled, settled_for, unsettled};
pub(crate) use twins::{insert_twin, part, parted, platform, share_again, sharing, sharing_ids, twin};

pub(crate) async fn get(conn: &mut Conn, round: RoundId) -> Result<Option<StoredRound>> {
    select!("WHERE r.id = ?", round.0).fetch_optional(conn).await?.map(Row::read).transpose()
}

/// The rounds of a place that take answers at `now`, newest first: those whose post is in its channel, or may be.
pub(crate) async fn open_in(conn: &mut Conn, place: PlaceId, now: DateTime<Utc>) -> Result<Vec<StoredRound>> {
    let now = ms(now);
    let rows = select!(
        "WHERE f.place = ?1 AND r.revealed_at IS NULL AND (r.reveal_at IS NULL OR r.reveal_at > ?2) AND EXISTS
           (SELECT 1 FROM outbox o WHERE o.round = r.id AND o.kind = 'post' AND o.state IN ('sending', 'done'))
         ORDER BY r.id DESC",
        place.0,
        now
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Revealed rounds of a place that its channel saw, newest first, without those whose trap is open again in the community.
pub(crate) async fn archive(conn: &mut Conn, place: Place, offset: u32, limit: u32) -> Result<Vec<StoredRound>> {
    let rows = select!(
        "WHERE f.place = ? AND r.revealed_at IS NOT NULL AND r.message IS NOT NULL AND v.trap NOT IN
           (SELECT ov.trap FROM places op CROSS JOIN feeds o ON o.place = op.id CROSS JOIN rounds open ON open.feed = o.id
            JOIN trap_versions ov ON ov.digest = open.version WHERE open.revealed_at IS NULL AND op.community = ?)
         ORDER BY r.revealed_at DESC, r.id DESC LIMIT ? OFFSET ?",
        place.id.0,
        place.community.0,
        limit,
        offset
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Makes the round; None where its slot has one already.
pub(crate) async fn insert(conn: &mut Conn, new: &NewRound<'_>) -> Result<Option<RoundId>> {
    let version = traps::freeze(conn, new.trap).await?;
    let (slot, slot_at) = match new.slot {
        Some(slot) => (slot_name(slot), ms(slot.at)),
        None => (next_extra(conn, new.feed).await?, ms(new.posted_at)),
    };
    let (extra, seed) = (new.slot.is_none(), new.seed.cast_signed());
    let (posted_at, reveal_at) = (ms(new.posted_at), new.reveal_at.map(ms));
    let done = sqlx::query!(
        "INSERT INTO rounds (feed, slot, slot_at, extra, late, seed, version, posted_at, reveal_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, slot) DO NOTHING",
        new.feed.0,
        slot,
        slot_at,
        extra,
        new.late,
        seed,
        version,
        posted_at,
        reveal_at
    )
    .execute(conn)
    .await?;
    Ok((done.rows_affected() == 1).then(|| RoundId(done.last_insert_rowid())))
}

/// Whether a round is there and not revealed.
pub(crate) async fn is_open(conn: &mut Conn, round: RoundId) -> Result<bool> {
    let open = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM rounds WHERE id = ? AND revealed_at IS NULL) AS "open: bool""#,
        round.0
    );
    Ok(open.fetch_one(conn).await?)
}

/// Whether a slot of a feed has its round.
pub(crate) async fn has(conn: &mut Conn, feed: FeedId, slot: Slot) -> Result<bool> {
    let slot = slot_name(slot);
    let has = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM rounds WHERE feed = ? AND slot = ?) AS "has: bool""#,
        feed.0,
        slot
    );
    Ok(has.fetch_one(conn).await?)
}

async fn next_extra(conn: &mut Conn, feed: FeedId) -> Result<String> {
    let before =
        sqlx::query_scalar!("SELECT count(*) FROM rounds WHERE feed = ? AND extra = 1", feed.0).fetch_one(conn).await?;
    Ok(format!("extra {}", before + 1))
}

/// The local dates of a feed's scheduled rounds whose slots lie at or after `from`.
pub(crate) async fn posted_on(conn: &mut Conn, feed: FeedId, from: DateTime<Utc>) -> Result<Vec<NaiveDate>> {
    let from = ms(from);
    let slots =
        sqlx::query_scalar!("SELECT slot FROM rounds WHERE feed = ? AND slot_at >= ? AND extra = 0", feed.0, from)
            .fetch_all(conn)
            .await?;
    let mut dates = slots.iter().map(|slot| Ok(slot_named(slot)?.date())).collect::<Result<Vec<_>>>()?;
    dates.sort_unstable();
    dates.dedup();
    Ok(dates)
}

/// Rounds of a feed that its next post reveals, oldest first.
pub(crate) async fn until_next(conn: &mut Conn, feed: FeedId) -> Result<Vec<RoundId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM rounds WHERE feed = ? AND revealed_at IS NULL AND reveal_at IS NULL ORDER BY id",
        feed.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(RoundId).collect())
}

/// The rounds of a feed that are not revealed, oldest first.
pub(crate) async fn open_of_feed(conn: &mut Conn, feed: FeedId) -> Result<Vec<RoundId>> {
    let ids = sqlx::query_scalar!("SELECT id FROM rounds WHERE feed = ? AND revealed_at IS NULL ORDER BY id", feed.0)
        .fetch_all(conn)
        .await?;
    Ok(ids.into_iter().map(RoundId).collect())
}

/// The oldest round of a feed that is open and whose post is in its channel, or may be.
pub(crate) async fn oldest_visible(conn: &mut Conn, feed: FeedId) -> Result<Option<RoundId>> {
    let id = sqlx::query_scalar!(
        "SELECT r.id FROM rounds r JOIN outbox o ON o.round = r.id AND o.kind = 'post'
         WHERE r.feed = ? AND r.revealed_at IS NULL AND o.state IN ('sending', 'done') ORDER BY r.id LIMIT 1",
        feed.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(RoundId))
}

/// Open rounds to be closed at `now`: first those whose time has come, in its order, then those whose post was dropped or has
/// waited too long. One that shares its answers waits for the reveal, since the other post may well be in its channel.
pub(crate) async fn due(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<RoundId>> {
    let now = ms(now);
    let revealed = sqlx::query_scalar!(
        "SELECT id FROM rounds WHERE revealed_at IS NULL AND reveal_at <= ? ORDER BY reveal_at, id",
        now
    )
    .fetch_all(&mut *conn)
    .await?;
    // From the open rounds, which are few, to their posts: left to itself, SQLite reads every round there ever was.
    let unseen = sqlx::query_scalar!(
        "SELECT r.id FROM rounds r INDEXED BY rounds_open CROSS JOIN outbox o ON o.round = r.id AND o.kind = 'post' AND o.part = 0
         WHERE r.revealed_at IS NULL AND (r.reveal_at IS NULL OR r.reveal_at > ?1)
           AND r.twin_of IS NULL AND NOT EXISTS (SELECT 1 FROM rounds t WHERE t.twin_of = r.id)
           AND (o.state = 'dropped' OR (o.state = 'pending' AND o.expires_at <= ?1)) ORDER BY r.id",
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(revealed.into_iter().chain(unseen).map(RoundId).collect())
}

/// Closes a round for good; false where it was closed before.
pub(crate) async fn close(conn: &mut Conn, round: RoundId, now: DateTime<Utc>, tally: &Tally) -> Result<bool> {
    let (now, tally) = (ms(now), to_json(tally)?);
    let done = sqlx::query!(
        "UPDATE rounds SET revealed_at = ?, tally = ? WHERE id = ? AND revealed_at IS NULL",
        now,
        tally,
        round.0
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives rounds of a feed that wait for its next post an hour of their own: so long after their post, and not before `now`.
pub(crate) async fn reveal_by(conn: &mut Conn, feed: FeedId, after: TimeDelta, now: DateTime<Utc>) -> Result<()> {
    let (after, now) = (after.num_milliseconds(), ms(now));
    sqlx::query!(
        "UPDATE rounds SET reveal_at = max(?, posted_at + ?) WHERE feed = ? AND revealed_at IS NULL AND reveal_at IS NULL",
        now,
        after,
        feed.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The post is there. Returns the instant that it was due; none outside the schedule, or for a slot before its feed was made.
pub(crate) async fn posted(conn: &mut Conn, round: RoundId, at: &Message) -> Result<Option<DateTime<Utc>>> {
    let slot = sqlx::query_scalar!(
        r#"UPDATE rounds SET channel = ?, message = ? WHERE id = ?
           RETURNING CASE WHEN extra = 0 AND slot_at >= (SELECT created_at FROM feeds WHERE id = rounds.feed) THEN slot_at END
             AS "slot_at: i64""#,
        at.channel,
        at.message,
        round.0
    )
    .fetch_optional(conn)
    .await?;
    instant_or_none(slot.flatten())
}

pub(crate) async fn reveal_sent(conn: &mut Conn, round: RoundId, at: &Message) -> Result<()> {
    sqlx::query!(
        "UPDATE rounds SET reveal_channel = ?, reveal_message = ? WHERE id = ?",
        at.channel,
        at.message,
        round.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where the reveal goes instead of to the channel of the post.
pub(crate) async fn set_reveal_channel(conn: &mut Conn, round: RoundId, channel: &str) -> Result<()> {
    sqlx::query!("UPDATE rounds SET reveal_channel = ? WHERE id = ?", channel, round.0).execute(conn).await?;
    Ok(())
}

/// Where the details go: a thread, or the channel itself.
pub(crate) async fn set_thread(conn: &mut Conn, round: RoundId, channel: &str) -> Result<()> {
    sqlx::query!("UPDATE rounds SET thread = ? WHERE id = ?", channel, round.0).execute(conn).await?;
    Ok(())
}

/// Open rounds whose post can be brought up to date at `now`, with how many have answered.
pub(crate) async fn live(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<(RoundId, u32)>> {
    let now = ms(now);
    let rows = sqlx::query!(
        r#"SELECT r.id AS "id!", (SELECT count(*) FROM answers a WHERE a.round = coalesce(r.twin_of, r.id)) AS "answered!: i64" FROM rounds r
           WHERE r.revealed_at IS NULL AND r.message IS NOT NULL AND (r.reveal_at IS NULL OR r.reveal_at > ?)"#,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (RoundId(row.id), count(row.answered))).collect())
}

impl Row {
    fn read(self) -> Result<StoredRound> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("round {}: {what}", self.id));
        let trap: Trap = from_json(&self.json)?;
        let round = Round {
            id: RoundId(self.id),
            feed: FeedId(self.feed),
            order: pick::shuffle(trap.options().len(), self.seed.cast_unsigned()),
            trap,
            late: self.late,
            extra: self.extra,
            posted_at: instant(self.posted_at)?,
            reveal_at: instant_or_none(self.reveal_at)?,
            revealed_at: instant_or_none(self.revealed_at)?,
            zone: zone_named(&self.zone).map_err(|_| corrupt("zone"))?,
        };
        let slot = match self.extra {
            true => None,
            false => Some(Slot { local: slot_named(&self.slot)?, at: instant(self.slot_at)? }),
        };
        Ok(StoredRound {
            round,
            slot,
            twin_of: self.twin_of.map(RoundId),
            place: PlaceId(self.place),
            community: CommunityId(self.community),
            platform: Platform::from_name(&self.platform).ok_or_else(|| corrupt("platform"))?,
            tally: self.tally.as_deref().map(from_json).transpose()?,
            feed_channel: self.feed_channel,
            post: message(self.channel, self.message),
            reveal: message(self.reveal_channel.clone(), self.reveal_message),
            reveal_channel: self.reveal_channel,
            thread: self.thread,
        })
    }
}

fn message(channel: Option<String>, message: Option<String>) -> Option<Message> {
    Some(Message { channel: channel?, message: message? })
}
