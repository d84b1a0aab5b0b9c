//! The App Home: a page of their own for each member, brought up to date while they are known to look at it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use slack_morphism::prelude::{SlackHomeView, SlackView};
use tokio_util::sync::CancellationToken;

use super::api::{ApiError, Call};
use super::envelope::Who;
use super::render::view_blocks;
use super::respond::card_of;
use super::{Shared, commands};
use crate::core::card::Card;
use crate::core::text;
use crate::service::{Actor, Changed, Error};

/// Whose pages are kept up to date: those who opened theirs last.
const MOST: usize = 200;
/// Before a page is tried again that Slack did not show: somebody looks at it.
const AGAIN: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// Posts and reveals that come together change a page once.
const PAUSE: Duration = Duration::from_secs(2);

/// Who has opened their page since the start, the latest last.
#[derive(Debug, Default)]
pub(super) struct Homes(Mutex<VecDeque<Who>>);

impl Homes {
    pub(super) fn knows(&self, user: &str) -> bool {
        self.lock().iter().any(|who| who.user == user)
    }

    fn opened(&self, who: &Who) {
        let mut all = self.lock();
        all.retain(|other| other.user != who.user);
        all.push_back(who.clone());
        if all.len() > MOST {
            all.pop_front();
        }
    }

    fn all(&self) -> Vec<Who> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Who>> {
        // Entries are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn opened(shared: &Shared, who: &Who) {
    shared.homes.opened(who);
    publish(shared, who, Vec::new()).await;
}

/// Shows a member's page as it is now. `notice`: what is said above it, this once.
pub(super) async fn publish(shared: &Shared, who: &Who, notice: Vec<Card>) {
    for pause in AGAIN.map(Some).into_iter().chain([None]) {
        match (show(shared, who, &notice).await, pause) {
            (Ok(()), _) => return,
            // The next change, or the next look at it, makes it good.
            (Err(ApiError::Limited(_)), _) => return tracing::debug!("an App Home is brought up to date later"),
            (Err(ApiError::NotSent(_) | ApiError::Unknown(_)), Some(pause)) => tokio::time::sleep(pause).await,
            (Err(error), _) => return tracing::warn!(%error, "an App Home was not brought up to date"),
        }
    }
}

/// The page is made anew at each try: another may have come in between.
async fn show(shared: &Shared, who: &Who, notice: &[Card]) -> Result<(), ApiError> {
    let actor = shared.actor(who).await;
    let mut cards = notice.to_vec();
    match page(shared, &actor).await {
        Ok(page) => cards.extend(page),
        Err(error) => cards.push(card_of(error, who, &super::envelope::Way::default())),
    }
    let view = SlackView::Home(SlackHomeView::new(view_blocks(&cards)));
    let call = Call::json("views.publish", json!({ "user_id": who.user, "view": view }));
    shared.api.done(call).await
}

async fn page(shared: &Shared, actor: &Actor) -> Result<Vec<Card>, Error> {
    let day = shared.service.day(actor).await?;
    let mut cards = text::home(&day.open, day.next, |one| commands::link(shared, one));
    cards.push(text::stats(&shared.service.stats(actor, None).await?));
    Ok(cards)
}

/// Brings the known pages up to date after posts and reveals, until `shutdown`.
pub(super) async fn follow(shared: Arc<Shared>, shutdown: CancellationToken) {
    use tokio::sync::broadcast::error::RecvError;
    let mut changes = shared.service.subscribe();
    loop {
        let change = tokio::select! {
            () = shutdown.cancelled() => return,
            change = changes.recv() => change,
        };
        match change {
            Ok(Changed::Posted { .. } | Changed::Revealed { .. }) | Err(RecvError::Lagged(_)) => {}
            Ok(Changed::Answered { .. } | Changed::Feeds) => continue,
            Err(RecvError::Closed) => return,
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
        // What has come meanwhile is on the page already.
        changes = changes.resubscribe();
        for who in shared.homes.all() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = publish(&shared, &who, Vec::new()) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_known() {
        let homes = Homes::default();
        let who = |n: usize| Who { team: "T1".into(), user: format!("U{n}"), handle: String::new() };
        for n in 0..=MOST {
            homes.opened(&who(n));
        }
        homes.opened(&who(1));
        assert!(!homes.knows("U0"));
        assert!(homes.knows("U1") && homes.knows(&format!("U{MOST}")));
        assert_eq!(homes.all().len(), MOST);
    }
}
