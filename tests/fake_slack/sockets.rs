//! Socket Mode: connections begin, break and make room; nothing that was not acknowledged is lost.

use chrono::Duration;
use serde_json::json;

use crate::client::{Socket, address, ask, post};
use crate::world::World;

#[tokio::test]
async fn an_address_serves_one_connection() {
    let world = World::new().await;
    let url = address(&world).await;
    let mut socket = Socket::connect(&url).await.expect("it serves once");
    assert_eq!(socket.frame().await["type"], "hello");
    assert!(Socket::connect(&url).await.is_none(), "and not twice");
    world.slack.socket().online().await;
    world.slack.socket().ping();
    let refused = post(&world, "apps.connections.open", &world.slack.bot_token()).send().await.expect("an answer");
    assert_eq!(refused.json::<serde_json::Value>().await.expect("JSON")["error"], "not_allowed_token_type");
    drop(socket);
    world.slack.socket().offline().await;
    world.finish();
}

#[tokio::test]
async fn each_envelope_goes_by_one_connection() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let (mut first, mut second) = (Socket::open(&world).await, Socket::open(&world).await);
    let one = ada.invoke(&channel, "/trap", "one").await;
    let two = ada.invoke(&channel, "/trap", "two").await;
    let (a, b) = tokio::join!(first.hear(), second.hear());
    assert_ne!(a["payload"]["text"], b["payload"]["text"]);
    one.acknowledged().await;
    two.acknowledged().await;
    one.forget();
    two.forget();
    world.finish();
}

#[tokio::test]
async fn what_is_not_acknowledged_in_time_comes_again() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let mut socket = Socket::open(&world).await;
    let late = ada.invoke(&channel, "/trap", "today").await;
    let first = socket.frame().await;
    assert!(first.get("retry_attempt").is_none());
    world.clock.advance(Duration::seconds(3));
    let second = socket.hear().await;
    assert_eq!((&second["envelope_id"], &second["retry_attempt"]), (&first["envelope_id"], &json!(1)));
    assert_eq!(second["payload"], first["payload"], "with the same trigger");
    late.acknowledged().await;
    assert_eq!(world.slack.take_violations(), ["not acknowledged within 3 s: /trap today"]);
    late.forget();

    world.slack.socket().lose_acknowledgements(1);
    let lost = ada.invoke(&channel, "/trap", "help").await;
    socket.hear().await;
    world.slack.hub.wait("the loss", |state| state.sockets.lost_all().then_some(())).await;
    world.clock.advance(Duration::seconds(3));
    assert_eq!(socket.hear().await["retry_attempt"], 1);
    lost.acknowledged().await;
    world.slack.socket().repeat(lost.number);
    assert_eq!(socket.hear().await["retry_attempt"], 2);
    world.slack.socket().quiet().await;
    lost.forget();
    world.finish();
}

#[tokio::test]
async fn a_lost_connection_loses_nothing() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let mut socket = Socket::open(&world).await;
    let asked = ada.invoke(&channel, "/trap", "today").await;
    let first = socket.frame().await;
    world.slack.socket().cut();
    socket.closed().await;
    world.slack.socket().offline().await;
    let mut socket = Socket::open(&world).await;
    let again = socket.hear().await;
    assert_eq!((&again["envelope_id"], &again["retry_attempt"]), (&first["envelope_id"], &json!(1)));
    asked.acknowledged().await;
    asked.forget();
    world.finish();
}

#[tokio::test]
async fn a_connection_that_is_refreshed_serves_until_another_is_there() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let mut old = Socket::open(&world).await;
    let asked = ada.invoke(&channel, "/trap", "one").await;
    old.hear().await;
    asked.acknowledged().await;
    asked.forget();
    world.slack.socket().refresh();
    let told = old.frame().await;
    assert_eq!((&told["type"], &told["reason"]), (&json!("disconnect"), &json!("refresh_requested")));
    let _new = Socket::open(&world).await;
    old.closed().await;
    world.slack.socket().begun(2).await;

    world.slack.socket().disable();
    let refused = post(&world, "apps.connections.open", &world.slack.app_token()).send().await.expect("an answer");
    assert_eq!(refused.json::<serde_json::Value>().await.expect("JSON")["ok"], false);
    world.finish();
}

#[tokio::test]
async fn a_workspace_throws_the_app_out() {
    let world = World::new().await;
    let mut socket = Socket::open(&world).await;
    world.slack.uninstall();
    assert_eq!(socket.hear().await["payload"]["event"]["type"], "tokens_revoked");
    let told = socket.hear().await;
    assert_eq!((&told["type"], &told["payload"]["event"]["type"]), (&json!("events_api"), &json!("app_uninstalled")));
    assert_eq!(ask(&world, "auth.test", &[]).await["error"], "token_revoked");
    world.slack.socket().quiet().await;
    world.finish();
}

#[tokio::test]
async fn nonsense_on_the_socket_is_written_down() {
    let world = World::new().await;
    let mut socket = Socket::open(&world).await;
    socket.say(json!({"envelope_id": "never-was"})).await;
    socket.say(json!({"hello": "you"})).await;
    world.slack.hub.wait("both complaints", |state| (state.violations.len() == 2).then_some(())).await;
    world.slack.take_violations();
    world.finish();
}
