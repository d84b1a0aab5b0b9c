//! Streaks, freezes, and what does not break them.

use trapline::core::score::Streak;

use crate::stage::{Stage, admin, member};

/// Plays one day: the post at nine, answers, the reveal at five.
async fn day(stage: &Stage, day: u32, answered: &[&str]) {
    stage.run_at(&format!("2026-12-{day:02}T09:00:00Z")).await;
    let round = stage.open_round().await;
    for user in answered {
        stage.answer(user, round, true).await;
    }
    stage.run_at(&format!("2026-12-{day:02}T17:00:00Z")).await;
}

async fn streak(stage: &Stage, user: &str) -> Streak {
    let stats = stage.s().stats(&member("g", user), None).await.expect("they are a member");
    stats.streaks.first().map_or_else(Streak::default, |(_, streak)| *streak)
}

async fn staged() -> Stage {
    let stage = Stage::new().await;
    stage.clock.set(crate::stage::at("2026-12-01T08:00:00Z"));
    stage.feed().await;
    stage
}

#[tokio::test]
async fn a_freeze_takes_one_missed_slot() {
    let stage = staged().await;
    for n in 1..=7 {
        day(&stage, n, &["ann"]).await;
    }
    assert_eq!(streak(&stage, "ann").await, Streak { current: 7, best: 7, freezes: 1, toward: 0 });
    day(&stage, 8, &["ben"]).await;
    assert_eq!(streak(&stage, "ann").await, Streak { current: 7, best: 7, freezes: 0, toward: 0 });
    day(&stage, 9, &["ben"]).await;
    assert_eq!(streak(&stage, "ann").await.current, 0);
    assert_eq!(streak(&stage, "ben").await.current, 2);
}

#[tokio::test]
async fn neither_an_outage_nor_a_pause_nor_a_post_that_never_arrived_breaks_it() {
    let stage = staged().await;
    day(&stage, 1, &["ann"]).await;
    // Away all of the 2nd; the 3rd is paused.
    stage.run_at("2026-12-02T23:00:00Z").await;
    stage.s().feed_pause(&admin("g"), "1").await.unwrap();
    stage.run_at("2026-12-03T12:00:00Z").await;
    stage.s().feed_resume(&admin("g"), "1").await.unwrap();
    // On the 4th the channel refuses until after the reveal.
    stage.chat.block("c1");
    stage.run_at("2026-12-04T09:00:00Z").await;
    stage.run_at("2026-12-04T17:00:00Z").await;
    stage.chat.unblock("c1");
    // A post by hand counts for nobody's streak.
    stage.run_at("2026-12-04T20:00:00Z").await;
    let (_, extra) = stage.s().feed_post(&admin("g"), "1").await.unwrap();
    stage.run().await;
    stage.s().feed_reveal(&admin("g"), "1").await.unwrap();
    stage.run().await;
    assert!(stage.s().revealed(&member("g", "ann"), extra).await.is_ok());
    day(&stage, 5, &["ann"]).await;
    assert_eq!(streak(&stage, "ann").await, Streak { current: 2, best: 2, freezes: 0, toward: 2 });
    day(&stage, 6, &[]).await;
    assert_eq!(streak(&stage, "ann").await.current, 0, "this one was there to be answered");
}

#[tokio::test]
async fn slots_are_settled_in_their_order() {
    let stage = staged().await;
    stage.run_at("2026-12-01T09:00:00Z").await;
    let first = stage.open_round().await;
    stage.answer("ann", first, true).await;
    // From here on rounds stay open for three days; the first one's reveal is as announced.
    let slow = trapline::core::feed::Draft { reveal_after: Some(72), ..Default::default() };
    stage.run_at("2026-12-01T17:00:00Z").await;
    stage.s().feed_edit(&admin("g"), "1", &slow).await.unwrap();
    stage.run_at("2026-12-02T09:00:00Z").await;
    let second = stage.open_round().await;
    stage.answer("ann", second, true).await;
    let quick = trapline::core::feed::Draft { reveal_after: Some(1), ..Default::default() };
    stage.s().feed_edit(&admin("g"), "1", &quick).await.unwrap();
    stage.run_at("2026-12-03T09:00:00Z").await;
    stage.run_at("2026-12-03T10:00:00Z").await;
    assert_eq!(streak(&stage, "ann").await.current, 1, "the third slot waits for the second");
    stage.run_at("2026-12-05T09:00:00Z").await;
    assert_eq!(streak(&stage, "ann").await, Streak { current: 0, best: 2, freezes: 0, toward: 2 });
}
