//! From an outbox row to what is to be done about it now. Cards are made here, at the time of delivery.

use chrono::{DateTime, Utc};

use crate::core::card::Card;
use crate::core::feed::State;
use crate::core::ids::{DeliveryId, RoundId};
use crate::core::round::Round;
use crate::core::text;
use crate::ports::{Chat, ChatError, Outgoing, Sent, Target};
use crate::service::rounds::reveal_of;
use crate::service::{Result, Service};
use crate::store::feeds::StoredFeed;
use crate::store::outbox::{Delivery, Kind};
use crate::store::rounds::{Message, StoredRound};
use crate::store::{answers, feeds, people, rounds};

/// What is to be done about a message.
pub(super) enum Task {
    Send(Outgoing),
    /// It is not to be sent there any more, but an earlier try may have: if it is in the channel, it counts.
    Find(Outgoing, Absent),
    Edit {
        round: RoundId,
        message: Sent,
        card: Card,
    },
    Drop(&'static str),
    /// What has to come first did not work out.
    Failed {
        channel: String,
        error: ChatError,
    },
}

/// What to do about a message that is not in its channel.
#[derive(Debug, Clone, Copy)]
pub(super) enum Absent {
    Send,
    /// Anew, where the feed posts now.
    StartOver,
    Drop(&'static str),
}

impl Service {
    pub(super) async fn task(&self, chat: &dyn Chat, delivery: &Delivery) -> Result<Task> {
        let mut conn = self.store.read().await?;
        let feed = feeds::get(&mut conn, delivery.feed).await?;
        let stored = match delivery.round {
            Some(round) => rounds::get(&mut conn, round).await?,
            None => None,
        };
        drop(conn);
        match (delivery.kind, stored) {
            (Kind::Notice, _) => self.notice(delivery, &feed).await,
            (_, None) => Ok(Task::Drop("the round is gone")),
            (Kind::Post, Some(stored)) => self.post_task(delivery, &feed, stored).await,
            (Kind::Close, Some(stored)) => self.close_task(stored).await,
            (Kind::Forget(_), Some(stored)) => self.forget_task(stored).await,
            (Kind::Reveal, Some(stored)) => self.reveal_task(delivery, &feed, stored).await,
            (Kind::Details(part), Some(stored)) => self.details_task(chat, delivery, &feed, stored, part).await,
        }
    }

    async fn post_task(&self, delivery: &Delivery, feed: &StoredFeed, stored: StoredRound) -> Result<Task> {
        let now = self.clock.now();
        let round = &stored.round;
        let answered = answers::count_of(&mut *self.store.read().await?, stored.answers()).await?;
        let card = text::post(round, answered, feed.feed.settings.role.as_deref());
        let outgoing = self.outgoing(delivery, &delivery.channel, card, None);
        Ok(match (unwanted(feed, round, now), delivery.uncertain) {
            (Some(why), true) => Task::Find(outgoing, Absent::Drop(why)),
            (Some(why), false) => Task::Drop(why),
            (None, true) if delivery.channel != feed.feed.settings.channel => Task::Find(outgoing, Absent::StartOver),
            (None, _) => {
                self.hub.board().show(round.id, answered, now);
                Task::Send(outgoing)
            }
        })
    }

    async fn close_task(&self, stored: StoredRound) -> Result<Task> {
        let Some(post) = stored.post.clone() else { return Ok(Task::Drop("there is no post to edit")) };
        let round = stored.round.id;
        let reveal = reveal_of(&mut *self.store.read().await?, stored).await?;
        Ok(Task::Edit { round, message: sent(post), card: text::post_revealed(&reveal) })
    }

    async fn forget_task(&self, stored: StoredRound) -> Result<Task> {
        let Some(message) = stored.reveal.clone() else { return Ok(Task::Drop("there is no reveal to edit")) };
        let round = stored.round.id;
        let reveal = reveal_of(&mut *self.store.read().await?, stored).await?;
        Ok(Task::Edit { round, message: sent(message), card: text::reveal(&reveal) })
    }

