//! Feeds: their settings, their state, the slots that they skipped.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::{Conn, Result, StoreError, from_json, instant, instant_or_none, ms, span, to_json};
use crate::core::calendar::{Schedule, Slot};
use crate::core::feed::{Blocked, Feed, Filter, Order, RevealAfter, Settings, SkipReason, State};
use crate::core::ids::{CommunityId, FeedId, PlaceId, Platform};
use crate::core::trap::Level;

/// A feed with what only the services need to know.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredFeed {
    pub(crate) feed: Feed,
    pub(crate) removed: bool,
    /// How late a missed slot may still be posted.
    pub(crate) catch_up: TimeDelta,
    pub(crate) next_at: Option<DateTime<Utc>>,
    /// The account that is told when the feed is blocked.
    pub(crate) created_by: Option<i64>,
    /// How often in a row its channel refused; 0 where it is not blocked.
    pub(crate) blocked_tries: u32,
}

/// A feed that is to be made.
pub(crate) struct NewFeed<'a> {
    pub(crate) place: PlaceId,
    pub(crate) settings: &'a Settings,
    pub(crate) catch_up: TimeDelta,
    pub(crate) since: DateTime<Utc>,
    pub(crate) next_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) created_by: Option<i64>,
}

/// How a slot is written: the key of exactly-once, stable for ever.
const SLOT: &str = "%Y-%m-%dT%H:%M:%S";

struct Row {
    id: i64,
    place: i64,
    community: i64,
    platform: String,
    number: i64,
    channel: String,
    rule: String,
    zone: String,
    series: Option<String>,
    topic: Option<String>,
    level: Option<String>,
    sequence: String,
    reveal_hours: i64,
    role: Option<String>,
    thread: bool,
    catch_up: i64,
    state: String,
    blocked: Option<String>,
    blocked_since: Option<i64>,
    blocked_tries: Option<i64>,
    since: i64,
    next_at: Option<i64>,
    created_at: i64,
    created_by: Option<i64>,
}

macro_rules! select {
    ($tail:tt $(, $arg:expr)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT f.id, f.place, p.community, p.platform, f.number, f.channel, f.rule, f.zone, f.series, f.topic, f.level,
            f.sequence, f.reveal_hours, f.role, f.thread AS "thread: bool", f.catch_up, f.state, f.blocked, f.blocked_since,
            f.blocked_tries, f.since, f.next_at, f.created_at, f.created_by
            FROM feeds f JOIN places p ON p.id = f.place "# + $tail
            $(, $arg)*
        )
    };
}

pub(crate) async fn get(conn: &mut Conn, feed: FeedId) -> Result<StoredFeed> {
    select!("WHERE f.id = ?", feed.0).fetch_one(conn).await?.read()
}

/// The feeds of a place that were not removed, by number.
pub(crate) async fn of_place(conn: &mut Conn, place: PlaceId) -> Result<Vec<StoredFeed>> {
    let rows = select!("WHERE f.place = ? AND f.state <> 'removed' ORDER BY f.number", place.0).fetch_all(conn).await?;
    rows.into_iter().map(Row::read).collect()
}

/// Every feed that there ever was.
pub(crate) async fn all(conn: &mut Conn) -> Result<Vec<FeedId>> {
    let ids = sqlx::query_scalar!("SELECT id FROM feeds ORDER BY id").fetch_all(conn).await?;
    Ok(ids.into_iter().map(FeedId).collect())
}

/// Whether the place ever had a feed.
pub(crate) async fn any_ever(conn: &mut Conn, place: PlaceId) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"SELECT EXISTS (SELECT 1 FROM feeds WHERE place = ?) AS "any: bool""#, place.0)
        .fetch_one(conn)
        .await?)
}

/// Active feeds with something due at `now`, the longest due first.
pub(crate) async fn due(conn: &mut Conn, now: DateTime<Utc>) -> Result<Vec<FeedId>> {
    let now = ms(now);
    let ids =
        sqlx::query_scalar!("SELECT id FROM feeds WHERE state = 'active' AND next_at <= ? ORDER BY next_at, id", now)
            .fetch_all(conn)
            .await?;
    Ok(ids.into_iter().map(FeedId).collect())
}

/// When the next post of a place comes.
pub(crate) async fn next_post(conn: &mut Conn, place: PlaceId) -> Result<Option<DateTime<Utc>>> {
    let next = sqlx::query_scalar!(
        r#"SELECT min(next_at) AS "next: i64" FROM feeds WHERE place = ? AND state = 'active'"#,
        place.0
    )
    .fetch_one(conn)
    .await?;
    instant_or_none(next)
}

