//! What goes wrong on demand goes wrong just so.

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::client::{call, silent};
use crate::world::World;
use crate::world::discord::faults::Effect;
use crate::world::discord::people::Channel;

const SEND: &str = "POST /channels/*/messages";

async fn send(world: &World, channel: &Channel) -> reqwest::Result<Response> {
    Client::new()
        .post(format!("{}/api/v10/channels/{}/messages", world.discord.url(), channel.id))
        .header("authorization", format!("Bot {}", world.discord.token()))
        .json(&silent(json!({"content": "x"})))
        .send()
        .await
}

async fn status(world: &World, channel: &Channel) -> u16 {
    send(world, channel).await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_status_is_answered_instead_so_many_times() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let fault = world.discord.on(SEND).times(2).status(503);
    assert_eq!((status(&world, &channel).await, status(&world, &channel).await), (503, 503));
    assert_eq!((fault.hits(), channel.messages().len()), (2, 0));
    assert_eq!(status(&world, &channel).await, 200);
    let path = format!("/channels/{}", channel.id);
    assert_eq!(call(&world, "GET", &path, None).await.0, 200, "other requests are spared");

    let fault = world.discord.on(SEND).always().error(403, 50013, "Missing Permissions");
    assert_eq!((status(&world, &channel).await, status(&world, &channel).await), (403, 403));
    fault.lift();
    assert_eq!(status(&world, &channel).await, 200);
    channel.expect_message().await;
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn a_cut_before_leaves_nothing_and_a_cut_after_leaves_the_message() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    world.discord.on(SEND).cut_before();
    assert!(send(&world, &channel).await.is_err());
    assert_eq!(channel.messages().len(), 0);
    world.discord.on(SEND).cut_after();
    assert!(send(&world, &channel).await.is_err());
    assert_eq!(channel.messages().len(), 1);
    let statuses: Vec<u16> = world.discord.requests(SEND).iter().map(|request| request.status).collect();
    assert_eq!(statuses, [0, 0]);
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn garbage_follows_an_effect() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    world.discord.on(SEND).garbage();
    let answer = send(&world, &channel).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.json::<Value>().await.is_err());
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn too_many_requests_on_demand() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    world.discord.on(SEND).meets(Effect::TooMany { retry_after: Duration::from_secs(2), global: true });
    let answer = send(&world, &channel).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!(answer.headers()["retry-after"], "2");
    assert_eq!(answer.headers()["x-ratelimit-global"], "true");
    assert_eq!(answer.json::<Value>().await.expect("JSON")["retry_after"], 2.0);
    world.finish();
}

#[tokio::test]
async fn a_request_can_be_held_before_or_after_its_effect() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let fault = world.discord.on(SEND).hold();
    let test = async {
        fault.hit(1).await;
        assert_eq!(channel.messages().len(), 0);
        fault.release();
    };
    assert_eq!(tokio::join!(status(&world, &channel), test).0, 200);
    let fault = world.discord.on(SEND).hold_answer();
    let test = async {
        channel.expect_message().await;
        channel.expect_message().await;
        fault.release();
    };
    assert_eq!(tokio::join!(status(&world, &channel), test).0, 200);
    world.discord.on(SEND).meets(Effect::Delay(Duration::from_millis(1)));
    assert_eq!(status(&world, &channel).await, 200);
    channel.expect_message().await;
    world.finish();
}
