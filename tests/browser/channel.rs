//! A web channel of a test's own: a database in a temporary folder, a clock moved by hand, a server on a free port.

#![allow(dead_code, reason = "each test crate that includes this uses its own part")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use sqlx::Connection as _;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trapline::bank::Bank;
use trapline::chat::web::{Web, WebConfig};
use trapline::core::ids::{Platform, RoundId};
use trapline::core::round::{Mine, Round};
use trapline::core::trap::Role;
use trapline::ports::{Chat, Clock};
use trapline::service::{Actor, Service};
use trapline::store::Store;

pub(crate) const ADMIN_KEY: &str = "0123456789abcdef0123456789abcdef";
/// A Tuesday, one minute past nine in Berlin: that day's slot has just passed.
pub(crate) const START: &str = "2026-03-03T08:01:00Z";

/// The longest that anything is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct HandClock(Mutex<DateTime<Utc>>);

impl HandClock {
    pub(crate) fn advance(&self, span: TimeDelta) {
        *self.0.lock().unwrap() += span;
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub(crate) struct Channel {
    pub(crate) clock: Arc<HandClock>,
    pub(crate) service: Service,
    /// Without a slash at its end.
    pub(crate) url: String,
    pub(crate) admin_url: String,
    chat: Arc<dyn Chat>,
    store: Store,
    stop: CancellationToken,
    server: JoinSet<()>,
    folder: TempDir,
}

impl Channel {
    /// A channel with its feed, and today's trap posted.
    pub(crate) async fn open(bank: Bank) -> Self {
        Self::open_with(bank, None).await
    }

    pub(crate) async fn open_with(bank: Bank, key: Option<&str>) -> Self {
        let clock = Arc::new(HandClock(Mutex::new(START.parse().unwrap())));
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("trapline.db").display());
        let store = Store::open(&url, [7; 32]).await.unwrap();
        let service = Service::new(store.clone(), Arc::new(bank), clock.clone());
        service.ensure_local_feed("Europe/Berlin").await.unwrap();
        let config = WebConfig { listen: "127.0.0.1:0".parse().unwrap(), key: key.map(SecretString::from) };
        let health = Arc::new(|| vec![("discord", false, "connecting".to_owned())]);
        let web = Web::bind(config, service.clone(), SecretString::from(ADMIN_KEY), health).await.unwrap();
        let url = web.url().trim_end_matches('/').to_owned();
        let (admin_url, chat) = (web.admin_url(), web.chat());
        let stop = CancellationToken::new();
        let mut server = JoinSet::new();
        server.spawn(web.run(stop.clone()));
        let channel = Self { clock, service, url, admin_url, chat, store, stop, server, folder };
        channel.settle().await;
        channel
    }

    /// Does what is due now, until nothing is.
    pub(crate) async fn settle(&self) {
        self.service.tick().await.unwrap();
        while self.service.deliver(self.chat.as_ref()).await.unwrap() > 0 {}
    }

    pub(crate) async fn pass(&self, span: TimeDelta) {
        self.clock.advance(span);
        self.settle().await;
    }

    /// The one open round, as nobody in particular sees it.
    pub(crate) async fn open_round(&self) -> Mine {
        let nobody = Actor {
            platform: Platform::Web,
            place: "local".to_owned(),
            user: "nobody".to_owned(),
            name: String::new(),
            admin: false,
        };
        self.service.today(&nobody).await.unwrap().remove(0)
    }

    /// Changes the database behind the program's back, as an older one may have left it.
    pub(crate) async fn sql(&self, statement: &'static str) {
        let url = format!("sqlite://{}", self.folder.path().join("trapline.db").display());
        let mut conn = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(statement).execute(&mut conn).await.unwrap();
        conn.close().await.unwrap();
    }

    /// Stops the server, and waits for its end.
    pub(crate) async fn close(mut self) {
        self.stop.cancel();
        let ended =
            tokio::time::timeout(PATIENCE, self.server.join_next()).await.expect("the server stops when told to");
        ended.unwrap().unwrap();
        self.store.close().await;
    }
}

/// The shown position of the first option with this role.
pub(crate) fn position(round: &Round, role: Role) -> usize {
    round.order.iter().position(|&index| round.trap.options()[index].role == role).unwrap()
}

pub(crate) fn answer_path(round: RoundId) -> String {
    format!("/round/{round}/answer")
}
