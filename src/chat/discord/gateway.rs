//! The connection by which Discord tells us of clicks and commands, and its life: up, lost, regained, left.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serenity::all::{
    ApplicationId, ConnectionStage, Context, Event, FullEvent, GatewayIntents, GuildId, Interaction, RawEventHandler,
    Ready, ShardId, ShardInfo, ShardManager, ShardManagerOptions, ShardRunnerInfo, ShardRunnerMessage, UserId,
};
use serenity::async_trait;
use serenity::gateway::GatewayError;
use serenity::http::{HttpBuilder, Route};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::commands::{self, Never};
use super::pulse::Pulse;
use super::rest::{Call, RestError};
use super::{Shared, receive, register, salvage};

/// How the gateway is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Connecting,
    /// In so many servers.
    Ready {
        guilds: usize,
    },
    Down {
        why: String,
    },
}

/// Why the adapter ended by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    #[error("Discord refuses the token: check DISCORD_TOKEN (Developer Portal, your application, Bot, Reset Token)")]
    Token,
    #[error("Discord refuses the connection: {0}")]
    Refused(String),
}

/// In-flight interactions may take so long once the adapter is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// Closing the connections may take so long.
const CLOSING: Duration = Duration::from_secs(3);
/// Between two looks at the shards.
const LOOK: Duration = Duration::from_millis(500);
/// A close code after which a session may be resumed; 1000 and 1001 would end it.
const RESUMABLE: u16 = 4000;
/// Pauses before another try to reach Discord: doubled each time, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Tries to register the commands, each after a longer pause.
const REGISTER_TRIES: u32 = 6;

/// Where the gateway is, and how many more connections may begin.
#[derive(Debug, Deserialize)]
struct Located {
    url: String,
    #[serde(default = "one")]
    shards: u32,
    session_start_limit: Option<Starts>,
}

#[derive(Debug, Deserialize)]
struct Starts {
    remaining: u64,
    /// Milliseconds.
    reset_after: u64,
}

fn one() -> u32 {
    1
}

impl Located {
    /// How long no connection may begin.
    fn closed(&self) -> Option<Duration> {
        let starts = self.session_start_limit.as_ref()?;
        (starts.remaining < u64::from(self.shards)).then(|| Duration::from_millis(starts.reset_after))
    }
}

pub(super) async fn run(
    shared: Arc<Shared>,
    token: SecretString,
    status: watch::Sender<Status>,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let handler = Arc::new(Handler {
        shared: Arc::clone(&shared),
        options: commands::options(),
        manager: OnceLock::new(),
        guilds: Mutex::default(),
        salvaged: Mutex::default(),
        pulses: Mutex::default(),
        status,
        tracker: TaskTracker::new(),
        stopping: shutdown.clone(),
        registering: OnceLock::new(),
    });
    let result = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        ended = stay(&shared, &token, &handler) => ended,
    };
    handler.leave().await;
    let why = result.as_ref().err().map_or_else(|| "stopped".to_owned(), ToString::to_string);
    handler.status.send_replace(Status::Down { why });
    result
}

/// Connects, and stays connected; comes back only where that is useless.
async fn stay(shared: &Shared, token: &SecretString, handler: &Arc<Handler>) -> Result<(), RunError> {
    let gateway = locate(shared, &handler.status).await?;
    let http = HttpBuilder::new(token.expose_secret())
        .client(shared.rest.client())
        .proxy(shared.rest.base())
        .ratelimiter_disabled(true)
        .build();
    let (manager, mut ended) = ShardManager::new(ShardManagerOptions {
        data: Arc::default(),
        event_handlers: Vec::new(),
        raw_event_handlers: vec![Arc::clone(handler) as Arc<dyn RawEventHandler>],
        framework: Arc::default(),
        shard_index: 0,
        shard_init: gateway.shards,
        shard_total: gateway.shards,
        ws_url: Arc::new(tokio::sync::Mutex::new(gateway.url)),
        http: Arc::new(http),
        intents: GatewayIntents::GUILDS,
        presence: None,
    });
    let manager = handler.manager.get_or_init(|| manager);
    manager.initialize().map_err(|error| RunError::Refused(error.to_string()))?;
    loop {
        tokio::select! {
            Some(Err(error)) = ended.next() => return Err(refused(&error)),
            () = tokio::time::sleep(LOOK) => {
                handler.look(manager, gateway.shards).await;
                handler.listen(manager).await;
            }
        }
    }
}

