//! What only Discord has: roles, several guilds, and permissions one by one.

use crate::opts;
use crate::world::discord::permissions::Permissions;
use crate::world::scene::Scene;

#[tokio::test]
async fn a_feed_pings_its_role_and_no_other() {
    let scene = Scene::set().await;
    let evening = scene.guild.text("evening");
    let role = scene.guild.role("readers", Permissions::NONE);
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let second = opts!["channel" => &evening, "time" => "20:00", "role" => role, "reveal_after" => 72];
    let added = scene.admin.slash(&scene.channel, "feed add", second).await;
    assert!(added.text().contains("Feed 2 is set"), "{}", added.text());
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let first = scene.channel.expect_message().await;
    assert!(first.pinged_roles.is_empty());
    scene.world.clock.set_to("2026-03-02T20:00:00Z");
    let second = evening.expect_message().await;
    assert_eq!(second.pinged_roles, [role.id]);
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
