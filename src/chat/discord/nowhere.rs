//! What poise wants to be handed along with a command: a context of serenity's, of which nothing but its HTTP client is used here, and a manager
//! of its connections.
//!
//! Serenity makes a context within a connection of its own only, and our connections are twilight's. So this is of one that leads
//! nowhere: a WebSocket from this program to itself, closed as soon as the context is there.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use serenity::all::{
    Context, GatewayIntents, Http, Shard, ShardId, ShardInfo, ShardManager, ShardManagerOptions, ShardMessenger,
    ShardRunner, ShardRunnerOptions,
};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// No other machine has a part in it. Should another program knock first, it is tried again.
const PATIENCE: Duration = Duration::from_secs(3);
const TRIES: u32 = 3;
const ID: ShardId = ShardId(0);

pub(super) struct Nowhere {
    pub(super) context: Context,
    pub(super) manager: Arc<ShardManager>,
}

impl Nowhere {
    /// # Errors
    /// Where this machine has no connections to itself.
    pub(super) async fn new(http: Arc<Http>) -> io::Result<Self> {
        let manager = idle_manager(Arc::clone(&http))?;
        let mut tries = 1;
        let shard = loop {
            match shard_to_nobody().await {
                Err(_) if tries < TRIES => tries += 1,
                settled => break settled?,
            }
        };
        let runner = ShardRunner::new(ShardRunnerOptions {
            data: Arc::default(),
            event_handlers: Vec::new(),
            raw_event_handlers: Vec::new(),
            framework: None,
            manager: Arc::clone(&manager),
            shard,
            http: Arc::clone(&http),
        });
        let context = Context { data: Arc::default(), shard: ShardMessenger::new(&runner), shard_id: ID, http };
        Ok(Self { context, manager })
    }
}

async fn shard_to_nobody() -> io::Result<Shard> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = Arc::new(Mutex::new(format!("ws://{}", listener.local_addr()?)));
    let accept = async {
        let (stream, _) = listener.accept().await?;
        tokio_tungstenite::accept_async(stream).await.map_err(io::Error::other)
    };
    let connect = async {
        let info = ShardInfo { id: ID, total: 1 };
        Shard::new(address, "", info, GatewayIntents::empty(), None).await.map_err(io::Error::other)
    };
    let (_there, shard) = tokio::time::timeout(PATIENCE, async { tokio::try_join!(accept, connect) }).await??;
    Ok(shard)
}

/// A manager that manages nothing.
fn idle_manager(http: Arc<Http>) -> io::Result<Arc<ShardManager>> {
    // What would start connections is a task that the manager spawns: it ends with the runtime that it is spawned on.
    let nowhere = tokio::runtime::Builder::new_current_thread().build()?;
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
