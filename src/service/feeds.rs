//! Admins set feeds up, change them, and run them by hand. Each of these refuses with `NotAdmin` where `actor.admin` is false,
//! except that whoever set a feed up may look after it all the same.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::people as persons;
use super::recount::recount_community;
use super::rounds::{owed, posted_on, reveal};
use super::{Actor, Changed, Result, Service, words};
use crate::core::feed::{Checkup, Draft, Feed, FeedView, Settings, State};
use crate::core::ids::{CommunityId, PlaceId, RoundId};
use crate::core::refusal::Refusal;
use crate::core::trap::Trap;
use crate::store::feeds::{NewFeed, StoredFeed};
use crate::store::{Conn, StoreError, Tx, feeds, outbox, people, rounds};

mod local;
mod settings;

use settings::Drafted;

/// How late a missed slot may still be posted.
const CATCH_UP: TimeDelta = TimeDelta::hours(6);
/// When a round is revealed for which nobody said anything: this long after its post.
const REVEAL_HOURS: u8 = 8;
/// How many slots an admin is shown.
const SLOTS_SHOWN: usize = 3;

impl Service {
    /// Adds a feed; everything but the channel has a default (see DESIGN §7).
    ///
    /// # Errors
    /// Any refusal about feeds, or a fault.
    pub async fn feed_add(&self, actor: &Actor, draft: &Draft) -> Result<FeedView> {
        admin_only(actor)?;
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        let (place, account) = persons::ensure(&mut tx, actor).await?;
        let zone = people::zone(&mut tx, place.community).await?.zone;
        let Drafted { settings, zone_named } = settings::new(&self.bank, draft, zone)?;
        refuse_same(&mut tx, place.id, &settings, None).await?;
        if zone_named {
            name_zone(&mut tx, place.community, settings.schedule.zone).await?;
        }
        let new = NewFeed {
            place: place.id,
            settings: &settings,
            catch_up: CATCH_UP,
            since: now,
            next_at: settings.schedule.after(now).map(|slot| slot.at),
            created_at: now,
            created_by: Some(account.id),
        };
        let id = feeds::insert(&mut tx, &new).await?;
        let stored = feeds::get(&mut tx, id).await?;
        self.finish(tx, &stored, now).await
    }

