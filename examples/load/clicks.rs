//! Clicks by the thousand: at a rate, whatever becomes of them, or as fast as they are answered.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;

use crate::town::Town;
use crate::world::World;
use crate::world::discord::interaction::Heard;
use crate::world::hub::PATIENCE;
use crate::{Failure, Outcome};

/// How many answers are taken note of at once.
const BATCH: usize = 64;

/// What came of a number of clicks.
pub(crate) struct Clicked {
    pub(crate) count: usize,
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
pub(crate) async fn offer(world: &World, town: &Town, from: usize, count: usize, rate: f64) -> Outcome<Clicked> {
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
    let hear = async {
        while ears.heard.len() < count {
            ears.hear().await?;
        }
        Ok::<_, Failure>(())
    };
    let (late, heard) = tokio::join!(click, hear);
    heard?;
    Ok(ears.done(start, late))
}

/// Makes the clicks from the n-th on, with so many under way at any time.
pub(crate) async fn press_on(
    world: &World,
    town: &Town,
    from: usize,
    count: usize,
    in_flight: usize,
) -> Outcome<Clicked> {
    let mut ears = Ears::open(world);
    let start = Instant::now();
    for nth in 0..count {
        while nth - ears.heard.len() >= in_flight {
            ears.hear().await?;
        }
        town.click(from + nth).await;
    }
    while ears.heard.len() < count {
        ears.hear().await?;
    }
    Ok(ears.done(start, Vec::new()))
}

/// Hears the answers, and lets the simulated Discord forget them, whose memory would else grow until it is slow.
struct Ears<'a> {
    world: &'a World,
    answers: UnboundedReceiver<Heard>,
    heard: Vec<Duration>,
    edits: usize,
}

impl<'a> Ears<'a> {
    fn open(world: &'a World) -> Self {
        Self { world, answers: world.discord.first_answers(), heard: Vec::new(), edits: 0 }
    }

    async fn hear(&mut self) -> Outcome<()> {
        let mut batch = Vec::with_capacity(BATCH);
        let heard = tokio::time::timeout(PATIENCE, self.answers.recv_many(&mut batch, BATCH)).await;
        heard.map_err(|_| format!("no answer for {PATIENCE:?} after {} of them", self.heard.len()))?;
        self.heard.extend(batch.iter().map(|answer| answer.after));
        self.edits += self.world.discord.hub.change(|state| {
            for answer in &batch {
                let receipt = state.interactions.remove(&answer.interaction).and_then(|done| done.original);
                receipt.and_then(|receipt| state.messages.remove(&receipt));
            }
            state.requests.drain(..).filter(|request| request.method == "PATCH").count()
        });
        Ok(())
    }

    fn done(mut self, start: Instant, mut late: Vec<Duration>) -> Clicked {
        let took = start.elapsed();
        self.heard.sort_unstable();
        late.sort_unstable();
        Clicked { count: self.heard.len(), took, answered_after: self.heard, late, edits: self.edits }
    }
}
