//! The connections to the gateway, one a shard: begun, and begun anew when they end.
//!
//! Serenity's manager starts runners out of sight, and where Discord has closed a connection in a way that serenity has no remedy for
//! (codes 4003, 4010 and 4011, or none at all) the runner turns in a loop until its next heartbeat fails, while everybody believes it
//! to be connected; then it begins again with as many shards as before, for ever. So runners are started here, where their end is seen:
//! a connection that is not there any more ends its runner within seconds, and Discord is asked again how many shards it wants. That loop
//! never rests, and would keep a worker of the program's runtime from everything else, other platforms included; so they have a thread
//! of their own, shared by nothing but the answers to clicks.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use serenity::all::{
    ConnectionStage, Context, Event, GatewayIntents, Http, Interaction, InteractionCreateEvent, RawEventHandler, Shard,
    ShardId, ShardInfo, ShardManager, ShardManagerOptions, ShardMessenger, ShardRunner, ShardRunnerInfo,
    ShardRunnerMessage, ShardRunnerOptions,
};
use serenity::async_trait;
use serenity::gateway::GatewayError;
use tokio::runtime::{Builder, Handle};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::gateway::Handler;
use super::gather::Gather;

/// Between two connections that begin: Discord allows one in five seconds.
const SPACING: Duration = Duration::from_secs(5);
/// Making a connection may take so long.
const CONNECTING: Duration = Duration::from_secs(20);
/// So many connections of a shard in a row end before they are ready, and then Discord is asked anew what it wants.
const TRIES: u32 = 2;
/// A normal end: the session is over, the user goes offline.
const LOGGED_OFF: u16 = 1000;

/// Why a shard is not begun again.
#[derive(Debug)]
pub(super) enum End {
    /// Discord refuses the token or the intents: trying again is useless.
    Refused(GatewayError),
    /// It does not get ready: it may be one of too few.
    Astray,
    /// It was told to.
    Closed,
}

/// All shards of the bot.
pub(super) struct Shards {
    tasks: JoinSet<End>,
    manager: Arc<ShardManager>,
    closing: CancellationToken,
}

/// The thread that runners live on. It ends when this is dropped, and they with it.
pub(super) struct Aside {
    runtime: Handle,
    _end: DropGuard,
}

impl Aside {
    /// # Errors
    /// Where the machine gives no thread.
    pub(super) fn begin(gather: Arc<Gather>) -> std::io::Result<Self> {
        // Whenever the thread has nothing left to do.
        let sleeps = move || gather.moment(std::time::Instant::now()).into_iter().for_each(std::thread::sleep);
        let runtime = Builder::new_current_thread().enable_all().on_thread_park(sleeps).build()?;
        let (handle, end) = (runtime.handle().clone(), CancellationToken::new());
        let ended = end.clone();
        std::thread::Builder::new().name("discord".to_owned()).spawn(move || runtime.block_on(ended.cancelled()))?;
        Ok(Self { runtime: handle, _end: end.drop_guard() })
    }
}

/// What every shard is begun with.
pub(super) struct Start {
    pub(super) url: String,
    pub(super) total: u32,
    pub(super) http: Arc<Http>,
    pub(super) handler: Arc<Handler>,
    pub(super) manager: Arc<ShardManager>,
    pub(super) turn: Turn,
}

/// When a connection was last begun.
pub(super) type Turn = Arc<Mutex<Option<Instant>>>;

/// The table of runners, which serenity wants a manager for. This one starts nothing by itself.
pub(super) fn idle_manager(http: Arc<Http>) -> std::io::Result<Arc<ShardManager>> {
    // What would start runners is a task that the manager spawns: it ends with the runtime that it is spawned on.
    let nowhere = Builder::new_current_thread().build()?;
    let manager = {
        let _here = nowhere.enter();
        let options = ShardManagerOptions {
            data: Arc::default(),
            event_handlers: Vec::new(),
            raw_event_handlers: Vec::new(),
            framework: Arc::default(),
            shard_index: 0,
            shard_init: 0,
            shard_total: 0,
            ws_url: Arc::default(),
            http,
            intents: GatewayIntents::empty(),
            presence: None,
        };
        ShardManager::new(options).0
    };
    nowhere.shutdown_background();
    Ok(manager)
}

