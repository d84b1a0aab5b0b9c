//! The connection by which Discord tells us of clicks and commands, and its life: up, lost, regained, left.

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serenity::all::{ApplicationId, FullEvent, GuildId, Interaction as Command, InteractionId, UserId};
use serenity::http::HttpBuilder;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{ConfigBuilder, Intents, ShardId};

use super::commands::{self, Never};
use super::events::{self, Heard, Hello};
use super::interaction::{Deed, Interaction};
use super::locate::{Located, locate};
use super::nowhere::Nowhere;
use super::seen::Seen;
use super::shards::{Aside, End, Shards, Start};
use super::{Shared, connection, receive, register, salvage};

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
/// Pauses before another try of anything: longer each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest where connections begin and are closed again: Discord allows a thousand a day.
const LONGEST_PAUSE_ASTRAY: Duration = Duration::from_secs(15 * 60);
/// Connections that lasted so long were no failure.
const SETTLED: Duration = Duration::from_secs(15 * 60);
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
    let nowhere = Nowhere::new(Arc::new(http)).await.map_err(|error| unable(&error))?;
    let handler = Arc::new(Handler {
        shared,
        options: commands::options(),
        nowhere,
        guilds: Mutex::default(),
        up: Mutex::default(),
        seen: Mutex::default(),
        status,
        tracker: TaskTracker::new(),
        stopping: shutdown.clone(),
        registering: OnceLock::new(),
    });
    let aside = Aside::begin(Arc::clone(&handler.shared.gather)).map_err(|error| unable(&error))?;
    let mut shards = None;
    let result = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        ended = stay(&aside, &token, &handler, &mut shards) => ended,
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
    token: &SecretString,
    handler: &Arc<Handler>,
    shards: &mut Option<Shards>,
) -> Result<(), RunError> {
    let (queue, mut pause) = (InMemoryQueue::default(), FIRST_PAUSE);
    loop {
        let located = locate(&handler.shared, &handler.status).await?;
        located.tell(&queue);
        let Located { url, shards: total, .. } = located;
        let config = ConfigBuilder::new(token.expose_secret().to_owned(), Intents::GUILDS)
            .proxy_url(connection::address(&connection::reachable(url).await))
            .queue(queue.clone())
            .build();
        let start = Start { config, total, handler: Arc::clone(handler) };
        let begun = Instant::now();
        let running = shards.insert(Shards::begin(aside, start));
        let end = loop {
            tokio::select! {
                end = running.ended() => break end,
                () = tokio::time::sleep(LOOK) => handler.look(total),
            }
        };
        if let End::Refused(error) = end {
            return Err(error);
        }
        if let Some(shards) = shards.take() {
            shards.close(CLOSING).await;
        }
        locked(&handler.up).clear();
        if begun.elapsed() > SETTLED {
            pause = FIRST_PAUSE;
        }
        let why = "no connection to Discord's gateway gets ready";
        tracing::warn!(why, shards = total, pause_ms = pause.as_millis(), "it is asked again how many it wants");
        handler.status.send_replace(Status::Down { why: why.to_owned() });
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE_ASTRAY);
    }
}

fn unable(error: &std::io::Error) -> RunError {
    RunError::Refused(format!("this machine gives no thread, or no connection to itself: {error}"))
}

fn locked<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is kept here is valid whatever panicked beside it.
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Handler {
    shared: Arc<Shared>,
    options: poise::FrameworkOptions<Shared, Never>,
    nowhere: Nowhere,
    guilds: Mutex<HashSet<GuildId>>,
    /// Shards on whose connection a session has begun, or goes on.
    up: Mutex<HashSet<ShardId>>,
    seen: Mutex<Seen>,
    status: watch::Sender<Status>,
    /// Interactions in flight.
    tracker: TaskTracker,
    stopping: CancellationToken,
    /// Set once the commands are being registered: the gateway is ready more than once in a long life.
    registering: OnceLock<()>,
}

impl Handler {
    /// Waits for what is in flight.
    async fn finish(&self) {
        self.tracker.close();
        if tokio::time::timeout(GRACE, self.tracker.wait()).await.is_err() {
            tracing::warn!(left = self.tracker.len(), "interactions were still in flight at the stop");
        }
    }

