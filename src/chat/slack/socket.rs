//! The connections by which Slack tells us of clicks and commands, and their life: up, refreshed, lost, regained, left.
//!
//! Slack-morphism has a client for this, too. It closes a connection before it opens the next one, acknowledges only after
//! the work is done, writes the connection's secret address to the log, and leaves tasks behind at a stop; so the
//! protocol, which is small, is spoken here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Shared;
use super::api::{ApiError, Call};
use super::envelope::Frame;
use super::inbox::Inbox;

/// How the connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Connecting,
    /// In the workspace of this name.
    Ready {
        team: String,
    },
    Down {
        why: String,
    },
}

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Work in flight may take so long once the adapter is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Closing the connections may take so long.
const CLOSING: Duration = Duration::from_secs(3);
/// A connection that has a successor is listened to for so long.
const RETIRED: Duration = Duration::from_secs(10);
/// From the call for an address to Slack's hello.
const GREETING: Duration = Duration::from_secs(20);
/// Between two pings of ours, and the longest silence.
const PING: Duration = Duration::from_secs(4);
const SILENCE: Duration = Duration::from_secs(10);
/// Pauses before another try to reach Slack: doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What a connection has to tell.
enum News {
    Ready,
    /// Slack will close it soon.
    Leaving,
    Ended {
        why: String,
    },
}

/// All connections, and what is known of them.
struct Lines {
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
    status: watch::Sender<Status>,
    sockets: TaskTracker,
    news: mpsc::UnboundedSender<(u64, News)>,
    /// By number, counted up; cancelled to close it.
    open: HashMap<u64, CancellationToken>,
    up: HashSet<u64>,
    newest: u64,
    failures: u32,
    /// When the next connection is to be tried.
    next: Option<Instant>,
}

/// Listens until `shutdown`, through every loss of the connection; then finishes what is in flight, and leaves.
pub(super) async fn run(shared: Arc<Shared>, status: watch::Sender<Status>, shutdown: CancellationToken) {
    let inbox = Arc::new(Inbox::new(Arc::clone(&shared), shutdown.clone()));
    let (news, mut heard) = mpsc::unbounded_channel();
    let mut lines = Lines {
        shared,
        inbox,
        status,
        sockets: TaskTracker::new(),
        news,
        open: HashMap::new(),
        up: HashSet::new(),
        newest: 0,
        failures: 0,
        next: None,
    };
    let mut refused = lines.shared.api.refused();
    lines.connect();
    loop {
        let next = lines.next;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some((id, news)) = heard.recv() => lines.take(id, news),
            Ok(()) = refused.changed() => lines.say(),
            () = tokio::time::sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => lines.connect(),
        }
    }
    lines.leave().await;
}

impl Lines {
    fn connect(&mut self) {
        self.next = None;
        self.newest += 1;
        let close = CancellationToken::new();
        self.open.insert(self.newest, close.clone());
        let socket = Socket {
            id: self.newest,
            shared: Arc::clone(&self.shared),
            inbox: Arc::clone(&self.inbox),
            news: self.news.clone(),
            close,
        };
        self.sockets.spawn(socket.live());
    }

    fn take(&mut self, id: u64, news: News) {
        match news {
            News::Ready => {
                self.failures = 0;
                self.up.insert(id);
                self.retire_before(id);
                tracing::info!(team = self.team(), "connected to Slack");
                self.say();
            }
            News::Leaving if id == self.newest => self.connect(),
            News::Leaving => {}
            News::Ended { why } => self.ended(id, why),
        }
    }

    fn ended(&mut self, id: u64, why: String) {
        self.open.remove(&id);
        let was_up = self.up.remove(&id);
        if id == self.newest {
            let pause = if was_up { Duration::ZERO } else { self.pause() };
            self.next = Some(Instant::now() + pause);
            tracing::warn!(why, pause_ms = pause.as_millis(), "the connection to Slack is down; another try follows");
        }
        if self.up.is_empty() {
            self.status.send_replace(Status::Down { why });
        }
    }

    fn team(&self) -> String {
        self.shared.me().map(|me| me.team_name).unwrap_or_default()
    }

    /// Says how the platform is, while a connection is up: who listens and can't speak is not well.
    fn say(&self) {
        if self.up.is_empty() {
            return;
        }
        let refused = self.shared.api.refused().borrow().clone();
        self.status.send_replace(match refused {
            Some(word) => {
                tracing::warn!(word, "Slack refuses SLACK_BOT_TOKEN");
                Status::Down { why: format!("Slack refuses SLACK_BOT_TOKEN: {word}") }
            }
            None => Status::Ready { team: self.team() },
        });
    }

    fn pause(&mut self) -> Duration {
        let pause = FIRST_PAUSE * (1 << self.failures.min(10));
        self.failures += 1;
        pause.min(LONGEST_PAUSE)
    }

