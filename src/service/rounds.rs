//! What time brings: slots fall due, rounds are revealed. Level-triggered: each call asks the store what is due now.

use chrono::{DateTime, TimeDelta, Utc};

use super::deliver::LONGEST_PAUSES;
use super::{Changed, Result, Service, words};
use crate::core::calendar::{Due, Slot};
use crate::core::feed::{SkipReason, State};
use crate::core::ids::{FeedId, Period, RoundId};
use crate::core::pick;
use crate::core::round::{Reveal, Round, Tally, verdict};
use crate::core::score::{self, period_key};
use crate::core::text;
use crate::core::trap::Trap;
use crate::store::answers::Group;
use crate::store::feeds::StoredFeed;
use crate::store::outbox::{self, Kind, PostState};
use crate::store::rewind::rewind;
use crate::store::rounds::{NewRound, StoredRound};
use crate::store::{Conn, StoreError, answers, feeds, people, rounds, standings, traps};

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ticked {
    pub posted: u32,
    pub skipped: u32,
    pub revealed: u32,
}

/// A post this much behind its slot says that it is late.
const LATE: TimeDelta = TimeDelta::minutes(5);
/// Two slots of one local date lie less than this apart, whatever zones they are in.
const SAME_DATE: TimeDelta = TimeDelta::days(3);
/// How many names the reveal's list of gains has.
pub(super) const GAINS: u32 = 3;

impl Service {
    /// Makes the rounds and reveals that are due, each in one transaction with the messages it owes.
    ///
    /// A round whose post never got to its channel is closed without a word once its reveal is due, or the post has waited for
    /// longer than the feed's catch-up window: a stale trap must not appear only to be revealed. Its slot is recorded as skipped.
    ///
    /// # Errors
    /// The first fault; everything else that was due is done all the same.
    pub async fn tick(&self) -> Result<Ticked> {
        let now = self.clock.now();
        self.look_at_clock(now).await?;
        let (reveals, posts) = {
            let mut conn = self.store.read().await?;
            (rounds::due(&mut conn, now).await?, feeds::due(&mut conn, now).await?)
        };
        let mut ticked = Ticked::default();
        let mut first_fault = Ok(());
        for round in reveals {
            let done = self.tick_reveal(round, now).await.map(|revealed| ticked.revealed += revealed);
            first_fault = first_fault.and(done);
        }
        for feed in posts {
            let done = self.tick_feed(feed, now, &mut ticked).await;
            first_fault = first_fault.and(done);
        }
        self.metrics().skipped(ticked.skipped);
        if ticked != Ticked::default() {
            self.hub.wake();
        }
        first_fault?;
        self.hub.ticked(now);
        Ok(ticked)
    }

    /// A clock that ran far ahead and was put right again leaves feeds, rounds and messages that wait for a day far off.
    async fn look_at_clock(&self, now: DateTime<Utc>) -> Result<()> {
        if self.hub.went_back(now) {
            let mut tx = self.store.write().await?;
            let rewound = rewind(&mut tx, now, LONGEST_PAUSES).await?;
            tx.commit().await?;
            if rewound {
                tracing::warn!(%now, "the clock has gone back by more than a day; feeds and open rounds go on from here");
            }
        }
        self.hub.saw(now);
        Ok(())
    }

    #[tracing::instrument(name = "reveal", level = "debug", skip_all, fields(%round))]
    async fn tick_reveal(&self, round: RoundId, now: DateTime<Utc>) -> Result<u32> {
        let mut tx = self.store.write().await?;
        let revealed = reveal(&mut tx, round, now).await?;
        tx.commit().await?;
        Ok(self.tell_revealed(revealed))
    }

    /// Tells of rounds whose reveal has been committed; returns how many they are.
    pub(super) fn tell_revealed(&self, rounds: Vec<RoundId>) -> u32 {
        let revealed = u32::try_from(rounds.len()).unwrap_or(u32::MAX);
        self.hub.tell(rounds.into_iter().map(|round| Changed::Revealed { round }));
        revealed
    }

