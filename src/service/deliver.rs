//! The outbox: carries out the messages that rounds owe, exactly once each.
//!
//! A message is marked as being sent, and that is committed, before it is sent. One that is found so marked, because the outcome
//! stayed unknown or the program died in between, is looked up in its channel before it is sent again.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;

use super::rounds::{give_up, settle_streaks};
use super::{Changed, Result, Service};
use crate::metrics;
use crate::ports::{Chat, ChatError, Outgoing, Sent};
use crate::store::outbox::{self, Delivery, Kind};
use crate::store::rewind::UNKNOWN_TRY;
use crate::store::rounds::Message;
use crate::store::{feeds, rounds};

mod failure;
mod message;

pub(super) use failure::LONGEST_PAUSES;
use message::{Absent, Task};

/// Channels that are written to at once.
const IN_FLIGHT: usize = 16;
/// Messages looked at in one pass.
const BATCH: u32 = 1_000;
/// A platform's clock may be this much behind ours.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(10);

/// What became of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Delivered or dropped: nothing more to do about it.
    Settled,
    /// To be tried again later.
    Waits,
}

impl Service {
    /// Delivers what is due on one platform, many at once; returns how many messages were settled.
    /// A call that comes back with 0 has nothing more to do now.
    ///
    /// # Errors
    /// A fault of the store. What a platform answers is no error here: it is recorded.
    pub async fn deliver(&self, chat: &dyn Chat) -> Result<u32> {
        let platform = chat.platform();
        let _one_at_a_time = self.hub.delivering(platform).await;
        let mut settled = 0;
        loop {
            let ready = {
                let mut conn = self.store.read().await?;
                outbox::ready(&mut conn, platform, self.clock.now(), BATCH).await?
            };
            let passed = self.deliver_pass(chat, ready).await?;
            settled += passed;
            if passed == 0 {
                return Ok(settled);
            }
        }
    }

    /// Many channels at once, one message at a time in each.
    async fn deliver_pass(&self, chat: &dyn Chat, ready: Vec<Delivery>) -> Result<u32> {
        let lanes = lanes(ready).into_iter().map(|lane| self.deliver_lane(chat, lane));
        let results: Vec<Result<u32>> = futures::stream::iter(lanes).buffer_unordered(IN_FLIGHT).collect().await;
        let mut settled = 0;
        for result in results {
            settled += result?;
        }
        Ok(settled)
    }

    async fn deliver_lane(&self, chat: &dyn Chat, lane: Vec<Delivery>) -> Result<u32> {
        let mut settled = 0;
        let mut told = HashSet::new();
        for delivery in lane {
            // What else is said of the round before has its turn in the next pass: it is not to stand below the new trap.
            if self.hub.is_stopping() || delivery.kind == Kind::Post && told.contains(&delivery.feed) {
                break;
            }
            if matches!(delivery.kind, Kind::Reveal | Kind::Details(_)) {
                told.insert(delivery.feed);
            }
            match self.deliver_one(chat, &delivery).await? {
                Outcome::Settled => settled += 1,
                Outcome::Waits => break,
            }
        }
        Ok(settled)
    }

