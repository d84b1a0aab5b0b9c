//! What people do reaches the app, and only a proper answer reaches people.

use chrono::Duration;
use serde_json::json;

use crate::client::{Socket, respond};
use crate::world::World;
use crate::world::slack::people::{Channel, Person};

struct Stage {
    world: World,
    channel: Channel,
    ada: Person,
    socket: Socket,
}

impl Stage {
    async fn set() -> Self {
        let world = World::new().await;
        let workspace = world.slack.workspace();
        let (channel, ada) = (workspace.channel("general"), workspace.admin("Ada"));
        let socket = Socket::open(&world).await;
        Self { world, channel, ada, socket }
    }
}

#[tokio::test]
async fn a_command_is_answered_by_its_address() {
    let mut stage = Stage::set().await;
    let pending = stage.ada.invoke(&stage.channel, "/trap", "today  please").await;
    let heard = stage.socket.hear().await;
    let payload = &heard["payload"];
    assert_eq!((&heard["type"], &heard["accepts_response_payload"]), (&json!("slash_commands"), &json!(true)));
    assert_eq!((&payload["command"], &payload["text"]), (&json!("/trap"), &json!("today  please")));
    assert_eq!((&payload["channel_id"], &payload["user_id"]), (&json!(stage.channel.id), &json!(stage.ada.id)));
    let url = &payload["response_url"];
    assert_eq!(respond(url, json!({"text": "here", "response_type": "ephemeral"})).await.0, 200);
    let response = pending.answer().await;
    assert!(response.is_private());
    assert_eq!(response.text(), "here");
    assert!(stage.channel.messages().is_empty(), "in no history");

    assert_eq!(respond(url, json!({"text": "all see it", "response_type": "in_channel"})).await.0, 200);
    assert_eq!(stage.channel.expect_message().await.text(), "all see it");
    for _ in 0..3 {
        respond(url, json!({"text": "more", "replace_original": true})).await;
    }
    assert_eq!(respond(url, json!({"text": "six"})).await, (404, json!({"ok": false, "error": "used_url"})));
    stage.world.finish();
}

#[tokio::test]
async fn an_address_expires_after_half_an_hour() {
    let mut stage = Stage::set().await;
    let pending = stage.ada.invoke(&stage.channel, "/trap", "help").await;
    let url = stage.socket.hear().await["payload"]["response_url"].clone();
    pending.acknowledged().await;
    stage.world.clock.advance(Duration::minutes(29));
    assert_eq!(respond(&url, json!({"text": "just in time"})).await.0, 200);
    stage.world.clock.advance(Duration::minutes(1));
    assert_eq!(respond(&url, json!({"text": "too late"})).await.1["error"], "expired_url");
    assert_eq!(pending.answer().await.text(), "just in time");
    stage.world.finish();
}

#[tokio::test]
async fn an_acknowledgement_may_answer_a_command() {
    let mut stage = Stage::set().await;
    let pending = stage.ada.invoke(&stage.channel, "/trap", "help").await;
    stage.socket.answer(json!({"text": "at once"})).await;
    let response = pending.answer().await;
    assert!(response.is_private());
    assert_eq!(response.text(), "at once");
    stage.world.finish();
}

#[tokio::test]
async fn a_click_in_public_says_who_and_what_and_leaves_the_post() {
    let mut stage = Stage::set().await;
    let button =
        json!({"type": "button", "text": {"type": "plain_text", "text": "Go"}, "action_id": "go", "value": "7"});
    let blocks = json!([{"type": "actions", "elements": [button]}]);
    let post = stage.channel.plant(&json!({"text": "a post", "blocks": blocks}));
    let pending = stage.ada.press(&post, "Go").await;
    let heard = stage.socket.hear().await;
    let payload = &heard["payload"];
    assert_eq!((&heard["type"], &heard["accepts_response_payload"]), (&json!("interactive"), &json!(false)));
    assert_eq!((&payload["type"], &payload["user"]["id"]), (&json!("block_actions"), &json!(stage.ada.id)));
    let action = &payload["actions"][0];
    assert_eq!((&action["action_id"], &action["value"]), (&json!("go"), &json!("7")));
    assert_eq!(payload["container"]["message_ts"], json!(post.ts));
    assert_eq!(payload["message"]["ts"], json!(post.ts));
    respond(&payload["response_url"], json!({"text": "for you", "response_type": "ephemeral"})).await;
    let receipt = pending.answer().await;
    assert_ne!(receipt.message().ts, post.ts);
    assert_eq!(post.now().edits, 0);
    stage.world.finish();
}

#[tokio::test]
async fn a_whisper_is_replaced_in_place_and_deleted() {
    let mut stage = Stage::set().await;
    let button = json!({"type": "button", "text": {"type": "plain_text", "text": "Sure"}, "action_id": "sure"});
    let blocks = json!([{"type": "actions", "elements": [button]}]);
    let pending = stage.ada.invoke(&stage.channel, "/trap", "x").await;
    let url = stage.socket.hear().await["payload"]["response_url"].clone();
    respond(&url, json!({"text": "first", "blocks": blocks})).await;
    let first = pending.answer().await;

    let pending = stage.ada.press(first.message(), "Sure").await;
    let payload = stage.socket.hear().await["payload"].clone();
    assert_eq!(payload["container"]["is_ephemeral"], true);
    assert!(payload.get("message").is_none(), "a whisper does not come along");
    respond(&payload["response_url"], json!({"text": "second", "blocks": blocks, "replace_original": true})).await;
    let second = pending.answer().await;
    assert_eq!((second.message().ts, second.message().fallback()), (first.message().ts, "second".to_owned()));

    let pending = stage.ada.press(second.message(), "Sure").await;
    let payload = stage.socket.hear().await["payload"].clone();
    respond(&payload["response_url"], json!({"delete_original": true})).await;
    pending.answer().await;
    assert!(first.message().is_gone());
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "no answer at all to /trap today")]
async fn silence_fails_a_scenario() {
    let mut stage = Stage::set().await;
    let pending = stage.ada.invoke(&stage.channel, "/trap", "today").await;
    stage.socket.hear().await;
    pending.acknowledged().await;
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "no acknowledgement of /trap today")]
async fn deafness_fails_a_scenario() {
    let stage = Stage::set().await;
    stage.ada.invoke(&stage.channel, "/trap", "today").await;
    stage.world.finish();
}

#[tokio::test]
async fn a_payload_where_none_is_taken_is_written_down() {
    let mut stage = Stage::set().await;
    let pending = stage.ada.visit_home("messages").await;
    stage.socket.answer(json!({"text": "hello"})).await;
    pending.acknowledged().await;
    assert_eq!(stage.world.slack.take_violations().len(), 1);
    stage.world.finish();
}
