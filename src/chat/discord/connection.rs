//! One connection to the gateway, from its beginning to its end, and how the session may go on after it.

use std::error::Error;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use reqwest::Url;
use tokio::net::TcpStream;
use twilight_gateway::error::ReceiveMessageErrorType;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, Config, ConfigBuilder, Message, Session, Shard, ShardId, ShardState};

use super::events::opcode;
use super::gateway::RunError;

/// A machine that takes longer to answer counts as away.
const KNOCKING: Duration = Duration::from_secs(3);

/// Twilight's address of a gateway: what it is given, and behind it `/?v=10&encoding=json`. Discord's addresses are bare; where one has a
/// path, as of a proxy, that is kept by taking twilight's path for the value of a parameter.
pub(super) fn address(gateway: &Url) -> String {
    let bare = gateway.as_str().trim_end_matches('/');
    if gateway.path() == "/" && gateway.query().is_none() {
        return bare.to_owned();
    }
    let mut kept = gateway.clone();
    let pairs = gateway.query_pairs().filter(|(key, _)| !matches!(&**key, "v" | "encoding" | "at"));
    let version = twilight_gateway::API_VERSION.to_string();
    kept.query_pairs_mut().clear().extend_pairs(pairs).append_pair("v", &version).append_pair("at", "");
    kept.into()
}

/// The same address by the number of the machine, where its name stands for several and the first of them does not answer: twilight
/// tries no other. Encrypted ones stay as they are, since the certificate is the name's.
pub(super) async fn reachable(mut gateway: Url) -> Url {
    if let Some(machine) = second_best(&gateway).await {
        // An address with a name has a place for a number.
        let _ = gateway.set_ip_host(machine);
    }
    gateway
}

/// The first machine of a name that answers, if it is not the first of all.
async fn second_best(gateway: &Url) -> Option<IpAddr> {
    let (name, port) = (gateway.domain()?, gateway.port_or_known_default()?);
    if gateway.scheme() != "ws" {
        return None;
    }
    for (index, machine) in tokio::net::lookup_host((name, port)).await.ok()?.enumerate() {
        if let Ok(Ok(_)) = tokio::time::timeout(KNOCKING, TcpStream::connect(machine)).await {
            return (index > 0).then_some(machine.ip());
        }
    }
    None
}

/// Whether an address is the gateway's, or that of another machine of its domain.
fn is_at_home(address: &Url, gateway: &Url) -> bool {
    let domain = |url: &Url| Some(url.domain()?.split_once('.')?.1.to_owned()).filter(|domain| domain.contains('.'));
    let same_domain = domain(address).is_some_and(|one| domain(gateway).is_some_and(|other| one == other));
    address.scheme() == gateway.scheme() && (address.host_str() == gateway.host_str() || same_domain)
}

/// A session that may be resumed, and where if not at the gateway.
pub(super) struct Resumable {
    session: Session,
    at: Option<String>,
}

impl Resumable {
    /// Where READY said that it is resumed, nobody is.
    pub(super) fn at_the_gateway(self) -> Self {
        Self { at: None, ..self }
    }
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
pub(super) fn is_resumable(code: Option<u16>) -> Result<bool, RunError> {
    match code {
        Some(code::AUTHENTICATION_FAILED) => Err(RunError::Token),
        Some(code @ code::INVALID_API_VERSION..=code::DISALLOWED_INTENTS) => {
            Err(RunError::Refused(format!("close code {code}")))
        }
        Some(code::INVALID_SEQUENCE | code::SESSION_TIMED_OUT | code::INVALID_SHARD | code::SHARDING_REQUIRED) => {
            Ok(false)
        }
        _ => Ok(true),
    }
}

/// One connection. Twilight would make the next one by itself, at once and at any address that READY names: it is stopped before
/// anything is said there.
pub(super) struct Connection {
    shard: Shard,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Coming,
    There,
    Leaving,
}

/// What happens on a connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Frame(String),
    /// By Discord, with a close code.
    Closed(Option<u16>),
    /// Discord says that the session is none.
    Invalid,
    /// Without a word, or because nothing was said for as long as a heartbeat takes.
    Lost,
    /// It did not come about.
    Unreachable(String),
}

/// What twilight reports where nobody has closed the connection.
const ABNORMAL: u16 = 1006;
/// The opcode of an invalid session.
const INVALID_SESSION: u64 = 9;

impl Connection {
    /// Nothing is sent before the first step.
    pub(super) fn new(id: ShardId, config: Config<InMemoryQueue>, before: Option<Resumable>) -> Self {
        let mut config = ConfigBuilder::from(config);
        if let Some(Resumable { session, at }) = before {
            config = config.session(session);
            if let Some(at) = at {
                config = config.resume_url(at);
            }
        }
        Self { shard: Shard::with_config(id, config.build()), phase: Phase::Coming }
    }

    /// Whether there is a connection that can be left in order.
    pub(super) fn is_there(&self) -> bool {
        self.phase == Phase::There && !self.is_disconnected()
    }

    /// Whether a session goes on.
    pub(super) fn is_up(&self) -> bool {
        self.shard.state() == ShardState::Active
    }

