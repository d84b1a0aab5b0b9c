//! The platform has a bad day: whatever it answers, a slot has one post.

use std::time::Duration;

use trapline::core::ids::Platform;

use crate::world::stage::{Fault, Planned, Stage};
use crate::{on_each_platform, set};

on_each_platform![
    a_server_error,
    a_bad_gateway_after_the_message_was_taken,
    a_connection_that_breaks_before_anything_happens,
    an_answer_that_is_no_json,
    too_many_requests,
    a_channel_that_is_deleted,
];

/// A post that meets a fault is there in the end, once.
async fn one_post_despite(platform: Platform, fault: impl FnOnce(Planned) -> Fault) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let fault = fault(stage.on_send());
    stage.clock().set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    for minute in 1..8 {
        stage.time(&format!("2026-03-02T09:{:02}:00Z", minute * 5)).await;
        if !stage.channel().messages().is_empty() && minute > 3 {
            break;
        }
    }
    stage.channel().expect_message().await;
    assert_eq!(stage.channel().messages().len(), 1);
    stage.finish().await;
}

async fn a_server_error(platform: Platform) {
    one_post_despite(platform, |send| send.times(2).status(500)).await;
}

async fn a_bad_gateway_after_the_message_was_taken(platform: Platform) {
    one_post_despite(platform, Planned::cut_after).await;
}

async fn a_connection_that_breaks_before_anything_happens(platform: Platform) {
    one_post_despite(platform, Planned::cut_before).await;
}

async fn an_answer_that_is_no_json(platform: Platform) {
    one_post_despite(platform, Planned::garbage).await;
}

async fn too_many_requests(platform: Platform) {
    one_post_despite(platform, |send| send.too_many(Duration::from_secs(1))).await;
}

async fn a_channel_that_is_deleted(platform: Platform) {
    let stage = Stage::set(platform).await;
    let doomed = stage.new_channel("doomed");
    let options = set!["channel" => &doomed, "time" => "09:00", "timezone" => "UTC"];
    stage.admin().command(&stage.channel(), "feed add", options).await;
    doomed.delete();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let notice = stage.admin().expect_direct_message().await;
    assert!(notice.text().contains("gone"), "{}", notice.text());
    stage.admin().command(&stage.channel(), "feed remove", set![]).await;
    // Beyond the catch-up window the post is given up.
    for hour in 10..18 {
        stage.time(&format!("2026-03-02T{hour}:00:00Z")).await;
    }
    stage.finish().await;
}
