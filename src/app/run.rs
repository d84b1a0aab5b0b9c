//! `trapline run`: everything at once, until it is told to stop.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, config, say};
use crate::bank::Bank;
use crate::chat::discord::{self, Discord, DiscordConfig};
use crate::chat::slack::{self, Slack, SlackConfig};
use crate::chat::web::{Health, Web, WebConfig};
use crate::config::{Config, SlackSettings};
use crate::core::calendar::zone_named;
use crate::core::text;
use crate::ports::{Chat, Chats, Clock};
use crate::scheduler;
use crate::service::Service;
use crate::store::Store;

/// The machine's clock.
pub(super) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        now()
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the program reads the machine's clock")]
pub(super) fn now() -> DateTime<Utc> {
    Utc::now()
}

#[expect(clippy::disallowed_methods, reason = "the one place where randomness enters")]
pub(super) fn random_secret() -> Result<[u8; 32], Failure> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| Failure(format!("the system gives no random numbers: {error}")))?;
    Ok(secret)
}

/// `quiet`: nothing is printed; what is to be said is logged.
pub(super) async fn run(quiet: bool) -> Result<ExitCode, Failure> {
    let config = config()?;
    if config.discord_token.is_none() && config.slack.is_none() && config.http.is_none() {
        return Err(Failure("nothing to do: no token of Discord or Slack is set, and TRAPLINE_HTTP is off".into()));
    }
    let bank = load_bank(&config)?;
    let store = Store::open(&config.database_url, random_secret()?).await?;
    let service = Service::new(store.clone(), Arc::new(bank), Arc::new(SystemClock));
    let shutdown = CancellationToken::new();
    let work = async {
        let ended = serve(&config, &store, &service, &shutdown, quiet).await;
        store.close().await;
        ended
    };
    tokio::select! {
        biased;
        never = stop_on_signals(&shutdown) => match never {},
        ended = work => ended,
    }
}

/// The built-in bank must be good; a folder of one's own is taken as far as it is.
fn load_bank(config: &Config) -> Result<Bank, Failure> {
    let builtin = Bank::builtin().map_err(|report| Failure(format!("the built-in bank is bad:\n{report}")))?;
    let (bank, report) = builtin.with_folders(&config.questions);
    for finding in &report.findings {
        tracing::warn!(%finding, "in a trap that is left out");
    }
    tracing::info!(traps = bank.entries().len(), "the bank is loaded");
    Ok(bank)
}