pub(crate) async fn insert(conn: &mut Conn, new: &NewFeed<'_>) -> Result<FeedId> {
    let flat = Flat::of(new.settings);
    let (catch_up, since) = (new.catch_up.num_milliseconds(), ms(new.since));
    let (next_at, created_at) = (new.next_at.map(ms), ms(new.created_at));
    let done = sqlx::query!(
        "INSERT INTO feeds (place, number, channel, rule, zone, series, topic, level, sequence, reveal_hours, role, thread,
            catch_up, state, since, next_at, created_at, created_by)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM feeds WHERE place = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
            ?10, ?11, ?12, 'active', ?13, ?14, ?15, ?16)",
        new.place.0,
        flat.channel,
        flat.rule,
        flat.zone,
        flat.series,
        flat.topic,
        flat.level,
        flat.sequence,
        flat.reveal_hours,
        flat.role,
        flat.thread,
        catch_up,
        since,
        next_at,
        created_at,
        new.created_by,
    )
    .execute(conn)
    .await?;
    Ok(FeedId(done.last_insert_rowid()))
}

pub(crate) async fn change(conn: &mut Conn, feed: FeedId, settings: &Settings) -> Result<()> {
    let flat = Flat::of(settings);
    sqlx::query!(
        "UPDATE feeds SET channel = ?, rule = ?, zone = ?, series = ?, topic = ?, level = ?, sequence = ?, reveal_hours = ?,
            role = ?, thread = ? WHERE id = ?",
        flat.channel,
        flat.rule,
        flat.zone,
        flat.series,
        flat.topic,
        flat.level,
        flat.sequence,
        flat.reveal_hours,
        flat.role,
        flat.thread,
        feed.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Slots up to `since` are dealt with; the next look is due at `next_at`.
pub(crate) async fn advance(
    conn: &mut Conn,
    feed: FeedId,
    since: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
) -> Result<()> {
    let (since, next_at) = (ms(since), next_at.map(ms));
    sqlx::query!("UPDATE feeds SET since = ?, next_at = ? WHERE id = ?", since, next_at, feed.0).execute(conn).await?;
    Ok(())
}

pub(crate) async fn set_active(conn: &mut Conn, feed: FeedId, active: bool) -> Result<()> {
    let state = if active { "active" } else { "paused" };
    sqlx::query!("UPDATE feeds SET state = ? WHERE id = ?", state, feed.0).execute(conn).await?;
    Ok(())
}

pub(crate) async fn remove(conn: &mut Conn, feed: FeedId) -> Result<()> {
    sqlx::query!("UPDATE feeds SET state = 'removed' WHERE id = ?", feed.0).execute(conn).await?;
    Ok(())
}

/// The channel refuses, for the first time or again: nothing is tried before `retry_at`.
pub(crate) async fn block(
    conn: &mut Conn,
    feed: FeedId,
    reason: &Blocked,
    now: DateTime<Utc>,
    retry_at: DateTime<Utc>,
) -> Result<()> {
    let (reason, now, retry_at) = (to_json(reason)?, ms(now), ms(retry_at));
    sqlx::query!(
        "UPDATE feeds SET blocked = ?, blocked_since = coalesce(blocked_since, ?),
            blocked_tries = coalesce(blocked_tries, 0) + 1, blocked_retry_at = ? WHERE id = ?",
        reason,
        now,
        retry_at,
        feed.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// This channel takes messages again; returns whether the feed posts there and was blocked.
pub(crate) async fn unblock(conn: &mut Conn, feed: FeedId, channel: &str) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE feeds SET blocked = NULL, blocked_since = NULL, blocked_tries = NULL, blocked_retry_at = NULL
         WHERE id = ? AND channel = ? AND blocked IS NOT NULL",
        feed.0,
        channel
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A blocked feed is tried again at once.
pub(crate) async fn retry_now(conn: &mut Conn, feed: FeedId, now: DateTime<Utc>) -> Result<()> {
    let now = ms(now);
    sqlx::query!("UPDATE feeds SET blocked_retry_at = ? WHERE id = ? AND blocked IS NOT NULL", now, feed.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn skip(
    conn: &mut Conn,
    feed: FeedId,
    slot: Slot,
    reason: SkipReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let (name, slot_at, reason, now) = (slot_name(slot), ms(slot.at), reason_name(reason), ms(now));
    sqlx::query!(
        "INSERT INTO skipped_slots (feed, slot, slot_at, reason, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        feed.0,
        name,
        slot_at,
        reason,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn last_skipped(conn: &mut Conn, feed: FeedId) -> Result<Option<(Slot, SkipReason)>> {
    let row = sqlx::query!(
        "SELECT slot, slot_at, reason FROM skipped_slots WHERE feed = ? ORDER BY slot_at DESC LIMIT 1",
        feed.0
    )
    .fetch_optional(conn)
    .await?;
    let read = |slot: String, slot_at: i64, reason: String| {
        let reason = reason_named(&reason).ok_or_else(|| StoreError::Corrupt(format!("reason {reason}")))?;
        Ok((Slot { local: slot_named(&slot)?, at: instant(slot_at)? }, reason))
    };
    row.map(|row| read(row.slot, row.slot_at, row.reason)).transpose()
}

pub(crate) fn slot_name(slot: Slot) -> String {
    slot.local.format(SLOT).to_string()
}

pub(crate) fn slot_named(name: &str) -> Result<NaiveDateTime> {
    NaiveDateTime::parse_from_str(name, SLOT).map_err(|_| StoreError::Corrupt(format!("slot {name}")))
}

const REASONS: [(SkipReason, &str); 4] = [
    (SkipReason::TooLate, "too_late"),
    (SkipReason::Superseded, "superseded"),
    (SkipReason::EmptyPool, "empty_pool"),
    (SkipReason::Undelivered, "undelivered"),
];

fn reason_name(reason: SkipReason) -> &'static str {
    REASONS.iter().find(|(r, _)| *r == reason).map_or("", |(_, name)| name)
}

fn reason_named(name: &str) -> Option<SkipReason> {
    REASONS.iter().find(|(_, n)| *n == name).map(|(reason, _)| *reason)
}

/// Settings as columns.
struct Flat<'a> {
    channel: &'a str,
    rule: String,
    zone: &'static str,
    series: Option<&'a str>,
    topic: Option<&'a str>,
    level: Option<&'static str>,
    sequence: &'static str,
    reveal_hours: i64,
    role: Option<&'a str>,
    thread: bool,
}

impl<'a> Flat<'a> {
    fn of(settings: &'a Settings) -> Self {
        Self {
            channel: &settings.channel,
            rule: settings.schedule.stored(),
            zone: settings.schedule.zone.name(),
            series: settings.filter.series.as_deref(),
            topic: settings.filter.topic.as_deref(),
            level: settings.filter.level.map(Level::as_str),
            sequence: settings.order.as_str(),
            reveal_hours: settings.reveal.hours(),
            role: settings.role.as_deref(),
            thread: settings.thread,
        }
    }
}

impl Row {
    fn read(self) -> Result<StoredFeed> {
        let corrupt = |what: &str| StoreError::Corrupt(format!("feed {}: {what}", self.id));
        let settings = Settings {
            channel: self.channel.clone(),
            schedule: Schedule::from_stored(&self.rule, &self.zone).ok_or_else(|| corrupt("schedule"))?,
            filter: Filter {
                series: self.series.clone(),
                topic: self.topic.clone(),
                level: self
                    .level
                    .as_deref()
                    .map(|l| Level::from_name(l).ok_or_else(|| corrupt("level")))
                    .transpose()?,
            },
            order: Order::from_name(&self.sequence).ok_or_else(|| corrupt("order"))?,
            reveal: RevealAfter::from_hours(self.reveal_hours).ok_or_else(|| corrupt("reveal"))?,
            role: self.role.clone(),
            thread: self.thread,
        };
        let feed = Feed {
            id: FeedId(self.id),
            place: PlaceId(self.place),
            community: CommunityId(self.community),
            platform: Platform::from_name(&self.platform).ok_or_else(|| corrupt("platform"))?,
            number: self.number,
            settings,
            state: self.state()?,
            since: instant(self.since)?,
            created_at: instant(self.created_at)?,
        };
        Ok(StoredFeed {
            feed,
            removed: self.state == "removed",
            catch_up: span(self.catch_up),
            next_at: instant_or_none(self.next_at)?,
            created_by: self.created_by,
            blocked_tries: super::count(self.blocked_tries.unwrap_or(0)),
        })
    }

    fn state(&self) -> Result<State> {
        Ok(match (self.state.as_str(), &self.blocked, self.blocked_since) {
            ("active", Some(reason), Some(since)) => {
                State::Blocked { reason: from_json(reason)?, since: instant(since)? }
            }
            ("active", ..) => State::Active,
            _ => State::Paused,
        })
    }
}