    /// Changes what the draft sets. `feed` is what was typed: its number in this place.
    ///
    /// An open round keeps the reveal that its post announced. A slot that was posted is never posted again, and the next one is
    /// never lost: should the new time of the day that was next have passed already, its trap comes at once.
    ///
    /// # Errors
    /// As [`Service::feed_add`], `UnknownFeed`, `NothingToChange`.
    pub async fn feed_edit(&self, actor: &Actor, feed: &str, draft: &Draft) -> Result<FeedView> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        let now = self.clock.now();
        let old = &stored.feed.settings;
        let Drafted { settings, zone_named } = settings::changed(&self.bank, draft, old)?;
        if settings == *old {
            return Err(Refusal::NothingToChange.into());
        }
        refuse_same(&mut tx, stored.feed.place, &settings, Some(stored.feed.number)).await?;
        if zone_named {
            name_zone(&mut tx, stored.feed.community, settings.schedule.zone).await?;
        }
        if settings.schedule != old.schedule {
            reschedule(&mut tx, &stored, &settings, now).await?;
        }
        feeds::change(&mut tx, stored.feed.id, &settings).await?;
        if settings.channel != old.channel {
            feeds::unblock(&mut tx, stored.feed.id, &settings.channel).await?;
        }
        self.finish(tx, &stored, now).await
    }

    /// The feeds that the actor may look after.
    ///
    /// # Errors
    /// `NotAdmin`, or a fault.
    pub async fn feeds(&self, actor: &Actor) -> Result<Vec<FeedView>> {
        let mut conn = self.store.read().await?;
        let now = self.clock.now();
        let mut views = Vec::new();
        for stored in in_care_of(&mut conn, actor).await? {
            views.push(self.view(&mut conn, &stored, now).await?);
        }
        Ok(views)
    }

    /// After a look at the channels: where a blocked feed is no longer in trouble, what it owes is tried again at once, and one that
    /// owes nothing is blocked no more. Returns the checkups with the feeds as they are then.
    ///
    /// # Errors
    /// A fault.
    pub async fn feeds_checked(&self, checkups: Vec<Checkup>) -> Result<Vec<Checkup>> {
        if checkups.iter().all(|checkup| !has_healed(checkup)) {
            return Ok(checkups);
        }
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        let mut checked = Vec::new();
        for mut checkup in checkups {
            if has_healed(&checkup) {
                let Feed { id, settings, .. } = &checkup.view.feed;
                feeds::retry_now(&mut tx, *id, now).await?;
                if outbox::retry_now(&mut tx, *id, now).await? == 0 {
                    feeds::unblock(&mut tx, *id, &settings.channel).await?;
                }
                let stored = feeds::get(&mut tx, *id).await?;
                checkup.view = self.view(&mut tx, &stored, now).await?;
            }
            checked.push(checkup);
        }
        tx.commit().await?;
        self.hub.tell([Changed::Feeds]);
        self.hub.wake();
        Ok(checked)
    }

    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, or a fault.
    pub async fn feed_pause(&self, actor: &Actor, feed: &str) -> Result<FeedView> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        feeds::set_active(&mut tx, stored.feed.id, false).await?;
        outbox::drop_pending_posts(&mut tx, stored.feed.id, "the feed was paused").await?;
        let now = self.clock.now();
        self.finish(tx, &stored, now).await
    }

    /// Goes on with the next slot: what fell into the pause is not posted. A blocked feed is tried again at once.
    ///
    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, or a fault.
    pub async fn feed_resume(&self, actor: &Actor, feed: &str) -> Result<FeedView> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        let now = self.clock.now();
        if stored.feed.state == State::Paused {
            let since = now.max(stored.feed.since);
            let posted = posted_on(&mut tx, &stored).await?;
            let due = stored.feed.settings.schedule.due(since, now, stored.catch_up, &posted);
            feeds::set_active(&mut tx, stored.feed.id, true).await?;
            feeds::advance(&mut tx, stored.feed.id, since, due.next.map(|slot| slot.at)).await?;
        }
        feeds::retry_now(&mut tx, stored.feed.id, now).await?;
        self.finish(tx, &stored, now).await
    }

    /// Its history stays; its open round is still revealed, eight hours after its post where that hung on a next one.
    ///
    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, or a fault.
    pub async fn feed_remove(&self, actor: &Actor, feed: &str) -> Result<FeedView> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        let now = self.clock.now();
        feeds::remove(&mut tx, stored.feed.id).await?;
        outbox::drop_pending_posts(&mut tx, stored.feed.id, "the feed was removed").await?;
        rounds::reveal_by(&mut tx, stored.feed.id, TimeDelta::hours(i64::from(REVEAL_HOURS)), now).await?;
        self.finish(tx, &stored, now).await
    }

    /// The feed and the headline-only view of the trap that would come next.
    ///
    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, `EmptyFilter`, `AllOpen`, or a fault.
    pub async fn feed_preview(&self, actor: &Actor, feed: &str) -> Result<(FeedView, Trap)> {
        let mut conn = self.store.read().await?;
        let now = self.clock.now();
        let stored = find_in(&mut conn, actor, feed).await?;
        let view = self.view(&mut conn, &stored, now).await?;
        let seed = self.seed(stored.feed.id, view.next.first().copied(), now);
        let trap = self.next_trap(&mut conn, &stored, seed).await?.cloned();
        Ok((view, trap.ok_or_else(|| words::none_left(&self.bank, &stored.feed.settings.filter))?))
    }

    /// Posts a trap now, outside the schedule.
    ///
    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, `EmptyFilter`, `AllOpen`, or a fault.
    pub async fn feed_post(&self, actor: &Actor, feed: &str) -> Result<(Feed, RoundId)> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        let now = self.clock.now();
        let posted = self.post(&mut tx, &stored, None, now).await?;
        let posted = posted.ok_or_else(|| words::none_left(&self.bank, &stored.feed.settings.filter))?;
        feeds::retry_now(&mut tx, stored.feed.id, now).await?;
        tx.commit().await?;
        self.tell_revealed(posted.revealed);
        self.hub.wake();
        Ok((stored.feed, posted.round))
    }

    /// Reveals the feed's oldest open round now. A round whose post is not in the channel yet is none to reveal.
    ///
    /// # Errors
    /// `NotAdmin`, `UnknownFeed`, `NothingToReveal`, or a fault.
    pub async fn feed_reveal(&self, actor: &Actor, feed: &str) -> Result<(Feed, RoundId)> {
        let (mut tx, stored) = self.find(actor, feed).await?;
        let nothing = Refusal::NothingToReveal { number: stored.feed.number };
        let round = rounds::oldest_visible(&mut tx, stored.feed.id).await?.ok_or(nothing)?;
        let revealed = reveal(&mut tx, round, self.clock.now()).await?;
        feeds::retry_now(&mut tx, stored.feed.id, self.clock.now()).await?;
        tx.commit().await?;
        self.tell_revealed(revealed);
        self.hub.wake();
        Ok((stored.feed, round))
    }

    /// A transaction to change a feed in, which the actor may look after.
    async fn find(&self, actor: &Actor, feed: &str) -> Result<(Tx, StoredFeed)> {
        let mut tx = self.store.write().await?;
        let stored = find_in(&mut tx, actor, feed).await?;
        Ok((tx, stored))
    }

    /// Commits, and shows the feed as it is then.
    async fn finish(&self, mut tx: Tx, stored: &StoredFeed, now: DateTime<Utc>) -> Result<FeedView> {
        let stored = feeds::get(&mut tx, stored.feed.id).await?;
        let view = self.view(&mut tx, &stored, now).await?;
        tx.commit().await?;
        self.hub.tell([Changed::Feeds]);
        Ok(view)
    }

    pub(super) async fn view(
        &self,
        conn: &mut Conn,
        stored: &StoredFeed,
        now: DateTime<Utc>,
    ) -> Result<FeedView, StoreError> {
        let feed = stored.feed.clone();
        let idle = stored.removed || feed.state == State::Paused;
        let next = if idle { Vec::new() } else { next_slots(conn, stored, now).await? };
        Ok(FeedView {
            next,
            pool: words::pool(&self.bank, &feed.settings.filter).len(),
            zone_assumed: people::zone(conn, feed.community).await?.assumed,
            open: rounds::open_of_feed(conn, feed.id).await?.first().copied(),
            last_skipped: feeds::last_skipped(conn, feed.id).await?,
            waiting: outbox::waiting(conn, feed.id).await?,
            feed,
        })
    }
}

