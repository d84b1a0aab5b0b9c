//! Reading the bank, without what is open.

use std::collections::{BTreeMap, HashSet};

use super::people::{known, round_for};
use super::rounds::reveal_of;
use super::{Actor, Error, Result, Service, words};
use crate::bank::Entry;
use crate::core::ids::{RoundId, TrapId};
use crate::core::refusal::Refusal;
use crate::core::round::Reveal;
use crate::core::text;
use crate::core::trap::Trap;
use crate::store::rounds::StoredRound;
use crate::store::{Conn, StoreError, people, rounds, traps};

/// What somebody looked for in the library.
#[derive(Debug)]
pub enum Found {
    One(Box<Trap>),
    /// Id and a line to show of each.
    Several(Vec<(TrapId, String)>),
}

impl Service {
    /// Traps whose headline, title, series or topics match, best first, at most `limit`: id and a line to show.
    /// Traps that are open in the community are left out.
    ///
    /// # Errors
    /// A fault.
    pub async fn library_search(&self, actor: &Actor, text: &str, limit: usize) -> Result<Vec<(TrapId, String)>> {
        let open = open_traps(&mut *self.store.read().await?, actor).await?;
        let text = text.trim().to_lowercase();
        let free = self.bank.entries().iter().map(Entry::trap).filter(|trap| !open.contains(&trap.id));
        let mut found: Vec<(u8, &Trap)> = free.filter_map(|trap| Some((rank(trap, &text)?, trap))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        Ok(found.into_iter().take(limit).map(|(_, trap)| (trap.id.clone(), line(trap))).collect())
    }

    /// The trap of this name, or the only one with these words; else those that have them, at most `limit`.
    ///
    /// # Errors
    /// As [`Service::library_read`].
    pub async fn library_find(&self, actor: &Actor, text: &str, limit: usize) -> Result<Found> {
        let unknown = match self.library_read(actor, text).await {
            Ok(trap) => return Ok(Found::One(Box::new(trap))),
            Err(error @ Error::Refused(Refusal::UnknownTrap { .. })) => error,
            Err(error) => return Err(error),
        };
        let mut found = self.library_search(actor, text, limit).await?;
        match found.as_slice() {
            [] => Err(unknown),
            [_] => Ok(Found::One(Box::new(self.library_read(actor, found.remove(0).0.as_str()).await?))),
            _ => Ok(Found::Several(found)),
        }
    }

    /// One trap to read, by its id or its title.
    ///
    /// # Errors
    /// `TrapOpen`, `UnknownTrap` with the nearest, or a fault.
    pub async fn library_read(&self, actor: &Actor, text: &str) -> Result<Trap> {
        let open = open_traps(&mut *self.store.read().await?, actor).await?;
        let typed = text.trim().to_lowercase();
        let traps = || self.bank.entries().iter().map(Entry::trap);
        let named = |trap: &&Trap| trap.id.as_str() == typed || trap.title.to_lowercase() == typed;
        let Some(trap) = traps().find(named) else {
            let titles: Vec<String> =
                traps().filter(|trap| !open.contains(&trap.id)).map(|trap| trap.title.clone()).collect();
            return Err(Refusal::UnknownTrap { given: text.to_owned(), near: words::nearest(&typed, &titles) }.into());
        };
        if open.contains(&trap.id) {
            return Err(Refusal::TrapOpen.into());
        }
        Ok(trap.clone())
    }

    /// The names that a filter may use, for autocompletes and forms: series, topics (each sorted).
    #[must_use]
    pub fn vocabulary(&self) -> (Vec<String>, Vec<String>) {
        (words::series(&self.bank), words::topics(&self.bank))
    }

    /// The topics that a filter may use, each with the number of its traps.
    #[must_use]
    pub fn topics(&self) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for topic in self.bank.entries().iter().flat_map(|entry| &entry.trap().topics) {
            *counted.entry(topic.clone()).or_default() += 1;
        }
        counted
    }

    /// Revealed rounds of the actor's place, newest first, `limit` at most, skipping `offset`. Those whose trap is open again in the
    /// community are left out.
    ///
    /// # Errors
    /// A fault.
    pub async fn archive(&self, actor: &Actor, offset: u32, limit: u32) -> Result<Vec<Reveal>> {
        let mut conn = self.store.read().await?;
        let Some((place, _)) = known(&mut conn, actor).await? else { return Ok(Vec::new()) };
        let mut reveals = Vec::new();
        for stored in rounds::archive(&mut conn, place, offset, limit).await? {
            reveals.push(reveal_of(&mut conn, stored).await?);
        }
        Ok(reveals)
    }

    /// One revealed round.
    ///
    /// # Errors
    /// `RoundUnknown` where it is not there or still open, `TrapOpen` where its trap is open again, or a fault.
    pub async fn revealed(&self, actor: &Actor, round: RoundId) -> Result<Reveal> {
        let mut conn = self.store.read().await?;
        let (stored, _) = round_for(&mut conn, actor, round).await?;
        if stored.round.revealed_at.is_none() {
            return Err(Refusal::RoundUnknown.into());
        }
        refuse_open(&mut conn, &stored).await?;
        Ok(reveal_of(&mut conn, stored).await?)
    }
}

/// What was revealed once is a secret again while its trap is open elsewhere in the community, or for the second time.
pub(super) async fn refuse_open(conn: &mut Conn, stored: &StoredRound) -> Result<()> {
    let open = traps::open_traps(conn, stored.community).await?;
    if open.contains(&stored.round.trap.id) { Err(Refusal::TrapOpen.into()) } else { Ok(()) }
}

/// The traps that are open in the actor's community.
pub(super) async fn open_traps(conn: &mut Conn, actor: &Actor) -> Result<HashSet<TrapId>, StoreError> {
    match people::place(conn, actor.platform, &actor.place).await? {
        Some(place) => Ok(traps::open_traps(conn, place.community).await?.into_iter().collect()),
        None => Ok(HashSet::new()),
    }
}

/// How well a trap matches, 0 best; none where some word of the text is nowhere in it.
fn rank(trap: &Trap, text: &str) -> Option<u8> {
    let title = trap.title.to_lowercase();
    if title.starts_with(text) {
        return Some(0);
    }
    let rest = format!("{} {} {} {}", trap.headline.to_lowercase(), trap.series, trap.topics.join(" "), trap.id);
    let all_in = |hay: &str| text.split_whitespace().all(|word| hay.contains(word));
    match () {
        () if all_in(&title) => Some(1),
        () if all_in(&trap.headline.to_lowercase()) => Some(2),
        () if all_in(&format!("{title} {rest}")) => Some(3),
        () => None,
    }
}

fn line(trap: &Trap) -> String {
    format!("{} · {} #{}", trap.title, text::series(&trap.series), trap.number)
}
