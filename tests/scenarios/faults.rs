//! The platform has a bad day: whatever it answers, a slot has one post.

use std::time::Duration;

use trapline::core::ids::Platform;

use crate::world::stage::{Fault, Planned, Stage};
use crate::{on_each_platform, set};

on_each_platform![
    a_server_error,
    a_bad_gateway_after_the_message_was_taken,
    a_connection_that_breaks_before_anything_happens,
    a_time_out_before_anything_happens,
    a_time_out_after_the_message_was_taken,
    an_answer_that_is_no_json,
    too_many_requests,
    a_message_that_is_refused_for_what_it_is,
    a_token_that_is_refused_for_a_while,
    an_edit_that_fails_in_every_way,
    a_look_into_the_channel_that_fails_in_every_way,
    a_platform_that_hangs_does_not_hold_up_who_asks,
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
    for status in [500, 502, 503, 504] {
        one_post_despite(platform, |send| send.times(2).status(status)).await;
    }
}

async fn a_time_out_before_anything_happens(platform: Platform) {
    one_post_despite(platform, Planned::hold).await;
}

async fn a_time_out_after_the_message_was_taken(platform: Platform) {
    one_post_despite(platform, Planned::hold_answer).await;
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

async fn a_message_that_is_refused_for_what_it_is(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let refused = stage.on_send().refused_for_what_it_is();
    stage.clock().set_to("2026-03-02T09:00:00Z");
    refused.hit(1).await;
    stage.time("2026-03-02T09:30:00Z").await;
    assert_eq!((refused.hits(), stage.channel().messages().len()), (1, 0), "it is not tried again");
    let list = stage.admin().command(&stage.channel(), "feed list", set![]).await;
    assert!(list.text().contains("Skipped"), "{}", list.text());
    stage.clock().set_to("2026-03-03T09:00:00Z");
    stage.channel().expect_message().await;
    stage.finish().await;
}

async fn a_token_that_is_refused_for_a_while(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let refused = stage.on_send().always().status(401);
    stage.clock().set_to("2026-03-02T09:00:00Z");
    refused.hit(1).await;
    stage.time("2026-03-02T09:05:00Z").await;
    let list = stage.admin().command(&stage.channel(), "feed list", set![]).await;
    assert!(list.text().contains("my token was revoked"), "{}", list.text());
    refused.lift();
    stage.clock().set_to("2026-03-02T11:00:00Z");
    stage.channel().expect_message().await;
    stage.settle().await;
    assert_eq!(stage.channel().messages().len(), 1);
    stage.finish().await;
}

/// A reveal whose edit of the post meets one fault after the other is there in the end, whole and once.
async fn an_edit_that_fails_in_every_way(platform: Platform) {
    for last in [Planned::cut_after, Planned::garbage] {
        let stage = Stage::set(platform).await;
        stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
        stage.clock().set_to("2026-03-02T09:00:00Z");
        let post = stage.channel().expect_message().await;
        let (_, _, last) = (stage.on_edit().status(503), stage.on_edit().cut_before(), last(stage.on_edit()));
        stage.clock().set_to("2026-03-02T17:00:00Z");
        let reveal = stage.channel().expect_message().await;
        assert!(reveal.text().starts_with("Reveal:"), "it waits for no edit: {}", reveal.text());
        for minute in 1..20 {
            stage.time(&format!("2026-03-02T17:{minute:02}:00Z")).await;
            if last.hits() == 1 {
                break;
            }
        }
        stage.time("2026-03-02T17:40:00Z").await;
        let thread = stage.channel().thread(&reveal).await;
        thread.expect_message().await;
        thread.expect_message().await;
        post.becomes("the post to be closed", |post| post.text().contains("Revealed: ")).await;
        stage.settle().await;
        assert_eq!((last.hits(), stage.channel().messages().len(), thread.details().len()), (1, 2, 2));
        stage.finish().await;
    }
}

async fn a_look_into_the_channel_that_fails_in_every_way(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    drop(stage.on_send().cut_after());
    let (_, _, last) = (stage.on_look().status(500), stage.on_look().cut_before(), stage.on_look().garbage());
    stage.clock().set_to("2026-03-02T09:00:00Z");
    for minute in 1..30 {
        stage.time(&format!("2026-03-02T09:{minute:02}:00Z")).await;
        if last.hits() == 1 {
            break;
        }
    }
    stage.time("2026-03-02T10:00:00Z").await;
    stage.settle().await;
    stage.channel().expect_message().await;
    assert_eq!(stage.channel().messages().len(), 1, "nobody knows whether it is there, so it is not sent again");
    stage.finish().await;
}

async fn a_platform_that_hangs_does_not_hold_up_who_asks(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "reveal_after" => 72, "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    let (hung, member) = (stage.on_send().always().hold(), stage.member("Bob"));
    stage.admin().command(&stage.channel(), "feed reveal", set![]).await;
    hung.hit(1).await;
    assert!(member.command(&stage.channel(), "today", set![]).await.is_private());
    let late = member.click(&post, &post.labels()[0]).await;
    assert!(late.is_private() && late.text().contains("over"), "{}", late.text());
    hung.lift();
    stage.time("2026-03-02T09:30:00Z").await;
    for _ in 0..3 {
        stage.channel().expect_message().await;
    }
    assert_eq!(stage.channel().messages().len(), 4, "a post, a reveal, its two details");
    stage.finish().await;
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
