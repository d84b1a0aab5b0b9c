//! What has changed, as it happens (server-sent events). An event says that there is something to look at, never what is right.

use std::collections::HashSet;
use std::convert::Infallible;

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::app::Cx;
use super::pages::locked_in;
use crate::core::ids::RoundId;
use crate::service::Changed;

/// Two events (browsers drop one without data): `count` with a round and its "N have locked in" as JSON, `page` where the page should be read anew.
pub(super) async fn follow(cx: Cx) -> Response {
    let Ok(permit) = cx.app.followers.clone().try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let stopping = cx.app.stopping.clone();
    let changes = cx.service().subscribe();
    let events = stream(Follower { cx, changes, _permit: permit }).take_until(stopping.cancelled_owned());
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

struct Follower {
    cx: Cx,
    changes: Receiver<Changed>,
    _permit: OwnedSemaphorePermit,
}

fn stream(follower: Follower) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(follower, async |mut follower| follower.next().await.map(|events| (events, follower)))
        .flat_map(|events| futures::stream::iter(events.into_iter().map(Ok)))
}

/// What has piled up since the last look, each thing once.
#[derive(Default)]
struct Pile {
    answered: HashSet<RoundId>,
    turned: HashSet<RoundId>,
    missed_some: bool,
}

impl Pile {
    fn add(&mut self, change: Changed) {
        match change {
            Changed::Answered { round } => {
                self.answered.insert(round);
            }
            Changed::Posted { round } | Changed::Revealed { round } => {
                self.turned.insert(round);
            }
            Changed::Feeds => {}
        }
    }
}

impl Follower {
    /// Waits for changes; none once there will be no more.
    async fn next(&mut self) -> Option<Vec<Event>> {
        let mut pile = Pile::default();
        match self.changes.recv().await {
            Ok(change) => pile.add(change),
            Err(RecvError::Lagged(_)) => pile.missed_some = true,
            Err(RecvError::Closed) => return None,
        }
        loop {
            match self.changes.try_recv() {
                Ok(change) => pile.add(change),
                Err(TryRecvError::Lagged(_)) => pile.missed_some = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        Some(self.events(pile).await)
    }

    async fn events(&self, pile: Pile) -> Vec<Event> {
        let mut events = Vec::new();
        for round in pile.answered.difference(&pile.turned) {
            if let Some(answered) = self.answered(*round).await {
                let said = serde_json::json!({ "round": round, "text": locked_in(answered) });
                events.push(Event::default().event("count").data(said.to_string()));
            }
        }
        let mut turned = pile.missed_some;
        for round in &pile.turned {
            turned |= self.answered(*round).await.is_some();
        }
        if turned {
            events.push(Event::default().event("page").data("changed"));
        }
        events
    }

    /// How many have locked in; none for a round of another community, which is nobody's business here.
    async fn answered(&self, round: RoundId) -> Option<u32> {
        self.cx.service().round(&self.cx.actor(), round).await.ok().map(|mine| mine.answered)
    }
}
