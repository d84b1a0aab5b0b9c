//! Days that are not 24 hours long, and days that were missed.

use trapline::core::ids::Platform;

use crate::world::stage::Stage;
use crate::{on_each_platform, set};

on_each_platform![
    the_day_without_half_past_two,
    the_day_with_two_half_past_twos,
    a_slot_missed_by_little_is_posted_late,
    slots_missed_by_much_are_skipped,
    the_next_post_brings_the_reveal,
    a_clock_that_goes_back_and_jumps_ahead,
];

/// A feed at a local time in Berlin that reveals with the next post: each day brings one post.
async fn berlin(platform: Platform, start: &str, time: &str) -> Stage {
    let stage = Stage::at(platform, start).await;
    stage.feed(set!["time" => time, "timezone" => "Europe/Berlin", "reveal_after" => 72]).await;
    stage
}

async fn the_day_without_half_past_two(platform: Platform) {
    let stage = berlin(platform, "2026-03-28T12:00:00Z", "02:30").await;
    stage.time("2026-03-29T00:59:59Z").await;
    assert!(stage.channel().messages().is_empty(), "the gap has not begun");
    stage.clock().set_to("2026-03-29T01:00:00Z");
    stage.channel().expect_message().await;
    stage.time("2026-03-29T01:30:00Z").await;
    assert_eq!(stage.channel().messages().len(), 1, "one slot in a day with a gap");
    stage.clock().set_to("2026-03-30T00:30:00Z");
    stage.channel().expect_message().await;
    stage.finish().await;
}

async fn the_day_with_two_half_past_twos(platform: Platform) {
    let stage = berlin(platform, "2026-10-24T12:00:00Z", "02:30").await;
    stage.clock().set_to("2026-10-25T00:30:00Z");
    stage.channel().expect_message().await;
    stage.time("2026-10-25T01:30:00Z").await;
    assert_eq!(stage.channel().messages().len(), 1, "one slot in a day with an overlap");
    stage.clock().set_to("2026-10-26T01:30:00Z");
    stage.channel().expect_message().await;
    stage.finish().await;
}

async fn a_slot_missed_by_little_is_posted_late(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    stage.stop().await;
    stage.clock().set_to("2026-03-02T11:00:00Z");
    stage.start().await;
    let post = stage.channel().expect_message().await;
    assert!(post.text().contains("late"), "{}", post.text());
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 1);
    stage.finish().await;
}

async fn slots_missed_by_much_are_skipped(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    stage.stop().await;
    stage.clock().set_to("2026-03-06T20:00:00Z");
    stage.start().await;
    stage.settle().await;
    assert!(stage.channel().messages().is_empty(), "eleven hours are too late");
    let list = stage.admin().command(&stage.channel(), "feed list", set![]).await;
    assert!(list.text().contains("Skipped"), "{}", list.text());
    stage.clock().set_to("2026-03-07T09:00:00Z");
    stage.channel().expect_message().await;
    stage.finish().await;
}

async fn the_next_post_brings_the_reveal(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 0, "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let first = stage.channel().expect_message().await;
    stage.time("2026-03-03T08:59:00Z").await;
    assert_eq!(stage.channel().messages().len(), 1);
    stage.clock().set_to("2026-03-03T09:00:00Z");
    for _ in 0..4 {
        stage.channel().expect_message().await;
    }
    first.becomes("the first to be closed", |post| post.text().contains("Revealed: ")).await;
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 5, "two posts, a reveal, two details");
    stage.finish().await;
}

async fn a_clock_that_goes_back_and_jumps_ahead(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72, "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    stage.channel().expect_message().await;
    for time in ["08:30:00", "08:59:59", "09:00:00"] {
        stage.time(&format!("2026-03-02T{time}Z")).await;
    }
    assert_eq!(stage.channel().messages().len(), 1, "a slot that strikes twice is posted once");
    // As after a suspend of some days: the program has not stopped.
    stage.clock().set_to("2026-03-06T10:00:00Z");
    for _ in 0..4 {
        stage.channel().expect_message().await;
    }
    stage.settle().await;
    let messages = stage.channel().messages();
    assert_eq!(messages.len(), 5, "a post, its reveal and details, and of four slots the newest");
    assert_eq!(messages.iter().filter(|message| message.text().contains("late")).count(), 1);
    stage.finish().await;
}