async fn serve(
    config: &Config,
    store: &Store,
    service: &Service,
    shutdown: &CancellationToken,
    quiet: bool,
) -> Result<ExitCode, Failure> {
    service.unite_doubles().await?;
    let mut chats: Vec<Arc<dyn Chat>> = Vec::new();
    let discord = match &config.discord_token {
        Some(token) => {
            let settings = DiscordConfig { token: token.clone(), api_url: config.discord_api_url.clone() };
            let discord = Discord::connect(settings, service.clone())?;
            chats.push(discord.chat());
            Some(discord)
        }
        None => None,
    };
    let slack = match &config.slack {
        Some(settings) => {
            let slack = Slack::connect(slack_config(settings), service.clone())?;
            chats.push(slack.chat());
            Some(slack)
        }
        None => None,
    };
    let web = match config.http {
        Some(listen) => {
            let settings = WebConfig { listen, key: config.web_key.clone() };
            let health = health(discord.as_ref(), slack.as_ref());
            let web = Web::bind(settings, service.clone(), admin_key(store.secret()), health).await?;
            service.ensure_local_feed(&local_zone()).await?;
            chats.push(web.chat());
            Some(web)
        }
        None => None,
    };
    if quiet {
        log_address(web.as_ref());
    } else {
        greet(web.as_ref(), discord.is_some(), slack.is_some());
    }
    tokio::join!(
        scheduler::run(service.clone(), Chats::new(chats), shutdown.clone()),
        run_discord(discord, shutdown.clone()),
        run_slack(slack, shutdown.clone()),
        run_web(web, shutdown),
    );
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn slack_config(settings: &SlackSettings) -> SlackConfig {
    let SlackSettings { bot_token, app_token, api_url } = settings.clone();
    SlackConfig { bot_token, app_token, api_url }
}

/// Cancels everything at the first SIGINT or SIGTERM, and ends the process at the second: whatever hangs then, the database takes it
/// as it takes a power cut.
async fn stop_on_signals(shutdown: &CancellationToken) -> Infallible {
    let (mut interrupts, mut terminations) = (caught(SignalKind::interrupt()), caught(SignalKind::terminate()));
    let mut next = async || tokio::select! { () = of(&mut interrupts) => {}, () = of(&mut terminations) => {} };
    next().await;
    tracing::info!("stopping: what is in hand is finished; a second signal ends it at once");
    shutdown.cancel();
    next().await;
    tracing::warn!("stopped at once, before what was in hand was finished");
    std::process::exit(1)
}

/// None where the system does not let it be caught: then it ends the process by itself.
fn caught(kind: SignalKind) -> Option<Signal> {
    signal(kind).inspect_err(|error| tracing::warn!(%error, ?kind, "a signal can't be caught")).ok()
}

async fn of(signals: &mut Option<Signal>) {
    match signals {
        Some(signals) => drop(signals.recv().await),
        None => std::future::pending().await,
    }
}

/// A platform that ends by itself leaves the others running.
async fn run_discord(discord: Option<Discord>, shutdown: CancellationToken) {
    if let Some(discord) = discord
        && let Err(error) = discord.run(shutdown).await
    {
        tracing::error!(platform = "discord", %error, "switched off");
    }
}

async fn run_slack(slack: Option<Slack>, shutdown: CancellationToken) {
    if let Some(slack) = slack {
        slack.run(shutdown).await;
    }
}

async fn run_web(web: Option<Web>, shutdown: &CancellationToken) {
    if let Some(web) = web {
        web.run(shutdown.clone()).await;
    }
}

/// The state of the other platforms, for `/healthz`: name, well or not, and a word about it.
fn health(discord: Option<&Discord>, slack: Option<&Slack>) -> Health {
    let (discord, slack) = (discord.map(Discord::status), slack.map(Slack::status));
    Arc::new(move || {
        let discord = discord.as_ref().map(|status| match &*status.borrow() {
            discord::Status::Connecting => ("discord", false, "connecting".to_owned()),
            discord::Status::Ready { guilds } => ("discord", true, format!("in {guilds} servers")),
            discord::Status::Down { why } => ("discord", false, why.clone()),
        });
        let slack = slack.as_ref().map(|status| match &*status.borrow() {
            slack::Status::Connecting => ("slack", false, "connecting".to_owned()),
            // Whoever asks for health has given no key, so the workspace is not named.
            slack::Status::Ready { .. } => ("slack", true, "in its workspace".to_owned()),
            slack::Status::Down { why } => ("slack", false, why.clone()),
        });
        discord.into_iter().chain(slack).collect()
    })
}

/// The name of the machine's zone: what somebody who tries the web channel calls nine o'clock.
fn local_zone() -> String {
    let zone = iana_time_zone::get_timezone().ok().and_then(|name| zone_named(&name).ok());
    zone.map_or("UTC", text::zone).to_owned()
}

/// The same at every start, so that a bookmark and a cookie stay good.
pub(super) fn admin_key(secret: &[u8; 32]) -> SecretString {
    use sha2::{Digest, Sha256};
    let digest = Sha256::new().chain_update(b"web admin").chain_update(secret).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

/// For an operator, whose logs are kept and read by others: the link that makes the admin is a secret.
fn log_address(web: Option<&Web>) {
    if let Some(web) = web {
        tracing::info!(
            url = web.url(),
            "the web channel is open; `trapline admin` prints the link that makes its admin"
        );
    }
}

/// Where to look, and what to set for Discord and Slack: for whoever tries it.
fn greet(web: Option<&Web>, discord: bool, slack: bool) {
    if let Some(web) = web {
        say(&format!("Trapline is on {}", web.url()));
        say(&format!("  you are its admin by this link: {}", web.admin_url()));
    }
    if !discord {
        say("  for Discord, set DISCORD_TOKEN to a bot token and start again (the README says how to get one)");
    }
    if !slack {
        say(
            "  for Slack, set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (`trapline invite --slack` prints the app's manifest)",
        );
    }
}
