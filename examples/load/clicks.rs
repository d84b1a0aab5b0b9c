//! Clicks by the thousand: at a rate, whatever becomes of them, or as fast as they are answered.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::town::Town;
use crate::world::World;
use crate::world::discord::interaction::Heard;

/// How many answers are taken note of at once.
const BATCH: usize = 64;
/// Longer than Discord waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of a number of clicks.
pub(crate) struct Clicked {
    /// Clicks that were answered.
    pub(crate) count: usize,
    /// Clicks whose answer came too late for Discord to take it, or not at all.
    pub(crate) unanswered: usize,
    /// From the first click to the last answer.
    pub(crate) took: Duration,
    /// From each click to its answer, sorted.
    pub(crate) answered_after: Vec<Duration>,
    /// How much later than it was due each click was made, sorted: the fault of who measures, not of the bot.
    pub(crate) late: Vec<Duration>,
    /// Requests to change a post that came in meanwhile.
    pub(crate) edits: usize,
}

/// Makes the clicks from the n-th on, so many a second, each when it is due.
pub(crate) async fn offer(world: &World, town: &Town, from: usize, count: usize, rate: f64) -> Clicked {
    let mut ears = Ears::open(world);
    let start = Instant::now();
    let click = async {
        let mut late = Vec::with_capacity(count);
        for nth in 0..count {
            let due = start + Duration::from_secs_f64(nth as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
            late.push(due.elapsed());
            town.click(from + nth).await;
        }
        late
    };
    let hear = async { while ears.heard.len() < count && ears.hear().await {} };
    let (late, ()) = tokio::join!(click, hear);
    ears.done(start, count, late)
}

/// Makes the clicks from the n-th on, with so many under way at any time.
pub(crate) async fn press_on(world: &World, town: &Town, from: usize, count: usize, in_flight: usize) -> Clicked {
    let mut ears = Ears::open(world);
    let start = Instant::now();
    for nth in 0..count {
        while nth - ears.heard.len() >= in_flight && ears.hear().await {}
        town.click(from + nth).await;
    }
    while ears.heard.len() < count && ears.hear().await {}
    ears.done(start, count, Vec::new())
}

/// Hears the answers, and lets the simulated Discord forget them, whose memory would else grow until it is slow.
struct Ears<'a> {
    world: &'a World,
    answers: UnboundedReceiver<Heard>,
    heard: Vec<Duration>,
    last: Instant,
    edits: usize,
}

impl<'a> Ears<'a> {
    fn open(world: &'a World) -> Self {
        Self { world, answers: world.discord.first_answers(), heard: Vec::new(), last: Instant::now(), edits: 0 }
    }

    /// Waits for some answers; false where none come any more.
    async fn hear(&mut self) -> bool {
        let mut batch = Vec::with_capacity(BATCH);
        if tokio::time::timeout(PATIENCE, self.answers.recv_many(&mut batch, BATCH)).await.is_err() {
            return false;
        }
        self.last = Instant::now();
        self.heard.extend(batch.iter().map(|answer| answer.after));
        self.edits += self.world.discord.hub.change(|state| {
            for answer in &batch {
                let receipt = state.interactions.remove(&answer.interaction).and_then(|done| done.original);
                receipt.and_then(|receipt| state.messages.remove(&receipt));
            }
            state.requests.drain(..).filter(|request| request.method == "PATCH").count()
        });
        true
    }

    fn done(mut self, start: Instant, count: usize, mut late: Vec<Duration>) -> Clicked {
        // What has no answer by now is not to be complained of at the end.
        self.world.discord.hub.change(|state| state.interactions.clear());
        let (took, unanswered) = (self.last - start, count - self.heard.len());
        self.heard.sort_unstable();
        late.sort_unstable();
        Clicked { count: self.heard.len(), unanswered, took, answered_after: self.heard, late, edits: self.edits }
    }
}
