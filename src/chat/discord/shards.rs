//! The connections to the gateway, one a shard: begun, resumed where they break, and begun anew where that can't be.
//!
//! Twilight speaks the protocol: heartbeats, identifying by turns, resuming. What is done here is what it leaves to its user: when to try
//! again and when to ask Discord anew how many shards it wants, where a session may be resumed, and how to leave. The connections have
//! a thread of their own, shared by nothing but the answers to clicks.

use std::borrow::Cow;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Url;
use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use twilight_gateway::error::ReceiveMessageErrorType;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, Config, ConfigBuilder, Message, Session, Shard, ShardId, ShardState};

use super::gateway::{Handler, RunError};
use super::gather::Gather;

/// From the beginning of a connection to HELLO.
const CONNECTING: Duration = Duration::from_secs(10);
/// From there to READY, beyond the turns of all shards before it: Discord lets one identify in five seconds.
const IDENTIFYING: Duration = Duration::from_secs(30);
const SPACING: Duration = Duration::from_secs(5);
/// A connection that lasted less is not followed by another at once.
const SHORT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(1);
/// So many connections of a shard in a row end before they are ready, and then Discord is asked anew what it wants.
const TRIES: u32 = 2;

/// Why a shard is not begun again.
#[derive(Debug)]
pub(super) enum End {
    /// Trying again is useless.
    Refused(RunError),
    /// It does not get ready: it may be one of too few.
    Astray,
    /// It was told to.
    Closed,
}

/// All shards of the bot.
pub(super) struct Shards {
    tasks: JoinSet<End>,
    closing: CancellationToken,
}

/// The thread that connections live on. It ends when this is dropped, and they with it.
pub(super) struct Aside {
    runtime: Handle,
    _end: DropGuard,
}

impl Aside {
    /// # Errors
    /// Where the machine gives no thread.
    pub(super) fn begin(gather: Arc<Gather>) -> std::io::Result<Self> {
        // Whenever the thread has nothing left to do.
        let sleeps = move || gather.moment(std::time::Instant::now()).into_iter().for_each(std::thread::sleep);
        let runtime = Builder::new_current_thread().enable_all().on_thread_park(sleeps).build()?;
        let (handle, end) = (runtime.handle().clone(), CancellationToken::new());
        let ended = end.clone();
        std::thread::Builder::new().name("discord".to_owned()).spawn(move || runtime.block_on(ended.cancelled()))?;
        Ok(Self { runtime: handle, _end: end.drop_guard() })
    }
}

/// What every shard is begun with.
pub(super) struct Start {
    /// Where the gateway is, who connects and in whose turn.
    pub(super) config: Config<InMemoryQueue>,
    pub(super) total: u32,
    pub(super) handler: Arc<Handler>,
}

impl Shards {
    pub(super) fn begin(aside: &Aside, start: Start) -> Self {
        let (closing, start) = (CancellationToken::new(), Arc::new(start));
        let mut tasks = JoinSet::new();
        for number in 0..start.total {
            let id = ShardId::new(number, start.total);
            let keeper = Keeper { id, start: Arc::clone(&start), home: Handle::current(), closing: closing.clone() };
            tasks.spawn_on(keeper.keep(), &aside.runtime);
        }
        Self { tasks, closing }
    }

    /// Waits until a shard is not begun again.
    pub(super) async fn ended(&mut self) -> End {
        match self.tasks.join_next().await {
            Some(Ok(end)) => end,
            // A keeper that has panicked.
            Some(Err(_)) => End::Astray,
            None => End::Closed,
        }
    }

    /// Logs off, and waits for it so long.
    pub(super) async fn close(mut self, patience: Duration) {
        self.closing.cancel();
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::debug!("a connection to Discord was not closed in order");
        }
    }
}

/// Twilight's address of a gateway: what it is given, and behind it a path and a query of its own. Discord's addresses have none; the
/// path of a proxy's is kept by taking all that follows for the value of a parameter.
pub(super) fn address(gateway: &str) -> Cow<'_, str> {
    match gateway.parse::<Url>() {
        Ok(url) if url.path() != "/" || url.query().is_some() => {
            let joint = if url.query().is_some() { '&' } else { '?' };
            format!("{gateway}{joint}v={}&encoding=json&at=", twilight_gateway::API_VERSION).into()
        }
        Ok(_) | Err(_) => gateway.trim_end_matches('/').into(),
    }
}

