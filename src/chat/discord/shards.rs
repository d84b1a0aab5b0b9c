//! The connections to the gateway, one a shard: begun, resumed where they break, and begun anew where that can't be.
//!
//! Twilight speaks the protocol: heartbeats, identifying by turns, resuming. What is done here is what it leaves to its user: when to try
//! again and when to ask Discord anew how many shards it wants, where a session may be resumed, and how to leave. The connections have
//! a thread of their own, shared by nothing but the answers to clicks.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{Config, ShardId};

use super::connection::{Connection, Resumable, Step, is_resumable};
use super::gateway::{Handler, RunError};
use super::gather::Gather;

/// From the beginning of a connection to HELLO.
const CONNECTING: Duration = Duration::from_secs(10);
/// From there to READY, beyond the turns of all shards before it: Discord lets one identify in five seconds.
const IDENTIFYING: Duration = Duration::from_secs(30);
const SPACING: Duration = Duration::from_secs(5);
/// A connection that lasted less is not followed by another at once.
const SHORT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(1);
/// So many connections of a shard in a row end before they are ready, and then Discord is asked anew what it wants.
const TRIES: u32 = 2;

/// Why a shard is not begun again.
#[derive(Debug)]
pub(super) enum End {
    /// Trying again is useless.
    Refused(RunError),
    /// It does not get ready: it may be one of too few.
    Astray,
    /// It was told to.
    Closed,
}

/// All shards of the bot.
pub(super) struct Shards {
    tasks: JoinSet<End>,
    closing: CancellationToken,
}

/// The thread that connections live on. It ends when this is dropped, and they with it.
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
    /// Where the gateway is, who connects and in whose turn.
    pub(super) config: Config<InMemoryQueue>,
    pub(super) total: u32,
    pub(super) handler: Arc<Handler>,
}

impl Shards {
    pub(super) fn begin(aside: &Aside, start: Start) -> Self {
        let (closing, start) = (CancellationToken::new(), Arc::new(start));
        let mut tasks = JoinSet::new();
        for number in 0..start.total {
            let id = ShardId::new(number, start.total);
            let keeper = Keeper { id, start: Arc::clone(&start), home: Handle::current(), closing: closing.clone() };
            tasks.spawn_on(keeper.keep(), &aside.runtime);
        }
        Self { tasks, closing }
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
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::debug!("a connection to Discord was not closed in order");
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Keeps one shard.
struct Keeper {
    id: ShardId,
    start: Arc<Start>,
    /// The runtime of everything but clicks.
    home: Handle,
    closing: CancellationToken,
}

impl Keeper {
    async fn keep(self) -> End {
        let (mut session, mut failures) = (None, 0);
        loop {
            let begun = Instant::now();
            let lived = self.live(Connection::new(self.id, self.start.config.clone(), session)).await;
            self.start.handler.ends(self.id);
            session = match lived {
                Ok(session) => session,
                Err(end) => return end,
            };
            if self.start.handler.was_ready(self.id) {
                failures = 0;
            } else {
                failures += 1;
            }
            if failures >= TRIES {
                return End::Astray;
            }
            let pause = match (failures, begun.elapsed() < SHORT) {
                (0, false) => continue,
                (0, true) => PAUSE,
                _ => SPACING,
            };
            tokio::select! {
                () = self.closing.cancelled() => return End::Closed,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// From the beginning of a connection to its end.
    ///
    /// # Errors
    /// Why the shard is not to be begun again.
    async fn live(&self, mut connection: Connection) -> Result<Option<Resumable>, End> {
        let Start { total, handler, .. } = &*self.start;
        handler.begins(self.id);
        let (mut until, mut was_heard) = (Some(Instant::now() + CONNECTING), false);
        let resumable = loop {
            let step = tokio::select! {
                () = self.closing.cancelled(), if !connection.is_leaving() => {
                    if !connection.is_up() {
                        return Err(End::Closed);
                    }
                    connection.leave();
                    continue;
                }
                () = at(until) => {
                    tracing::warn!(shard = self.id.number(), "the gateway does not answer");
                    break false;
                }
                step = connection.step() => step,
            };
            match step {
                Step::Frame(frame) => handler.hear(self.id, frame, &self.home),
                Step::Closed(code) => {
                    tracing::info!(shard = self.id.number(), code, "Discord has closed the connection");
                    break is_resumable(code).map_err(End::Refused)?;
                }
                Step::Lost => break true,
                Step::Unreachable(why) => {
                    tracing::warn!(shard = self.id.number(), why, "the gateway can't be reached");
                    break true;
                }
            }
            if connection.is_over() {
                break true;
            }
            if handler.was_ready(self.id) {
                until = None;
            } else if !was_heard {
                until = Some(Instant::now() + IDENTIFYING + SPACING * *total);
            }
            was_heard = true;
        };
        if self.closing.is_cancelled() {
            return Err(End::Closed);
        }
        Ok(connection.session().filter(|_| resumable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thread_of_the_connections_stays_asleep_while_clicks_come_in_a_stream() {
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
}
