//! A Discord user is one person, whichever server of a community they come from: members that turn out to be one become one.

use std::collections::{BTreeMap, BTreeSet};

use super::recount::recount_person;
use super::{Changed, Result, Service};
use crate::core::ids::{CommunityId, MemberId, RoundId};
use crate::store::{Conn, StoreError, answers, communities};

impl Service {
    /// Makes one member of all members of a community who are one Discord user, wherever there are such: databases from before this
    /// was a rule hold some. For the start; a second time it finds nothing. Returns how many members went into others.
    ///
    /// # Errors
    /// A fault; then nothing has changed.
    pub async fn unite_doubles(&self) -> Result<usize> {
        if self.with_doubles().await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store.write().await?;
        let mut united = United::default();
        for community in communities::of_servers(&mut tx).await? {
            united.extend(unite(&mut tx, community).await?);
        }
        tx.commit().await?;
        self.hub.tell(united.open.into_iter().map(|round| Changed::Answered { round }));
        tracing::info!(members = united.gone, "Discord users who were several members of one community are one each");
        Ok(united.gone)
    }

    /// A start with nothing to do writes nothing.
    async fn with_doubles(&self) -> Result<Vec<CommunityId>> {
        let mut conn = self.store.read().await?;
        let mut found = Vec::new();
        for community in communities::of_servers(&mut conn).await? {
            if !communities::doubles(&mut conn, community).await?.is_empty() {
                found.push(community);
            }
        }
        Ok(found)
    }
}

/// What came of it.
#[derive(Default)]
pub(super) struct United {
    /// How many members went into others.
    pub(super) gone: usize,
    /// The open rounds of those who are one now: two answers may have become one.
    pub(super) open: BTreeSet<RoundId>,
}

impl United {
    fn extend(&mut self, other: Self) {
        self.gone += other.gone;
        self.open.extend(other.open);
    }
}

/// Makes one member of those of a community who are one Discord user, as two do who link their accounts, and counts anew what they have.
pub(super) async fn unite(conn: &mut Conn, community: CommunityId) -> Result<United, StoreError> {
    let mut united = United::default();
    let moves = moves(&communities::doubles(conn, community).await?);
    for (from, into) in &moves {
        communities::merge_members(conn, *from, *into).await?;
        united.gone += 1;
    }
    let gone: BTreeSet<MemberId> = moves.iter().map(|(from, _)| *from).collect();
    let stay: BTreeSet<MemberId> = moves.iter().map(|(_, into)| *into).filter(|into| !gone.contains(into)).collect();
    for member in stay {
        recount_person(conn, community, member).await?;
        united.open.extend(answers::open_of_member(conn, member).await?);
    }
    Ok(united)
}

/// Who goes into whom, one after the other: whoever was there first takes the others in. `doubles`: users with their members, those of
/// one user together. Members who have linked accounts may be the same by way of a third.
fn moves(doubles: &[(String, MemberId)]) -> Vec<(MemberId, MemberId)> {
    let mut went: BTreeMap<MemberId, MemberId> = BTreeMap::new();
    let mut moves = Vec::new();
    for user in doubles.chunk_by(|(one, _), (next, _)| one == next) {
        let members: BTreeSet<MemberId> = user.iter().map(|(_, member)| now(&went, *member)).collect();
        let mut members = members.into_iter();
        let Some(first) = members.next() else { continue };
        for other in members {
            went.insert(other, first);
            moves.push((other, first));
        }
    }
    moves
}

/// Who somebody is after the moves so far.
fn now(went: &BTreeMap<MemberId, MemberId>, mut member: MemberId) -> MemberId {
    while let Some(into) = went.get(&member) {
        member = *into;
    }
    member
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(doubles: &[(&str, i64)]) -> Vec<(i64, i64)> {
        let doubles: Vec<_> = doubles.iter().map(|(user, member)| ((*user).to_owned(), MemberId(*member))).collect();
        moves(&doubles).into_iter().map(|(from, into)| (from.0, into.0)).collect()
    }

    #[test]
    fn whoever_was_there_first_takes_the_others_in() {
        assert_eq!(moved(&[]), []);
        assert_eq!(moved(&[("1", 3), ("1", 5), ("1", 9), ("2", 4), ("2", 7)]), [(5, 3), (9, 3), (7, 4)]);
    }

    #[test]
    fn who_is_the_same_by_way_of_a_third_is_the_same() {
        assert_eq!(moved(&[("1", 3), ("1", 5), ("2", 5), ("2", 8), ("3", 2), ("3", 8)]), [(5, 3), (8, 3), (3, 2)]);
        assert_eq!(moved(&[("1", 3), ("1", 5), ("2", 3), ("2", 5)]), [(5, 3)], "nobody goes twice");
    }
}