/// Whether an address is the gateway's, or that of another machine of its domain.
fn is_at_home(address: &str, gateway: &str) -> bool {
    let (Ok(address), Ok(gateway)) = (address.parse::<Url>(), gateway.parse::<Url>()) else { return false };
    let domain = |url: &Url| Some(url.domain()?.split_once('.')?.1.to_owned()).filter(|domain| domain.contains('.'));
    let same_domain = domain(&address).is_some_and(|one| domain(&gateway).is_some_and(|other| one == other));
    address.scheme() == gateway.scheme() && (address.host_str() == gateway.host_str() || same_domain)
}

/// A session that may be resumed, and where.
struct Lost {
    session: Session,
    at: Option<String>,
}

/// Close codes ("Gateway close event codes"), as far as a difference is made between them.
mod code {
    pub(super) const AUTHENTICATION_FAILED: u16 = 4004;
    pub(super) const INVALID_SEQUENCE: u16 = 4007;
    pub(super) const SESSION_TIMED_OUT: u16 = 4009;
    pub(super) const INVALID_SHARD: u16 = 4010;
    pub(super) const SHARDING_REQUIRED: u16 = 4011;
    pub(super) const INVALID_API_VERSION: u16 = 4012;
    pub(super) const DISALLOWED_INTENTS: u16 = 4014;
}

/// Whether the session may be resumed after Discord has closed the connection.
///
/// # Errors
/// Where no other connection would do better.
fn is_resumable(code: Option<u16>) -> Result<bool, End> {
    match code {
        Some(code::AUTHENTICATION_FAILED) => Err(End::Refused(RunError::Token)),
        Some(code @ code::INVALID_API_VERSION..=code::DISALLOWED_INTENTS) => {
            Err(End::Refused(RunError::Refused(format!("close code {code}"))))
        }
        Some(code::INVALID_SEQUENCE | code::SESSION_TIMED_OUT | code::INVALID_SHARD | code::SHARDING_REQUIRED) => {
            Ok(false)
        }
        _ => Ok(true),
    }
}

fn is_disconnected(shard: &Shard) -> bool {
    matches!(shard.state(), ShardState::Disconnected { .. })
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// One connection. Twilight would make the next one by itself, at once and at any address that READY names: it is stopped before that.
struct Connection {
    shard: Shard,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Coming,
    There,
    /// We are about to say farewell.
    Leaving,
    /// We have, and wait for Discord's.
    Left,
}

/// What happens on a connection.
enum Step {
    Frame(String),
    /// By Discord, with a close code.
    Closed(Option<u16>),
    /// Without a word.
    Lost,
    /// It did not come about.
    Unreachable(String),
}

impl Connection {
    fn leave(&mut self) {
        self.shard.close(CloseFrame::NORMAL);
        self.phase = Phase::Leaving;
    }

    fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Leaving | Phase::Left)
    }

    async fn step(&mut self) -> Step {
        let item = std::future::poll_fn(|context| {
            let item = self.shard.poll_next_unpin(context);
            let is_there = !is_disconnected(&self.shard);
            match (self.phase, is_there) {
                (Phase::Coming, true) => self.phase = Phase::There,
                (Phase::Leaving, false) => self.phase = Phase::Left,
                // Another connection is on its way.
                (Phase::There, false) | (Phase::Left, true) if item.is_pending() => return Poll::Ready(None),
                _ => {}
            }
            item
        });
        match item.await {
            Some(Ok(Message::Text(frame))) => Step::Frame(frame),
            Some(Ok(Message::Close(frame))) => Step::Closed(frame.map(|frame| frame.code)),
            Some(Err(error)) => match error.into_parts() {
                // It lacks what twilight needs of it, as for resuming.
                (ReceiveMessageErrorType::Deserializing { event }, _) => Step::Frame(event),
                (_, why) => Step::Unreachable(why.map_or_else(String::new, |why| why.to_string())),
            },
            None => Step::Lost,
        }
    }
}

/// Keeps one shard.
struct Keeper {
    id: ShardId,
    start: Arc<Start>,
    /// The runtime of everything but clicks.
    home: Handle,
    closing: CancellationToken,
}

