//! One connection to the gateway, from its beginning to its end, and how the session may go on after it.

use std::borrow::Cow;
use std::task::Poll;

use futures::StreamExt;
use reqwest::Url;
use twilight_gateway::error::ReceiveMessageErrorType;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, Config, ConfigBuilder, Message, Session, Shard, ShardId, ShardState};

use super::gateway::RunError;

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

/// A session that may be resumed, and where if not at the gateway.
pub(super) struct Resumable {
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

/// One connection. Twilight would make the next one by itself, at once and at any address that READY names: it is stopped before that.
pub(super) struct Connection {
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
pub(super) enum Step {
    Frame(String),
    /// By Discord, with a close code.
    Closed(Option<u16>),
    /// Without a word.
    Lost,
    /// It did not come about.
    Unreachable(String),
}

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

    /// Whether there is a session.
    pub(super) fn is_up(&self) -> bool {
        self.shard.state().is_identified()
    }

    /// Whether it is over: Discord has asked to come back on another one.
    pub(super) fn is_over(&self) -> bool {
        !self.is_leaving() && self.is_disconnected()
    }

    /// Says farewell, which ends the session. The steps go on until Discord has said so too.
    pub(super) fn leave(&mut self) {
        self.shard.close(CloseFrame::NORMAL);
        self.phase = Phase::Leaving;
    }

    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.phase, Phase::Leaving | Phase::Left)
    }

    /// The session as it is. Where READY said that it is resumed has to be Discord's: whoever is there is told the token.
    pub(super) fn session(&self) -> Option<Resumable> {
        let gateway = self.shard.config().proxy_url()?;
        let at = self.shard.resume_url().filter(|at| is_at_home(at, gateway));
        Some(Resumable { session: self.shard.session()?.clone(), at: at.map(|at| address(at).into_owned()) })
    }

    fn is_disconnected(&self) -> bool {
        matches!(self.shard.state(), ShardState::Disconnected { .. })
    }

    pub(super) async fn step(&mut self) -> Step {
        let item = std::future::poll_fn(|context| {
            let item = self.shard.poll_next_unpin(context);
            let is_there = !self.is_disconnected();
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

#[cfg(test)]
mod tests {
    use super::*;

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
