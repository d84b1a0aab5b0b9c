//! Rounds that are being answered, kept in memory: what an answer needs of its round is large, and the same for all.
//!
//! They are looked at only by writes that share a transaction, and forgotten at the beginning of any other write: while one has the
//! turn to write nobody else writes, so what is remembered is what the database holds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::StoredRound;
use crate::core::ids::RoundId;
use crate::store::{Conn, Result, Store};

/// A round with its trap takes some tens of kilobytes.
const MOST: usize = 64;

#[derive(Default)]
pub(in crate::store) struct Memory(Mutex<HashMap<RoundId, Arc<StoredRound>>>);

impl Memory {
    pub(in crate::store) fn forget(&self) {
        self.rounds().clear();
    }

    /// It is changed as a whole, so it is whole whatever panicked beside it.
    fn rounds(&self) -> std::sync::MutexGuard<'_, HashMap<RoundId, Arc<StoredRound>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// A round that is remembered, for a write that shares its transaction with others, begun or not.
    pub(crate) fn remembered_round(&self, round: RoundId) -> Option<Arc<StoredRound>> {
        self.inner.memory.rounds().get(&round).map(Arc::clone)
    }

    /// A round, for a write that shares its transaction with others: `conn` is in one.
    pub(crate) async fn answered_round(&self, conn: &mut Conn, round: RoundId) -> Result<Option<Arc<StoredRound>>> {
        if let Some(known) = self.remembered_round(round) {
            return Ok(Some(known));
        }
        let Some(stored) = super::get(conn, round).await?.map(Arc::new) else { return Ok(None) };
        let mut rounds = self.inner.memory.rounds();
        if rounds.len() == MOST {
            rounds.clear();
        }
        rounds.insert(round, Arc::clone(&stored));
        Ok(Some(stored))
    }
}
