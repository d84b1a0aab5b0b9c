//! The gateway's sessions, and the ways in which a test disturbs them.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Hub;
use super::state::State;
use crate::world::lean;

/// How many events a session that is away keeps for its return.
const BACKLOG: usize = 1000;

const DISPATCH: u64 = 0;
const RECONNECT: u64 = 7;
const INVALID_SESSION: u64 = 9;

/// What goes down a socket.
#[derive(Debug, Clone)]
pub(super) enum Down {
    Send(Value),
    Close(u16),
    /// The TCP connection goes, without a word.
    Drop,
}

/// One IDENTIFY and all that followed.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: String,
    /// The number of the last event.
    pub(super) sequence: u64,
    pub(super) sent: Vec<(u64, Value)>,
    /// The socket, while there is one: its number, and the way to it.
    pub(super) socket: Option<(u64, mpsc::UnboundedSender<Down>)>,
    /// READY and the guilds have been sent.
    pub(super) ready: bool,
}

/// All sessions, and how the gateway behaves at present.
#[derive(Debug)]
pub struct Sessions {
    pub(super) all: Vec<Session>,
    pub count: u64,
    /// The close codes by which programs have left.
    pub farewells: Vec<u16>,
    /// Heartbeats get no answer.
    pub(super) zombie: bool,
    /// New connections are closed at once.
    pub(super) closed: bool,
    pub(super) heartbeat_ms: u64,
    /// So many more connections are told nothing.
    pub(super) mute: u32,
    /// Where READY says that a session is resumed, if not here.
    pub(super) resumes_at: Option<String>,
    /// So many more IDENTIFYs are answered with this close code.
    pub(super) refused: (u16, u32),
    /// What events lack: an event's name and the place in it, which is empty for the whole event.
    left_out: Vec<(String, String)>,
    /// When READY last went out, by the machine's own time.
    pub ready_at: Option<Instant>,
    /// The `intents` of each IDENTIFY so far.
    pub identified: Vec<u64>,
    pub resumed: u32,
    /// A session was to be resumed where READY did not say.
    pub resumed_elsewhere: bool,
    pub heartbeats: u32,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            count: 0,
            farewells: Vec::new(),
            zombie: false,
            closed: false,
            heartbeat_ms: 41_250,
            mute: 0,
            resumes_at: None,
            refused: (0, 0),
            left_out: Vec::new(),
            ready_at: None,
            identified: Vec::new(),
            resumed: 0,
            resumed_elsewhere: false,
            heartbeats: 0,
        }
    }
}

impl Sessions {
    /// An event for every session, also for one that is away and may resume.
    pub fn dispatch(&mut self, name: &str, data: &Value) {
        let Some(data) = self.thinned(name, data) else { return };
        for session in &mut self.all {
            session.dispatch(name, &data);
        }
    }

    /// The event without what is left out of it; none where that is all of it.
    pub(super) fn thinned(&self, name: &str, data: &Value) -> Option<Value> {
        let mut data = data.clone();
        for (_, place) in self.left_out.iter().filter(|(event, _)| event == name) {
            if place.is_empty() {
                return None;
            }
            lean::remove(&mut data, place);
        }
        Some(data)
    }

    /// Nobody would hear of an event, now or later.
    #[must_use]
    pub fn none(&self) -> bool {
        self.all.is_empty()
    }

    /// A session is there that has seen READY and its guilds.
    #[must_use]
    pub fn online(&self) -> bool {
        self.all.iter().any(|session| session.ready && session.socket.is_some())
    }

    fn disturb(&self, down: &Down) {
        for (_, socket) in self.all.iter().filter_map(|session| session.socket.as_ref()) {
            // A socket that has just closed needs no more disturbing.
            let _ = socket.send(down.clone());
        }
    }
}

impl Session {
    pub(super) fn dispatch(&mut self, name: &str, data: &Value) {
        self.sequence += 1;
        let event = json!({"op": DISPATCH, "s": self.sequence, "t": name, "d": data});
        self.send(event.clone());
        self.sent.push((self.sequence, event));
        if self.sent.len() > BACKLOG {
            self.sent.remove(0);
        }
    }

    pub(super) fn send(&self, event: Value) {
        if let Some((_, socket)) = &self.socket {
            // If it has just closed, the backlog keeps the event.
            let _ = socket.send(Down::Send(event));
        }
    }
}

