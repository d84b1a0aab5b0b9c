//! The connection by which Discord tells us of clicks and commands, and its life: up, lost, regained, left.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serenity::all::{
    ApplicationId, ConnectionStage, Context, Event, FullEvent, GuildId, Http, Interaction, Ready, ShardId, ShardInfo,
    ShardManager, ShardRunnerInfo, ShardRunnerMessage, UserId,
};
use serenity::gateway::GatewayError;
use serenity::http::HttpBuilder;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::commands::{self, Never};
use super::locate::{Located, locate};
use super::pulse::Pulse;
use super::seen::Seen;
use super::shards::{self, Aside, End, Shards, Start, Turn};
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
/// Pauses before another try of anything: longer each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest where connections begin and are closed again: Discord allows a thousand a day.
const LONGEST_PAUSE_ASTRAY: Duration = Duration::from_secs(15 * 60);
/// Connections that lasted so long were no failure.
const SETTLED: Duration = Duration::from_secs(15 * 60);
/// Between two looks at whether a connection is still there, and until the first after it was told to close. One that is gone holds up
/// the clicks that are being answered until it is found out: well within the three seconds that Discord waits.
const PROBE: Duration = Duration::from_secs(1);
const CLOSE: Duration = Duration::from_secs(10);
/// Tries to register the commands, each after a longer pause.
const REGISTER_TRIES: u32 = 6;

pub(super) async fn run(
    shared: Arc<Shared>,
    token: SecretString,
    status: watch::Sender<Status>,
    shutdown: CancellationToken,
) -> Result<(), RunError> {
    let http = HttpBuilder::new(token.expose_secret())
        .client(shared.rest.client())
        .proxy(shared.rest.base())
        .ratelimiter_disabled(true)
        .build();
    let http = Arc::new(http);
    let manager = shards::idle_manager(Arc::clone(&http)).map_err(|error| no_thread(&error))?;
    let handler = Arc::new(Handler {
        shared,
        options: commands::options(),
        manager,
        guilds: Mutex::default(),
        ready: Mutex::default(),
        salvaged: Mutex::default(),
        seen: Mutex::default(),
        vigils: Mutex::default(),
        status,
        tracker: TaskTracker::new(),
        stopping: shutdown.clone(),
        registering: OnceLock::new(),
    });
    let aside = Aside::begin(Arc::clone(&handler.shared.gather)).map_err(|error| no_thread(&error))?;
    let mut shards = None;
    let result = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        ended = stay(&aside, &http, &handler, &mut shards) => ended,
    };
    handler.finish().await;
    if let Some(shards) = shards {
        shards.close(CLOSING).await;
    }
    let why = result.as_ref().err().map_or_else(|| "stopped".to_owned(), ToString::to_string);
    handler.status.send_replace(Status::Down { why });
    result
}

/// Connects, and stays connected; comes back only where that is useless.
async fn stay(
    aside: &Aside,
    http: &Arc<Http>,
    handler: &Arc<Handler>,
    shards: &mut Option<Shards>,
) -> Result<(), RunError> {
    let (turn, mut pause) = (Turn::default(), FIRST_PAUSE);
    loop {
        let Located { url, shards: total, .. } = locate(&handler.shared, &handler.status).await?;
        let start = Start {
            url,
            total,
            http: Arc::clone(http),
            handler: Arc::clone(handler),
            manager: Arc::clone(&handler.manager),
            turn: Arc::clone(&turn),
        };
        let begun = Instant::now();
        let running = shards.insert(Shards::begin(aside, start));
        let end = loop {
            tokio::select! {
                end = running.ended() => break end,
                () = tokio::time::sleep(LOOK) => {
                    handler.look(total).await;
                    handler.keep_vigil().await;
                }
            }
        };
        if let End::Refused(error) = end {
            return Err(refused(&error));
        }
        if let Some(shards) = shards.take() {
            shards.close(CLOSING).await;
        }
        if begun.elapsed() > SETTLED {
            pause = FIRST_PAUSE;
        }
        let why = "Discord closes connections before they are ready";
        tracing::warn!(why, shards = total, pause_ms = pause.as_millis(), "it is asked again how many it wants");
        handler.status.send_replace(Status::Down { why: why.to_owned() });
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE_ASTRAY);
    }
}

