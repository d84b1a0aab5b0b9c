//! The program dies at any moment and comes back: one post and one reveal per slot.

use crate::opts;
use crate::world::scene::{Scene, points};

const SEND: &str = "POST /channels/*/messages";

#[tokio::test]
async fn a_restart_at_every_step() {
    let mut scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.restart().await;
    scene.stop().await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    scene.start().await;
    let post = scene.channel.expect_message().await;
    scene.restart().await;
    let receipt = scene.answer(&member, &post, 0).await;
    scene.restart().await;
    let sure = member.click(receipt.message(), "Sure").await;
    assert!(sure.text().contains("sure"), "a receipt from before the restart works: {}", sure.text());
    scene.stop().await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    scene.start().await;
    let reveal = scene.channel.expect_message().await;
    scene.channel.expect_message().await;
    scene.channel.expect_message().await;
    scene.restart().await;
    let told = member.click(&reveal, "How did I do?").await;
    assert!([8, -4].contains(&points(&told)), "{}", told.text());
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 4, "one post, one reveal, its two details");
    assert_eq!(scene.world.discord.requests("PUT /applications/*/commands").len(), 1, "registered once");
    scene.finish().await;
}

#[tokio::test]
async fn killed_between_send_and_record() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    for (time, sent) in [("2026-03-02T09:00:00Z", "the post"), ("2026-03-02T17:00:00Z", "the reveal")] {
        let fault = scene.world.discord.on(SEND).hold_answer();
        scene.world.clock.set_to(time);
        fault.hit(1).await;
        scene.kill().await;
        fault.lift();
        scene.start().await;
        scene.channel.expect_message().await;
        scene.settle().await;
        let sent_again = scene.channel.messages().iter().filter(|message| !message.read).count();
        assert_eq!(sent_again, 0, "{sent} came twice");
    }
    let reveal = scene.channel.messages().pop().expect("the reveal");
    let thread = scene.channel.thread(&reveal).await;
    thread.expect_message().await;
    thread.expect_message().await;
    scene.settle().await;
    assert_eq!((scene.channel.messages().len(), thread.messages().len()), (2, 2));
    scene.finish().await;
}

#[tokio::test]
async fn killed_before_the_send() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    let fault = scene.world.discord.on(SEND).hold();
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    scene.kill().await;
    // The request never gets through: its program is gone.
    scene.start().await;
    let post = scene.channel.expect_message().await;
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 1);
    assert!(!post.text().is_empty());
    scene.finish().await;
}

#[tokio::test]
async fn killed_long_after_the_nonce_is_forgotten() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    let fault = scene.world.discord.on(SEND).hold_answer();
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    scene.kill().await;
    fault.lift();
    scene.world.clock.set_to("2026-03-02T11:00:00Z");
    scene.start().await;
    scene.channel.expect_message().await;
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 1, "what was sent is found in the channel, not sent again");
    scene.finish().await;
}

#[tokio::test]
async fn killed_between_the_details() {
    let mut scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    scene.channel.expect_message().await;
    for request in ["PATCH /channels/*/messages/*", "POST /channels/*/messages/*/threads", SEND] {
        let fault = scene.world.discord.on(request).hold_answer();
        scene.world.clock.set_to("2026-03-02T17:00:00Z");
        fault.hit(1).await;
        scene.kill().await;
        fault.lift();
        scene.start().await;
    }
    let reveal = scene.channel.expect_message().await;
    let thread = scene.channel.thread(&reveal).await;
    thread.expect_message().await;
    thread.expect_message().await;
    scene.settle().await;
    assert_eq!((scene.channel.messages().len(), thread.messages().len()), (2, 2));
    scene.finish().await;
}
