//! Admins and their feeds: several, changed and run by hand, and permission that comes and goes.

use trapline::core::ids::Platform;

use crate::world::stage::Stage;
use crate::{on_each_platform, set};

on_each_platform![two_feeds_in_a_guild, permission_lost_and_regained, a_feed_is_edited_paused_resumed_and_run_by_hand,];

async fn two_feeds_in_a_guild(platform: Platform) {
    let stage = Stage::set(platform).await;
    let evening = stage.new_channel("evening");
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let twin = set!["channel" => &stage.channel(), "time" => "09:00", "timezone" => "UTC"];
    let refused = stage.admin().command(&stage.channel(), "feed add", twin).await;
    assert!(refused.is_private() && refused.text().contains("already"), "{}", refused.text());
    let second = set!["channel" => &evening, "time" => "20:00", "reveal_after" => 72];
    let added = stage.admin().command(&stage.channel(), "feed add", second).await;
    assert!(added.text().contains("Feed 2 is set"), "{}", added.text());

    stage.clock().set_to("2026-03-02T09:00:00Z");
    let first = stage.channel().expect_message().await;
    stage.clock().set_to("2026-03-02T20:00:00Z");
    let second = evening.expect_message().await;
    assert_ne!(first.text().lines().next(), second.text().lines().next(), "an open trap is not posted twice");

    let list = stage.admin().command(&stage.channel(), "feed list", set![]).await;
    assert!(list.text().contains("2 feeds"), "{}", list.text());
    let removed = stage.admin().command(&stage.channel(), "feed remove", set!["feed" => 2]).await;
    assert!(removed.text().contains("Feed 2 is removed"), "{}", removed.text());
    let refused = stage.admin().command(&stage.channel(), "feed pause", set!["feed" => 2]).await;
    assert!(refused.text().contains("no feed"), "{}", refused.text());
    stage.clock().set_to("2026-03-03T09:00:00Z");
    stage.channel().expect_message().await;
    stage.time("2026-03-03T20:00:00Z").await;
    assert_eq!(evening.messages().len(), 1, "a removed feed posts nothing more");
    stage.finish().await;
}

async fn permission_lost_and_regained(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    stage.channel().shut_out();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let notice = stage.admin().expect_direct_message().await;
    assert!(notice.text().contains("can't post"), "{}", notice.text());
    let health = stage.admin().command(&stage.channel(), "doctor", set![]).await;
    let remedy = if platform == Platform::Slack { "/invite" } else { "Send Messages" };
    assert!(health.is_private() && health.text().contains(remedy), "{}", health.text());
    for minute in ["09:02", "09:10", "09:30"] {
        stage.time(&format!("2026-03-02T{minute}:00Z")).await;
    }
    assert!(stage.channel().messages().is_empty());
    assert_eq!(stage.admin().conversation().await.messages().len(), 1, "told once");

    stage.channel().let_in();
    stage.clock().set_to("2026-03-02T11:00:00Z");
    stage.channel().expect_message().await;
    stage.settle().await;
    let health = stage.admin().command(&stage.channel(), "doctor", set![]).await;
    assert!(health.text().contains("All is well"), "{}", health.text());
    stage.finish().await;
}

async fn a_feed_is_edited_paused_resumed_and_run_by_hand(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    let edited = stage.admin().command(&stage.channel(), "feed edit", set!["feed" => 1, "time" => "10:30"]).await;
    assert!(edited.text().contains("10:30"), "{}", edited.text());
    stage.time("2026-03-02T09:00:00Z").await;
    assert!(stage.channel().messages().is_empty(), "the old time is no more");
    stage.admin().command(&stage.channel(), "feed pause", set!["feed" => 1]).await;
    stage.time("2026-03-02T10:30:00Z").await;
    assert!(stage.channel().messages().is_empty(), "a paused feed rests");
    stage.admin().command(&stage.channel(), "feed resume", set!["feed" => 1]).await;

    let preview = stage.admin().command(&stage.channel(), "feed preview", set!["feed" => 1]).await;
    assert!(preview.is_private());
    let posted = stage.admin().command(&stage.channel(), "feed post", set!["feed" => 1]).await;
    assert!(posted.is_private());
    stage.channel().expect_message().await;
    stage.admin().command(&stage.channel(), "feed reveal", set!["feed" => 1]).await;
    for _ in 0..3 {
        stage.channel().expect_message().await;
    }
    let nothing = stage.admin().command(&stage.channel(), "feed reveal", set!["feed" => 1]).await;
    assert!(nothing.text().contains("no open round"), "{}", nothing.text());
    stage.finish().await;
}
