//! What goes wrong on demand goes wrong just so.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use crate::client::{call, post};
use crate::world::World;
use crate::world::slack::people::Channel;

const SEND: &str = "chat.postMessage";

async fn send(world: &World, channel: &Channel) -> reqwest::Result<Response> {
    let args = json!({"channel": channel.id, "text": "x"});
    post(world, SEND, &world.slack.bot_token()).json(&args).send().await
}

async fn status(world: &World, channel: &Channel) -> u16 {
    send(world, channel).await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_status_or_an_error_comes_instead_so_many_times() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, other) = (workspace.channel("general"), workspace.channel("other"));
    let fault = world.slack.on(SEND).times(2).status(503);
    assert_eq!((status(&world, &channel).await, status(&world, &channel).await), (503, 503));
    assert_eq!((fault.hits(), channel.messages().len()), (2, 0));

    let fault = world.slack.on_channel(SEND, &channel).always().says("fatal_error");
    let said = call(&world, SEND, json!({"channel": channel.id, "text": "x"})).await;
    assert_eq!((&said["ok"], &said["error"]), (&json!(false), &json!("fatal_error")));
    assert_eq!(status(&world, &other).await, 200, "other channels are spared");
    other.expect_message().await;
    fault.lift();
    assert_eq!(status(&world, &channel).await, 200);
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn a_cut_before_leaves_nothing_and_a_cut_after_leaves_the_message() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    world.slack.on(SEND).cut_before();
    assert!(send(&world, &channel).await.is_err());
    assert_eq!(channel.messages().len(), 0);
    world.slack.on(SEND).cut_after();
    assert!(send(&world, &channel).await.is_err());
    assert_eq!(channel.messages().len(), 1);
    assert_eq!(world.slack.requests(SEND).iter().map(|call| call.status).collect::<Vec<_>>(), [0, 0]);
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn garbage_pauses_and_held_answers() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    world.slack.on(SEND).garbage();
    assert!(send(&world, &channel).await.expect("an answer").json::<Value>().await.is_err());
    channel.expect_message().await;
    world.slack.on(SEND).too_many(Duration::from_secs(7));
    let refused = send(&world, &channel).await.expect("an answer");
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"7".parse().expect("a header")));
    let fault = world.slack.on(SEND).hold_answer();
    let test = async {
        channel.expect_message().await;
        fault.release();
    };
    assert_eq!(tokio::join!(status(&world, &channel), test).0, 200);
    world.finish();
}
