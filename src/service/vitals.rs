//! Whether the program is fit for its work, and the figures that are looked up for whoever watches it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::{Result, Service};
use crate::core::ids::Platform;
use crate::store::vitals;

/// What keeps the program from its work, as far as it is not a platform's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The database takes no write; the log says why.
    Database,
    /// The scheduler has not done all that was due for a minute, or never.
    Scheduler,
}

/// What waits to be done and should not, the feeds of channels that refuse apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Messages owed.
    pub owed: u32,
    /// How far the most overdue post is behind its slot.
    pub overdue: TimeDelta,
}

/// One look at the database serves all who ask within this time: asking costs a stranger nothing, so it must not cost a write.
const PROBE: Duration = Duration::from_secs(1);
/// A write that takes longer counts as none.
const PATIENCE: Duration = Duration::from_secs(3);
/// Twice the scheduler's longest pause after faults.
const LATELY: TimeDelta = TimeDelta::seconds(60);

impl Service {
    /// What is wrong just now; empty where all is well. Writes to the database, at most once a second.
    pub async fn troubles(&self) -> Vec<Trouble> {
        let database = (!self.takes_writes().await).then_some(Trouble::Database);
        let scheduler = (!self.ticks()).then_some(Trouble::Scheduler);
        database.into_iter().chain(scheduler).collect()
    }

    /// What waits, in the outbox and in schedules, on these platforms. What is owed to one that is switched off waits until it is
    /// switched on again, which nobody needs to be told.
    ///
    /// # Errors
    /// A fault.
    pub async fn waiting(&self, platforms: &[Platform]) -> Result<Waiting> {
        let now = self.clock.now();
        let mut conn = self.store.read().await?;
        let mut all = vitals::waiting(&mut conn, now).await?;
        all.retain(|waiting| platforms.contains(&waiting.platform));
        let slot = all.iter().filter_map(|waiting| waiting.slot).min();
        let owed = all.iter().map(|waiting| waiting.owed).sum();
        Ok(Waiting { owed, overdue: slot.map_or(TimeDelta::zero(), |slot| now - slot) })
    }

    /// The scheduler's last turn in which it did all that was due; none before the first.
    #[must_use]
    pub fn last_tick(&self) -> Option<DateTime<Utc>> {
        self.hub.last_tick()
    }

    /// Either way: a clock that was put back shows less than it did at the last turn, until the next.
    fn ticks(&self) -> bool {
        self.last_tick().is_some_and(|at| (self.clock.now() - at).abs() <= LATELY)
    }

    async fn takes_writes(&self) -> bool {
        let mut probed = self.hub.probed.lock().await;
        if let Some((at, well)) = *probed
            && at.elapsed() < PROBE
        {
            return well;
        }
        let well = match tokio::time::timeout(PATIENCE, self.store.probe()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the database takes no write");
                false
            }
            Err(_) => {
                tracing::error!(patience_ms = PATIENCE.as_millis(), "the database takes no write in time");
                false
            }
        };
        *probed = Some((Instant::now(), well));
        well
    }
}