impl Shards {
    pub(super) fn begin(aside: &Aside, start: Start) -> Self {
        let (manager, closing, start) = (Arc::clone(&start.manager), CancellationToken::new(), Arc::new(start));
        let mut tasks = JoinSet::new();
        for id in (0..start.total).map(ShardId) {
            // A runner that ends by itself asks the manager to wait for its end; it need not.
            manager.shutdown_finished(id);
            let address = Address::default();
            let ears = Ears { start: Arc::clone(&start), home: Handle::current(), address: Arc::clone(&address) };
            let keeper = Keeper {
                id,
                start: Arc::clone(&start),
                ears: Arc::new(ears),
                address,
                closing: closing.clone(),
                failures: 0,
            };
            tasks.spawn_on(keeper.keep(), &aside.runtime);
        }
        Self { tasks, manager, closing }
    }

    /// Waits until a shard is not begun again.
    pub(super) async fn ended(&mut self) -> End {
        match self.tasks.join_next().await {
            Some(Ok(end)) => end,
            // A keeper that has panicked.
            Some(Err(_)) => End::Astray,
            None => End::Closed,
        }
    }

    /// Logs off, and waits for it so long.
    pub(super) async fn close(mut self, patience: Duration) {
        self.closing.cancel();
        for (id, runner) in &*self.manager.runners.lock().await {
            // Serenity would wait for ever for the farewell of a connection that is not there any more.
            probe(runner);
            runner.runner_tx.send_to_shard(ShardRunnerMessage::Shutdown(*id, LOGGED_OFF));
        }
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::debug!("a connection to Discord was not closed in order");
        }
        self.manager.runners.lock().await.clear();
    }
}

/// Ends a runner whose connection is not there any more. On one that is there this says nothing and asks for nothing.
pub(super) fn probe(runner: &ShardRunnerInfo) {
    runner.runner_tx.websocket_message(Message::Pong(Vec::new()));
}

/// Hears of events on the thread of the runners. Clicks and modals are answered there: they are quick and come in crowds, and each way
/// to another thread and back is a part of what one costs. Everything else is done at home.
struct Ears {
    start: Arc<Start>,
    home: Handle,
    address: Address,
}

#[async_trait]
impl RawEventHandler for Ears {
    async fn raw_event(&self, ctx: Context, event: Event) {
        if let Event::Ready(event) = &event {
            let resumed_at = &event.ready.resume_gateway_url;
            // Whoever is there is told the token.
            if is_at_home(resumed_at, &self.start.url) {
                self.address.lock().await.clone_from(resumed_at);
            }
        }
        if let Event::InteractionCreate(InteractionCreateEvent {
            interaction: Interaction::Component(_) | Interaction::Modal(_),
            ..
        }) = event
        {
            self.start.handler.hear(ctx, event).await;
        } else {
            let handler = Arc::clone(&self.start.handler);
            self.home.spawn(async move { handler.hear(ctx, event).await });
        }
    }
}

/// Where a shard connects to: the gateway, and once a session has begun where READY says that it is resumed.
type Address = Arc<Mutex<String>>;

/// Whether an address is the gateway's, or that of another machine of its domain.
fn is_at_home(address: &str, gateway: &str) -> bool {
    let (Ok(address), Ok(gateway)) = (address.parse::<Url>(), gateway.parse::<Url>()) else { return false };
    let domain = |url: &Url| Some(url.domain()?.split_once('.')?.1.to_owned()).filter(|domain| domain.contains('.'));
    let same_domain = domain(&address).is_some_and(|one| domain(&gateway).is_some_and(|other| one == other));
    address.scheme() == gateway.scheme() && (address.host_str() == gateway.host_str() || same_domain)
}

/// Keeps one shard.
struct Keeper {
    id: ShardId,
    start: Arc<Start>,
    ears: Arc<dyn RawEventHandler>,
    address: Address,
    closing: CancellationToken,
    /// In a row, before READY.
    failures: u32,
}

