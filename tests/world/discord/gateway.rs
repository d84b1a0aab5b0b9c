//! The gateway: a real WebSocket, spoken as Discord speaks it. Its sessions are in [`super::sessions`].

use std::sync::Arc;
use std::time::Instant;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::Hub;
use super::sessions::{Down, Session, invalid_session};
use super::state::State;
use super::wire;

/// The only intent that the program needs.
const GUILDS: u64 = 1;
/// Members, presences, message content: granted to few, needed by none of this.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
const HEARTBEAT: u64 = 1;
const IDENTIFY: u64 = 2;
const PRESENCE: u64 = 3;
const RESUME: u64 = 6;
const HELLO: u64 = 10;
const ACK: u64 = 11;

mod close {
    pub(super) const UNKNOWN_OPCODE: u16 = 4001;
    pub(super) const DECODE_ERROR: u16 = 4002;
    pub(super) const NOT_AUTHENTICATED: u16 = 4003;
    pub(super) const AUTHENTICATION_FAILED: u16 = 4004;
    pub(super) const ALREADY_AUTHENTICATED: u16 = 4005;
    pub(super) const INVALID_SEQUENCE: u16 = 4007;
    pub(super) const DISALLOWED_INTENTS: u16 = 4014;
}

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = hub.stop.cancelled() => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                // An event does not wait until the one before it is acknowledged.
                let _ = stream.set_nodelay(true);
                let number = hub.change(|state| {
                    state.sessions.count += 1;
                    state.sessions.count
                });
                if !hub.look(|state| state.sessions.closed) {
                    connections.spawn(Connection::run(stream, hub.clone(), number));
                }
            }
        }
    }
}

/// Where sessions are resumed: READY names it, and it need not be where they begin.
const RESUMED_AT: &str = "/resume";

struct Connection {
    hub: Arc<Hub>,
    number: u64,
    /// The path of its address.
    path: String,
    down: mpsc::UnboundedSender<Down>,
    session: Option<String>,
}

/// Why a connection ends: with a close code, or because there is nothing more to say.
type Ended = Option<u16>;

