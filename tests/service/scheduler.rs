//! The loops: they act when something is due, and end when they are told.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use trapline::core::ids::Platform;
use trapline::core::round::Given;
use trapline::core::trap::Level;
use trapline::ports::Chats;
use trapline::scheduler;
use trapline::service::Actor;

use crate::stage::{ChatState, FakeChat, Fault, Stage, admin, at, draft, member, trap};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

async fn until(holds: impl Fn() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("it comes about");
}

#[tokio::test]
async fn what_falls_due_is_posted_and_revealed_until_the_end() {
    let stage = Stage::new().await;
    stage.feed().await;
    let shutdown = CancellationToken::new();
    let loops = scheduler::run(stage.s().clone(), stage.chats(), shutdown.clone());
    let story = async {
        stage.clock.set(at("2026-11-23T09:00:00Z"));
        until(|| stage.chat.channel("c1").len() == 1).await;
        let round = stage.open_round().await;
        stage.answer("ann", round, true).await;
        stage.clock.set(at("2026-11-23T17:00:00Z"));
        until(|| stage.chat.state().messages.len() == 4).await;
        stage.s().feed_post(&admin("g"), "1").await.unwrap();
        until(|| stage.chat.channel("c1").len() == 3).await;
        shutdown.cancel();
    };
    let both = async { tokio::join!(loops, story) };
    tokio::time::timeout(PATIENCE, both).await.expect("the loops end");
}

#[tokio::test]
async fn a_platform_that_hangs_delays_no_other() {
    let stage = Stage::new().await;
    let slack = Arc::new(FakeChat::new(Platform::Slack, stage.clock.clone()));
    let boss = Actor { platform: Platform::Slack, ..admin("w") };
    stage.s().feed_add(&boss, &draft("s1")).await.unwrap();
    stage.feed().await;
    slack.fail_sends([Fault::LostHang]);
    let chats = Chats::new(vec![slack.clone(), stage.chat.clone()]);
    let loops = scheduler::run(stage.s().clone(), chats, CancellationToken::new());
    let story = async {
        stage.clock.set(at("2026-11-23T09:00:00Z"));
        until(|| slack.state().hung == 1).await;
        until(|| stage.chat.channel("c1").len() == 1).await;
        stage.clock.set(at("2026-11-23T17:00:00Z"));
        until(|| stage.chat.channel("c1").len() == 2).await;
    };
    tokio::select! {
        () = loops => panic!("the loops go on"),
        () = story => {}
    }
    assert_eq!(slack.state().hung, 1, "it still hangs");
}

#[tokio::test]
async fn a_platform_whose_edits_hang_delays_those_of_no_other() {
    let stage = Stage::new().await;
    let slack = Arc::new(FakeChat::new(Platform::Slack, stage.clock.clone()));
    let boss = Actor { platform: Platform::Slack, ..admin("w") };
    stage.s().feed_add(&boss, &draft("s1")).await.unwrap();
    stage.feed().await;
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    stage.run().await;
    stage.s().deliver(slack.as_ref()).await.unwrap();
    let on_slack = stage.s().today(&boss).await.unwrap()[0].round.id;
    stage.s().answer(&boss, on_slack, &Given::Position(0)).await.unwrap();
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.clock.set(at("2026-11-23T09:01:00Z"));
    slack.fail_edits([Fault::LostHang]);
    let chats = Chats::new(vec![slack.clone(), stage.chat.clone()]);
    let loops = scheduler::run(stage.s().clone(), chats, CancellationToken::new());
    let story = async {
        until(|| slack.state().hung == 1 && stage.chat.channel("c1")[0].edits == 1).await;
        stage.answer("ben", round, true).await;
        stage.clock.set(at("2026-11-23T09:02:00Z"));
        until(|| stage.chat.channel("c1")[0].edits == 2).await;
    };
    tokio::select! {
        () = loops => panic!("the loops go on"),
        () = story => {}
    }
    assert_eq!(slack.state().hung, 1, "it still hangs");
}

/// Forty feeds with a trap for each.
async fn forty_feeds() -> Stage {
    let many = (1..=40).map(|n| trap(&format!("trap-{n}"), "alpha", n, "memory", Level::Mid));
    let stage = Stage::with(many.collect()).await;
    for channel in 0..40 {
        stage.s().feed_add(&admin("g"), &draft(&format!("c{channel}"))).await.expect("neither refused nor a fault");
    }
    stage
}

/// Runs the loops, and tells them to stop as soon as the chat has seen so much.
async fn stop_once(stage: &Stage, seen: impl Fn(&ChatState) -> bool) {
    let shutdown = CancellationToken::new();
    let loops = scheduler::run(stage.s().clone(), stage.chats(), shutdown.clone());
    let story = async {
        until(|| seen(&stage.chat.state())).await;
        shutdown.cancel();
    };
    let both = async { tokio::join!(loops, story) };
    tokio::time::timeout(PATIENCE, both).await.expect("the loops end");
}

#[tokio::test]
async fn at_the_end_messages_in_hand_are_finished_and_no_other_is_begun() {
    let stage = forty_feeds().await;
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    stage.chat.fail_sends(std::iter::repeat_n(Fault::Slow, 40));
    stop_once(&stage, |chat| chat.tries > 0).await;
    let state = stage.chat.state();
    assert_eq!(state.messages.len(), usize::try_from(state.tries).unwrap(), "what was begun has arrived");
    assert!(state.tries < 40, "the rest stays in the outbox");
}

#[tokio::test]
async fn at_the_end_edits_in_hand_are_finished_and_the_others_wait_for_the_next_start() {
    let mut stage = forty_feeds().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    for open in stage.s().today(&member("g", "ann")).await.unwrap() {
        stage.answer("ann", open.round.id, true).await;
    }
    stage.clock.set(at("2026-11-23T09:01:00Z"));
    stage.chat.fail_edits(std::iter::repeat_n(Fault::Slow, 40));
    stop_once(&stage, |chat| chat.edit_tries > 0).await;
    let edited = |stage: &Stage| stage.chat.state().messages.iter().filter(|message| message.edits > 0).count();
    let tries = usize::try_from(stage.chat.state().edit_tries).unwrap();
    assert!(edited(&stage) == tries && tries < 40, "{tries} were begun, {} have arrived", edited(&stage));
    stage.chat.state().edits.clear();
    stage.restart().await;
    stage.refresh().await;
    assert_eq!(edited(&stage), 40);
}
