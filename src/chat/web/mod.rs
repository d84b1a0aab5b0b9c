//! The local web channel: a page that behaves like a chat's channel, over the same services as every other platform.

use std::net::SocketAddr;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ports::Chat;
use crate::service::Service;

mod app;
mod assets;
mod chat;
mod events;
mod failure;
mod forms;
mod gate;
mod pages;
mod render;
mod routes;
mod security;
mod serve;
mod visitor;

use app::App;
pub use pages::{preview, preview_open, preview_revealed};
use serve::Limits;

/// Where to listen, and who may come in.
#[derive(Debug, Clone)]
pub struct WebConfig {
    pub listen: SocketAddr,
    /// Asked of everybody before they see a page; needed anywhere but on loopback.
    pub key: Option<SecretString>,
}

/// Why the web channel can't start: each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    #[error(
        "{listen} can be reached from other machines: set TRAPLINE_WEB_KEY to a long random key, or listen on 127.0.0.1"
    )]
    KeyNeeded { listen: SocketAddr },
    #[error("the web channel can't listen on {listen}: {why}")]
    Listen { listen: SocketAddr, why: std::io::Error },
}

/// How the other platforms are, for `/healthz`: name, well or not, and a word about it.
pub type Health = Arc<dyn Fn() -> Vec<(&'static str, bool, String)> + Send + Sync>;

fn url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}/", address.port())
    } else {
        format!("http://{address}/")
    }
}

/// The link that makes whoever opens it the admin of the web channel at this address: a secret.
#[must_use]
pub fn admin_url(address: SocketAddr, admin_key: &SecretString) -> String {
    format!("{}?admin={}", url(address), admin_key.expose_secret())
}

/// The web channel, listening.
pub struct Web {
    listener: TcpListener,
    local_addr: SocketAddr,
    admin_key: SecretString,
    app: App,
}

impl Web {
    /// Listens from now on; nothing is answered before [`Web::run`]. `admin_key`: what makes its bearer the admin, at least as
    /// hard to guess as 128 random bits, and the same at each start so that cookies stay valid.
    ///
    /// # Errors
    /// [`WebError::KeyNeeded`] for an address beyond loopback without a key, [`WebError::Listen`].
    pub async fn bind(
        config: WebConfig,
        service: Service,
        admin_key: SecretString,
        health: Health,
    ) -> Result<Self, WebError> {
        let WebConfig { listen, key } = config;
        if !listen.ip().is_loopback() && key.is_none() {
            return Err(WebError::KeyNeeded { listen });
        }
        let failed = |why| WebError::Listen { listen, why };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let local_addr = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, local_addr, app: App::new(service, key, admin_key.clone(), health), admin_key })
    }

    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The page's address as its operator opens it.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.local_addr)
    }

    /// The link that makes whoever opens it the admin: a secret.
    #[must_use]
    pub fn admin_url(&self) -> String {
        admin_url(self.local_addr, &self.admin_key)
    }

    /// The channel as a chat that rounds are posted in.
    #[must_use]
    pub fn chat(&self) -> Arc<dyn Chat> {
        Arc::new(chat::WebChat)
    }

    /// Answers requests until `shutdown`, then finishes those in hand, and waits for no visitor longer than some seconds.
    pub async fn run(mut self, shutdown: CancellationToken) {
        self.app.stopping = shutdown.clone();
        serve::serve(self.listener, routes::router(Arc::new(self.app)), Limits::USUAL, shutdown).await;
    }
}