impl Connection {
    async fn run(stream: TcpStream, hub: Arc<Hub>, number: u64) {
        let mut path = String::new();
        #[expect(clippy::result_large_err, reason = "a refusal is a whole response there")]
        let look = |request: &Request, response: Response| {
            request.uri().path().clone_into(&mut path);
            Ok(response)
        };
        let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, look).await else { return };
        let (sink, frames) = socket.split();
        let (down, orders) = mpsc::unbounded_channel();
        let interval = hub.change(|state| {
            let is_mute = state.sessions.mute > 0;
            state.sessions.mute = state.sessions.mute.saturating_sub(1);
            (!is_mute).then_some(state.sessions.heartbeat_ms)
        });
        let hello = |interval| json!({"op": HELLO, "s": null, "t": null, "d": {"heartbeat_interval": interval}});
        interval.into_iter().for_each(|interval| drop(down.send(Down::Send(hello(interval)))));
        let mut connection = Self { hub: hub.clone(), number, path, down, session: None };
        tokio::select! {
            () = hub.stop.cancelled() => {}
            () = write(sink, orders) => {}
            () = connection.read(frames) => {}
        }
        connection.leave();
    }

    async fn read(&mut self, mut frames: SplitStream<WebSocketStream<TcpStream>>) {
        while let Some(Ok(frame)) = frames.next().await {
            let ended = match frame {
                Frame::Text(text) => self.hear(&text),
                Frame::Close(frame) => {
                    let code = frame.map_or(0, |frame| u16::from(frame.code));
                    return self.hub.change(|state| state.sessions.farewells.push(code));
                }
                Frame::Binary(_) => Err(Some(close::DECODE_ERROR)),
                _ => Ok(()),
            };
            if let Err(Some(code)) = ended {
                let _ = self.down.send(Down::Close(code));
            }
        }
    }

    fn hear(&mut self, text: &str) -> Result<(), Ended> {
        let frame: Value = serde_json::from_str(text).map_err(|_| Some(close::DECODE_ERROR))?;
        let data = &frame["d"];
        match frame["op"].as_u64() {
            Some(HEARTBEAT) => self.heartbeat(),
            Some(IDENTIFY) => self.identify(data)?,
            Some(RESUME) => self.resume(data)?,
            _ if self.session.is_none() => return Err(Some(close::NOT_AUTHENTICATED)),
            Some(PRESENCE) => {}
            _ => return Err(Some(close::UNKNOWN_OPCODE)),
        }
        Ok(())
    }

    fn heartbeat(&self) {
        let answered = self.hub.change(|state| {
            state.sessions.heartbeats += 1;
            !state.sessions.zombie
        });
        if answered {
            self.say(json!({"op": ACK, "s": null, "t": null, "d": null}));
        }
    }

    fn identify(&mut self, data: &Value) -> Result<(), Ended> {
        if self.session.is_some() {
            return Err(Some(close::ALREADY_AUTHENTICATED));
        }
        let intents = data["intents"].as_u64().ok_or(Some(close::DECODE_ERROR))?;
        let id = format!("session-{}", self.number);
        self.hub.change(|state| {
            if !is_token(state, data) {
                return Err(Some(close::AUTHENTICATION_FAILED));
            }
            if state.sessions.refused.1 > 0 {
                state.sessions.refused.1 -= 1;
                return Err(Some(state.sessions.refused.0));
            }
            state.sessions.identified.push(intents);
            if self.path == RESUMED_AT {
                state.violation("IDENTIFY where sessions are resumed");
            }
            if intents & !GUILDS != 0 {
                state.violation(format!("IDENTIFY asks for intents {intents:#b}; GUILDS ({GUILDS:#b}) is enough"));
            }
            if intents & PRIVILEGED != 0 {
                return Err(Some(close::DISALLOWED_INTENTS));
            }
            let thinned = |name: &str, data: &Value| state.sessions.thinned(name, data);
            let resumed_at = state.sessions.resumes_at.clone();
            let resumed_at = resumed_at.unwrap_or_else(|| format!("{}{RESUMED_AT}", self.hub.socket_url));
            let ready = thinned("READY", &ready(state, &id, &resumed_at));
            let guilds = wire::guilds_create(state, joined(state));
            let guilds: Vec<Value> = guilds.filter_map(|guild| thinned("GUILD_CREATE", &guild)).collect();
            let socket = Some((self.number, self.down.clone()));
            let mut session = Session { id: id.clone(), sequence: 0, sent: Vec::new(), socket, ready: true };
            state.sessions.ready_at = Some(Instant::now());
            ready.iter().for_each(|ready| session.dispatch("READY", ready));
            if intents & GUILDS != 0 {
                guilds.iter().for_each(|guild| session.dispatch("GUILD_CREATE", guild));
            }
            // A program that identifies anew has left its earlier sessions for good.
            state.sessions.all.retain(|session| session.socket.is_some());
            state.sessions.all.push(session);
            Ok(())
        })?;
        self.session = Some(id);
        Ok(())
    }

    fn resume(&mut self, data: &Value) -> Result<(), Ended> {
        let (id, after) = (data["session_id"].as_str().unwrap_or_default(), data["seq"].as_u64().unwrap_or(0));
        let resumed = self.hub.change(|state| {
            if !is_token(state, data) {
                return Err(Some(close::AUTHENTICATION_FAILED));
            }
            state.sessions.resumed_elsewhere |= self.path != RESUMED_AT;
            let Some(session) = state.sessions.all.iter_mut().find(|session| session.id == id) else {
                return Ok(false);
            };
            if after > session.sequence {
                return Err(Some(close::INVALID_SEQUENCE));
            }
            session.socket = Some((self.number, self.down.clone()));
            let missed: Vec<Value> =
                session.sent.iter().filter(|(number, _)| *number > after).map(|(_, event)| event.clone()).collect();
            missed.into_iter().for_each(|event| session.send(event));
            session.dispatch("RESUMED", &json!({"_trace": []}));
            state.sessions.resumed += 1;
            Ok(true)
        })?;
        if resumed {
            self.session = Some(id.to_owned());
        } else {
            self.say(invalid_session(false));
        }
        Ok(())
    }

    fn say(&self, frame: Value) {
        // The writer ends only with the connection.
        let _ = self.down.send(Down::Send(frame));
    }

    fn leave(&self) {
        self.hub.change(|state| {
            for session in &mut state.sessions.all {
                session.socket.take_if(|(number, _)| *number == self.number);
            }
        });
    }
}

async fn write(mut sink: SplitSink<WebSocketStream<TcpStream>, Frame>, mut orders: mpsc::UnboundedReceiver<Down>) {
    while let Some(order) = orders.recv().await {
        match order {
            Down::Send(frame) => {
                if sink.send(Frame::Text(frame.to_string())).await.is_err() {
                    return;
                }
            }
            Down::Close(code) => {
                let frame = CloseFrame { code: code.into(), reason: "closed by the fake".into() };
                let _ = sink.send(Frame::Close(Some(frame))).await;
                // The other side answers or goes; either ends this connection's reader.
            }
            Down::Drop => return,
        }
    }
}

/// The gateway takes the token with and without its prefix.
fn is_token(state: &State, data: &Value) -> bool {
    let given = data["token"].as_str().unwrap_or_default();
    given.strip_prefix("Bot ").unwrap_or(given) == state.token
}

fn joined(state: &State) -> impl Iterator<Item = &super::state::Guild> {
    state.guilds.values().filter(|guild| guild.members.contains_key(&state.bot))
}

fn ready(state: &State, session: &str, url: &str) -> Value {
    let guilds: Vec<Value> = joined(state).map(|guild| json!({"id": guild.id, "unavailable": true})).collect();
    json!({
        "v": 10, "user": state.users.get(&state.bot).map(wire::user), "guilds": guilds, "session_id": session,
        "resume_gateway_url": url, "shard": [0, 1], "application": {"id": state.bot, "flags": 0},
        "private_channels": [], "presences": [], "relationships": [],
    })
}