    #[tracing::instrument(name = "slot", level = "debug", skip_all, fields(%feed))]
    async fn tick_feed(&self, feed: FeedId, now: DateTime<Utc>, ticked: &mut Ticked) -> Result<()> {
        let mut tx = self.store.write().await?;
        let stored = feeds::get(&mut tx, feed).await?;
        // Somebody may have changed, paused or removed the feed since it was listed.
        if stored.feed.state == State::Paused || stored.next_at.is_none_or(|at| at > now) {
            return Ok(());
        }
        let mut owed = owed(&mut tx, &stored, now).await?;
        let dealt_with = owed.post.iter().chain(owed.skipped.iter().map(|(slot, _)| slot)).map(|slot| slot.at).max();
        let since = dealt_with.map_or(stored.feed.since, |at| at.max(stored.feed.since));
        feeds::advance(&mut tx, feed, since, owed.next.map(|slot| slot.at)).await?;
        let mut post = None;
        if let Some(slot) = owed.post
            && !rounds::has(&mut tx, feed, slot).await?
        {
            post = self.post(&mut tx, &stored, Some(slot), now).await?;
            owed.skipped.extend(post.is_none().then_some((slot, SkipReason::EmptyPool)));
        }
        let skipped = skip(&mut tx, feed, &owed.skipped, now).await?;
        tx.commit().await?;

        ticked.posted += u32::from(post.is_some());
        ticked.skipped += skipped;
        if let Some(posted) = post {
            ticked.revealed += self.tell_revealed(posted.revealed);
        }
        Ok(())
    }

    /// Makes a round with the message it owes, and reveals those that waited for this one. Where another place of the community has
    /// an open round in the same slot by the same filter, this one shares it. None where no trap is to be had, or the slot has its
    /// round already.
    pub(super) async fn post(
        &self,
        conn: &mut Conn,
        stored: &StoredFeed,
        slot: Option<Slot>,
        now: DateTime<Utc>,
    ) -> Result<Option<Posted>, StoreError> {
        let feed = stored.feed.id;
        let waiting = rounds::until_next(conn, feed).await?;
        let twin = match slot {
            Some(slot) => rounds::twin(conn, feed, slot, now).await?.map(|of| (slot, of)),
            None => None,
        };
        let made = match twin {
            Some((slot, of)) => {
                rounds::insert_twin(conn, feed, slot, is_late(stored, Some(slot), now), now, of).await?
            }
            None => self.make_round(conn, stored, slot, now).await?,
        };
        let Some(round) = made else { return Ok(None) };
        let mut revealed = Vec::new();
        for before in waiting {
            revealed.extend(reveal(conn, before, now).await?);
        }
        outbox::owe(conn, feed, round, Kind::Post, now, Some(now + stored.catch_up)).await?;
        Ok(Some(Posted { round, revealed }))
    }

    /// A round of its own, with the trap that is next.
    async fn make_round(
        &self,
        conn: &mut Conn,
        stored: &StoredFeed,
        slot: Option<Slot>,
        now: DateTime<Utc>,
    ) -> Result<Option<RoundId>, StoreError> {
        let feed = &stored.feed;
        let seed = self.seed(feed.id, slot, now);
        let Some(trap) = self.next_trap(conn, stored, seed).await? else { return Ok(None) };
        let in_time = slot.filter(|slot| now - slot.at <= LATE);
        let new = NewRound {
            feed: feed.id,
            slot,
            late: is_late(stored, slot, now),
            seed,
            trap,
            posted_at: now,
            // From the slot, so that a reveal never drifts behind the post of another slot at its own hour.
            reveal_at: feed.settings.reveal.instant(in_time.map_or(now, |slot| slot.at)),
        };
        rounds::insert(conn, &new).await
    }

