//! The use cases. Adapters call these; each returns data, which `core::text` puts into words.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::bank::Bank;
use crate::core::ids::{Platform, RoundId};
use crate::core::refusal::Refusal;
use crate::metrics::Metrics;
use crate::ports::Clock;
use crate::store::{Store, StoreError};

pub mod answer;
pub mod community;
pub mod deliver;
mod doubles;
pub mod feeds;
mod hub;
pub mod library;
mod live;
mod people;
pub mod practice;
pub mod privacy;
mod recount;
pub mod rounds;
pub mod standings;
pub mod vitals;
mod words;

use hub::Hub;

/// All use cases, over one store, one bank and one clock. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    pub(crate) store: Store,
    pub(crate) bank: Arc<Bank>,
    pub(crate) clock: Arc<dyn Clock>,
    hub: Arc<Hub>,
}

/// Who asks, as the platform says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub platform: Platform,
    /// The platform's id of the guild or workspace; `local` on the web.
    pub place: String,
    /// The platform's id of the user.
    pub user: String,
    /// What others see them as; untrusted.
    pub name: String,
    /// The platform says that they may manage the place. Checked by each admin use case.
    pub admin: bool,
}

/// What has just been committed: for pages that follow along. Lossy is fine, so it says what to look at, not what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Answered {
        round: RoundId,
    },
    Posted {
        round: RoundId,
    },
    Revealed {
        round: RoundId,
    },
    /// Some feed was added, changed, or changed its state.
    Feeds,
}

/// What a use case can end in besides its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The person is told why, and nothing has changed.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Something broke; the person sees one neutral sentence, the log the cause.
    #[error(transparent)]
    Fault(#[from] StoreError),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Service {
    #[must_use]
    pub fn new(store: Store, bank: Arc<Bank>, clock: Arc<dyn Clock>) -> Self {
        Self { store, bank, clock, hub: Arc::default() }
    }

    /// What is committed from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Changed> {
        self.hub.subscribe()
    }

    /// What is counted: adapters add what only they see.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        self.store.metrics()
    }

    /// How many messages are owed to channels and not settled yet.
    ///
    /// # Errors
    /// A fault.
    pub async fn owed(&self) -> Result<u32> {
        let mut conn = self.store.read().await?;
        Ok(crate::store::outbox::owed(&mut conn).await?)
    }

    /// Has a delivery that is under way begin no further message, and a refresh no further edit; or lifts that again.
    pub(crate) fn stop_delivering(&self, stopping: bool) {
        self.hub.stop(stopping);
    }

    /// Waits until something was put into the outbox since the last wait for this platform.
    pub(crate) async fn woken(&self, platform: Platform) {
        self.hub.woken(platform).await;
    }
}
