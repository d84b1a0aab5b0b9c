//! What all requests share, and what one request knows of who asks.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Health;
use super::assets::Assets;
use super::security::{Guesses, Seals};
use super::serve::Limits;
use super::visitor::Visitor;
use crate::service::{Actor, Service};

/// Pages that follow along at one time; more are told to reload by hand. Each holds a connection, and others want to be served too.
const FOLLOWERS: usize = Limits::USUAL.connections / 4 * 3;

pub(super) struct App {
    pub(super) service: Service,
    pub(super) key: Option<SecretString>,
    pub(super) admin_key: SecretString,
    pub(super) seals: Seals,
    pub(super) guesses: Guesses,
    pub(super) assets: Assets,
    pub(super) health: Health,
    pub(super) stopping: CancellationToken,
    pub(super) followers: Arc<Semaphore>,
}

impl App {
    pub(super) fn new(service: Service, key: Option<SecretString>, admin_key: SecretString, health: Health) -> Self {
        Self {
            service,
            key,
            seals: Seals::new(admin_key.expose_secret()),
            admin_key,
            guesses: Guesses::default(),
            assets: Assets::new(),
            health,
            stopping: CancellationToken::new(),
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
        }
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_ref().map(ExposeSecret::expose_secret)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.service.clock.now()
    }
}

/// One request: what is shared, and who asks. Made by [`super::gate::visitor`] before any handler runs.
#[derive(Clone)]
pub(super) struct Cx {
    pub(super) app: Arc<App>,
    pub(super) visitor: Visitor,
}

impl Cx {
    pub(super) fn service(&self) -> &Service {
        &self.app.service
    }

    pub(super) fn actor(&self) -> Actor {
        self.visitor.actor()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.app.now()
    }

    /// What each of this visitor's forms carries.
    pub(super) fn csrf(&self) -> String {
        self.app.seals.csrf(&self.visitor.id)
    }
}

impl FromRequestParts<Arc<App>> for Cx {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let made = parts.extensions.get::<Visitor>().cloned();
        let visitor = made.unwrap_or_else(|| Visitor::of(&parts.headers, &app.seals, app.key()));
        Ok(Self { app: Arc::clone(app), visitor })
    }
}
