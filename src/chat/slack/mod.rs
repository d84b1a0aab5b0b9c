//! Slack: Socket Mode and the Web API, Block Kit by slack-morphism.
//!
//! `socket` hears, `inbox` acknowledges and remembers, `receive`, `commands` and `admin` call the use cases, `respond` answers,
//! `render` turns cards into blocks, `send` is the port that posts and reveals go out by.

mod admin;
mod api;
mod commands;
mod envelope;
mod forms;
mod home;
mod inbox;
mod limits;
mod manifest;
mod menus;
#[doc(hidden)]
pub mod overheard;
mod payload;
mod people;
mod picture;
mod receive;
mod render;
mod respond;
mod send;
mod socket;
mod target;
mod upload;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::api::{Api, ApiError, Call};
use self::envelope::Who;
use self::home::Homes;
pub use self::manifest::MANIFEST;
use self::people::People;
pub use self::socket::Status;
use crate::core::card::Card;
use crate::core::ids::Platform;
use crate::ports::Chat;
use crate::service::{Actor, Service};

/// What the adapter needs to run.
#[derive(Debug, Clone)]
pub struct SlackConfig {
    /// `xoxb-…`: what the bot does.
    pub bot_token: SecretString,
    /// `xapp-…`: what it listens by.
    pub app_token: SecretString,
    /// Base of Web API calls (`{base}/chat.postMessage`); none for Slack's own.
    pub api_url: Option<String>,
}

/// The configuration can't work, whatever Slack says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(String);

/// The adapter, ready to run.
pub struct Slack {
    shared: Arc<Shared>,
    status: watch::Sender<Status>,
}

/// What every part of the adapter works with.
struct Shared {
    api: Api,
    service: Service,
    people: People,
    homes: Homes,
    me: RwLock<Option<Me>>,
}

/// Whom the bot's token belongs to.
#[derive(Debug, Clone, Deserialize)]
struct Me {
    #[serde(rename = "team_id")]
    team: String,
    #[serde(rename = "team", default)]
    team_name: String,
    /// The workspace's address.
    url: Option<String>,
    /// As it stands on the bot's own messages.
    #[serde(rename = "bot_id")]
    bot: Option<String>,
}

/// Somebody waits: a name is not worth longer.
const NAMING: Duration = Duration::from_secs(1);

impl Shared {
    fn me(&self) -> Option<Me> {
        self.me.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks whom the token belongs to, unless that is known.
    async fn identify(&self) -> Result<(), ApiError> {
        if self.me().is_some() { Ok(()) } else { self.ask_identity().await }
    }

    async fn ask_identity(&self) -> Result<(), ApiError> {
        let me: Me = self.api.call(Call::form("auth.test", Vec::new())).await?;
        *self.me.write().unwrap_or_else(PoisonError::into_inner) = Some(me);
        Ok(())
    }

    /// Whoever asks for what any member may.
    async fn actor(&self, who: &Who) -> Actor {
        let name = tokio::time::timeout(NAMING, self.people.name(&self.api, &who.user)).await.ok().flatten();
        let name = name.unwrap_or_else(|| who.handle.clone());
        // One token, one workspace: who comes in through a shared channel plays here, too.
        let place = self.me().map_or_else(|| who.team.clone(), |me| me.team);
        Actor { platform: Platform::Slack, place, user: who.user.clone(), name, admin: false }
    }

    /// Whoever asks for what only some may.
    async fn admin(&self, who: &Who) -> Actor {
        let admin = self.people.is_admin(&self.api, &who.user).await;
        Actor { admin, ..self.actor(who).await }
    }
}

impl Slack {
    /// Prepares everything; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError`] where a token can't be one.
    pub fn connect(config: SlackConfig, service: Service) -> Result<Self, ConnectError> {
        let SlackConfig { bot_token, app_token, api_url } = config;
        for (name, token, prefix) in
            [("SLACK_BOT_TOKEN", &bot_token, "xoxb-"), ("SLACK_APP_TOKEN", &app_token, "xapp-")]
        {
            check(name, token.expose_secret().trim(), prefix)?;
        }
        let api =
            Api::new(&bot_token, &app_token, api_url.as_deref(), service.metrics().clone()).map_err(ConnectError)?;
        let (people, homes) = (People::default(), Homes::default());
        let shared = Shared { api, service, people, homes, me: RwLock::default() };
        Ok(Self { shared: Arc::new(shared), status: watch::Sender::new(Status::Connecting) })
    }

    /// The port by which posts and reveals go out; works whether or not the socket is up.
    #[must_use]
    pub fn chat(&self) -> Arc<dyn Chat> {
        Arc::new(send::SlackChat(Arc::clone(&self.shared)))
    }

    /// How the connection is at present.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Listens until `shutdown`, through every loss of the connection and every refusal; then finishes what is in flight.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { shared, status } = self;
        tokio::join!(socket::run(Arc::clone(&shared), status, shutdown.clone()), home::follow(shared, shutdown),);
    }
}

/// A token of another kind is the commonest mistake: the two are easily swapped.
fn check(name: &str, token: &str, prefix: &str) -> Result<(), ConnectError> {
    if token.starts_with(prefix) {
        return Ok(());
    }
    let is = match token.get(..5) {
        Some("xoxb-") => "; this is a bot token, which belongs into SLACK_BOT_TOKEN",
        Some("xapp-") => "; this is an app-level token, which belongs into SLACK_APP_TOKEN",
        Some("xoxp-") => "; this is a user's token, which is not needed",
        _ => "",
    };
    Err(ConnectError(format!("{name} must begin with {prefix}{is}")))
}

/// The messages that cards become, as JSON: for authors who want to see them.
#[must_use]
pub fn preview(cards: &[Card]) -> serde_json::Value {
    cards.iter().map(|card| serde_json::to_value(render::render(card)).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_token_is_named() {
        let said = |name, token, prefix| check(name, token, prefix).unwrap_err().to_string();
        let swapped = said("SLACK_BOT_TOKEN", "xapp-1-secret", "xoxb-");
        assert!(swapped.contains("belongs into SLACK_APP_TOKEN") && !swapped.contains("secret"), "{swapped}");
        assert!(said("SLACK_APP_TOKEN", "xoxb-secret", "xapp-").contains("belongs into SLACK_BOT_TOKEN"));
        assert_eq!(said("SLACK_APP_TOKEN", "s", "xapp-"), "SLACK_APP_TOKEN must begin with xapp-");
        assert!(check("SLACK_BOT_TOKEN", "xoxb-1", "xoxb-").is_ok());
    }
}
