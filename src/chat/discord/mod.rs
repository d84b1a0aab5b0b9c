//! Discord: the gateway by twilight, commands by serenity and poise, REST calls by ourselves.
//!
//! `gateway` receives, `commands` and `receive` call the use cases, `respond` answers within Discord's three seconds,
//! `render` turns cards into messages, `send` is the port that posts and reveals go out by.

mod autocomplete;
mod commands;
mod connection;
mod events;
mod gateway;
mod gather;
mod interaction;
mod invite;
mod limits;
mod locate;
mod loose;
mod nowhere;
#[doc(hidden)]
pub mod overheard;
mod payload;
mod permissions;
mod picture;
mod receive;
mod register;
mod render;
mod respond;
mod rest;
mod salvage;
mod seen;
mod send;
mod shards;
mod target;

use std::sync::{Arc, OnceLock};

use secrecy::SecretString;
use serenity::all::UserId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::gateway::{RunError, Status};
use self::gather::Gather;
pub use self::invite::{ApplicationId, invite_url};
use self::rest::Rest;
use crate::core::card::Card;
use crate::ports::Chat;
use crate::service::Service;

/// What the adapter needs to run.
#[derive(Debug, Clone)]
pub struct DiscordConfig {
    pub token: SecretString,
    /// Base of REST calls, without `/api`; none for Discord's own.
    pub api_url: Option<String>,
}

/// The configuration can't work, whatever Discord says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(String);

/// The adapter, ready to run.
pub struct Discord {
    shared: Arc<Shared>,
    token: SecretString,
    status: watch::Sender<Status>,
}

/// What every part of the adapter works with.
struct Shared {
    rest: Rest,
    service: Service,
    names: autocomplete::Names,
    /// The bot's own user; known once the gateway is ready, and before from the token.
    me: OnceLock<UserId>,
    me_by_token: Option<UserId>,
    /// Of the gateway's thread.
    gather: Arc<Gather>,
}

impl Shared {
    fn me(&self) -> Option<UserId> {
        self.me.get().copied().or(self.me_by_token)
    }
}

impl Discord {
    /// Prepares everything; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError`] where the token can't be one.
    pub fn connect(config: DiscordConfig, service: Service) -> Result<Self, ConnectError> {
        let DiscordConfig { token, api_url } = config;
        let rest = Rest::new(&token, api_url.as_deref(), service.metrics().clone()).map_err(ConnectError)?;
        let me_by_token = ApplicationId::from_token(&token).map(|id| UserId::new(id.get()));
        let gather = Arc::new(Gather::new(std::time::Instant::now()));
        let (names, me) = (autocomplete::Names::default(), OnceLock::new());
        let shared = Shared { rest, service, names, me, me_by_token, gather };
        Ok(Self { shared: Arc::new(shared), token, status: watch::Sender::new(Status::Connecting) })
    }

    /// The port by which posts and reveals go out; works whether or not the gateway is up.
    #[must_use]
    pub fn chat(&self) -> Arc<dyn Chat> {
        Arc::new(send::DiscordChat(Arc::clone(&self.shared)))
    }

    /// How the gateway is at present.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Receives until `shutdown`, through every loss of the connection; then answers what is in flight, and leaves.
    ///
    /// # Errors
    /// [`RunError`] where trying again is useless: a wrong token.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), RunError> {
        gateway::run(self.shared, self.token, self.status, shutdown).await
    }
}

/// The messages that cards become, as JSON: for authors who want to see them.
#[must_use]
pub fn preview(cards: &[Card]) -> serde_json::Value {
    let messages = cards.iter().map(|card| serde_json::to_value(render::render(card)).unwrap_or_default());
    messages.collect()
}