fn no_thread(error: &std::io::Error) -> RunError {
    RunError::Refused(format!("this machine gives no thread: {error}"))
}

fn refused(error: &GatewayError) -> RunError {
    match error {
        GatewayError::InvalidAuthentication | GatewayError::NoAuthentication => RunError::Token,
        other => RunError::Refused(other.to_string()),
    }
}

fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is kept here is valid whatever panicked beside it.
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Handler {
    shared: Arc<Shared>,
    options: poise::FrameworkOptions<Shared, Never>,
    /// Of the runners, as far as serenity knows.
    manager: Arc<ShardManager>,
    guilds: Mutex<HashSet<GuildId>>,
    /// Shards that have had a READY since their connection began.
    ready: Mutex<HashSet<ShardId>>,
    /// Those whose READY serenity could not read: it never takes them for connected.
    salvaged: Mutex<HashSet<ShardId>>,
    seen: Mutex<Seen>,
    vigils: Mutex<HashMap<ShardId, Vigil>>,
    status: watch::Sender<Status>,
    /// Interactions in flight.
    tracker: TaskTracker,
    stopping: CancellationToken,
    /// Set once the commands are being registered: the gateway is ready more than once in a long life.
    registering: OnceLock<()>,
}

/// What is watched of a connection.
#[derive(Default)]
struct Vigil {
    pulse: Pulse,
    /// When it is next looked whether it is still there.
    probe: Option<Instant>,
}

impl Handler {
    /// Waits for what is in flight.
    async fn finish(&self) {
        self.tracker.close();
        if tokio::time::timeout(GRACE, self.tracker.wait()).await.is_err() {
            tracing::warn!(left = self.tracker.len(), "interactions were still in flight at the stop");
        }
    }

    /// Says how the shards are, from what they are and not from what they told.
    async fn look(&self, shards: u32) {
        let runners = self.manager.runners.lock().await;
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

    /// Closes connections whose heartbeats are not answered any more, so that they are resumed, and ends those that are not there.
    async fn keep_vigil(&self) {
        let runners = self.manager.runners.lock().await;
        let mut vigils = locked(&self.vigils);
        let now = Instant::now();
        for (id, runner) in &*runners {
            let Vigil { pulse, probe } = vigils.entry(*id).or_default();
            if runner.stage != ConnectionStage::Connected {
                pulse.rest();
            } else if pulse.is_lost(runner.latency, now) {
                tracing::warn!(shard = id.0, "heartbeats are not answered: the connection is closed and resumed");
                runner.runner_tx.send_to_shard(ShardRunnerMessage::Close(RESUMABLE, None));
                // A connection that is closing takes no probe, and is given the time to be resumed.
                *probe = Some(now + CLOSE);
            }
            if probe.is_none_or(|at| at <= now) {
                shards::probe(runner);
                *probe = Some(now + PROBE);
            }
        }
    }

    /// A connection of the shard begins.
    pub(super) fn begins(&self, shard: ShardId) {
        locked(&self.ready).remove(&shard);
        locked(&self.salvaged).remove(&shard);
        locked(&self.vigils).remove(&shard);
    }

    /// Whether there was a READY since.
    pub(super) fn was_ready(&self, shard: ShardId) -> bool {
        locked(&self.ready).contains(&shard)
    }

    /// A session has begun, or goes on: its heartbeats start anew.
    fn connected(&self, shard: ShardId) {
        locked(&self.ready).insert(shard);
        locked(&self.vigils).remove(&shard);
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
        locked(&self.ready).insert(shard);
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
        // What is being typed changes nothing, however often it comes.
        let counts = !matches!(interaction, Interaction::Autocomplete(_));
        if counts && !locked(&self.seen).is_new(interaction.id().get()) {
            return tracing::debug!(interaction = interaction.id().get(), "it was taken already");
        }
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
        let framework = poise::FrameworkContext {
            bot_id: self.shared.me().unwrap_or_else(|| UserId::new(interaction.application_id().get())),
            serenity_context: ctx,
            options: &self.options,
            user_data: &*self.shared,
            shard_manager: &self.manager,
        };
        poise::dispatch_event(framework, FullEvent::InteractionCreate { interaction }).await;
    }

    pub(super) async fn hear(&self, ctx: Context, event: Event) {
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