    /// Whether Discord has asked to come back on another one.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::There && self.is_disconnected()
    }

    /// Says farewell, which ends the session. It is said once the steps have come to an end.
    pub(super) fn leave(&mut self) {
        self.shard.close(CloseFrame::NORMAL);
        self.phase = Phase::Leaving;
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.phase == Phase::Leaving
    }

    /// The session as it is. Where READY said that it is resumed has to be Discord's: whoever is there is told the token.
    pub(super) fn session(&self) -> Option<Resumable> {
        let gateway = self.shard.config().proxy_url()?.parse().ok()?;
        let at = self.shard.resume_url().and_then(|at| at.parse().ok()).filter(|at| is_at_home(at, &gateway));
        Some(Resumable { session: self.shard.session()?.clone(), at: at.as_ref().map(address) })
    }

    fn is_disconnected(&self) -> bool {
        matches!(self.shard.state(), ShardState::Disconnected { .. })
    }

    pub(super) async fn step(&mut self) -> Step {
        let item = std::future::poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| self.shard.poll_next_unpin(context)));
            // Such as a resume address that is none: twilight takes all for good.
            let Ok(item) = polled else { return Poll::Ready(None) };
            let is_there = !self.is_disconnected();
            match (self.phase, is_there) {
                (Phase::Coming, true) => self.phase = Phase::There,
                // What there was to read is read. Another connection is on its way, or the answer to our farewell, which nobody waits for.
                (Phase::There | Phase::Leaving, false) if item.is_pending() => return Poll::Ready(None),
                _ => {}
            }
            item
        });
        match item.await {
            Some(Ok(Message::Text(frame))) => Step::Frame(frame),
            Some(Ok(Message::Close(Some(frame)))) if frame.code == ABNORMAL => Step::Lost,
            Some(Ok(Message::Close(frame))) => Step::Closed(frame.map(|frame| frame.code)),
            Some(Err(error)) => {
                let why = error.source().map(ToString::to_string).unwrap_or_default();
                match error.into_parts().0 {
                    ReceiveMessageErrorType::Deserializing { event } => unread(event),
                    _ => Step::Unreachable(why),
                }
            }
            None => Step::Lost,
        }
    }
}

/// A frame that lacks what twilight needs of it, as for resuming.
fn unread(frame: String) -> Step {
    if opcode(&frame) == Some(INVALID_SESSION) { Step::Invalid } else { Step::Frame(frame) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str) -> Url {
        address.parse().unwrap()
    }

    #[test]
    fn a_session_is_resumed_within_the_gateways_domain_only() {
        let at_home = |address| is_at_home(&url(address), &url("wss://gateway.discord.gg"));
        assert!(at_home("wss://gateway-us-east1-b.discord.gg") && at_home("wss://gateway.discord.gg/?x=y"));
        for elsewhere in [
            "wss://gateway.discord.gg.example.org",
            "wss://example.org",
            "wss://x.gg",
            "wss://discord.gg",
            "ws://gateway.discord.gg",
        ] {
            assert!(!at_home(elsewhere), "{elsewhere}");
        }
        let here = |address| is_at_home(&url(address), &url("ws://127.0.0.1:8000"));
        assert!(here("ws://127.0.0.1:8001/resume") && !here("ws://1.0.0.1:8000") && !here("ws://gateway.discord.gg"));
    }

    #[test]
    fn the_path_of_a_gateway_is_kept() {
        let asked = |gateway| url(&format!("{}/?v=10&encoding=json", address(&url(gateway))));
        for gateway in ["wss://gateway.discord.gg", "wss://gateway.discord.gg/"] {
            assert_eq!(asked(gateway).as_str(), "wss://gateway.discord.gg/?v=10&encoding=json");
        }
        for gateway in [
            "ws://127.0.0.1:8000/gateway",
            "ws://127.0.0.1:8000/gateway?key=1",
            "ws://127.0.0.1:8000/gateway?v=9&key=1&encoding=etf",
        ] {
            let asked = asked(gateway);
            assert_eq!(asked.path(), "/gateway");
            let said =
                |name| asked.query_pairs().filter(move |(key, _)| key == name).map(|(_, value)| value.into_owned());
            assert_eq!(said("v").collect::<Vec<_>>(), ["10"], "{asked}");
            assert_eq!(said("encoding").collect::<Vec<_>>(), ["json"], "{asked}");
            assert_eq!(address(&url(&address(&url(gateway)))), address(&url(gateway)));
            assert_eq!(said("key").count() == 1, gateway.contains("key=1"), "{asked}");
        }
    }

    #[tokio::test]
    async fn a_name_of_several_machines_leads_to_one_that_answers() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = reachable(url(&format!("ws://localhost:{port}/x"))).await;
        assert!(["localhost", "127.0.0.1"].contains(&found.host_str().unwrap()) && found.path() == "/x", "{found}");
        for kept in ["wss://localhost:1", "ws://127.0.0.1:1", "ws://localhost:1", "ws://name.invalid:1"] {
            assert_eq!(reachable(url(kept)).await, url(kept));
        }
    }

    #[tokio::test]
    async fn a_gateway_that_refuses_is_told_with_its_reason() {
        let config = ConfigBuilder::new("token".to_owned(), twilight_gateway::Intents::empty());
        let config = config.proxy_url("ws://127.0.0.1:9".to_owned()).build();
        match Connection::new(ShardId::ONE, config, None).step().await {
            Step::Unreachable(why) => assert!(why.contains("refused"), "{why}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_invalid_session_says_so_whatever_else_it_lacks() {
        assert_eq!(unread(r#"{"d": null, "op": 9}"#.into()), Step::Invalid);
        let ready = r#"{"op": 0, "t": "READY", "d": {}}"#;
        assert_eq!(unread(ready.into()), Step::Frame(ready.into()));
    }
}