impl Keeper {
    async fn keep(mut self) -> End {
        let closing = self.closing.clone();
        loop {
            let live = async {
                self.wait_for_turn().await;
                self.connect().await
            };
            let connected = tokio::select! {
                () = closing.cancelled() => return End::Closed,
                connected = live => connected,
            };
            if let Some(shard) = connected
                && let Err(error) = self.live(shard).await
            {
                return End::Refused(error);
            }
            if closing.is_cancelled() {
                return End::Closed;
            }
            if self.start.handler.was_ready(self.id) {
                self.failures = 0;
                continue;
            }
            self.failures += 1;
            if self.failures >= TRIES {
                return End::Astray;
            }
        }
    }

    async fn wait_for_turn(&self) {
        let mut last = self.start.turn.lock().await;
        if let Some(last) = *last {
            tokio::time::sleep_until(last + SPACING).await;
        }
        *last = Some(Instant::now());
    }

    async fn connect(&self) -> Option<Shard> {
        let Start { url, total, http, .. } = &*self.start;
        self.address.lock().await.clone_from(url);
        let info = ShardInfo { id: self.id, total: *total };
        let shard = Shard::new(Arc::clone(&self.address), http.token(), info, GatewayIntents::GUILDS, None);
        match tokio::time::timeout(CONNECTING, shard).await {
            Ok(Ok(shard)) => Some(shard),
            Ok(Err(error)) => {
                tracing::warn!(shard = self.id.0, %error, "the gateway can't be reached");
                None
            }
            Err(_) => {
                tracing::warn!(shard = self.id.0, "the gateway does not answer");
                None
            }
        }
    }

    /// From HELLO to the end of the session. What can be resumed is resumed within.
    async fn live(&self, shard: Shard) -> Result<(), GatewayError> {
        let Start { http, handler, manager, .. } = &*self.start;
        handler.begins(self.id);
        let mut runner = ShardRunner::new(ShardRunnerOptions {
            data: Arc::default(),
            event_handlers: Vec::new(),
            raw_event_handlers: vec![Arc::clone(&self.ears)],
            framework: None,
            manager: Arc::clone(manager),
            shard,
            http: Arc::clone(http),
        });
        let runner_tx = ShardMessenger::new(&runner);
        let info = ShardRunnerInfo { latency: None, runner_tx, stage: ConnectionStage::Disconnected };
        manager.runners.lock().await.insert(self.id, info);
        let ended = runner.run().await;
        manager.runners.lock().await.remove(&self.id);
        match ended {
            Err(serenity::Error::Gateway(error)) => Err(error),
            Err(_) | Ok(()) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_of_the_runners_stays_asleep_while_clicks_come_in_a_stream() {
        let gather = Arc::new(Gather::new(std::time::Instant::now()));
        let aside = Aside::begin(Arc::clone(&gather)).unwrap();
        let waits = (0..500).any(|_| {
            // Five in ten milliseconds, or in twice as long on a slow machine, and something that wakes the thread.
            (0..5).for_each(|_| gather.click());
            drop(aside.runtime.spawn(std::future::ready(())));
            std::thread::sleep(Duration::from_millis(10));
            gather.has_waited()
        });
        assert!(waits);
    }

    #[test]
    fn a_session_is_resumed_within_the_gateways_domain_only() {
        let at_home = |address| is_at_home(address, "wss://gateway.discord.gg");
        assert!(at_home("wss://gateway-us-east1-b.discord.gg") && at_home("wss://gateway.discord.gg/?x=y"));
        for elsewhere in [
            "wss://gateway.discord.gg.example.org",
            "wss://example.org",
            "wss://x.gg",
            "wss://discord.gg",
            "ws://gateway.discord.gg",
            "",
            "discord",
        ] {
            assert!(!at_home(elsewhere), "{elsewhere}");
        }
        let here = |address| is_at_home(address, "ws://127.0.0.1:8000");
        assert!(here("ws://127.0.0.1:8001/resume") && !here("ws://1.0.0.1:8000") && !here("ws://gateway.discord.gg"));
    }
}