/// The gateway in a test's hands.
pub struct Socket {
    hub: Arc<Hub>,
}

impl Socket {
    #[must_use]
    pub fn new(hub: Arc<Hub>) -> Self {
        Self { hub }
    }

    /// Waits until a program is connected and has its guilds.
    pub async fn online(&self) {
        self.hub.wait("the program to come online", |state| state.sessions.online().then_some(())).await;
    }

    /// Waits until no program is connected.
    pub async fn offline(&self) {
        let none = |state: &State| state.sessions.all.iter().all(|session| session.socket.is_none()).then_some(());
        self.hub.wait("the program to go offline", none).await;
    }

    /// Waits until programs have identified or resumed so many times in all, and one is there.
    pub async fn begun(&self, times: usize) {
        let begun = |state: &State| {
            let sessions = &state.sessions;
            let count = sessions.identified.len() + sessions.resumed as usize;
            (count >= times && sessions.online()).then_some(())
        };
        self.hub.wait(&format!("the program to begin at the gateway for the {times}. time"), begun).await;
    }

    /// Asks to reconnect and resume (op 7).
    pub fn reconnect(&self) {
        self.disturb(&Down::Send(json!({"op": RECONNECT, "s": null, "t": null, "d": null})));
    }

    /// Says that the session is no good any more (op 9).
    pub fn invalidate(&self, resumable: bool) {
        self.disturb(&Down::Send(invalid_session(resumable)));
        if !resumable {
            self.forget_sessions();
        }
    }

    /// Closes with a code such as 4000, which allows to resume.
    pub fn close(&self, code: u16) {
        self.disturb(&Down::Close(code));
    }

    /// Breaks the connection without a word.
    pub fn cut(&self) {
        self.disturb(&Down::Drop);
    }

    /// A RESUME finds no session from now on.
    pub fn forget_sessions(&self) {
        self.hub.change(|state| {
            state.sessions.all.retain(|session| session.socket.is_some());
            state.sessions.all.iter_mut().for_each(|session| session.id.clear());
        });
    }

    /// From now on heartbeats go unanswered, or are answered again.
    pub fn zombie(&self, zombie: bool) {
        self.hub.change(|state| state.sessions.zombie = zombie);
    }

    /// From now on connections break at once, or hold again.
    pub fn shut(&self, shut: bool) {
        self.hub.change(|state| state.sessions.closed = shut);
        if shut {
            self.cut();
        }
    }

    /// The next connections are told nothing.
    pub fn mute(&self, connections: u32) {
        self.hub.change(|state| state.sessions.mute = connections);
    }

    /// READY says from now on that sessions are resumed there.
    pub fn resumes_at(&self, address: &str) {
        self.hub.change(|state| state.sessions.resumes_at = Some(address.to_owned()));
    }

    /// Sends all events of all sessions once more.
    pub fn say_all_again(&self) {
        self.hub.look(|state| {
            for session in &state.sessions.all {
                session.sent.iter().for_each(|(_, event)| session.send(event.clone()));
            }
        });
    }

    /// The next IDENTIFYs are answered with this close code.
    pub fn refuse(&self, code: u16, times: u32) {
        self.hub.change(|state| state.sessions.refused = (code, times));
    }

    /// Waits until every IDENTIFY that was to be refused has been.
    pub async fn refused_all(&self) {
        self.hub.wait("an IDENTIFY to refuse", |state| (state.sessions.refused.1 == 0).then_some(())).await;
    }

    /// Events of that name lack these fields from now on, such as `/member/nick`; an empty one is the whole event.
    pub fn leave_out(&self, event: &str, places: &[&str]) {
        let places = places.iter().map(|place| (event.to_owned(), (*place).to_owned()));
        self.hub.change(|state| state.sessions.left_out.extend(places));
    }

    /// What HELLO says from now on.
    pub fn heartbeat_every(&self, milliseconds: u64) {
        self.hub.change(|state| state.sessions.heartbeat_ms = milliseconds);
    }

    fn disturb(&self, down: &Down) {
        self.hub.look(|state| state.sessions.disturb(down));
    }
}

pub(super) fn invalid_session(resumable: bool) -> Value {
    json!({"op": INVALID_SESSION, "s": null, "t": null, "d": resumable})
}
