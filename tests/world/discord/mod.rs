//! An in-process stand-in for Discord: REST and a real gateway socket, on loopback ports of their own.
//!
//! It keeps state, enforces the documented limits and permissions, and writes down what no good bot does. A test
//! builds guilds and people ([`Discord::guild`]), acts as them ([`people`]), and ends with [`Discord::finish`].

pub mod commands;
pub mod error;
pub mod faults;
pub mod gateway;
pub mod interact;
pub mod interaction;
pub mod limits;
pub mod people;
pub mod permissions;
pub mod ratelimit;
pub mod report;
pub mod rest;
pub mod routes;
pub mod sessions;
pub mod snowflake;
pub mod state;
pub mod upload;
pub mod view;
pub mod wire;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::faults::Planned;
use self::interaction::Heard;
use self::people::Guild;
use self::ratelimit::Limits;
use self::sessions::Socket;
use self::snowflake::Snowflake;
use self::state::{Recorded, State};
use crate::world::clock::TestClock;
use crate::world::hub;

pub type Hub = hub::Hub<State>;

/// The fake, running. Everything it started ends when it is dropped.
pub struct Discord {
    pub hub: Arc<Hub>,
    rest_url: String,
    _tasks: JoinSet<()>,
}

impl Discord {
    /// # Panics
    /// Where loopback has no free port.
    pub async fn start(clock: Arc<TestClock>) -> Self {
        let rest = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let gateway = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = |listener: &TcpListener| listener.local_addr().expect("a bound socket has an address");
        let hub = Arc::new(Hub::new(State::new(clock, "Trapline"), format!("ws://{}", address(&gateway))));
        let rest_url = format!("http://{}", address(&rest));
        let mut tasks = JoinSet::new();
        tasks.spawn(rest::serve(rest, hub.clone()));
        tasks.spawn(gateway::serve(gateway, hub.clone()));
        Self { hub, rest_url, _tasks: tasks }
    }

    /// What `DISCORD_API_URL` is to be.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.rest_url
    }

    #[must_use]
    pub fn token(&self) -> String {
        self.hub.look(|state| state.token.clone())
    }

    /// The bot's user id, which is its application's too.
    #[must_use]
    pub fn bot(&self) -> Snowflake {
        self.hub.look(|state| state.bot)
    }

    /// A guild that the bot is in, with an owner and ordinary permissions for `@everyone`.
    #[must_use]
    pub fn guild(&self, name: &str) -> Guild {
        Guild::found(&self.hub, name)
    }

    /// Plans a fault for requests such as `POST /channels/*/messages`; once, unless told otherwise.
    #[must_use]
    pub fn on(&self, pattern: &str) -> Planned {
        Planned::new(self.hub.clone(), pattern)
    }

    /// The gateway, to be disturbed.
    #[must_use]
    pub fn gateway(&self) -> Socket {
        Socket::new(self.hub.clone())
    }

    pub fn rate_limits(&self, limits: Limits) {
        self.hub.change(|state| state.buckets.limits = limits);
    }

    /// How many requests were refused with 429, but for those that a fault refused.
    #[must_use]
    pub fn rate_limited(&self) -> u32 {
        self.hub.look(|state| state.buckets.refused)
    }

    /// Hears of every first answer to an interaction from now on, in place of who heard before.
    #[must_use]
    pub fn first_answers(&self) -> mpsc::UnboundedReceiver<Heard> {
        let (listener, heard) = mpsc::unbounded_channel();
        self.hub.change(|state| state.listener = Some(listener));
        heard
    }

    /// The requests so far that match a pattern, oldest first.
    #[must_use]
    pub fn requests(&self, pattern: &str) -> Vec<Recorded> {
        let pattern = faults::Pattern::new(pattern);
        let matches = |request: &&Recorded| pattern.matches(&request.method, &request.path);
        self.hub.look(|state| state.requests.iter().filter(matches).cloned().collect())
    }

    /// Waits until so many requests that match were answered, and returns them.
    pub async fn requested(&self, pattern: &str, times: usize) -> Vec<Recorded> {
        let parsed = faults::Pattern::new(pattern);
        let matches = |request: &&Recorded| parsed.matches(&request.method, &request.path);
        let enough = |state: &State| {
            let found: Vec<Recorded> = state.requests.iter().filter(matches).cloned().collect();
            (found.len() >= times).then_some(found)
        };
        self.hub.wait(&format!("{times} × {pattern}"), enough).await
    }

    /// Takes away what was written down as forbidden: for tests that forbid something on purpose.
    pub fn take_violations(&self) -> Vec<String> {
        self.hub.change(|state| std::mem::take(&mut state.violations))
    }

    /// Takes away the requests that had no answer here.
    pub fn take_unexpected(&self) -> Vec<String> {
        self.hub.change(|state| std::mem::take(&mut state.unexpected))
    }

    /// The end of a scenario: nothing unexpected was asked, nothing forbidden done, no message left unread, no
    /// interaction left without an answer.
    ///
    /// # Panics
    /// With a list, where one of these does not hold.
    pub fn finish(self) {
        let complaints = self.hub.look(report::complaints);
        assert!(complaints.is_empty(), "the scenario ends with:\n- {}", complaints.join("\n- "));
    }
}

impl Drop for Discord {
    fn drop(&mut self) {
        self.hub.stop.cancel();
    }
}
