//! The program dies at any moment and comes back: one post and one reveal per slot.

use trapline::core::ids::Platform;

use crate::world::stage::{Stage, points};
use crate::{on_each_platform, set};

on_each_platform![
    a_restart_at_every_step,
    killed_between_send_and_record,
    killed_where_a_lot_is_said,
    killed_before_the_send,
    killed_long_after_the_nonce_is_forgotten,
    killed_between_the_details,
];

async fn a_restart_at_every_step(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    let member = stage.member("Bob");
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    stage.restart().await;
    stage.stop().await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    stage.start().await;
    let post = stage.channel().expect_message().await;
    stage.restart().await;
    let receipt = stage.answer(&member, &post, 0).await;
    stage.restart().await;
    let sure = member.click(&receipt.message(), "Sure").await;
    assert!(sure.text().contains("sure"), "a receipt from before the restart works: {}", sure.text());
    stage.stop().await;
    stage.clock().set_to("2026-03-02T17:00:00Z");
    stage.start().await;
    let reveal = stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    stage.restart().await;
    let told = member.click(&reveal, "How did I do?").await;
    assert!([8, -4].contains(&points(&told)), "{}", told.text());
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 4, "one post, one reveal, its two details");
    let registered = stage.world().discord.requests("PUT /applications/*/commands").len();
    assert_eq!(registered, usize::from(platform == Platform::Discord), "registered once");
    stage.finish().await;
}

async fn killed_between_send_and_record(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    for (time, sent) in [("2026-03-02T09:00:00Z", "the post"), ("2026-03-02T17:00:00Z", "the reveal")] {
        let fault = stage.on_send().hold_answer();
        stage.clock().set_to(time);
        fault.hit(1).await;
        stage.kill().await;
        fault.lift();
        stage.start().await;
        stage.channel().expect_message().await;
        stage.settle().await;
        let sent_again = stage.channel().messages().iter().filter(|message| !message.is_read()).count();
        assert_eq!(sent_again, 0, "{sent} came twice");
    }
    let reveal = stage.channel().messages().pop().expect("the reveal");
    let thread = stage.channel().thread(&reveal).await;
    thread.expect_message().await;
    thread.expect_message().await;
    stage.settle().await;
    assert_eq!((stage.channel().messages().len(), thread.details().len()), (2, 2));
    stage.finish().await;
}

async fn killed_where_a_lot_is_said(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    let talk = |times| (0..times).for_each(|_| drop(stage.channel().plant("so on", "t1:x")));
    stage.clock().set_to("2026-03-02T08:59:30Z");
    talk(310);
    let fault = stage.on_send().hold_answer();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    talk(1010);
    stage.kill().await;
    fault.lift();
    stage.clock().set_to("2026-03-02T11:00:00Z");
    stage.start().await;
    stage.channel().expect_message().await;
    stage.settle().await;
    let sent_again = stage.channel().messages().iter().filter(|message| !message.is_read()).count();
    assert_eq!(sent_again, 0, "the post came twice");
    stage.finish().await;
}

async fn killed_before_the_send(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    let fault = stage.on_send().hold();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    stage.kill().await;
    // The request never gets through: its program is gone.
    stage.start().await;
    let post = stage.channel().expect_message().await;
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 1);
    assert!(!post.text().is_empty());
    stage.finish().await;
}

async fn killed_long_after_the_nonce_is_forgotten(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    let fault = stage.on_send().hold_answer();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    stage.kill().await;
    fault.lift();
    stage.clock().set_to("2026-03-02T11:00:00Z");
    stage.start().await;
    stage.channel().expect_message().await;
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 1, "what was sent is found in the channel, not sent again");
    stage.finish().await;
}

async fn killed_between_the_details(platform: Platform) {
    let mut stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    stage.channel().expect_message().await;
    for call in stage.steps_of_a_reveal() {
        let fault = stage.on(call).hold_answer();
        stage.clock().set_to("2026-03-02T17:00:00Z");
        fault.hit(1).await;
        stage.kill().await;
        fault.lift();
        stage.start().await;
    }
    let thread = stage.revealed(true).await.thread;
    stage.settle().await;
    assert_eq!((stage.channel().messages().len(), thread.details().len()), (2, 2));
    stage.finish().await;
}
