//! Discord has a bad day: whatever it answers, a slot has one post.

use std::time::Duration;

use crate::opts;
use crate::world::discord::faults::{Fault, Planned};
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
async fn a_server_error() {
    one_post_despite(|send| send.times(2).status(500)).await;
}

#[tokio::test]
async fn a_bad_gateway_after_the_message_was_taken() {
    one_post_despite(Planned::cut_after).await;
}

#[tokio::test]
async fn a_connection_that_breaks_before_anything_happens() {
    one_post_despite(Planned::cut_before).await;
}

#[tokio::test]
async fn an_answer_that_is_no_json() {
    one_post_despite(Planned::garbage).await;
}

#[tokio::test]
async fn too_many_requests() {
    one_post_despite(|send| send.too_many(Duration::from_secs(1))).await;
}

#[tokio::test]
async fn a_channel_that_is_deleted() {
    let scene = Scene::set().await;
    let doomed = scene.guild.text("doomed");
    let options = opts!["channel" => &doomed, "time" => "09:00", "timezone" => "UTC"];
    scene.admin.slash(&scene.channel, "feed add", options).await;
    doomed.delete();
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let notice = scene.admin.expect_direct_message().await;
    assert!(notice.text().contains("gone"), "{}", notice.text());
    scene.admin.slash(&scene.channel, "feed remove", opts![]).await;
    // Beyond the catch-up window the post is given up.
    for hour in 10..18 {
        scene.time(&format!("2026-03-02T{hour}:00:00Z")).await;
    }
    scene.finish().await;
}
