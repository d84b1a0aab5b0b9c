//! Socket Mode's connections and envelopes, and the ways in which a test disturbs them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Hub;
use super::interaction::PROMPT;
use super::state::State;
use crate::world::lean;

/// How often an envelope comes again before Slack gives it up.
const RETRIES: u32 = 3;
/// How many connections an app may have.
pub(super) const CONNECTIONS: usize = 10;

/// What goes down a socket.
#[derive(Debug, Clone)]
pub(super) enum Down {
    Send(Value),
    Ping,
    Close,
    /// The TCP connection goes, without a word.
    Drop,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) number: u64,
    pub(super) down: mpsc::UnboundedSender<Down>,
    /// It was asked to make room for another.
    pub(super) leaving: bool,
}

/// One event on its way to the program.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub id: String,
    /// `slash_commands`, `interactive` or `events_api`.
    pub kind: &'static str,
    pub payload: Value,
    pub accepts_response: bool,
    pub interaction: u64,
    /// When it was last sent.
    pub at: DateTime<Utc>,
    /// How often it was sent again.
    pub attempt: u32,
    /// The connection it was last sent by; none while it waits for one.
    pub by: Option<u64>,
    pub acknowledged: bool,
    pub given_up: bool,
    /// A test saw to it that no acknowledgement came through.
    pub excused: bool,
}

/// All of Socket Mode, and how it behaves at present.
#[derive(Debug, Default)]
pub struct Sockets {
    pub(super) connections: Vec<Connection>,
    pub(super) tickets: BTreeSet<String>,
    pub(super) count: u64,
    pub(super) envelopes: BTreeMap<String, Envelope>,
    turn: usize,
    /// What payloads of a kind lack: the kind, and the place in it.
    left_out: Vec<(String, String)>,
    /// What `apps.connections.open` says instead of an address.
    pub(super) refusal: Option<&'static str>,
    /// So many acknowledgements are lost.
    pub(super) lost: u32,
    /// Nothing is read from any connection: pings stay unanswered.
    pub(super) mute: bool,
    /// How many connections have said hello so far.
    pub begun: usize,
    /// By which connection each envelope went, in order.
    pub sent: Vec<u64>,
    pub pongs: u32,
}

impl Sockets {
    #[must_use]
    pub fn online(&self) -> bool {
        self.connections.iter().any(|connection| !connection.leaving)
    }

    /// Sends an envelope by one of the connections in turn, or keeps it for the next that comes.
    pub(super) fn dispatch(&mut self, mut envelope: Envelope) {
        for (_, place) in self.left_out.iter().filter(|(kind, _)| kind == envelope.kind) {
            lean::remove(&mut envelope.payload, place);
        }
        let id = envelope.id.clone();
        self.envelopes.insert(id.clone(), envelope);
        self.send(&id);
    }

    fn send(&mut self, id: &str) {
        let staying: Vec<&Connection> = self.connections.iter().filter(|connection| !connection.leaving).collect();
        let candidates = if staying.is_empty() { self.connections.iter().collect() } else { staying };
        let Some(envelope) = self.envelopes.get_mut(id) else { return };
        envelope.by = None;
        if candidates.is_empty() {
            return;
        }
        self.turn += 1;
        let connection = candidates[self.turn % candidates.len()];
        envelope.by = Some(connection.number);
        self.sent.push(connection.number);
        // A socket that has just closed gives the envelope back when it leaves.
        let _ = connection.down.send(Down::Send(envelope.json()));
    }

    /// A connection is there, and takes what waits for one.
    pub(super) fn join(&mut self, connection: Connection, now: DateTime<Utc>) {
        self.begun += 1;
        for leaving in self.connections.iter().filter(|connection| connection.leaving) {
            let _ = leaving.down.send(Down::Close);
        }
        self.connections.push(connection);
        for id in self.pending(|envelope| envelope.by.is_none()) {
            self.send_anew(&id, now);
        }
    }

    /// A connection is gone; what it had not acknowledged goes another way.
    pub(super) fn leave(&mut self, number: u64, now: DateTime<Utc>) {
        self.connections.retain(|connection| connection.number != number);
        for id in self.pending(|envelope| envelope.by == Some(number)) {
            if let Some(envelope) = self.envelopes.get_mut(&id) {
                envelope.attempt += 1;
            }
            self.send_anew(&id, now);
        }
    }

    /// Sends what a connection did not live to acknowledge; the next has as long for it.
    fn send_anew(&mut self, id: &str, now: DateTime<Utc>) {
        if let Some(envelope) = self.envelopes.get_mut(id) {
            envelope.at = now;
        }
        self.send(id);
    }

    pub(super) fn overdue(&self, now: DateTime<Utc>) -> Vec<String> {
        self.pending(|envelope| envelope.by.is_some() && now - envelope.at >= PROMPT)
    }

    /// Sends again what was not acknowledged in time; returns the interactions for which that is the program's fault.
    pub(super) fn sweep(&mut self, now: DateTime<Utc>) -> Vec<u64> {
        let mut late = Vec::new();
        for id in self.overdue(now) {
            let Some(envelope) = self.envelopes.get_mut(&id) else { continue };
            if !envelope.excused {
                late.push(envelope.interaction);
            }
            envelope.at = now;
            envelope.attempt += 1;
            envelope.given_up = envelope.attempt > RETRIES;
            if !envelope.given_up {
                self.send(&id);
            }
        }
        late
    }

