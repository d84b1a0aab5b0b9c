//! The loops: tick, deliver, refresh, until shutdown.
//!
//! Each is level-triggered: a turn asks what is due and does it, so that a missed wake-up or a restart costs a second at most.

use std::time::Duration;

use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::metrics::{Metrics, Task};
use crate::ports::{Chat, Chats};
use crate::service::{Error, Service};

/// How often each loop looks by itself.
const TURN: Duration = Duration::from_secs(1);
/// How long it waits at most after faults in a row.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs until `shutdown`, then finishes the messages and edits in hand and returns; what else is owed stays in the outbox. Faults of the
/// store are logged and tried again.
pub async fn run(service: Service, chats: Chats, shutdown: CancellationToken) {
    service.stop_delivering(false);
    let stop = async {
        shutdown.cancelled().await;
        service.stop_delivering(true);
    };
    // Loops for each platform: one that hangs delays no other.
    let deliveries = join_all(chats.all().map(|chat| deliveries(&service, chat.as_ref(), &shutdown)));
    let live = join_all(chats.all().map(|chat| live(&service, chat.as_ref(), &shutdown)));
    tokio::join!(ticks(&service, &shutdown), deliveries, live, stop);
}

async fn ticks(service: &Service, shutdown: &CancellationToken) {
    let mut log = FaultLog::new(Task::Tick, service.metrics());
    loop {
        let pause = log.pause_after(service.tick().await);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn deliveries(service: &Service, chat: &dyn Chat, shutdown: &CancellationToken) {
    let mut log = FaultLog::new(Task::Deliver, service.metrics());
    loop {
        let pause = log.pause_after(service.deliver(chat).await);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = service.woken(chat.platform()), if !log.failing() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn live(service: &Service, chat: &dyn Chat, shutdown: &CancellationToken) {
    let mut log = FaultLog::new(Task::Refresh, service.metrics());
    loop {
        let pause = log.pause_after(service.refresh_live(chat).await);
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Counts faults; logs one once while it lasts, and its end.
struct FaultLog {
    task: Task,
    metrics: Metrics,
    last: Option<String>,
    pause: Duration,
}

impl FaultLog {
    fn new(task: Task, metrics: &Metrics) -> Self {
        Self { task, metrics: metrics.clone(), last: None, pause: TURN }
    }

    fn failing(&self) -> bool {
        self.last.is_some()
    }

    /// Takes note of a turn's result; returns how long to wait for the next.
    fn pause_after<T>(&mut self, result: Result<T, Error>) -> Duration {
        let task = self.task.word();
        match result {
            Ok(_) => {
                if self.last.take().is_some() {
                    tracing::info!(task, "works again");
                }
                self.pause = TURN;
            }
            Err(error) => {
                self.metrics.fault(self.task);
                let said = error.to_string();
                if self.last.as_ref() != Some(&said) {
                    tracing::error!(task, error = said, "failed; it is tried again");
                }
                self.last = Some(said);
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
            }
        }
        self.pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::refusal::Refusal;

    #[test]
    fn faults_in_a_row_lengthen_the_pause_and_a_success_ends_it() {
        let metrics = Metrics::default();
        let mut log = FaultLog::new(Task::Tick, &metrics);
        let fault = || Err::<(), _>(Error::Refused(Refusal::NotSaved));
        assert_eq!(log.pause_after(fault()), Duration::from_secs(2));
        assert_eq!(log.pause_after(fault()), Duration::from_secs(4));
        for _ in 0..9 {
            log.pause_after(fault());
        }
        assert_eq!(log.pause_after(fault()), LONGEST_PAUSE);
        assert!(log.failing());
        assert_eq!(log.pause_after(Ok(())), TURN);
        assert!(!log.failing());
    }
}
