//! The program within the test's own process, on a runtime of its own: so it can be killed whole, at any moment,
//! and its clock is in the test's hands.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use trapline::chat::discord::{Discord, DiscordConfig};
use trapline::chat::slack::{Slack, SlackConfig};
use trapline::ports::Chats;
use trapline::scheduler;
use trapline::service::Service;
use trapline::store::{OpenError, Store};

use super::clock::TestClock;
use super::hub::PATIENCE;
use super::traps::bank;

/// What the program is started with.
#[derive(Clone)]
pub struct Setup {
    /// None: Discord is off.
    pub discord: Option<DiscordLogin>,
    /// None: Slack is off.
    pub slack: Option<SlackLogin>,
    pub database: PathBuf,
    pub clock: Arc<TestClock>,
}

#[derive(Clone)]
pub struct DiscordLogin {
    pub token: String,
    pub api_url: String,
}

#[derive(Clone)]
pub struct SlackLogin {
    pub bot_token: String,
    pub app_token: String,
    pub api_url: String,
}

/// A running program.
pub struct Program {
    runtime: Option<Runtime>,
    main: JoinHandle<()>,
    shutdown: CancellationToken,
}

impl Program {
    /// # Panics
    /// Where the runtime can't be made.
    #[must_use]
    pub fn start(setup: Setup) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let shutdown = CancellationToken::new();
        let main = runtime.spawn(run(setup, shutdown.clone()));
        Self { runtime: Some(runtime), main, shutdown }
    }

    /// Ends it as SIGTERM does.
    ///
    /// # Panics
    /// Where it does not end, or had failed.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        let ended = tokio::time::timeout(PATIENCE, &mut self.main).await;
        ended.expect("the program ends when it is asked to").expect("the program has not failed");
        self.kill().await;
    }

    /// Ends it as a power cut does: no task goes past the point where it waits.
    pub async fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            let gone = tokio::task::spawn_blocking(|| runtime.shutdown_timeout(Duration::from_secs(10)));
            gone.await.expect("a runtime can be shut down");
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn run(setup: Setup, shutdown: CancellationToken) {
    let url = format!("sqlite://{}", setup.database.display());
    let store = open(&url).await;
    let service = Service::new(store.clone(), bank(), setup.clock);
    let discord = setup.discord.map(|login| discord(login, &service));
    let slack = setup.slack.map(|login| slack(login, &service));
    let chats = discord.iter().map(Discord::chat).chain(slack.iter().map(Slack::chat)).collect();
    let deliver = scheduler::run(service, Chats::new(chats), shutdown.clone());
    let hear_discord = async {
        if let Some(discord) = discord {
            discord.run(shutdown.clone()).await.expect("the gateway ends in order");
        }
    };
    let hear_slack = async {
        if let Some(slack) = slack {
            slack.run(shutdown.clone()).await;
        }
    };
    tokio::join!(hear_discord, hear_slack, deliver);
    store.close().await;
}

/// Where a program before this one was killed, the threads beside its runtime take a moment to end, which those of a process do not:
/// one of them may still hold the database.
async fn open(url: &str) -> Store {
    let opened = async {
        loop {
            match Store::open(url, [7; 32]).await {
                Err(OpenError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
                opened => return opened.expect("the database opens"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, opened).await.expect("the program that was killed lets go of its database")
}

fn discord(login: DiscordLogin, service: &Service) -> Discord {
    let config = DiscordConfig { token: SecretString::from(login.token), api_url: Some(login.api_url) };
    Discord::connect(config, service.clone()).expect("the adapter takes its settings")
}

fn slack(login: SlackLogin, service: &Service) -> Slack {
    let config = SlackConfig {
        bot_token: SecretString::from(login.bot_token),
        app_token: SecretString::from(login.app_token),
        api_url: Some(login.api_url),
    };
    Slack::connect(config, service.clone()).expect("the adapter takes its settings")
}
