//! Places that join into one community, and accounts of one person that join into one member.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::doubles::unite;
use super::feeds::admin_only;
use super::people::{UNNAMED, ensure, known};
use super::recount::{recount_community, recount_person};
use super::rounds::reveal;
use super::{Actor, Changed, Result, Service};
use crate::core::ids::{CommunityId, RoundId};
use crate::core::invite::{Community, GOOD_FOR, Invitation, Place as PlaceView, code, shown, typed};
use crate::core::refusal::Refusal;
use crate::store::communities::{self, Invitation as Stored, Kind};
use crate::store::people::Place;
use crate::store::{Conn, StoreError, answers, rounds};

impl Service {
    /// A code by which another place joins this one's community: good once, for ten minutes.
    ///
    /// # Errors
    /// `NotAdmin`, or a fault.
    pub async fn community_code(&self, actor: &Actor) -> Result<Invitation> {
        admin_only(actor)?;
        self.invite(actor, Kind::Community).await
    }

    /// Has the actor's place, and those that it is joined with, join the community of the place that the code is from.
    ///
    /// Members who are one Discord user on both sides become one, as by [`Service::account_join`].
    ///
    /// From then on feeds with the same filter post the same trap where their slots fall on one instant, and there is one set of
    /// standings, with all that was earned before. Rounds that are open stay as they are, but for those that both sides shared before
    /// they parted: they are shared again, so that who is one member again has one answer; where one side has had the reveal, the
    /// other has it now.
    ///
    /// # Errors
    /// `NotAdmin`, `BadCode`, `JoinedAlready`, or a fault.
    pub async fn community_join(&self, actor: &Actor, text: &str) -> Result<Community> {
        admin_only(actor)?;
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        let from = take(&mut tx, Kind::Community, text, now).await?;
        let (place, _) = ensure(&mut tx, actor).await?;
        let into = from.place.community;
        if into == place.community {
            return Err(Refusal::JoinedAlready.into());
        }
        communities::merge(&mut tx, place.community, into).await?;
        // What both said in a round that they shared once is one round's answers by then, of which they keep one.
        let Again { open, revealed } = share_again(&mut tx, into, now).await?;
        let united = unite(&mut tx, into).await?;
        recount_community(&mut tx, into).await?;
        let joined = view(&mut tx, Place { community: into, ..place }).await?;
        tx.commit().await?;
        self.hub.tell([Changed::Feeds]);
        self.hub.tell(open.into_iter().chain(united.open).map(|round| Changed::Answered { round }));
        if self.tell_revealed(revealed) > 0 {
            self.hub.wake();
        }
        Ok(joined)
    }

    /// Takes the actor's place out of its community. Each side keeps its history: who has accounts on both is two members from then
    /// on, each with all that the one has said. A round that is open on both sides goes on as one of each, with the answers of its own
    /// members.
    ///
    /// # Errors
    /// `NotAdmin`, `NotJoined`, or a fault.
    pub async fn community_leave(&self, actor: &Actor) -> Result<Community> {
        admin_only(actor)?;
        let mut tx = self.store.write().await?;
        let (place, _) = ensure(&mut tx, actor).await?;
        if communities::places(&mut tx, place.community).await?.len() < 2 {
            return Err(Refusal::NotJoined.into());
        }
        let members = communities::members_in(&mut tx, place.id).await?;
        let own = communities::part(&mut tx, place).await?;
        let mut split = Vec::new();
        for (member, elsewhere) in members {
            if elsewhere {
                split.push((place.community, member));
                split.push((own.community, communities::split_member(&mut tx, member, own).await?));
            } else {
                communities::move_member(&mut tx, member, own.community).await?;
            }
        }
        let parted = rounds::part(&mut tx, own, place.community).await?;
        recount_community(&mut tx, own.community).await?;
        for (community, member) in split {
            recount_person(&mut tx, community, member).await?;
        }
        let left = view(&mut tx, own).await?;
        tx.commit().await?;
        self.hub.tell([Changed::Feeds]);
        self.hub.tell(parted.into_iter().map(|round| Changed::Answered { round }));
        Ok(left)
    }

    /// Which places belong together with the actor's.
    ///
    /// # Errors
    /// `NotAdmin`, or a fault.
    pub async fn community(&self, actor: &Actor) -> Result<Community> {
        admin_only(actor)?;
        let mut conn = self.store.read().await?;
        match known(&mut conn, actor).await? {
            Some((place, _)) => Ok(view(&mut conn, place).await?),
            None => {
                let here = PlaceView { platform: actor.platform, accounts: 0, here: true };
                Ok(Community { places: vec![here], members: 0 })
            }
        }
    }

    /// A code by which another account of the actor, in a place of the same community, becomes the same member: good once, for ten
    /// minutes.
    ///
    /// # Errors
    /// A fault.
    pub async fn account_code(&self, actor: &Actor) -> Result<Invitation> {
        self.invite(actor, Kind::Member).await
    }