/// Whether a feed is blocked though nothing stands in its way any more.
fn has_healed(checkup: &Checkup) -> bool {
    matches!(checkup.view.feed.state, State::Blocked { .. }) && checkup.missing.is_empty() && checkup.trouble.is_none()
}

pub(super) fn admin_only(actor: &Actor) -> Result<(), Refusal> {
    if actor.admin { Ok(()) } else { Err(Refusal::NotAdmin) }
}

/// The feeds of the actor's place: all of them for an admin, for anybody else those that they set up themselves.
async fn in_care_of(conn: &mut Conn, actor: &Actor) -> Result<Vec<StoredFeed>> {
    let (mut live, account) = match persons::known(conn, actor).await? {
        Some((place, account)) => (feeds::of_place(conn, place.id).await?, account.map(|account| account.id)),
        None => (Vec::new(), None),
    };
    if !actor.admin {
        live.retain(|stored| stored.created_by.is_some() && stored.created_by == account);
        if live.is_empty() {
            return Err(Refusal::NotAdmin.into());
        }
    }
    Ok(live)
}

async fn find_in(conn: &mut Conn, actor: &Actor, typed: &str) -> Result<StoredFeed> {
    let live = in_care_of(conn, actor).await?;
    let number: Option<i64> = typed.trim().trim_start_matches('#').parse().ok();
    let have = live.iter().map(|stored| stored.feed.number).collect();
    let found = live.into_iter().find(|stored| Some(stored.feed.number) == number);
    Ok(found.ok_or_else(|| Refusal::UnknownFeed { given: typed.to_owned(), have })?)
}

/// Names the zone of a community that has none yet. What was earned until then is counted anew: its weeks begin elsewhere now.
async fn name_zone(conn: &mut Conn, community: CommunityId, zone: Tz) -> Result<(), StoreError> {
    if people::name_zone(conn, community, zone).await? {
        recount_community(conn, community).await?;
    }
    Ok(())
}

/// Two feeds that would post in one channel at the same times are a mistake.
async fn refuse_same(conn: &mut Conn, place: PlaceId, new: &Settings, own: Option<i64>) -> Result<()> {
    let live = feeds::of_place(conn, place).await?;
    let same = live.iter().map(|stored| &stored.feed).find(|feed| {
        Some(feed.number) != own && feed.settings.channel == new.channel && feed.settings.schedule == new.schedule
    });
    match same {
        Some(feed) => Err(Refusal::SameFeed { number: feed.number }.into()),
        None => Ok(()),
    }
}

/// Moves a feed to a new schedule. A slot of the new one that has passed counts only where it is the one that the old schedule still
/// owed for that date.
async fn reschedule(
    conn: &mut Conn,
    stored: &StoredFeed,
    new: &Settings,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before = owed(conn, stored, now).await?;
    let owed_date = before.post.or(before.next).map(|slot| slot.local.date());
    let posted = posted_on(conn, stored).await?;
    let due = |since| new.schedule.due(since, now, stored.catch_up, &posted);
    let missed = due(stored.feed.since).post;
    if let Some(slot) = missed.filter(|slot| Some(slot.local.date()) == owed_date) {
        // Just before it, so that nothing older is owed or called skipped.
        return feeds::advance(conn, stored.feed.id, slot.at - TimeDelta::milliseconds(1), Some(slot.at)).await;
    }
    let since = now.max(stored.feed.since);
    feeds::advance(conn, stored.feed.id, since, due(since).next.map(|slot| slot.at)).await
}

/// What is due now, then what comes.
async fn next_slots(
    conn: &mut Conn,
    stored: &StoredFeed,
    now: DateTime<Utc>,
) -> Result<Vec<crate::core::calendar::Slot>, StoreError> {
    let due = owed(conn, stored, now).await?;
    let later = due.next.map(|next| stored.feed.settings.schedule.upcoming(next.at, SLOTS_SHOWN)).unwrap_or_default();
    Ok(due.post.into_iter().chain(due.next).chain(later).take(SLOTS_SHOWN).collect())
}