impl Keeper {
    async fn keep(self) -> End {
        let (mut lost, mut failures) = (None, 0);
        loop {
            let begun = Instant::now();
            let lived = self.live(self.connection(lost)).await;
            self.start.handler.ends(self.id);
            lost = match lived {
                Ok(session) => session,
                Err(end) => return end,
            };
            if self.start.handler.was_ready(self.id) {
                failures = 0;
            } else {
                failures += 1;
            }
            if failures >= TRIES {
                return End::Astray;
            }
            let pause = match (failures, begun.elapsed() < SHORT) {
                (0, false) => continue,
                (0, true) => PAUSE,
                _ => SPACING,
            };
            tokio::select! {
                () = self.closing.cancelled() => return End::Closed,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn connection(&self, lost: Option<Lost>) -> Connection {
        let mut config = ConfigBuilder::from(self.start.config.clone());
        if let Some(Lost { session, at }) = lost {
            config = config.session(session);
            if let Some(at) = at {
                config = config.resume_url(at);
            }
        }
        Connection { shard: Shard::with_config(self.id, config.build()), phase: Phase::Coming }
    }

    /// From the beginning of a connection to its end.
    ///
    /// # Errors
    /// Why the shard is not to be begun again.
    async fn live(&self, mut connection: Connection) -> Result<Option<Lost>, End> {
        let Start { total, handler, .. } = &*self.start;
        handler.begins(self.id);
        let (mut until, mut was_heard) = (Some(Instant::now() + CONNECTING), false);
        let resumable = loop {
            let step = tokio::select! {
                () = self.closing.cancelled(), if !connection.is_leaving() => {
                    if !connection.shard.state().is_identified() {
                        return Err(End::Closed);
                    }
                    connection.leave();
                    continue;
                }
                () = at(until) => {
                    tracing::warn!(shard = self.id.number(), "the gateway does not answer");
                    break false;
                }
                step = connection.step() => step,
            };
            match step {
                Step::Frame(frame) => handler.hear(self.id, frame, &self.home),
                Step::Closed(code) => break is_resumable(code)?,
                Step::Lost => break true,
                Step::Unreachable(why) => {
                    tracing::warn!(shard = self.id.number(), why, "the gateway can't be reached");
                    break true;
                }
            }
            // It was asked to reconnect.
            if is_disconnected(&connection.shard) && !connection.is_leaving() {
                break true;
            }
            if handler.was_ready(self.id) {
                until = None;
            } else if !was_heard {
                until = Some(Instant::now() + IDENTIFYING + SPACING * *total);
            }
            was_heard = true;
        };
        if self.closing.is_cancelled() {
            return Err(End::Closed);
        }
        let session = connection.shard.session().filter(|_| resumable).cloned();
        Ok(session.map(|session| Lost { session, at: self.resumed_at(&connection.shard) }))
    }

    /// Where READY said that the session is resumed. Whoever is there is told the token, so it has to be Discord.
    fn resumed_at(&self, shard: &Shard) -> Option<String> {
        let gateway = self.start.config.proxy_url()?;
        shard.resume_url().filter(|at| is_at_home(at, gateway)).map(|at| address(at).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_of_the_connections_stays_asleep_while_clicks_come_in_a_stream() {
        let gather = Arc::new(Gather::new(std::time::Instant::now()));
        let aside = Aside::begin(Arc::clone(&gather)).unwrap();
        let waits = (0..500).any(|_| {
            // Five in ten milliseconds, or in twice as long on a slow machine, and something that wakes the thread.
            (0..5).for_each(|_| gather.click());
            drop(aside.runtime.spawn(std::future::ready(())));
            std::thread::sleep(Duration::from_millis(10));
            gather.has_waited()
        });
        assert!(waits);
    }

    #[test]
    fn a_session_is_resumed_within_the_gateways_domain_only() {
        let at_home = |address| is_at_home(address, "wss://gateway.discord.gg");
        assert!(at_home("wss://gateway-us-east1-b.discord.gg") && at_home("wss://gateway.discord.gg/?x=y"));
        for elsewhere in [
            "wss://gateway.discord.gg.example.org",
            "wss://example.org",
            "wss://x.gg",
            "wss://discord.gg",
            "ws://gateway.discord.gg",
            "",
            "discord",
        ] {
            assert!(!at_home(elsewhere), "{elsewhere}");
        }
        let here = |address| is_at_home(address, "ws://127.0.0.1:8000");
        assert!(here("ws://127.0.0.1:8001/resume") && !here("ws://1.0.0.1:8000") && !here("ws://gateway.discord.gg"));
    }

    #[test]
    fn the_path_of_a_gateway_is_kept() {
        let asked = |gateway| format!("{}/?v=10&encoding=json", address(gateway)).parse::<Url>().unwrap();
        for gateway in ["wss://gateway.discord.gg", "wss://gateway.discord.gg/"] {
            assert_eq!(asked(gateway).as_str(), "wss://gateway.discord.gg/?v=10&encoding=json");
        }
        for gateway in ["ws://127.0.0.1:8000/gateway", "ws://127.0.0.1:8000/gateway?key=1"] {
            let asked = asked(gateway);
            assert_eq!(asked.path(), "/gateway");
            let said = |name| asked.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            assert_eq!((said("v").as_deref(), said("encoding").as_deref()), (Some("10"), Some("json")));
            assert_eq!(said("key").is_some(), gateway.ends_with("key=1"));
        }
    }
}
