//! Admins and their feeds: several, in several guilds, and permissions that come and go.

use crate::opts;
use crate::world::discord::permissions::Permissions;
use crate::world::scene::Scene;

#[tokio::test]
async fn two_feeds_in_a_guild() {
    let scene = Scene::set().await;
    let evening = scene.guild.text("evening");
    let role = scene.guild.role("readers", Permissions::NONE);
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let twin = opts!["channel" => &scene.channel, "time" => "09:00", "timezone" => "UTC"];
    let refused = scene.admin.slash(&scene.channel, "feed add", twin).await;
    assert!(refused.is_private() && refused.text().contains("already"), "{}", refused.text());
    let second = opts!["channel" => &evening, "time" => "20:00", "role" => role, "reveal_after" => 72];
    let added = scene.admin.slash(&scene.channel, "feed add", second).await;
    assert!(added.text().contains("Feed 2 is set"), "{}", added.text());

    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let first = scene.channel.expect_message().await;
    assert!(first.pinged_roles.is_empty());
    scene.world.clock.set_to("2026-03-02T20:00:00Z");
    let second = evening.expect_message().await;
    assert_eq!(second.pinged_roles, [role.id]);
    assert_ne!(first.text().lines().next(), second.text().lines().next(), "an open trap is not posted twice");

    let list = scene.admin.slash(&scene.channel, "feed list", opts![]).await;
    assert!(list.text().contains("2 feeds"), "{}", list.text());
    let removed = scene.admin.slash(&scene.channel, "feed remove", opts!["feed" => 2]).await;
    assert!(removed.text().contains("Feed 2 is removed"), "{}", removed.text());
    let refused = scene.admin.slash(&scene.channel, "feed pause", opts!["feed" => 2]).await;
    assert!(refused.text().contains("no feed"), "{}", refused.text());
    scene.world.clock.set_to("2026-03-03T09:00:00Z");
    scene.channel.expect_message().await;
    scene.time("2026-03-03T20:00:00Z").await;
    assert_eq!(evening.messages().len(), 1, "a removed feed posts nothing more");
    scene.finish().await;
}

#[tokio::test]
async fn two_guilds_know_nothing_of_each_other() {
    let scene = Scene::set().await;
    let other = scene.world.discord.guild("Other group");
    let (elsewhere, owner) = (other.text("quiz"), other.admin("Eve"));
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    let options = opts!["channel" => &elsewhere, "time" => "09:00", "timezone" => "UTC", "thread" => false];
    let added = owner.slash(&elsewhere, "feed add", options).await;
    assert!(added.text().contains("Feed 1 is set"), "each server counts from one: {}", added.text());
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let here = scene.channel.expect_message().await;
    let there = elsewhere.expect_message().await;
    let bob = scene.guild.member("Bob");
    let bob_there = other.welcome(&bob);
    scene.answer(&bob, &here, 0).await;
    let today = bob_there.slash(&elsewhere, "today", opts![]).await;
    assert!(today.text().contains("not answered yet"), "{}", today.text());
    let custom_id = here.buttons()[0].custom_id.clone().expect("an answer's button");
    let planted = elsewhere.plant(&serde_json::json!({"content": "a copied post", "components": here.components}));
    let told = bob_there.press_custom_id(&planted, &custom_id).await.answer().await;
    if let Some(refusal) = told.interaction.original {
        assert_ne!(refusal, there.id);
        assert!(told.text().contains("don't know this round"), "{}", told.text());
    }
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    for _ in 0..3 {
        scene.channel.expect_message().await;
        elsewhere.expect_message().await;
    }
    let board = bob_there.slash(&elsewhere, "leaderboard", opts![]).await;
    assert!(board.text().contains("Nobody has points yet"), "{}", board.text());
    let board = bob.slash(&scene.channel, "leaderboard", opts![]).await;
    assert!(board.text().contains("Bob"), "{}", board.text());
    scene.finish().await;
}

#[tokio::test]
async fn permission_lost_and_regained() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    scene.channel.deny_bot(Permissions::SEND_MESSAGES);
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let notice = scene.admin.expect_direct_message().await;
    assert!(notice.text().contains("can't post"), "{}", notice.text());
    let health = scene.admin.slash(&scene.channel, "doctor", opts![]).await;
    assert!(health.is_private() && health.text().contains("Send Messages"), "{}", health.text());
    for minute in ["09:02", "09:10", "09:30"] {
        scene.time(&format!("2026-03-02T{minute}:00Z")).await;
    }
    assert!(scene.channel.messages().is_empty());
    assert_eq!(scene.admin.conversation().await.messages().len(), 1, "told once");

    scene.channel.open_to_all();
    scene.world.clock.set_to("2026-03-02T11:00:00Z");
    scene.channel.expect_message().await;
    scene.settle().await;
    let health = scene.admin.slash(&scene.channel, "doctor", opts![]).await;
    assert!(health.text().contains("All is well"), "{}", health.text());
    scene.finish().await;
}

#[tokio::test]
async fn doctor_names_each_missing_permission() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    scene.channel.deny_bot(Permissions::EMBED_LINKS | Permissions::CREATE_PUBLIC_THREADS);
    let health = scene.admin.slash(&scene.channel, "doctor", opts![]).await;
    for name in ["Embed Links", "Create Public Threads"] {
        assert!(health.text().contains(name), "{}", health.text());
    }
    assert!(!health.text().contains("Send Messages in Threads"), "{}", health.text());
    scene.finish().await;
}

#[tokio::test]
async fn a_feed_is_edited_paused_resumed_and_run_by_hand() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    let edited = scene.admin.slash(&scene.channel, "feed edit", opts!["feed" => 1, "time" => "10:30"]).await;
    assert!(edited.text().contains("10:30"), "{}", edited.text());
    scene.time("2026-03-02T09:00:00Z").await;
    assert!(scene.channel.messages().is_empty(), "the old time is no more");
    scene.admin.slash(&scene.channel, "feed pause", opts!["feed" => 1]).await;
    scene.time("2026-03-02T10:30:00Z").await;
    assert!(scene.channel.messages().is_empty(), "a paused feed rests");
    scene.admin.slash(&scene.channel, "feed resume", opts!["feed" => 1]).await;

    let preview = scene.admin.slash(&scene.channel, "feed preview", opts!["feed" => 1]).await;
    assert!(preview.is_private());
    let posted = scene.admin.slash(&scene.channel, "feed post", opts!["feed" => 1]).await;
    assert!(posted.is_private());
    scene.channel.expect_message().await;
    scene.admin.slash(&scene.channel, "feed reveal", opts!["feed" => 1]).await;
    for _ in 0..3 {
        scene.channel.expect_message().await;
    }
    let nothing = scene.admin.slash(&scene.channel, "feed reveal", opts!["feed" => 1]).await;
    assert!(nothing.text().contains("no open round"), "{}", nothing.text());
    scene.finish().await;
}