    /// The trap that the feed's next round would have. Those that the next post reveals are free to come again.
    pub(super) async fn next_trap(
        &self,
        conn: &mut Conn,
        stored: &StoredFeed,
        seed: u64,
    ) -> Result<Option<&Trap>, StoreError> {
        let feed = &stored.feed;
        let pool = words::pool(&self.bank, &feed.settings.filter);
        let history = traps::history(conn, feed.id).await?;
        let twins = traps::history_of_twins(conn, feed.id).await?;
        let open = traps::open_beside(conn, feed.community, feed.id).await?;
        let order = feed.settings.order;
        // What a joined place has had as well waits until nothing else is left.
        let new_to_all: Vec<&Trap> =
            pool.iter().copied().filter(|trap| history.contains(&trap.id) || !twins.contains(&trap.id)).collect();
        let next = pick::next(&new_to_all, &history, &open, order, seed).filter(|trap| !history.contains(&trap.id));
        Ok(next.or_else(|| pick::next(&pool, &history, &open, order, seed)))
    }

    /// What the choice of a round's trap and the order of its options hang on.
    pub(super) fn seed(&self, feed: FeedId, slot: Option<Slot>, now: DateTime<Utc>) -> u64 {
        let name = slot.map_or_else(|| format!("extra {}", now.timestamp_millis()), feeds::slot_name);
        pick::seed(&[self.store.secret(), &feed.0.to_le_bytes(), name.as_bytes()])
    }
}

/// Whether a post says that it is late: it is behind its slot, which the feed was there for.
fn is_late(stored: &StoredFeed, slot: Option<Slot>, now: DateTime<Utc>) -> bool {
    slot.is_some_and(|slot| now - slot.at > LATE && stored.feed.created_at <= slot.at)
}

/// A round that was made, and those that it revealed.
pub(super) struct Posted {
    pub(super) round: RoundId,
    pub(super) revealed: Vec<RoundId>,
}

/// Records slots as skipped, but for those that have a round; returns how many.
async fn skip(
    conn: &mut Conn,
    feed: FeedId,
    slots: &[(Slot, SkipReason)],
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let mut skipped = 0;
    for (slot, reason) in slots {
        if !rounds::has(conn, feed, *slot).await? {
            feeds::skip(conn, feed, *slot, *reason, now).await?;
            skipped += 1;
        }
    }
    Ok(skipped)
}

/// What a feed owes by its present settings.
pub(super) async fn owed(conn: &mut Conn, stored: &StoredFeed, now: DateTime<Utc>) -> Result<Due, StoreError> {
    let posted_on = posted_on(conn, stored).await?;
    Ok(stored.feed.settings.schedule.due(stored.feed.since, now, stored.catch_up, &posted_on))
}

/// The local dates that had a post and could come up again.
pub(super) async fn posted_on(conn: &mut Conn, stored: &StoredFeed) -> Result<Vec<chrono::NaiveDate>, StoreError> {
    rounds::posted_on(conn, stored.feed.id, stored.feed.since - SAME_DATE).await
}

/// Closes a round and those that share its answers: points become official, standings and streaks move, and the messages that say so
/// are owed. Returns the rounds that were open until now.
pub(super) async fn reveal(conn: &mut Conn, id: RoundId, now: DateTime<Utc>) -> Result<Vec<RoundId>, StoreError> {
    let Some(asked) = rounds::get(conn, id).await? else { return Ok(Vec::new()) };
    let sharing = rounds::sharing(conn, asked.answers()).await?;
    let trap = &asked.round.trap;
    let groups = answers::groups(conn, asked.answers(), trap).await?;
    let tally = Tally::of(trap, groups.iter().flat_map(|g| std::iter::repeat_n(g.answer, g.times as usize)));
    let mut closed = Vec::new();
    for stored in &sharing {
        if rounds::close(conn, stored.round.id, now, &tally).await? {
            closed.push(stored);
        }
    }
    if closed.is_empty() {
        return Ok(Vec::new());
    }
    make_official(conn, &asked, &groups, now).await?;
    for stored in &closed {
        settle_streaks(conn, stored.round.feed).await?;
        owe_reveal(conn, stored, now).await?;
    }
    Ok(closed.into_iter().map(|stored| stored.round.id).collect())
}