    /// Sends an envelope again that was acknowledged: to Slack, the acknowledgement was lost.
    fn repeat(&mut self, id: &str, now: DateTime<Utc>) {
        if let Some(envelope) = self.envelopes.get_mut(id) {
            envelope.at = now;
            envelope.attempt += 1;
            envelope.acknowledged = false;
        }
        self.send(id);
    }

    /// Every acknowledgement that was to get lost has.
    #[must_use]
    pub fn lost_all(&self) -> bool {
        self.lost == 0
    }

    fn pending(&self, which: impl Fn(&Envelope) -> bool) -> Vec<String> {
        let waits = |envelope: &&Envelope| !envelope.acknowledged && !envelope.given_up && which(envelope);
        self.envelopes.values().filter(waits).map(|envelope| envelope.id.clone()).collect()
    }

    fn tell(&self, down: &Down) {
        for connection in &self.connections {
            // A socket that has just closed needs no more telling.
            let _ = connection.down.send(down.clone());
        }
    }
}

impl Envelope {
    fn json(&self) -> Value {
        let mut json = json!({
            "envelope_id": self.id, "type": self.kind, "payload": self.payload,
            "accepts_response_payload": self.accepts_response,
        });
        if self.kind == "events_api" || self.attempt > 0 {
            json["retry_attempt"] = json!(self.attempt);
            json["retry_reason"] = json!(if self.attempt > 0 { "timeout" } else { "" });
        }
        json
    }
}

/// Socket Mode in a test's hands.
pub struct SocketMode {
    hub: Arc<Hub>,
}

impl SocketMode {
    #[must_use]
    pub fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// Waits until a program is connected.
    pub async fn online(&self) {
        self.hub.wait("the program to connect", |state| state.sockets.online().then_some(())).await;
    }

    /// Waits until no program is connected.
    pub async fn offline(&self) {
        let none = |state: &State| state.sockets.connections.is_empty().then_some(());
        self.hub.wait("the program to disconnect", none).await;
    }

    /// Waits until connections have begun so many times in all, and one is there.
    pub async fn begun(&self, times: usize) {
        let begun = |state: &State| (state.sockets.begun >= times && state.sockets.online()).then_some(());
        self.hub.wait(&format!("the program to connect for the {times}. time"), begun).await;
    }

    /// How many connections have begun so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.hub.look(|state| state.sockets.begun)
    }

    /// Asks every connection to make room for a new one: a connection is refreshed every few hours. The old one serves
    /// until the new one is there.
    pub fn refresh(&self) {
        self.disconnect("refresh_requested");
    }

    /// Says that the connections will soon close.
    pub fn warn(&self) {
        self.disconnect("warning");
    }

    /// Somebody turns Socket Mode off: connections close, and there are no new ones until it is on again.
    pub fn disable(&self) {
        self.refuse(Some("not_allowed_token_type"));
        self.disconnect("link_disabled");
        self.hub.look(|state| state.sockets.tell(&Down::Close));
    }

    /// What `apps.connections.open` says from now on; none: it gives an address.
    pub fn refuse(&self, error: Option<&'static str>) {
        self.hub.change(|state| state.sockets.refusal = error);
    }

    fn disconnect(&self, reason: &str) {
        let frame = json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss-fake"}});
        self.hub.change(|state| {
            state.sockets.tell(&Down::Send(frame));
            state.sockets.connections.iter_mut().for_each(|connection| connection.leaving = true);
        });
    }

    /// Sends something down every connection that is no envelope of anybody's.
    pub fn say(&self, frame: Value) {
        self.hub.look(|state| state.sockets.tell(&Down::Send(frame)));
    }

    /// Closes every connection in order.
    pub fn close(&self) {
        self.hub.look(|state| state.sockets.tell(&Down::Close));
    }

    /// Breaks every connection without a word.
    pub fn cut(&self) {
        self.hub.look(|state| state.sockets.tell(&Down::Drop));
    }

    /// Pings every connection.
    pub fn ping(&self) {
        self.hub.look(|state| state.sockets.tell(&Down::Ping));
    }

    /// From now on nothing is read from any connection, or all is again: to the program the line is dead.
    pub fn mute(&self, mute: bool) {
        self.hub.change(|state| state.sockets.mute = mute);
    }

    /// The next acknowledgements get lost on the way: what they are for comes again.
    pub fn lose_acknowledgements(&self, count: u32) {
        self.hub.change(|state| state.sockets.lost = count);
    }

    /// Payloads of that kind (`slash_commands`, `interactive`, `events_api`) lack these fields from now on.
    pub fn leave_out(&self, kind: &str, places: &[&str]) {
        let places = places.iter().map(|place| (kind.to_owned(), (*place).to_owned()));
        self.hub.change(|state| state.sockets.left_out.extend(places));
    }

    /// Sends an interaction's envelope again, though it was acknowledged.
    pub fn repeat(&self, interaction: u64) {
        self.hub.change(|state| {
            let now = state.now();
            let envelope = state.interactions.get(&interaction).map(|interaction| interaction.envelope.clone());
            state.sockets.repeat(&envelope.expect("the interaction is known"), now);
        });
    }

    /// Waits until everything that was sent has been acknowledged.
    pub async fn quiet(&self) {
        let quiet = |state: &State| state.sockets.pending(|_| true).is_empty().then_some(());
        self.hub.wait("all envelopes to be acknowledged", quiet).await;
    }

    /// The workspace throws the app out: its token is no good any more, and it is told so while it still listens.
    pub fn uninstall(&self, bot: &str) {
        self.hub.change(|state| {
            state.standing = super::state::Standing::Revoked;
            for event in [
                json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}),
                json!({"type": "app_uninstalled"}),
            ] {
                super::acts::notify(state, &event);
            }
        });
    }
}