fn refused(error: &GatewayError) -> RunError {
    match error {
        GatewayError::InvalidAuthentication | GatewayError::NoAuthentication => RunError::Token,
        other => RunError::Refused(other.to_string()),
    }
}

/// Asks where the gateway is, until there is an answer.
async fn locate(shared: &Shared, status: &watch::Sender<Status>) -> Result<Located, RunError> {
    let mut pause = FIRST_PAUSE;
    loop {
        let why = match shared.rest.json::<Located>(Call::get(Route::GatewayBot)).await {
            Ok(gateway) => match gateway.closed() {
                None => return Ok(gateway),
                Some(reset) => {
                    pause = reset;
                    "Discord allows no more connections today".to_owned()
                }
            },
            Err(RestError::Refused { status: 401, .. }) => return Err(RunError::Token),
            Err(RestError::Limited(wait)) => {
                pause = pause.max(wait);
                "Discord's rate limit".to_owned()
            }
            Err(error) => error.to_string(),
        };
        tracing::warn!(why, pause_ms = pause.as_millis(), "Discord can't be reached; another try follows");
        status.send_replace(Status::Down { why });
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is kept here is valid whatever panicked beside it.
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Handler {
    shared: Arc<Shared>,
    options: poise::FrameworkOptions<Shared, Never>,
    manager: OnceLock<Arc<ShardManager>>,
    guilds: Mutex<HashSet<GuildId>>,
    /// Shards whose READY serenity could not read: it never takes them for connected.
    salvaged: Mutex<HashSet<ShardId>>,
    pulses: Mutex<HashMap<ShardId, Pulse>>,
    status: watch::Sender<Status>,
    /// Interactions in flight.
    tracker: TaskTracker,
    stopping: CancellationToken,
    /// Set once the commands are being registered: the gateway is ready more than once in a long life.
    registering: OnceLock<()>,
}

impl Handler {
    /// Waits for what is in flight, then closes the connection.
    async fn leave(&self) {
        self.tracker.close();
        if tokio::time::timeout(GRACE, self.tracker.wait()).await.is_err() {
            tracing::warn!(left = self.tracker.len(), "interactions were still in flight at the stop");
        }
        if let Some(manager) = self.manager.get() {
            // A shard that is not connected never says that it has closed.
            let _ = tokio::time::timeout(CLOSING, manager.shutdown_all()).await;
        }
    }

    /// Says how the shards are, from what they are and not from what they told.
    async fn look(&self, manager: &ShardManager, shards: u32) {
        let runners = manager.runners.lock().await;
        let salvaged = locked(&self.salvaged).clone();
        let is_up = |(id, runner): &(&ShardId, &ShardRunnerInfo)| {
            runner.stage == ConnectionStage::Connected || salvaged.contains(id)
        };
        let up = runners.iter().filter(is_up).count();
        drop(runners);
        if up == usize::try_from(shards).unwrap_or(usize::MAX) {
            self.ready();
        } else if matches!(*self.status.borrow(), Status::Ready { .. }) {
            self.status.send_replace(Status::Down { why: format!("{up} of {shards} gateway connections are up") });
        }
    }

    /// Closes connections whose heartbeats are not answered any more, so that they are resumed.
    async fn listen(&self, manager: &ShardManager) {
        let runners = manager.runners.lock().await;
        let mut pulses = locked(&self.pulses);
        for (id, runner) in &*runners {
            let pulse = pulses.entry(*id).or_default();
            if runner.stage != ConnectionStage::Connected {
                pulse.rest();
            } else if pulse.is_lost(runner.latency, Instant::now()) {
                tracing::warn!(shard = id.0, "heartbeats are not answered: the connection is closed and resumed");
                runner.runner_tx.send_to_shard(ShardRunnerMessage::Close(RESUMABLE, None));
            }
        }
    }

    /// A connection has begun, or begun again: its heartbeats start anew.
    fn connected(&self, shard: ShardId) {
        locked(&self.pulses).remove(&shard);
    }

    fn ready(&self) {
        let now = Status::Ready { guilds: locked(&self.guilds).len() };
        self.status.send_if_modified(|status| {
            let changed = *status != now;
            *status = now;
            changed
        });
    }

    async fn register(&self, application: ApplicationId) {
        let mut pause = FIRST_PAUSE;
        for _ in 0..REGISTER_TRIES {
            match register::register(&self.shared.rest, application, &self.options.commands).await {
                Ok(true) => return tracing::info!("commands are registered"),
                Ok(false) => return tracing::debug!("commands are registered already"),
                Err(error) => tracing::warn!(%error, "commands could not be registered"),
            }
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(pause) => pause *= 3,
            }
        }
        tracing::error!("commands are not registered; a restart tries again");
    }

    async fn up(&self, ready: Ready) {
        let Ready { user, application, guilds, shard, .. } = ready;
        tracing::info!(guilds = guilds.len(), bot = %user.name, "connected to Discord");
        self.know(shard, guilds.iter().map(|guild| guild.id));
        self.begin(user.id, application.id).await;
    }

    /// As [`Self::up`], for a READY of another shape. Such a connection can't be resumed: when lost it begins anew.
    async fn up_somehow(&self, shard: ShardId, payload: &serde_json::Value) {
        let Some(salvage::Hello { me, application, guilds }) = salvage::ready(payload, self.shared.me()) else {
            return tracing::error!("Discord's READY can't be read: it names neither user nor application");
        };
        tracing::warn!(guilds = guilds.len(), "connected to Discord, though its READY lacks something");
        locked(&self.salvaged).insert(shard);
        locked(&self.guilds).extend(guilds);
        self.begin(me, application).await;
    }

    async fn begin(&self, me: UserId, application: ApplicationId) {
        self.shared.me.get_or_init(|| me);
        self.ready();
        if self.registering.set(()).is_ok() {
            self.track(self.register(application)).await;
        }
    }

    /// A READY names all guilds of its shard.
    fn know(&self, shard: Option<ShardInfo>, ids: impl Iterator<Item = GuildId>) {
        let mut guilds = locked(&self.guilds);
        match shard {
            Some(shard) => guilds.retain(|guild| guild.shard_id(shard.total) != shard.id.0),
            None => guilds.clear(),
        }
        guilds.extend(ids);
    }

    /// An event that serenity could not read, or does not know.
    async fn unread(&self, ctx: Context, kind: &str, payload: serde_json::Value) {
        match kind {
            "INTERACTION_CREATE" => match salvage::interaction(&payload, self.shared.me()) {
                Ok(interaction) => self.track(self.take(ctx, interaction)).await,
                Err(error) => tracing::warn!(%error, "an interaction can't be read"),
            },
            "READY" => self.up_somehow(ctx.shard_id, &payload).await,
            "GUILD_CREATE" => locked(&self.guilds).extend(salvage::guild(&payload)),
            _ => tracing::trace!(kind, "an event that is not needed"),
        }
    }

    /// Does work that a stop waits for; begins none once stopping.
    async fn track(&self, work: impl Future<Output = ()>) {
        if !self.stopping.is_cancelled() {
            self.tracker.track_future(work).await;
        }
    }

    async fn take(&self, ctx: Context, interaction: Interaction) {
        match interaction {
            Interaction::Component(click) => receive::component(&self.shared, &click).await,
            Interaction::Modal(submit) => receive::modal_submit(&self.shared, &submit).await,
            interaction @ (Interaction::Command(_) | Interaction::Autocomplete(_)) => {
                self.dispatch(&ctx, interaction).await;
            }
            _ => {}
        }
    }

    /// Poise finds the command, reads its options, and runs it.
    async fn dispatch(&self, ctx: &Context, interaction: Interaction) {
        let Some(manager) = self.manager.get() else { return };
        let framework = poise::FrameworkContext {
            bot_id: self.shared.me().unwrap_or_else(|| UserId::new(interaction.application_id().get())),
            serenity_context: ctx,
            options: &self.options,
            user_data: &*self.shared,
            shard_manager: manager,
        };
        poise::dispatch_event(framework, FullEvent::InteractionCreate { interaction }).await;
    }
}

#[async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, ctx: Context, event: Event) {
        match event {
            Event::InteractionCreate(event) => self.track(self.take(ctx, event.interaction)).await,
            Event::Unknown(event) => self.unread(ctx, &event.kind, event.value).await,
            Event::Ready(event) => {
                locked(&self.salvaged).remove(&ctx.shard_id);
                self.connected(ctx.shard_id);
                self.up(event.ready).await;
            }
            Event::Resumed(_) => {
                tracing::info!("the connection to Discord is resumed");
                self.connected(ctx.shard_id);
                self.ready();
            }
            Event::GuildCreate(event) => {
                locked(&self.guilds).insert(event.guild.id);
            }
            // Unavailable is an outage on Discord's side, not a farewell.
            Event::GuildDelete(event) if !event.guild.unavailable => {
                locked(&self.guilds).remove(&event.guild.id);
            }
            _ => {}
        }
    }
}