/// The rounds that share the answers are all of one community: places that part take theirs along.
async fn make_official(
    conn: &mut Conn,
    asked: &StoredRound,
    groups: &[Group],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for Group { answer, .. } in groups {
        let verdict = verdict(&asked.round.trap, answer.said, answer.confidence);
        answers::judge(conn, asked.answers(), *answer, &verdict).await?;
    }
    let zone = people::zone(conn, asked.community).await?.zone;
    for period in Period::ALL {
        standings::add_round(conn, asked.community, &period_key(period, now, zone), asked.answers()).await?;
    }
    Ok(())
}

/// Counts the streaks of a feed, slot by slot, up to the first round that is still open, or of whose post nobody knows whether it
/// got to the channel. A slot whose post never did breaks no streak.
pub(super) async fn settle_streaks(conn: &mut Conn, feed: FeedId) -> Result<(), StoreError> {
    let unsettled = rounds::unsettled(conn, feed).await?;
    if !unsettled.first().is_some_and(|round| round.is_ready) {
        return Ok(());
    }
    let before = standings::streaks(conn, feed).await?;
    let mut streaks = before.clone();
    for round in unsettled.iter().take_while(|round| round.is_ready) {
        let answered = answers::members(conn, round.answers, feed).await?;
        score::settle(&mut streaks, &answered, round.delivered);
        rounds::settle(conn, round.id).await?;
    }
    for (member, streak) in streaks {
        if before.get(&member) != Some(&streak) {
            standings::put_streak(conn, feed, member, streak).await?;
        }
    }
    Ok(())
}

async fn owe_reveal(conn: &mut Conn, stored: &StoredRound, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Round { id, feed, .. } = stored.round;
    match outbox::post_state(conn, id).await? {
        PostState::Visible => {
            let reveal = reveal_of(conn, stored.clone()).await?;
            let parts = u32::try_from(text::reveal_details(&reveal).len()).unwrap_or_default();
            let kinds = [Kind::Close, Kind::Reveal].into_iter().chain((0..parts).map(Kind::Details));
            for kind in kinds {
                outbox::owe(conn, feed, id, kind, now, None).await?;
            }
        }
        PostState::Pending => {
            outbox::drop_round(conn, id, "not delivered in time").await?;
            close_unseen(conn, stored, now).await?;
        }
        PostState::Dropped => close_unseen(conn, stored, now).await?,
    }
    Ok(())
}

/// The post of a round will never be in its channel, and without it nothing else of the round makes sense. A round that is still open
/// is closed by the next tick.
pub(super) async fn give_up(conn: &mut Conn, id: RoundId, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    outbox::drop_round(conn, id, why).await?;
    match rounds::get(conn, id).await? {
        Some(stored) if stored.round.revealed_at.is_some() => {
            settle_streaks(conn, stored.round.feed).await?;
            close_unseen(conn, &stored, now).await
        }
        _ => Ok(()),
    }
}

/// Records that the slot of a round had no post, unless that is what its admin wanted.
async fn close_unseen(conn: &mut Conn, stored: &StoredRound, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Round { id, feed, .. } = stored.round;
    if feeds::get(conn, feed).await?.feed.state == State::Paused {
        return Ok(());
    }
    if let Some(slot) = stored.slot {
        feeds::skip(conn, feed, slot, SkipReason::Undelivered, now).await?;
    }
    tracing::warn!(round = %id, %feed, "a round is closed unseen: its post could not be delivered");
    Ok(())
}

/// All that a reveal says.
pub(super) async fn reveal_of(conn: &mut Conn, stored: StoredRound) -> Result<Reveal, StoreError> {
    let gains = answers::gains(conn, stored.answers(), GAINS).await?;
    Ok(Reveal { round: stored.round, tally: stored.tally.unwrap_or_default(), gains })
}
