//! What goes wrong on demand: a request that matches meets a fault, once or for a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::http::Reply;
use super::hub::{Hub, Simulated};

/// What happens to a request that matches.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Answered with this, and nothing done.
    Answer { status: u16, body: Value },
    /// Answered with 429, and nothing done.
    TooMany { retry_after: Duration, global: bool },
    /// Carried out after a pause.
    Delay(Duration),
    /// Carried out when the test lets it go.
    Hold,
    /// Carried out at once; answered when the test lets it go.
    HoldAnswer,
    /// The connection breaks, and nothing is done.
    CutBefore,
    /// Carried out, and then the connection breaks.
    CutAfter,
    /// Carried out, and answered with text that is no JSON.
    Garbage,
}

/// How a request that may have met a fault ends.
#[derive(Debug)]
pub enum Met {
    Answered(Reply),
    TooMany {
        retry_after: Duration,
        global: bool,
    },
    /// The connection is to be cut.
    Cut,
    /// Carried out with this status, and to be answered with text that is no JSON.
    Garbage(u16),
}

/// Takes a request through the fault that it meets, if any.
pub async fn meet(fault: Option<(Effect, CancellationToken)>, carry_out: impl FnOnce() -> Reply + Send) -> Met {
    let Some((effect, gate)) = fault else { return Met::Answered(carry_out()) };
    match effect {
        Effect::Answer { status, body } => Met::Answered(Reply { status, body }),
        Effect::TooMany { retry_after, global } => Met::TooMany { retry_after, global },
        Effect::Delay(pause) => {
            tokio::time::sleep(pause).await;
            Met::Answered(carry_out())
        }
        Effect::Hold => {
            gate.cancelled().await;
            Met::Answered(carry_out())
        }
        Effect::HoldAnswer => {
            let reply = carry_out();
            gate.cancelled().await;
            Met::Answered(reply)
        }
        Effect::CutBefore => Met::Cut,
        Effect::CutAfter => {
            carry_out();
            Met::Cut
        }
        Effect::Garbage => Met::Garbage(carry_out().status),
    }
}

/// A request, as patterns such as `POST /channels/*/messages` see it. `*` stands for one step of the path.
#[derive(Debug, Clone)]
pub struct Pattern {
    method: String,
    steps: Vec<String>,
}

impl Pattern {
    /// # Panics
    /// Where the text is not `METHOD /path`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (method, path) = text.split_once(' ').unwrap_or_else(|| panic!("`{text}` is not `METHOD /path`"));
        Self { method: method.to_owned(), steps: steps(path).map(str::to_owned).collect() }
    }

    #[must_use]
    pub fn matches(&self, method: &str, path: &str) -> bool {
        let given: Vec<&str> = steps(path).collect();
        (self.method == "*" || self.method == method)
            && given.len() == self.steps.len()
            && self.steps.iter().zip(given).all(|(step, given)| step == "*" || step == given)
    }
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|step| !step.is_empty())
}

#[derive(Debug)]
struct Armed {
    pattern: Pattern,
    effect: Effect,
    /// How many more requests it meets; none: all.
    left: Option<u32>,
    hits: u32,
    gate: CancellationToken,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults {
    armed: BTreeMap<u32, Armed>,
    count: u32,
}

impl Faults {
    /// The oldest fault that this request meets, and the gate at which it may have to wait.
    pub fn take(&mut self, method: &str, path: &str) -> Option<(Effect, CancellationToken)> {
        let met = |armed: &&mut Armed| armed.left != Some(0) && armed.pattern.matches(method, path);
        let armed = self.armed.values_mut().find(met)?;
        armed.left = armed.left.map(|left| left - 1);
        armed.hits += 1;
        Some((armed.effect.clone(), armed.gate.clone()))
    }
}

/// A fault in the making: `discord.on("POST /channels/*/messages").times(2).status(503)`.
pub struct Planned<S> {
    hub: Arc<Hub<S>>,
    pattern: Pattern,
    times: Option<u32>,
}

impl<S: Simulated> Planned<S> {
    #[must_use]
    pub fn new(hub: Arc<Hub<S>>, pattern: &str) -> Self {
        Self { hub, pattern: Pattern::new(pattern), times: Some(1) }
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Until [`Fault::lift`].
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }

    /// Puts the fault in force.
    pub fn meets(self, effect: Effect) -> Fault<S> {
        let gate = CancellationToken::new();
        let armed = Armed { pattern: self.pattern, effect, left: self.times, hits: 0, gate: gate.clone() };
        let id = self.hub.change(|state| {
            let faults = state.faults_mut();
            faults.count += 1;
            faults.armed.insert(faults.count, armed);
            faults.count
        });
        Fault { hub: self.hub, id, gate }
    }

    /// An answer of a broken or unwilling server.
    pub fn status(self, status: u16) -> Fault<S> {
        let body = serde_json::json!({"message": format!("{status}: injected"), "code": 0});
        self.meets(Effect::Answer { status, body })
    }

    pub fn too_many(self, retry_after: Duration) -> Fault<S> {
        self.meets(Effect::TooMany { retry_after, global: false })
    }

    pub fn hold(self) -> Fault<S> {
        self.meets(Effect::Hold)
    }

    pub fn hold_answer(self) -> Fault<S> {
        self.meets(Effect::HoldAnswer)
    }

    pub fn cut_before(self) -> Fault<S> {
        self.meets(Effect::CutBefore)
    }

    pub fn cut_after(self) -> Fault<S> {
        self.meets(Effect::CutAfter)
    }

    pub fn garbage(self) -> Fault<S> {
        self.meets(Effect::Garbage)
    }
}

/// A fault in force. Dropping it changes nothing: it stays.
pub struct Fault<S> {
    hub: Arc<Hub<S>>,
    id: u32,
    gate: CancellationToken,
}

impl<S: Simulated> Fault<S> {
    /// How many requests met it.
    #[must_use]
    pub fn hits(&self) -> u32 {
        self.hub.look(|state| state.faults().armed.get(&self.id).map_or(0, |armed| armed.hits))
    }

    /// Waits until so many requests have met it.
    pub async fn hit(&self, times: u32) {
        let enough =
            |state: &S| state.faults().armed.get(&self.id).is_some_and(|armed| armed.hits >= times).then_some(());
        self.hub.wait("a request that meets the fault", enough).await;
    }

    /// Lets go whoever waits at it, now and later.
    pub fn release(&self) {
        self.gate.cancel();
    }

    /// Ends it, and lets go whoever waits at it.
    pub fn lift(&self) {
        self.hub.change(|state| {
            if let Some(armed) = state.faults_mut().armed.get_mut(&self.id) {
                armed.left = Some(0);
            }
        });
        self.release();
    }
}
