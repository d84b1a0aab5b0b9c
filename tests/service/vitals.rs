//! What whoever watches the program is told: what waits, and that something fails.

use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;
use trapline::core::ids::Platform;
use trapline::metrics::Now;
use trapline::ports::ChatError;
use trapline::scheduler;
use trapline::service::Actor;
use trapline::service::vitals::{Trouble, Waiting};

use crate::database::connect;
use crate::stage::{Fault, Stage, admin, at, draft};

const NOTHING: Waiting = Waiting { owed: 0, overdue: TimeDelta::zero() };

#[tokio::test]
async fn what_its_admin_was_told_of_or_has_switched_off_does_not_count_as_waiting() {
    let stage = Stage::new().await;
    stage.feed().await;
    let boss = Actor { platform: Platform::Slack, ..admin("w") };
    stage.s().feed_add(&boss, &draft("s1")).await.unwrap();
    stage.chat.block("c1");
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T09:06:00Z").await;
    assert!(stage.s().owed().await.unwrap() >= 2, "both posts are owed");
    assert_eq!(stage.s().waiting(&[Platform::Discord]).await.unwrap(), NOTHING);
    let with_slack = stage.s().waiting(&[Platform::Discord, Platform::Slack]).await.unwrap();
    assert_eq!(with_slack, Waiting { owed: 1, overdue: TimeDelta::minutes(6) });

    stage.s().feed_add(&admin("g"), &draft("c2")).await.unwrap();
    stage.clock.set(at("2026-11-24T08:59:00Z"));
    assert_eq!(stage.s().waiting(&[Platform::Discord]).await.unwrap(), NOTHING);
    let busy = || Fault::Error(ChatError::NotSent { reason: "busy".into(), retry_after: None });
    stage.chat.fail_sends([busy(), busy()]);
    stage.run_at("2026-11-24T09:00:00Z").await;
    stage.clock.set(at("2026-11-24T09:01:00Z"));
    let waiting = stage.s().waiting(&[Platform::Discord]).await.unwrap();
    assert_eq!(waiting, Waiting { owed: 1, overdue: TimeDelta::minutes(1) }, "a feed that works is waited for");
}

#[tokio::test]
async fn a_round_that_can_not_be_read_is_counted_as_a_fault_and_told_until_it_can() {
    let mut stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let url = stage.url();
    let mut conn = connect(url.trim_start_matches("sqlite://")).await;
    sqlx::query("UPDATE trap_versions SET json = 'x' || json").execute(&mut conn).await.unwrap();
    stage.restart().await;
    stage.clock.set(at("2026-11-23T17:00:00Z"));
    let (service, chats) = (stage.s().clone(), stage.chats());
    let loops = scheduler::run(service, chats, CancellationToken::new());
    let story = async {
        until(&stage, |text| value(text, r#"trapline_faults_total{task="tick"}"#) >= 1.0).await;
        assert_eq!(stage.s().troubles().await, [Trouble::Scheduler]);
        sqlx::query("UPDATE trap_versions SET json = substr(json, 2)").execute(&mut conn).await.unwrap();
        until(&stage, |_| stage.s().last_tick().is_some()).await;
        assert_eq!(stage.s().troubles().await, []);
    };
    tokio::select! {
        () = loops => panic!("the loops go on"),
        () = story => {}
    }
}

fn value(text: &str, series: &str) -> f64 {
    text.lines().find_map(|line| line.strip_prefix(series)).expect("it is there").trim().parse().expect("a number")
}

/// Waits until the metrics are as they should be.
async fn until(stage: &Stage, holds: impl Fn(&str) -> bool) {
    let now = Now { outbox: None, overdue: None, ticked: None, ready: true, platforms: Vec::new() };
    let waited = async {
        while !holds(&stage.s().metrics().text(&now)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.expect("it comes about");
}
