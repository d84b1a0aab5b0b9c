//! The "N locked in" line of open posts: which posts have a stale one, and when each was last edited.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;

use super::{Result, Service};
use crate::core::ids::{Platform, RoundId};
use crate::core::text;
use crate::ports::{Chat, ChatError, Sent};
use crate::store::rounds::StoredRound;
use crate::store::{answers, feeds, rounds};

/// A post is edited at most this often.
const PAUSE: TimeDelta = TimeDelta::seconds(15);
/// Edits under way at once.
const IN_FLIGHT: usize = 8;

/// What open posts are known to show. Lost at a restart, which costs one needless edit a post.
#[derive(Default)]
pub(super) struct Board {
    /// Rounds that were answered since their last edit.
    stale: HashSet<RoundId>,
    /// The store was asked which rounds were answered before the start.
    is_complete: bool,
    /// Posts to be edited next, for each platform to take its own.
    due: HashMap<Platform, BTreeSet<RoundId>>,
    shown: HashMap<RoundId, (u32, DateTime<Utc>)>,
}

impl Board {
    pub(super) fn touch(&mut self, round: RoundId) {
        self.stale.insert(round);
    }

    /// The post shows this count since `now`.
    pub(super) fn show(&mut self, round: RoundId, answered: u32, now: DateTime<Utc>) {
        self.shown.insert(round, (answered, now));
    }

    /// Whether the post of a round was edited so lately that it is not to be edited again yet.
    fn is_resting(&self, round: RoundId, now: DateTime<Utc>) -> bool {
        is_resting(&self.shown, round, now)
    }

    /// The round is over.
    pub(super) fn forget(&mut self, round: RoundId) {
        self.shown.remove(&round);
        self.stale.remove(&round);
        for due in self.due.values_mut() {
            due.remove(&round);
        }
    }

    /// Takes the stale rounds whose pause is over.
    fn take_stale(&mut self, now: DateTime<Utc>) -> Vec<RoundId> {
        let shown = &self.shown;
        self.stale.extract_if(|round| !is_resting(shown, *round, now)).collect()
    }
}

fn is_resting(shown: &HashMap<RoundId, (u32, DateTime<Utc>)>, round: RoundId, now: DateTime<Utc>) -> bool {
    // Should the clock have gone back, nothing is known of the pause.
    shown.get(&round).is_some_and(|(_, at)| *at <= now && now - *at < PAUSE)
}

impl Service {
    /// Brings the "N locked in" line of a platform's open posts up to date, each at most every 15 s and never after the reveal.
    /// Returns how many posts were edited. An edit that fails is made good by the next answer; one that is not begun because the
    /// program stops, by the next start.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn refresh_live(&self, chat: &dyn Chat) -> Result<u32> {
        self.find_stale().await?;
        self.sort_stale().await?;
        let due = self.hub.board().due.remove(&chat.platform()).unwrap_or_default();
        let edits = due.into_iter().map(|round| self.refresh_post(chat, round));
        let results: Vec<Result<bool>> = futures::stream::iter(edits).buffer_unordered(IN_FLIGHT).collect().await;
        let mut edited = 0;
        for result in results {
            edited += u32::from(result?);
        }
        Ok(edited)
    }

    /// Puts each stale post to those that are due on its platform. An answer to one round shows in the posts of all that share it.
    async fn sort_stale(&self) -> Result<()> {
        let stale = self.hub.board().take_stale(self.clock.now());
        if stale.is_empty() {
            return Ok(());
        }
        let posts = self.with_sharing(&stale).await;
        let mut board = self.hub.board();
        match posts {
            Ok(posts) => {
                for (round, platform) in posts {
                    board.due.entry(platform).or_default().insert(round);
                }
                Ok(())
            }
            Err(error) => {
                board.stale.extend(stale);
                Err(error)
            }
        }
    }

    async fn with_sharing(&self, stale: &[RoundId]) -> Result<Vec<(RoundId, Platform)>> {
        let mut posts = Vec::new();
        let mut conn = self.store.read().await?;
        for &round in stale {
            for shared in rounds::sharing_ids(&mut conn, round).await? {
                posts.push((shared, rounds::platform(&mut conn, shared).await?));
            }
        }
        Ok(posts)
    }

    /// After a start nobody knows which posts are stale: all that have answers may be.
    async fn find_stale(&self) -> Result<()> {
        if self.hub.board().is_complete {
            return Ok(());
        }
        let mut conn = self.store.read().await?;
        let live = rounds::live(&mut conn, self.clock.now()).await?;
        let answered = live.into_iter().filter(|(_, answered)| *answered > 0).map(|(round, _)| round);
        let mut board = self.hub.board();
        board.stale.extend(answered);
        board.is_complete = true;
        Ok(())
    }

    async fn refresh_post(&self, chat: &dyn Chat, round: RoundId) -> Result<bool> {
        let _edit = self.hub.editing(chat.platform(), round).await;
        if self.hub.is_stopping() {
            self.hub.board().touch(round);
            return Ok(false);
        }
        let mut conn = self.store.read().await?;
        let now = self.clock.now();
        let Some(stored) = rounds::get(&mut conn, round).await?.filter(|stored| !stored.round.is_over(now)) else {
            self.hub.board().forget(round);
            return Ok(false);
        };
        let answered = answers::count_of(&mut conn, stored.answers()).await?;
        let role = feeds::get(&mut conn, stored.round.feed).await?.feed.settings.role;
        drop(conn);
        let shown = self.hub.board().shown.get(&round).map(|(count, _)| *count);
        if shown == Some(answered) {
            return Ok(false);
        }
        // One that came along with another that it shares its answers with.
        if self.hub.board().is_resting(round, now) {
            self.hub.board().touch(round);
            return Ok(false);
        }
        self.edit_post(chat, &stored, answered, role.as_deref(), now).await
    }

    async fn edit_post(
        &self,
        chat: &dyn Chat,
        stored: &StoredRound,
        answered: u32,
        role: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let Some(post) = &stored.post else { return Ok(false) };
        let sent = Sent { channel: post.channel.clone(), message: post.message.clone() };
        let round = stored.round.id;
        let result = chat.edit(&sent, &text::post(&stored.round, answered, role)).await;
        self.hub.board().show(round, answered, now);
        match result {
            Ok(()) => Ok(true),
            Err(ChatError::NotSent { .. } | ChatError::Unknown(_)) => {
                let mut board = self.hub.board();
                board.shown.insert(round, (u32::MAX, now));
                board.touch(round);
                Ok(false)
            }
            Err(error) => {
                tracing::debug!(%round, %error, "the live line of a post was not brought up to date");
                Ok(false)
            }
        }
    }
}
