//! What a platform's refusal means for a message and for its feed.

use chrono::TimeDelta;

use super::Outcome;
use crate::core::feed::Blocked;
use crate::core::ids::RoundId;
use crate::metrics::Post;
use crate::ports::ChatError;
use crate::service::{Changed, Result, Service};
use crate::store::outbox::{self, Delivery, Kind};
use crate::store::rewind::LongestPauses;
use crate::store::{Conn, StoreError, feeds, rounds};

/// The pauses between tries of one message: doubled from the first to the longest.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(1);
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// The same, between tries of a channel that refuses.
const FIRST_BLOCKED_PAUSE: TimeDelta = TimeDelta::minutes(1);
const LONGEST_BLOCKED_PAUSE: TimeDelta = TimeDelta::hours(1);
/// What nothing waits for longer than, unless a platform asks for it.
pub(in crate::service) const LONGEST_PAUSES: LongestPauses =
    LongestPauses { message: LONGEST_PAUSE, channel: LONGEST_BLOCKED_PAUSE };
/// However little a platform asks for.
const SHORTEST_PAUSE: TimeDelta = TimeDelta::milliseconds(100);

impl Service {
    /// Records a failure. `channel`: where it happened; `looking`: it was the look for an earlier try that failed, so that the
    /// message may still have been sent.
    pub(super) async fn failed(
        &self,
        delivery: &Delivery,
        channel: &str,
        error: ChatError,
        looking: bool,
    ) -> Result<Outcome> {
        match error {
            ChatError::NotSent { reason, retry_after } => {
                let asked = retry_after.and_then(|pause| TimeDelta::from_std(pause).ok());
                let pause = asked.map_or_else(|| pause_after(delivery), |asked| asked.max(SHORTEST_PAUSE));
                self.later(delivery, pause, looking, &reason).await
            }
            ChatError::Unknown(reason) => self.later(delivery, pause_after(delivery), true, &reason).await,
            ChatError::Rejected(reason) if looking => self.later(delivery, pause_after(delivery), true, &reason).await,
            ChatError::Rejected(reason) => self.rejected(delivery, &reason).await,
            ChatError::Blocked(reason) => self.refused(delivery, channel, reason, looking).await,
            ChatError::Gone => self.refused(delivery, channel, Blocked::ChannelGone, looking).await,
        }
    }

    async fn later(&self, delivery: &Delivery, pause: TimeDelta, uncertain: bool, reason: &str) -> Result<Outcome> {
        let at = self.clock.now() + pause;
        let mut tx = self.store.write().await?;
        outbox::retry(&mut tx, delivery.id, at, uncertain, reason).await?;
        tx.commit().await?;
        self.count(delivery, Post::Retried);
        // A first failure is everyday business; one that lasts should be seen.
        if delivery.attempts == 3 {
            tracing::warn!(delivery = %delivery.id, feed = %delivery.feed, kind = ?delivery.kind, reason, "a message keeps failing");
        }
        Ok(Outcome::Waits)
    }

    async fn rejected(&self, delivery: &Delivery, reason: &str) -> Result<Outcome> {
        tracing::error!(
            delivery = %delivery.id, feed = %delivery.feed, round = ?delivery.round, kind = ?delivery.kind, reason,
            "a platform rejects a message; it is dropped"
        );
        self.dropped(delivery, reason).await
    }

    async fn refused(&self, delivery: &Delivery, channel: &str, reason: Blocked, looking: bool) -> Result<Outcome> {
        let mut tx = self.store.write().await?;
        let feed = feeds::get(&mut tx, delivery.feed).await?;
        let said = format!("{reason:?}");
        if let Some((round, home)) = home_of_thread(&mut tx, delivery, channel).await? {
            rounds::set_thread(&mut tx, round, &home).await?;
            outbox::retry(&mut tx, delivery.id, self.clock.now() + SHORTEST_PAUSE, looking, &said).await?;
            tx.commit().await?;
            return Ok(Outcome::Waits);
        }
        let home = &feed.feed.settings.channel;
        if let Some(round) = can_follow(delivery, looking).filter(|_| !feed.removed && channel != home) {
            rounds::set_reveal_channel(&mut tx, round, home).await?;
            outbox::retry(&mut tx, delivery.id, self.clock.now() + SHORTEST_PAUSE, false, &said).await?;
            tx.commit().await?;
            tracing::warn!(delivery = %delivery.id, feed = %delivery.feed, reason = said, "a reveal goes where its feed posts now");
            return Ok(Outcome::Waits);
        }
        if feed.removed || delivery.kind == Kind::Notice || channel != home {
            // Nobody is left who would mend it.
            drop(tx);
            tracing::warn!(delivery = %delivery.id, feed = %delivery.feed, kind = ?delivery.kind, reason = said, "a message is dropped");
            return self.dropped(delivery, &said).await;
        }
        let now = self.clock.now();
        let first = feed.blocked_tries == 0;
        feeds::block(&mut tx, delivery.feed, &reason, now, now + blocked_pause(feed.blocked_tries)).await?;
        outbox::retry(&mut tx, delivery.id, now, looking, &said).await?;
        if first && feed.created_by.is_some() {
            outbox::owe_notice(&mut tx, delivery.feed, &reason, now).await?;
        }
        tx.commit().await?;
        self.count(delivery, Post::Refused);
        if first {
            tracing::warn!(feed = %delivery.feed, channel, reason = said, "the channel refuses; the feed is blocked until it heals");
            self.hub.tell([Changed::Feeds]);
            self.hub.wake();
        }
        Ok(Outcome::Waits)
    }
}

/// The round of a reveal that may go where its feed posts now, since it surely is not in the channel that its feed has left.
fn can_follow(delivery: &Delivery, looking: bool) -> Option<RoundId> {
    delivery.round.filter(|_| delivery.kind == Kind::Reveal && !looking)
}

/// Where details were refused by a thread: the channel of that thread, which gets them instead.
async fn home_of_thread(
    conn: &mut Conn,
    delivery: &Delivery,
    channel: &str,
) -> Result<Option<(RoundId, String)>, StoreError> {
    let (Kind::Details(_), Some(round)) = (delivery.kind, delivery.round) else { return Ok(None) };
    let reveal = rounds::get(conn, round).await?.and_then(|stored| stored.reveal);
    Ok(reveal.map(|reveal| (round, reveal.channel)).filter(|(_, home)| home != channel))
}

fn pause_after(delivery: &Delivery) -> TimeDelta {
    doubled(FIRST_PAUSE, delivery.attempts, LONGEST_PAUSE)
}

fn blocked_pause(tries: u32) -> TimeDelta {
    doubled(FIRST_BLOCKED_PAUSE, tries, LONGEST_BLOCKED_PAUSE)
}

fn doubled(first: TimeDelta, times: u32, longest: TimeDelta) -> TimeDelta {
    (first * (1 << times.min(16))).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_limit() {
        let minutes = |tries| blocked_pause(tries).num_minutes();
        assert_eq!([0, 1, 2, 5, 6, 400].map(minutes), [1, 2, 4, 32, 60, 60]);
    }
}
