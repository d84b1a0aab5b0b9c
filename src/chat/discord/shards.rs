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
const CONNECTING: Duration = Duration::from_secs(12);
/// From there to READY, beyond the turns of all shards before it: Discord lets one identify in five seconds.
const IDENTIFYING: Duration = Duration::from_secs(30);
const SPACING: Duration = Duration::from_secs(5);
/// So many connections of a shard in a row end before they are ready, and then Discord is asked anew what it wants.
const TRIES: u32 = 2;
/// The same of connections on which nothing is heard.
const TRIES_UNHEARD: u32 = 6;
/// A session that went on for less is not followed by another connection at once,
const SHORT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);
/// and after so many in a row the pause doubles, so many times at most: Discord allows a thousand sessions a day.
const MANY: u32 = 10;
const DOUBLINGS: u32 = 8;

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
        let (mut session, mut so_far) = (None, SoFar::default());
        loop {
            let begun = Instant::now();
            let lived = self.live(Connection::new(self.id, self.start.config.clone(), session)).await;
            let was_up = self.start.handler.ends(self.id);
            let after = match lived {
                Ok(after) => after,
                Err(end) => return end,
            };
            session = after.session;
            let Some(pause) = so_far.pause(after.heard, was_up, begun.elapsed()) else {
                return End::Astray;
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
    async fn live(&self, mut connection: Connection) -> Result<After, End> {
        let Start { total, handler, .. } = &*self.start;
        let (mut until, mut heard) = (Some(Instant::now() + CONNECTING), false);
        let resumable = loop {
            let step = tokio::select! {
                () = self.closing.cancelled(), if !connection.is_leaving() => {
                    if !connection.is_there() {
                        return Err(End::Closed);
                    }
                    connection.leave();
                    continue;
                }
                () = at(until) => {
                    tracing::warn!(shard = self.id.number(), "the gateway does not answer");
                    // Where nothing was heard, nothing was said of the session either.
                    break !heard;
                }
                step = connection.step() => step,
            };
            match step {
                Step::Frame(frame) => handler.hear(self.id, frame, &self.home),
                Step::Closed(code) => {
                    tracing::info!(shard = self.id.number(), code, "Discord has closed the connection");
                    break is_resumable(code).map_err(End::Refused)?;
                }
                Step::Invalid => break false,
                Step::Lost => {
                    if !connection.is_leaving() {
                        tracing::info!(shard = self.id.number(), "the connection to Discord is lost");
                    }
                    break true;
                }
                Step::Unreachable(why) => {
                    tracing::warn!(shard = self.id.number(), why, "the gateway can't be reached");
                    break true;
                }
            }
            if connection.is_over() {
                break true;
            }
            if handler.is_up(self.id) || connection.is_up() {
                until = None;
            } else if !heard {
                until = Some(Instant::now() + IDENTIFYING + SPACING * *total);
            }
            heard = true;
        };
        if self.closing.is_cancelled() {
            return Err(End::Closed);
        }
        let session = connection.session().filter(|_| resumable);
        Ok(After { session: if heard { session } else { session.map(Resumable::at_the_gateway) }, heard })
    }
}

/// What is left of a connection.
struct After {
    session: Option<Resumable>,
    /// Something was heard on it.
    heard: bool,
}

/// How the connections of a shard have ended so far.
#[derive(Debug, Default)]
struct SoFar {
    /// In a row: nothing was heard, it did not get ready, it was ready for a short time.
    unheard: u32,
    unready: u32,
    short: u32,
}

impl SoFar {
    /// How long to wait for the next; none where Discord is to be asked what it wants.
    fn pause(&mut self, heard: bool, ready: bool, lasted: Duration) -> Option<Duration> {
        if ready {
            let short = if lasted < SHORT { self.short + 1 } else { 0 };
            *self = Self { short, ..Self::default() };
            let doublings = short.saturating_sub(MANY).min(DOUBLINGS);
            return Some(if short == 0 { Duration::ZERO } else { PAUSE * 2_u32.pow(doublings) });
        }
        *(if heard { &mut self.unready } else { &mut self.unheard }) += 1;
        (self.unready < TRIES && self.unheard < TRIES_UNHEARD).then_some(SPACING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_session_that_went_on_for_long_is_resumed_at_once() {
        let mut so_far = SoFar::default();
        assert_eq!(so_far.pause(true, true, LONG), Some(Duration::ZERO));
        assert_eq!(so_far.pause(true, true, Duration::ZERO), Some(PAUSE));
        assert_eq!(so_far.pause(true, true, LONG), Some(Duration::ZERO));
    }

    #[test]
    fn sessions_that_end_again_and_again_do_not_use_up_the_day() {
        let mut so_far = SoFar::default();
        let day = Duration::from_secs(24 * 3600);
        let (mut at, mut sessions) = (Duration::ZERO, 0);
        while at < day {
            at += so_far.pause(true, true, Duration::ZERO).unwrap();
            sessions += 1;
        }
        assert!((100..500).contains(&sessions), "{sessions}");
    }

    #[test]
    fn who_is_sent_away_asks_what_is_wanted_sooner_than_who_hears_nothing() {
        let tries = |heard| {
            let mut so_far = SoFar::default();
            (1..).find(|_| so_far.pause(heard, false, Duration::ZERO).is_none()).unwrap()
        };
        assert_eq!((tries(true), tries(false)), (TRIES, TRIES_UNHEARD));
    }

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