    /// Says how the shards are. A connection that is resumed at once is none that was down.
    fn look(&self, shards: u32) {
        let up = locked(&self.up).len();
        if up == usize::try_from(shards).unwrap_or(usize::MAX) {
            self.ready();
        } else if matches!(*self.status.borrow(), Status::Ready { .. }) {
            self.status.send_replace(Status::Down { why: format!("{up} of {shards} gateway connections are up") });
        }
    }

    /// The connection of a shard has ended. Whether it was up.
    pub(super) fn ends(&self, shard: ShardId) -> bool {
        locked(&self.up).remove(&shard)
    }

    pub(super) fn is_up(&self, shard: ShardId) -> bool {
        locked(&self.up).contains(&shard)
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

    /// A READY names all guilds of its shard.
    fn know(&self, shard: ShardId, ids: Vec<GuildId>) {
        let mut guilds = locked(&self.guilds);
        guilds.retain(|guild| guild.shard_id(shard.total()) != shard.number());
        guilds.extend(ids);
    }

    /// Whether an interaction comes for the first time.
    fn is_new(&self, id: InteractionId) -> bool {
        let is_new = locked(&self.seen).is_new(id.get());
        if !is_new {
            tracing::debug!(interaction = id.get(), "it was taken already");
        }
        is_new
    }

    async fn take(&self, Interaction { asked, deed }: Interaction) {
        if self.is_new(asked.id) {
            match deed {
                Deed::Click { custom_id } => receive::click(&self.shared, &asked, &custom_id).await,
                Deed::Submit { custom_id, typed } => receive::submit(&self.shared, &asked, &custom_id, typed).await,
            }
        }
    }

    /// Poise finds the command, reads its options, and runs it.
    async fn command(&self, frame: &str) {
        let command = match salvage::command(frame, self.shared.me()) {
            Ok(command) => command,
            Err(error) => return tracing::warn!(%error, "a command can't be read"),
        };
        // What is being typed changes nothing, however often it comes.
        if !matches!(command, Command::Autocomplete(_)) && !self.is_new(command.id()) {
            return;
        }
        let framework = poise::FrameworkContext {
            bot_id: self.shared.me().unwrap_or_else(|| UserId::new(command.application_id().get())),
            serenity_context: &self.nowhere.context,
            options: &self.options,
            user_data: &*self.shared,
            shard_manager: &self.nowhere.manager,
        };
        poise::dispatch_event(framework, FullEvent::InteractionCreate { interaction: command }).await;
    }

    /// Reads a frame of the shard, and begins what follows from it. Clicks are decided on the thread that hears of them: they are quick and
    /// come in crowds, and each way to another thread and back is a part of what one costs. Everything else is done at home.
    pub(super) fn hear(self: &Arc<Self>, shard: ShardId, frame: String, home: &Handle) {
        match events::read(frame, self.shared.me()) {
            Some(Heard::Interaction(interaction)) => {
                self.begin(&Handle::current(), async move |handler| handler.take(interaction).await);
            }
            Some(Heard::Command(frame)) => self.begin(home, async move |handler| handler.command(&frame).await),
            Some(Heard::Ready(Hello { me, application, guilds })) => {
                tracing::info!(guilds = guilds.len(), "connected to Discord");
                self.shared.me.get_or_init(|| me);
                self.know(shard, guilds);
                self.lives(shard);
                if self.registering.set(()).is_ok() {
                    self.begin(home, async move |handler| handler.register(application).await);
                }
            }
            Some(Heard::Resumed) => {
                tracing::info!("the connection to Discord is resumed");
                self.lives(shard);
            }
            Some(Heard::Joined(guild)) => {
                locked(&self.guilds).insert(guild);
            }
            Some(Heard::Left(guild)) => {
                locked(&self.guilds).remove(&guild);
            }
            None => {}
        }
    }

    /// A session of the shard has begun, or goes on.
    fn lives(&self, shard: ShardId) {
        locked(&self.up).insert(shard);
        self.look(shard.total());
    }

    /// Does work that a stop waits for; begins none once stopping.
    fn begin<W>(self: &Arc<Self>, runtime: &Handle, work: impl FnOnce(Arc<Self>) -> W)
    where
        W: Future<Output = ()> + Send + 'static,
    {
        if !self.stopping.is_cancelled() {
            self.tracker.spawn_on(work(Arc::clone(self)), runtime);
        }
    }
}