    #[tracing::instrument(
        name = "deliver",
        level = "debug",
        skip_all,
        fields(delivery = %delivery.id, kind = ?delivery.kind, feed = %delivery.feed, platform = delivery.platform.as_str())
    )]
    async fn deliver_one(&self, chat: &dyn Chat, delivery: &Delivery) -> Result<Outcome> {
        if !self.claim(delivery).await? {
            return Ok(Outcome::Settled);
        }
        match self.task(chat, delivery).await? {
            Task::Send(outgoing) => self.send(chat, delivery, &outgoing, Absent::Send).await,
            Task::Find(outgoing, absent) => self.send(chat, delivery, &outgoing, absent).await,
            Task::Edit { round, message, card } => {
                let _edit = self.hub.editing(delivery.platform, round).await;
                match chat.edit(&message, &card).await {
                    Ok(()) | Err(ChatError::Gone) => self.delivered(delivery, None).await,
                    Err(error) => self.failed(delivery, &message.channel, error, false).await,
                }
            }
            Task::Drop(why) => self.dropped(delivery, why).await,
            Task::Failed { channel, error } => self.failed(delivery, &channel, error, false).await,
        }
    }

    /// Marks a message as being sent, durably. False where it was dropped since it was listed.
    async fn claim(&self, delivery: &Delivery) -> Result<bool> {
        if delivery.uncertain {
            return Ok(true);
        }
        let mut tx = self.store.write().await?;
        let claimed = outbox::claim(&mut tx, delivery, self.clock.now()).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Looks first where an earlier try may have sent it; `absent`: what to do where it is not.
    async fn send(&self, chat: &dyn Chat, delivery: &Delivery, outgoing: &Outgoing, absent: Absent) -> Result<Outcome> {
        let channel = message::channel_of(&outgoing.target);
        if delivery.uncertain {
            match chat.find(outgoing, self.tried_since(delivery)).await {
                Ok(Some(sent)) => return self.delivered(delivery, Some(&sent)).await,
                Ok(None) => {}
                Err(error) => return self.failed(delivery, channel, error, true).await,
            }
        }
        match absent {
            Absent::Send => match chat.send(outgoing).await {
                Ok(sent) => self.delivered(delivery, Some(&sent)).await,
                Err(error) => self.failed(delivery, channel, error, false).await,
            },
            Absent::StartOver => self.start_over(delivery).await,
            Absent::Drop(why) => self.dropped(delivery, why).await,
        }
    }

    /// The earliest that a platform may have dated a message that was tried before. Should our clock have gone back since then, what
    /// it showed at the first try says nothing.
    fn tried_since(&self, delivery: &Delivery) -> DateTime<Utc> {
        let now = self.clock.now();
        let claimed_at = delivery.claimed_at.unwrap_or(now);
        if claimed_at > now { now - UNKNOWN_TRY } else { claimed_at - CLOCK_SLACK }
    }

    /// It is not where it was meant to be: it goes where its feed posts now.
    async fn start_over(&self, delivery: &Delivery) -> Result<Outcome> {
        let mut tx = self.store.write().await?;
        outbox::retry(&mut tx, delivery.id, self.clock.now(), false, "the feed has moved").await?;
        tx.commit().await?;
        Ok(Outcome::Waits)
    }

    /// Records a success, which also shows that the channel takes messages again.
    async fn delivered(&self, delivery: &Delivery, sent: Option<&Sent>) -> Result<Outcome> {
        let mut tx = self.store.write().await?;
        outbox::done(&mut tx, delivery.id, sent.map(|sent| (sent.channel.as_str(), sent.message.as_str()))).await?;
        let mut slot = None;
        if let (Some(round), Some(sent)) = (delivery.round, sent) {
            let at = Message { channel: sent.channel.clone(), message: sent.message.clone() };
            match delivery.kind {
                Kind::Post => {
                    slot = rounds::posted(&mut tx, round, &at).await?;
                    settle_streaks(&mut tx, delivery.feed).await?;
                }
                Kind::Reveal => rounds::reveal_sent(&mut tx, round, &at).await?,
                Kind::Close | Kind::Details(_) | Kind::Forget(_) | Kind::Notice => {}
            }
        }
        let healed = match sent.filter(|_| delivery.kind != Kind::Notice) {
            Some(sent) => feeds::unblock(&mut tx, delivery.feed, &sent.channel).await?,
            None => false,
        };
        tx.commit().await?;
        if healed {
            tracing::info!(feed = %delivery.feed, "the channel takes messages again");
            self.hub.tell([Changed::Feeds]);
        }
        self.count(delivery, metrics::Post::Delivered);
        if let Some(slot) = slot {
            self.metrics().lateness(self.clock.now() - slot);
        }
        if let (Kind::Post, Some(round)) = (delivery.kind, delivery.round) {
            self.hub.board().touch(round);
            self.hub.tell([Changed::Posted { round }]);
        }
        tracing::debug!(delivery = %delivery.id, kind = ?delivery.kind, feed = %delivery.feed, "delivered");
        Ok(Outcome::Settled)
    }

    /// Takes note of what became of a try, where it is about a post.
    fn count(&self, delivery: &Delivery, what: metrics::Post) {
        if delivery.kind == Kind::Post {
            self.metrics().post(delivery.platform, what);
        }
    }

    async fn dropped(&self, delivery: &Delivery, why: &str) -> Result<Outcome> {
        let mut tx = self.store.write().await?;
        match (delivery.kind, delivery.round) {
            // Without its post, nothing else of a round makes sense.
            (Kind::Post, Some(round)) => give_up(&mut tx, round, why, self.clock.now()).await?,
            _ => outbox::dropped(&mut tx, delivery.id, why).await?,
        }
        tx.commit().await?;
        self.count(delivery, metrics::Post::Dropped);
        Ok(Outcome::Settled)
    }
}

/// Messages by where they go; each lane keeps their order.
fn lanes(ready: Vec<Delivery>) -> Vec<Vec<Delivery>> {
    let mut lanes: Vec<Vec<Delivery>> = Vec::new();
    let mut known: HashMap<(bool, String), usize> = HashMap::new();
    for delivery in ready {
        let key = (delivery.kind == Kind::Notice, delivery.channel.clone());
        let lane = *known.entry(key).or_insert(lanes.len());
        if lane == lanes.len() {
            lanes.push(Vec::new());
        }
        lanes[lane].push(delivery);
    }
    lanes
}
