//! Discord has a bad day: whatever it answers, a slot has one post.

use std::time::Duration;

use crate::opts;
use crate::world::discord::faults::{Effect, Fault, Planned};
use crate::world::scene::Scene;

const SEND: &str = "POST /channels/*/messages";

/// A post that meets a fault is there in the end, once.
async fn one_post_despite(fault: impl FnOnce(Planned) -> Fault) {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let fault = fault(scene.world.discord.on(SEND));
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    for minute in 1..8 {
        scene.time(&format!("2026-03-02T09:{:02}:00Z", minute * 5)).await;
        if !scene.channel.messages().is_empty() && minute > 3 {
            break;
        }
    }
    scene.channel.expect_message().await;
    assert_eq!(scene.channel.messages().len(), 1);
    scene.finish().await;
}

#[tokio::test]
async fn too_many_requests_everywhere() {
    let everywhere = Effect::TooMany { retry_after: Duration::from_secs(1), global: true };
    one_post_despite(|send| send.meets(everywhere)).await;
}

/// A reveal one of whose requests meets one fault after the other is there in the end, whole and once.
async fn the_reveal_comes_whole_though_it_fails(request: &str, last: impl FnOnce(Planned) -> Fault) {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let on = || scene.world.discord.on(request);
    on().status(503);
    on().cut_before();
    let last = last(on());
    for minute in 0..20 {
        scene.time(&format!("2026-03-02T17:{minute:02}:00Z")).await;
        if last.hits() == 1 {
            break;
        }
    }
    last.hit(1).await;
    scene.time("2026-03-02T17:40:00Z").await;
    let reveal = scene.channel.expect_message().await;
    let thread = scene.channel.thread(&reveal).await;
    thread.expect_message().await;
    thread.expect_message().await;
    post.becomes("the post to be closed", |post| post.text().contains("Revealed: ")).await;
    scene.settle().await;
    assert_eq!((scene.channel.messages().len(), thread.messages().len()), (2, 2));
    scene.finish().await;
}

#[tokio::test]
async fn a_thread_that_fails_in_every_way() {
    the_reveal_comes_whole_though_it_fails("POST /channels/*/messages/*/threads", Planned::cut_after).await;
    the_reveal_comes_whole_though_it_fails("POST /channels/*/messages/*/threads", Planned::garbage).await;
}

#[tokio::test]
async fn a_look_into_the_channel_that_fails_in_every_way() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let discord = &scene.world.discord;
    discord.on(SEND).cut_after();
    let look = || discord.on("GET /channels/*/messages");
    let last =
        (look().status(500), look().cut_before(), look().error(403, 50001, "Missing Access"), look().garbage()).3;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    for minute in 1..30 {
        scene.time(&format!("2026-03-02T09:{minute:02}:00Z")).await;
        if last.hits() == 1 {
            break;
        }
    }
    scene.time("2026-03-02T10:00:00Z").await;
    scene.settle().await;
    scene.channel.expect_message().await;
    assert_eq!(scene.channel.messages().len(), 1, "nobody knows whether it is there, so it is not sent again");
    scene.admin.expect_direct_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn a_receipt_that_does_not_get_through() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    for fault in [Effect::CutBefore, Effect::Answer { status: 500, body: serde_json::Value::Null }] {
        // It is tried twice.
        let fault = scene.world.discord.on("POST /interactions/*/*/callback").times(2).meets(fault);
        let pending = member.press(&post, &post.buttons()[0].label).await;
        fault.hit(2).await;
        pending.forget();
    }
    let today = member.slash(&scene.channel, "today", opts![]).await;
    assert!(today.text().contains("You said"), "it counts all the same: {}", today.text());
    scene.answer(&member, &post, 1).await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    for _ in 0..3 {
        scene.channel.expect_message().await;
    }
    assert!(post.now().text().contains("1 answer"), "{}", post.now().text());
    scene.finish().await;
}
