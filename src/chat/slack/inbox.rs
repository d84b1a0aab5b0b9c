//! What came over a connection → work, each thing once. Acknowledged first, done then, and waited for at a stop.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::envelope::{Event, Frame};
use super::{Shared, receive};

/// Envelopes remembered: Slack sends one again within minutes, if at all.
const REMEMBERED: usize = 4096;

pub(super) struct Inbox {
    shared: Arc<Shared>,
    tracker: TaskTracker,
    stopping: CancellationToken,
    memory: Mutex<Memory>,
}

/// What was taken already, by envelope and by trigger, with what it was answered with.
#[derive(Default)]
struct Memory {
    known: HashMap<String, Value>,
    order: VecDeque<String>,
}

impl Inbox {
    pub(super) fn new(shared: Arc<Shared>, stopping: CancellationToken) -> Self {
        Self { shared, tracker: TaskTracker::new(), stopping, memory: Mutex::default() }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Begins the work; returns the acknowledgement, if it is not one that the work has a say in.
    pub(super) fn take(self: &Arc<Self>, frame: &Frame, acks: &mpsc::UnboundedSender<String>) -> Option<String> {
        let envelope = frame.envelope_id.clone()?;
        let Some((event, again)) = frame.event() else { return Some(ack(&envelope, &Value::Null)) };
        if let Some(answered) = self.memory().known(&envelope, again.as_deref()) {
            return Some(ack(&envelope, &answered));
        }
        let inbox = Arc::clone(self);
        match event {
            Event::Submit { who, view } => {
                let acks = acks.clone();
                self.tracker.spawn(async move {
                    let answer = receive::submit(&inbox.shared, &inbox.tracker, who, view).await;
                    inbox.memory().answered(&envelope, again.as_deref(), &answer);
                    // The connection may be gone: then it comes again by another, and is known.
                    let _ = acks.send(ack(&envelope, &answer));
                });
                None
            }
            event => {
                self.tracker.spawn(async move { receive::handle(&inbox.shared, event).await });
                Some(ack(&envelope, &Value::Null))
            }
        }
    }

    /// Waits for the work in flight, for so long.
    pub(super) async fn finish(&self, grace: Duration) {
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_err() {
            tracing::warn!(left = self.tracker.len(), "work for Slack was still in flight at the stop");
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // At worst something is taken twice, which changes nothing.
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn ack(envelope: &str, payload: &Value) -> String {
    match payload {
        Value::Null => json!({ "envelope_id": envelope }),
        payload => json!({ "envelope_id": envelope, "payload": payload }),
    }
    .to_string()
}

impl Memory {
    /// What it was answered with, if it was taken before; remembers it if not.
    fn known(&mut self, envelope: &str, again: Option<&str>) -> Option<Value> {
        let keys = [Some(envelope), again];
        let found = keys.into_iter().flatten().find_map(|key| self.known.get(key).cloned());
        if found.is_none() {
            self.answered(envelope, again, &Value::Null);
        }
        found
    }

    fn answered(&mut self, envelope: &str, again: Option<&str>, answer: &Value) {
        for key in [Some(envelope), again].into_iter().flatten() {
            if self.known.insert(key.to_owned(), answer.clone()).is_none() {
                self.order.push_back(key.to_owned());
            }
        }
        while self.order.len() > REMEMBERED {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_known_by_its_envelope_or_its_trigger() {
        let mut memory = Memory::default();
        assert_eq!(memory.known("e1", Some("t1")), None);
        assert_eq!(memory.known("e1", Some("t1")), Some(Value::Null));
        assert_eq!(memory.known("e2", Some("t1")), Some(Value::Null));
        assert_eq!(memory.known("e3", None), None);
        memory.answered("e3", None, &json!({ "response_action": "errors" }));
        assert_eq!(memory.known("e3", None), Some(json!({ "response_action": "errors" })));
    }

    #[test]
    fn the_memory_has_an_end() {
        let mut memory = Memory::default();
        for n in 0..REMEMBERED * 2 {
            memory.known(&n.to_string(), None);
        }
        assert_eq!((memory.known.len(), memory.order.len()), (REMEMBERED, REMEMBERED));
        assert_eq!(memory.known("0", None), None, "the oldest is forgotten");
    }

    #[test]
    fn an_acknowledgement_carries_an_answer_where_there_is_one() {
        assert_eq!(ack("e", &Value::Null), r#"{"envelope_id":"e"}"#);
        assert_eq!(ack("e", &json!({ "a": 1 })), r#"{"envelope_id":"e","payload":{"a":1}}"#);
    }
}