    /// Makes the actor's account one with the account that the code is from: one answer a round, one line in the standings. Of two
    /// answers to one round the later one stays. Returns how many accounts the member has now; that of a Discord user in several servers is one.
    ///
    /// # Errors
    /// `BadCode`, `LinkedAlready`, `CodeOfElsewhere` where the two places are not joined, or a fault.
    pub async fn account_join(&self, actor: &Actor, text: &str) -> Result<usize> {
        let mut tx = self.store.write().await?;
        let from = take(&mut tx, Kind::Member, text, self.clock.now()).await?;
        let (place, account) = ensure(&mut tx, actor).await?;
        if from.member == account.member {
            return Err(Refusal::LinkedAlready.into());
        }
        if from.place.community != place.community {
            return Err(Refusal::CodeOfElsewhere.into());
        }
        let open = answers::open_of_member(&mut tx, account.member).await?;
        communities::merge_members(&mut tx, account.member, from.member).await?;
        recount_person(&mut tx, place.community, from.member).await?;
        let accounts = crate::store::people::accounts_of(&mut tx, from.member).await?;
        let accounts = accounts.into_iter().map(|own| (own.platform, own.user)).collect::<BTreeSet<_>>().len();
        tx.commit().await?;
        // Two answers may have become one.
        self.hub.tell(open.into_iter().map(|round| Changed::Answered { round }));
        Ok(accounts)
    }

    /// Makes the actor's account a member of its own again, with those that the same Discord user has in other servers. What was said
    /// stays with the others; this one starts afresh.
    ///
    /// # Errors
    /// `NotLinked`, `OneAccount` where the member's accounts are all of one Discord user, or a fault.
    pub async fn account_leave(&self, actor: &Actor) -> Result<()> {
        let mut tx = self.store.write().await?;
        let (place, account) = ensure(&mut tx, actor).await?;
        let all = crate::store::people::accounts_of(&mut tx, account.member).await?.len();
        let own = communities::same_user(&mut tx, &account).await?;
        if own.len() == all {
            return Err(if all < 2 { Refusal::NotLinked } else { Refusal::OneAccount }.into());
        }
        communities::detach(&mut tx, account.member, &own, UNNAMED).await?;
        recount_person(&mut tx, place.community, account.member).await?;
        Ok(tx.commit().await?)
    }

    async fn invite(&self, actor: &Actor, kind: Kind) -> Result<Invitation> {
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        let (place, account) = ensure(&mut tx, actor).await?;
        let code = self.new_code(kind, account.id, now);
        let expires_at = now + GOOD_FOR;
        communities::invite(&mut tx, kind, &code, (place.id, account.id), (now, expires_at)).await?;
        tx.commit().await?;
        Ok(Invitation { code: shown(&code), expires_at })
    }

    /// Nobody who does not know the database's secret can tell it beforehand.
    fn new_code(&self, kind: Kind, account: i64, now: DateTime<Utc>) -> String {
        let digest = Sha256::new()
            .chain_update(b"invitation")
            .chain_update(self.store.secret())
            .chain_update([u8::from(kind == Kind::Member)])
            .chain_update(account.to_le_bytes())
            .chain_update(now.timestamp_micros().to_le_bytes())
            .finalize();
        code(digest.first_chunk().expect("a SHA-256 has 32 bytes"))
    }
}

/// Rounds that are shared again.
#[derive(Default)]
struct Again {
    /// Those that are open: they have other answers than before.
    open: Vec<RoundId>,
    /// Those that were open until now.
    revealed: Vec<RoundId>,
}

async fn share_again(conn: &mut Conn, community: CommunityId, now: DateTime<Utc>) -> Result<Again, StoreError> {
    let mut again = Again::default();
    for (round, first) in rounds::parted(conn, community).await? {
        let open = (rounds::is_open(conn, round).await?, rounds::is_open(conn, first).await?);
        match open {
            (true, false) => again.revealed.extend(reveal(conn, round, now).await?),
            (false, true) => again.revealed.extend(reveal(conn, first, now).await?),
            (true, true) | (false, false) => {}
        }
        rounds::share_again(conn, round, first).await?;
        if open == (true, true) {
            again.open.extend(rounds::sharing_ids(conn, first).await?);
        }
    }
    Ok(again)
}

/// Takes a code that is good at `now`; it is used up, unless what it was for is refused.
async fn take(conn: &mut Conn, kind: Kind, text: &str, now: DateTime<Utc>) -> Result<Stored> {
    let code = typed(text);
    let found = communities::invitation(conn, kind, &code).await?.filter(|found| now < found.expires_at);
    let found = found.ok_or_else(|| Refusal::BadCode { given: text.to_owned() })?;
    communities::use_up(conn, &code).await?;
    Ok(found)
}

async fn view(conn: &mut Conn, place: Place) -> Result<Community, StoreError> {
    let places = communities::places(conn, place.community).await?;
    let view = |(id, platform, accounts)| PlaceView {
        platform,
        accounts: u32::try_from(accounts).unwrap_or(u32::MAX),
        here: id == place.id,
    };
    let members = communities::members(conn, place.community).await?.len();
    Ok(Community {
        places: places.into_iter().map(view).collect(),
        members: u32::try_from(members).unwrap_or(u32::MAX),
    })
}
