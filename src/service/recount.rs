//! Standings and streaks, counted anew from the answers.
//!
//! A member has a streak in the feeds of those places where they have an account, over every slot that they answered, from whichever
//! account. Who links or unlinks an account, or is parted from one, is counted anew on the spot, so that what stands is at every time
//! what a recount finds.

use std::collections::BTreeMap;

use super::{Result, Service};
use crate::core::ids::{CommunityId, FeedId, MemberId};
use crate::core::recount::{Difference, differing, worth_the_same};
use crate::core::score::{self, Streak, sums};
use crate::store::{Conn, StoreError, answers, communities, feeds, people, rounds, standings};

impl Service {
    /// Counts the standings of every community and the streaks of every feed from the answers, by the zone that a community has now
    /// and the accounts that a member has now; returns what differs from what stands. `repair`: what was counted is put in its place.
    ///
    /// # Errors
    /// A fault; then nothing has changed.
    pub async fn recount(&self, repair: bool) -> Result<Vec<Difference>> {
        let mut tx = if repair { self.store.write().await? } else { self.store.read().await? };
        let mut differences = Vec::new();
        for community in communities::all(&mut tx).await? {
            for member in communities::members(&mut tx, community).await? {
                differences.extend(standings_of(&mut tx, community, member).await?);
            }
        }
        for feed in feeds::all(&mut tx).await? {
            differences.extend(streaks_of(&mut tx, feed).await?);
        }
        if repair {
            for difference in &differences {
                put_right(&mut tx, difference).await?;
            }
            tx.commit().await?;
        }
        Ok(differences)
    }
}

/// Puts the sums of all members of a community in the place of what stands there, by the zone that it has now.
pub(super) async fn recount_community(conn: &mut Conn, community: CommunityId) -> Result<(), StoreError> {
    for member in communities::members(conn, community).await? {
        recount_member(conn, community, member).await?;
    }
    Ok(())
}

/// Puts what a member's accounts and answers are worth now in the place of all that stands there: their standings and their streaks.
pub(super) async fn recount_person(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<(), StoreError> {
    recount_member(conn, community, member).await?;
    recount_streaks(conn, member).await
}

/// Puts the streaks that a member's accounts and answers make now in the place of those that stand there.
pub(super) async fn recount_streaks(conn: &mut Conn, member: MemberId) -> Result<(), StoreError> {
    let slots = rounds::settled_for(conn, member).await?;
    let streak = |slots: &[(FeedId, bool, bool)]| {
        let streak = score::streak_over(slots.iter().map(|(_, answered, delivered)| (*answered, *delivered)));
        Some((slots.first()?.0, streak?))
    };
    let streaks = slots.chunk_by(|(one, ..), (next, ..)| one == next).filter_map(streak).collect();
    standings::replace_streaks(conn, member, &streaks).await
}

/// Puts the sums of a member's judged answers in the place of what stands there, by the zone that the community has now.
async fn recount_member(conn: &mut Conn, community: CommunityId, member: MemberId) -> Result<(), StoreError> {
    let zone = people::zone(conn, community).await?.zone;
    let sums = sums(&answers::official(conn, member).await?, zone);
    standings::replace(conn, community, member, &sums).await
}

async fn standings_of(
    conn: &mut Conn,
    community: CommunityId,
    member: MemberId,
) -> Result<Vec<Difference>, StoreError> {
    let zone = people::zone(conn, community).await?.zone;
    let counted = sums(&answers::official(conn, member).await?, zone);
    let counted = counted.into_iter().map(|(period, sum)| ((community, period), sum)).collect();
    let stands = standings::sums(conn, member).await?;
    let differs =
        |((community, period), stands, counted)| Difference::Standing { community, period, member, stands, counted };
    Ok(differing(&stands, &counted, worth_the_same).into_iter().map(differs).collect())
}

async fn streaks_of(conn: &mut Conn, feed: FeedId) -> Result<Vec<Difference>, StoreError> {
    let mut counted: BTreeMap<MemberId, Streak> = BTreeMap::new();
    for (round, delivered) in rounds::settled(conn, feed).await? {
        score::settle(&mut counted, &answers::members(conn, round, feed).await?, delivered);
    }
    let stands = standings::streaks(conn, feed).await?;
    let differs = |(member, stands, counted)| Difference::Streak { feed, member, stands, counted };
    Ok(differing(&stands, &counted, Streak::eq).into_iter().map(differs).collect())
}

async fn put_right(conn: &mut Conn, difference: &Difference) -> Result<(), StoreError> {
    match difference {
        Difference::Standing { community, period, member, counted, .. } => {
            standings::put(conn, *community, period, *member, counted.as_ref()).await
        }
        Difference::Streak { feed, member, counted: Some(streak), .. } => {
            standings::put_streak(conn, *feed, *member, *streak).await
        }
        Difference::Streak { feed, member, counted: None, .. } => standings::drop_streak(conn, *feed, *member).await,
    }
}
