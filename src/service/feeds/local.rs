//! The feed that the local web channel has from its first start.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::settings::{self, Drafted};
use crate::core::calendar::zone_named;
use crate::core::feed::Draft;
use crate::service::people::LOCAL;
use crate::service::{Changed, Result, Service};
use crate::store::feeds::NewFeed;
use crate::store::{feeds, people};

/// The name of the web's only channel.
const CHANNEL: &str = "local";
/// A machine at home sleeps: a slot of the last day is still posted. An hour more than a day, since days in autumn have it.
const CATCH_UP: TimeDelta = TimeDelta::hours(25);

impl Service {
    /// Gives the local web channel a feed if it never had one: daily at 09:00 in this zone (UTC where it is unknown). Its newest past
    /// slot is due at once, so that the first start has a trap.
    ///
    /// # Errors
    /// A fault, or `EmptyFilter` where the bank is empty.
    pub async fn ensure_local_feed(&self, zone: &str) -> Result<()> {
        let mut tx = self.store.write().await?;
        let place = people::ensure_place(&mut tx, LOCAL.0, LOCAL.1).await?;
        if feeds::any_ever(&mut tx, place.id).await? {
            return Ok(());
        }
        let now = self.clock.now();
        let zone = zone_named(zone).unwrap_or(Tz::UTC);
        // A page has no threads; its own form says so too.
        let draft = Draft { channel: Some(CHANNEL.to_owned()), thread: Some(false), ..Draft::default() };
        let Drafted { settings, .. } = settings::new(&self.bank, &draft, zone)?;
        let due = settings.schedule.due(now - CATCH_UP, now, CATCH_UP, &[]);
        let new = NewFeed {
            place: place.id,
            settings: &settings,
            catch_up: CATCH_UP,
            since: due.post.map_or(now, |slot| slot.at - TimeDelta::milliseconds(1)),
            next_at: due.post.or(due.next).map(|slot| slot.at),
            created_at: now,
            created_by: None,
        };
        people::name_zone(&mut tx, place.community, zone).await?;
        feeds::insert(&mut tx, &new).await?;
        tx.commit().await?;
        self.hub.tell([Changed::Feeds]);
        self.hub.wake();
        Ok(())
    }
}