    /// What still comes over the older connections is taken, for a while.
    fn retire_before(&self, id: u64) {
        for close in self.open.iter().filter(|(other, _)| **other < id).map(|(_, close)| close.clone()) {
            self.sockets.spawn(async move {
                let _ = tokio::time::timeout(RETIRED, close.cancelled()).await;
                close.cancel();
            });
        }
    }

    /// Waits for what is in flight, whose answers may go over the connections, then closes them.
    async fn leave(self) {
        self.inbox.finish(GRACE).await;
        for close in self.open.values() {
            close.cancel();
        }
        self.sockets.close();
        if tokio::time::timeout(CLOSING, self.sockets.wait()).await.is_err() {
            tracing::debug!("a connection to Slack was not closed in order");
        }
        self.status.send_replace(Status::Down { why: "stopped".to_owned() });
    }
}

/// One connection.
struct Socket {
    id: u64,
    shared: Arc<Shared>,
    inbox: Arc<Inbox>,
    news: mpsc::UnboundedSender<(u64, News)>,
    close: CancellationToken,
}

#[derive(Deserialize)]
struct Located {
    url: String,
}

impl Socket {
    async fn live(self) {
        let connected = tokio::select! {
            () = self.close.cancelled() => return,
            connected = tokio::time::timeout(GREETING, self.connect()) => connected,
        };
        let why = match connected {
            Ok(Ok(stream)) => self.listen(stream).await,
            Ok(Err(why)) => why,
            Err(_) => "Slack does not answer".to_owned(),
        };
        self.tell(News::Ended { why });
    }

    fn tell(&self, news: News) {
        // Nobody listens any more at a stop.
        let _ = self.news.send((self.id, news));
    }

    /// Asks for an address and connects to it. The address is a secret.
    async fn connect(&self) -> Result<Stream, String> {
        self.shared.identify().await.map_err(|error| refusal("SLACK_BOT_TOKEN", &error))?;
        let call = Call::form("apps.connections.open", Vec::new()).with_app_token();
        let located: Located = self.shared.api.call(call).await.map_err(|error| refusal("SLACK_APP_TOKEN", &error))?;
        if !located.url.starts_with("wss://") && !located.url.starts_with("ws://") {
            return Err("Slack gave no address to connect to".to_owned());
        }
        let connected = tokio_tungstenite::connect_async(&located.url).await;
        connected.map(|(stream, _)| stream).map_err(|_| "the connection could not be made".to_owned())
    }

    /// Takes what comes until it ends; returns why it did.
    async fn listen(&self, mut stream: Stream) -> String {
        let (acks, mut late) = mpsc::unbounded_channel::<String>();
        let began = Instant::now();
        let mut heard = began;
        let mut greeted = false;
        let mut ping = tokio::time::interval(PING);
        loop {
            let sent = tokio::select! {
                () = self.close.cancelled() => {
                    let _ = tokio::time::timeout(CLOSING, stream.close(None)).await;
                    return "closed".to_owned();
                }
                Some(ack) = late.recv() => stream.send(Message::Text(ack)).await,
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE || (!greeted && began.elapsed() > GREETING) {
                        return "Slack has gone silent".to_owned();
                    }
                    stream.send(Message::Ping(Vec::new())).await
                }
                // Once stopping, nothing new is taken: what is not acknowledged comes again.
                got = stream.next(), if !self.inbox.is_stopping() => {
                    let frame = match got {
                        Some(Ok(Message::Text(text))) => text,
                        Some(Ok(Message::Close(_))) | None => return "Slack closed the connection".to_owned(),
                        Some(Ok(_)) => {
                            heard = Instant::now();
                            continue;
                        }
                        Some(Err(_)) => return "the connection broke".to_owned(),
                    };
                    heard = Instant::now();
                    greeted = true;
                    match self.take(&frame, &acks) {
                        Some(ack) => stream.send(Message::Text(ack)).await,
                        None => Ok(()),
                    }
                }
            };
            if sent.is_err() {
                return "the connection broke".to_owned();
            }
        }
    }

    /// What to send back at once.
    fn take(&self, text: &str, acks: &mpsc::UnboundedSender<String>) -> Option<String> {
        let frame: Frame = match serde_json::from_str(text) {
            Ok(frame) => frame,
            Err(_) => {
                tracing::warn!("Slack sent something that can't be read");
                return None;
            }
        };
        match frame.kind.as_str() {
            "hello" => self.tell(News::Ready),
            "disconnect" => {
                tracing::info!(reason = frame.reason, "Slack is about to close the connection");
                self.tell(News::Leaving);
            }
            _ => return self.inbox.take(&frame, acks),
        }
        None
    }
}

/// What an operator can do about a refusal.
fn refusal(token: &str, error: &ApiError) -> String {
    match error {
        ApiError::Refused { error, .. } => format!("Slack refuses {token}: {error}"),
        other => other.to_string(),
    }
}
