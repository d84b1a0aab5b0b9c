//! Days that are not 24 hours long, and days that were missed.

use crate::opts;
use crate::world::scene::Scene;

/// A feed at a local time in Berlin that reveals with the next post: each day brings one post.
async fn berlin(start: &str, time: &str) -> Scene {
    let scene = Scene::at(start).await;
    scene.feed(opts!["time" => time, "timezone" => "Europe/Berlin", "reveal_after" => 72]).await;
    scene
}

#[tokio::test]
async fn the_day_without_half_past_two() {
    let scene = berlin("2026-03-28T12:00:00Z", "02:30").await;
    scene.time("2026-03-29T00:59:59Z").await;
    assert!(scene.channel.messages().is_empty(), "the gap has not begun");
    scene.world.clock.set_to("2026-03-29T01:00:00Z");
    scene.channel.expect_message().await;
    scene.time("2026-03-29T01:30:00Z").await;
    assert_eq!(scene.channel.messages().len(), 1, "one slot in a day with a gap");
    scene.world.clock.set_to("2026-03-30T00:30:00Z");
    scene.channel.expect_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn the_day_with_two_half_past_twos() {
    let scene = berlin("2026-10-24T12:00:00Z", "02:30").await;
    scene.world.clock.set_to("2026-10-25T00:30:00Z");
    scene.channel.expect_message().await;
    scene.time("2026-10-25T01:30:00Z").await;
    assert_eq!(scene.channel.messages().len(), 1, "one slot in a day with an overlap");
    scene.world.clock.set_to("2026-10-26T01:30:00Z");
    scene.channel.expect_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn a_slot_missed_by_little_is_posted_late() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    scene.stop().await;
    scene.world.clock.set_to("2026-03-02T11:00:00Z");
    scene.start().await;
    let post = scene.channel.expect_message().await;
    assert!(post.text().contains("late"), "{}", post.text());
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 1);
    scene.finish().await;
}

#[tokio::test]
async fn slots_missed_by_much_are_skipped() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    scene.stop().await;
    scene.world.clock.set_to("2026-03-06T20:00:00Z");
    scene.start().await;
    scene.settle().await;
    assert!(scene.channel.messages().is_empty(), "eleven hours are too late");
    let list = scene.admin.slash(&scene.channel, "feed list", opts![]).await;
    assert!(list.text().contains("Skipped"), "{}", list.text());
    scene.world.clock.set_to("2026-03-07T09:00:00Z");
    scene.channel.expect_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn the_next_post_brings_the_reveal() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 0, "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let first = scene.channel.expect_message().await;
    scene.time("2026-03-03T08:59:00Z").await;
    assert_eq!(scene.channel.messages().len(), 1);
    scene.world.clock.set_to("2026-03-03T09:00:00Z");
    for _ in 0..4 {
        scene.channel.expect_message().await;
    }
    first.becomes("the first to be closed", |post| post.text().contains("Revealed: ")).await;
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 5, "two posts, a reveal, two details");
    scene.finish().await;
}
