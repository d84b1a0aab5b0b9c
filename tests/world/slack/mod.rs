//! An in-process stand-in for Slack: the Web API and Socket Mode, on loopback ports of their own.
//!
//! It keeps state, enforces the documented limits, scopes and memberships, sends again what is not acknowledged, and
//! writes down what no good app does. A test builds channels and people ([`Slack::workspace`]), acts as them
//! ([`acts`]), and ends with [`Slack::finish`].

pub mod acts;
pub mod api;
pub mod args;
pub mod error;
pub mod faults;
pub mod forms;
pub mod ids;
pub mod inputs;
pub mod interaction;
pub mod limits;
pub mod looks;
pub mod message;
pub mod methods;
pub mod mrkdwn;
pub mod outcomes;
pub mod people;
pub mod ratelimit;
pub mod report;
pub mod respond;
pub mod response;
pub mod socket;
pub mod sockets;
pub mod state;
pub mod view;
pub mod wire;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::faults::Planned;
use self::people::{Channel, Workspace};
use self::ratelimit::Limits;
use self::sockets::SocketMode;
use self::state::{Recorded, State};
use crate::world::clock::TestClock;
use crate::world::hub;

pub type Hub = hub::Hub<State>;

impl Hub {
    /// Waits while the sockets are mute.
    pub(super) async fn unmuted(&self) {
        let heard = |state: &State| (!state.sockets.mute).then_some(());
        while self.wait_for(hub::PATIENCE, heard).await.is_none() {}
    }
}

/// The fake, running. Everything it started ends when it is dropped.
pub struct Slack {
    pub hub: Arc<Hub>,
    url: String,
    _tasks: JoinSet<()>,
}

impl Slack {
    /// # Panics
    /// Where loopback has no free port.
    pub async fn start(clock: Arc<TestClock>) -> Self {
        let http = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = |listener: &TcpListener| listener.local_addr().expect("a bound socket has an address");
        let http_url = format!("http://{}", address(&http));
        let url = format!("{http_url}/api");
        let state = State::new(clock, http_url, "Trapline");
        let hub = Arc::new(Hub::new(state, format!("ws://{}", address(&socket))));
        let mut tasks = JoinSet::new();
        tasks.spawn(api::serve(http, hub.clone()));
        tasks.spawn(socket::serve(socket, hub.clone()));
        tasks.spawn(socket::sweep(hub.clone()));
        Self { hub, url, _tasks: tasks }
    }

    /// What `SLACK_API_URL` is to be.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    #[must_use]
    pub fn bot_token(&self) -> String {
        self.hub.look(|state| state.bot_token.clone())
    }

    #[must_use]
    pub fn app_token(&self) -> String {
        self.hub.look(|state| state.app_token.clone())
    }

    /// The workspace that the app is installed in.
    #[must_use]
    pub fn workspace(&self) -> Workspace {
        Workspace::new(self.hub.clone())
    }

    /// Plans a fault for calls of a method such as `chat.postMessage`, or `response_url`; once, unless told otherwise.
    #[must_use]
    pub fn on(&self, method: &str) -> Planned {
        Planned::new(self.hub.clone(), &format!("{method} /*"))
    }

    /// Plans a fault for a method in one channel alone.
    #[must_use]
    pub fn on_channel(&self, method: &str, channel: &Channel) -> Planned {
        Planned::new(self.hub.clone(), &format!("{method} /{}", channel.id))
    }

    /// Socket Mode, to be disturbed.
    #[must_use]
    pub fn socket(&self) -> SocketMode {
        SocketMode::new(self.hub.clone())
    }

    pub fn rate_limits(&self, limits: Limits) {
        self.hub.change(|state| state.buckets.limits = limits);
    }

    /// How many calls were refused with 429, but for those that a fault refused.
    #[must_use]
    pub fn rate_limited(&self) -> u32 {
        self.hub.look(|state| state.buckets.refused)
    }

    /// The calls of a method so far, oldest first.
    #[must_use]
    pub fn requests(&self, method: &str) -> Vec<Recorded> {
        let of_method = |request: &&Recorded| request.method == method;
        self.hub.look(|state| state.requests.iter().filter(of_method).cloned().collect())
    }

    /// Waits until so many calls of a method were answered, and returns them.
    pub async fn requested(&self, method: &str, times: usize) -> Vec<Recorded> {
        let enough = |state: &State| {
            let of_method = |request: &&Recorded| request.method == method;
            let found: Vec<Recorded> = state.requests.iter().filter(of_method).cloned().collect();
            (found.len() >= times).then_some(found)
        };
        self.hub.wait(&format!("{times} × {method}"), enough).await
    }

    /// Takes a scope from the app, or gives it one.
    pub fn scope(&self, scope: &str, granted: bool) {
        self.hub.change(|state| {
            if granted {
                state.scopes.insert(scope.to_owned());
            } else {
                state.scopes.remove(scope);
            }
        });
    }

    /// The workspace throws the app out.
    pub fn uninstall(&self) {
        let bot = self.hub.look(|state| state.bot.clone());
        self.socket().uninstall(&bot);
    }

    /// The token is no good from now on, or is again; nobody tells the app.
    pub fn revoke(&self, standing: state::Standing) {
        self.hub.change(|state| state.standing = standing);
    }

    /// Takes away what was written down as forbidden: for tests that forbid something on purpose.
    pub fn take_violations(&self) -> Vec<String> {
        self.hub.change(|state| std::mem::take(&mut state.violations))
    }

    /// Takes away the calls that had no answer here.
    pub fn take_unexpected(&self) -> Vec<String> {
        self.hub.change(|state| std::mem::take(&mut state.unexpected))
    }

    /// The end of a scenario: nothing unexpected was called, nothing forbidden done, no message left unread, and nothing
    /// that people did left without an answer.
    ///
    /// # Panics
    /// With a list, where one of these does not hold.
    pub fn finish(self) {
        let complaints = self.hub.look(report::complaints);
        assert!(complaints.is_empty(), "the scenario ends with:\n- {}", complaints.join("\n- "));
    }
}

impl Drop for Slack {
    fn drop(&mut self) {
        self.hub.stop.cancel();
    }
}