    async fn reveal_task(&self, delivery: &Delivery, feed: &StoredFeed, stored: StoredRound) -> Result<Task> {
        let (channel, reply_to) = match (stored.reveal_channel.clone(), stored.post.clone()) {
            (Some(channel), _) => (channel, None),
            (None, Some(post)) => (post.channel, Some(post.message)),
            (None, None) => (delivery.channel.clone(), None),
        };
        let reveal = reveal_of(&mut *self.store.read().await?, stored).await?;
        let outgoing = self.outgoing(delivery, &channel, text::reveal(&reveal), reply_to);
        Ok(Task::Send(Outgoing { threaded: feed.feed.settings.thread, ..outgoing }))
    }

    async fn details_task(
        &self,
        chat: &dyn Chat,
        delivery: &Delivery,
        feed: &StoredFeed,
        stored: StoredRound,
        part: u32,
    ) -> Result<Task> {
        let channel = match self.details_channel(chat, delivery, feed, &stored).await? {
            Ok(channel) => channel,
            Err((channel, error)) => return Ok(Task::Failed { channel, error }),
        };
        let reveal = reveal_of(&mut *self.store.read().await?, stored).await?;
        let Some(card) = text::reveal_details(&reveal).into_iter().nth(part as usize) else {
            return Ok(Task::Drop("the details have no such part any more"));
        };
        Ok(Task::Send(self.outgoing(delivery, &channel, card, None)))
    }

    /// Where the details go: the thread under the reveal, or the channel where there is to be none or none can be had.
    async fn details_channel(
        &self,
        chat: &dyn Chat,
        delivery: &Delivery,
        feed: &StoredFeed,
        stored: &StoredRound,
    ) -> Result<Result<String, (String, ChatError)>> {
        if let Some(channel) = &stored.thread {
            return Ok(Ok(channel.clone()));
        }
        let Some(reveal) = stored.reveal.clone() else { return Ok(Ok(delivery.channel.clone())) };
        let channel = if feed.feed.settings.thread {
            match chat.thread(&sent(reveal.clone()), &text::thread_name(&stored.round)).await {
                Ok(thread) => thread,
                Err(ChatError::Blocked(_) | ChatError::Rejected(_) | ChatError::Gone) => reveal.channel,
                Err(error) => return Ok(Err((reveal.channel, error))),
            }
        } else {
            reveal.channel
        };
        let mut tx = self.store.write().await?;
        rounds::set_thread(&mut tx, stored.round.id, &channel).await?;
        tx.commit().await?;
        Ok(Ok(channel))
    }

    async fn notice(&self, delivery: &Delivery, feed: &StoredFeed) -> Result<Task> {
        let (Some(reason), Some(account)) = (&delivery.reason, feed.created_by) else {
            return Ok(Task::Drop("there is nobody to tell"));
        };
        let mut conn = self.store.read().await?;
        let Some(user) = people::user_of(&mut conn, account).await? else {
            return Ok(Task::Drop("there is nobody to tell"));
        };
        let view = self.view(&mut conn, feed, self.clock.now()).await?;
        Ok(Task::Send(Outgoing {
            target: Target::User(user),
            key: self.key(delivery.id),
            card: text::blocked(&view, reason),
            reply_to: None,
            threaded: false,
        }))
    }

    fn outgoing(&self, delivery: &Delivery, channel: &str, card: Card, reply_to: Option<String>) -> Outgoing {
        let target = Target::Channel(channel.to_owned());
        Outgoing { target, key: self.key(delivery.id), card, reply_to, threaded: false }
    }

    /// Different for each message of each database, at most 25 ASCII characters: `tl`, 6 of the database, up to 17 of the row.
    fn key(&self, delivery: DeliveryId) -> String {
        let prefix: String = self.store.secret().iter().take(3).map(|byte| format!("{byte:02x}")).collect();
        format!("tl{prefix}{:x}", delivery.0)
    }
}

/// Why a post is not to be sent any more.
fn unwanted(feed: &StoredFeed, round: &Round, now: DateTime<Utc>) -> Option<&'static str> {
    if round.is_over(now) || now >= round.posted_at + feed.catch_up {
        Some("not delivered in time")
    } else if feed.removed {
        Some("the feed was removed")
    } else if feed.feed.state == State::Paused && !round.extra {
        Some("the feed was paused")
    } else {
        None
    }
}

pub(super) fn channel_of(target: &Target) -> &str {
    match target {
        Target::Channel(id) | Target::User(id) => id,
    }
}

fn sent(message: Message) -> Sent {
    Sent { channel: message.channel, message: message.message }
}
