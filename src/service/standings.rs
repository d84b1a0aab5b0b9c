//! Leaderboards and what one member did.

use super::people::known;
use super::{Actor, Result, Service};
use crate::core::ids::Period;
use crate::core::refusal::Refusal;
use crate::core::score::{Leaderboard, Stats, period_key, period_label};
use crate::core::text;
use crate::store::people::{Account, Place};
use crate::store::{Conn, StoreError, answers, people, standings};

/// Lines of a leaderboard page.
pub const PAGE: u32 = 10;

impl Service {
    /// A page of the community's standings; a page past the end is the last one.
    ///
    /// # Errors
    /// A fault.
    pub async fn leaderboard(&self, actor: &Actor, period: Period, page: u32) -> Result<Leaderboard> {
        let now = self.clock.now();
        let mut conn = self.store.read().await?;
        let Some((place, account)) = known(&mut conn, actor).await? else {
            return Ok(empty(period_label(period, now, chrono_tz::UTC), period));
        };
        let zone = people::zone(&mut conn, place.community).await?.zone;
        let key = period_key(period, now, zone);
        let members = standings::members(&mut conn, place.community, &key).await?;
        let pages = members.div_ceil(PAGE).max(1);
        let page = page.min(pages - 1);
        let lines = standings::page(&mut conn, place.community, &key, page * PAGE, PAGE).await?;
        let me = match account {
            Some(account) => standings::of_member(&mut conn, place.community, &key, account.member).await?,
            None => None,
        };
        Ok(Leaderboard {
            period,
            label: period_label(period, now, zone),
            page,
            pages,
            lines: (page * PAGE + 1..).zip(lines).collect(),
            me,
            members,
        })
    }

    /// What a member did: the actor, or another user of the same place by the platform's id.
    /// Only what has been revealed shows: before that, an answer has no points.
    ///
    /// # Errors
    /// `UnknownMember`, or a fault.
    pub async fn stats(&self, actor: &Actor, of: Option<&str>) -> Result<Stats> {
        let mut conn = self.store.read().await?;
        let own = of.is_none_or(|user| user == actor.user);
        let asked = Actor { user: of.unwrap_or(&actor.user).to_owned(), ..actor.clone() };
        match known(&mut conn, &asked).await? {
            Some((place, Some(account))) => Ok(self.stats_of(&mut conn, place, account, own).await?),
            _ if own => Ok(nothing_yet(actor)),
            _ => Err(Refusal::UnknownMember.into()),
        }
    }

    async fn stats_of(&self, conn: &mut Conn, place: Place, account: Account, own: bool) -> Result<Stats, StoreError> {
        let mut sums = answers::sums(conn, account.member).await?;
        if !own {
            // After one answer these would say which it was, and how sure.
            sums.mistakes.clear();
            sums.baits = 0;
        }
        let mistakes = sums.mistakes.into_iter().map(|(slug, times)| (self.misconception(&slug), times)).collect();
        Ok(Stats {
            answers: sums.by_confidence.iter().map(|(answers, _)| answers).sum(),
            right: sums.by_confidence.iter().map(|(_, right)| right).sum(),
            points: sums.points,
            by_confidence: if own { sums.by_confidence } else { Default::default() },
            baits: sums.baits,
            mistakes,
            streaks: standings::streaks_in(conn, place.id, account.member).await?,
            ranks: self.ranks(conn, place, &account).await?,
            name: account.name,
            own,
        })
    }

    async fn ranks(&self, conn: &mut Conn, place: Place, account: &Account) -> Result<Vec<(Period, u32)>, StoreError> {
        let zone = people::zone(conn, place.community).await?.zone;
        let mut ranks = Vec::new();
        for period in Period::ALL {
            let key = period_key(period, self.clock.now(), zone);
            let stands = standings::of_member(conn, place.community, &key, account.member).await?;
            ranks.extend(stands.map(|(rank, _)| (period, rank)));
        }
        Ok(ranks)
    }

    pub(super) fn misconception(&self, slug: &str) -> String {
        self.bank.misconception(slug).map_or_else(|| text::misconception(slug), ToOwned::to_owned)
    }
}

fn empty(label: String, period: Period) -> Leaderboard {
    Leaderboard { period, label, page: 0, pages: 1, lines: Vec::new(), me: None, members: 0 }
}

fn nothing_yet(actor: &Actor) -> Stats {
    Stats {
        name: super::people::clean_name(&actor.name),
        answers: 0,
        right: 0,
        points: 0,
        by_confidence: [(0, 0); 3],
        baits: 0,
        mistakes: Vec::new(),
        streaks: Vec::new(),
        ranks: Vec::new(),
        own: true,
    }
}
