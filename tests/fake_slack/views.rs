//! Modals and the App Home.

use chrono::Duration;
use serde_json::{Value, json};

use crate::client::{Socket, call};
use crate::world::World;
use crate::world::slack::people::{Channel, Person};
use crate::world::slack::response::Pending;

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
        let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
        let socket = Socket::open(&world).await;
        Self { world, channel, ada, socket }
    }

    /// Somebody types a command; its trigger.
    async fn trigger(&mut self) -> (Pending, Value) {
        let pending = self.ada.invoke(&self.channel, "/trap", "modal").await;
        let trigger = self.socket.hear().await["payload"]["trigger_id"].clone();
        (pending, trigger)
    }
}

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn modal() -> Value {
    let number = json!({"type": "plain_text_input", "action_id": "value", "max_length": 5});
    let options: Vec<Value> = ["a", "b"].iter().map(|value| json!({"text": plain(value), "value": value})).collect();
    let menu = json!({"type": "static_select", "action_id": "value", "options": options});
    json!({
        "type": "modal", "title": plain("A number"), "submit": plain("Send"), "callback_id": "n:1",
        "private_metadata": "kept", "blocks": [
            {"type": "input", "block_id": "number", "label": plain("Your answer"), "element": number},
            {"type": "input", "block_id": "menu", "label": plain("Which"), "element": menu, "optional": true},
        ],
    })
}

#[tokio::test]
async fn a_trigger_serves_once_and_for_three_seconds() {
    let mut stage = Stage::set().await;
    let (pending, trigger) = stage.trigger().await;
    let open = async |world: &World, trigger: &Value| {
        call(world, "views.open", json!({"trigger_id": trigger, "view": modal()})).await
    };
    assert_eq!(open(&stage.world, &json!("1.2.never")).await["error"], "invalid_trigger_id");
    let opened = open(&stage.world, &trigger).await;
    assert_eq!((&opened["ok"], &opened["view"]["private_metadata"]), (&json!(true), &json!("kept")));
    assert_eq!(open(&stage.world, &trigger).await["error"], "exchanged_trigger_id");
    assert_eq!(pending.answer().await.modal().title(), "A number");

    let (late, trigger) = stage.trigger().await;
    late.acknowledged().await;
    stage.world.clock.advance(Duration::seconds(3));
    assert_eq!(open(&stage.world, &trigger).await["error"], "expired_trigger_id");
    late.forget();
    stage.world.finish();
}

#[tokio::test]
async fn a_modal_is_filled_in_refused_changed_and_closed() {
    let mut stage = Stage::set().await;
    let (pending, trigger) = stage.trigger().await;
    call(&stage.world, "views.open", json!({"trigger_id": trigger, "view": modal()})).await;
    let opened = pending.answer().await;
    let ada = stage.ada.clone();

    let bot = stage.socket.answer(json!({"response_action": "errors", "errors": {"number": "no number"}}));
    let (refused, heard) = tokio::join!(ada.submit(&opened, &[("Your", "x")]), bot);
    let view = &heard["payload"]["view"];
    assert_eq!((&heard["payload"]["type"], &view["callback_id"]), (&json!("view_submission"), &json!("n:1")));
    assert_eq!(view["state"]["values"]["number"]["value"]["value"], "x");
    assert_eq!(view["state"]["values"]["menu"]["value"]["selected_option"], Value::Null);
    assert!(refused.is_private());
    assert_eq!(refused.text(), "Your answer: no number");

    let mut done = modal();
    done["blocks"] = json!([{"type": "section", "text": plain("Locked in")}]);
    let bot = stage.socket.answer(json!({"response_action": "update", "view": done}));
    let (changed, heard) = tokio::join!(ada.submit(&refused, &[("Your", "84"), ("Which", "b")]), bot);
    assert_eq!(heard["payload"]["view"]["state"]["values"]["menu"]["value"]["selected_option"]["value"], "b");
    assert_eq!(changed.text(), "Locked in");

    let values = changed.modal().filled(&[]);
    let closing = ada.submit_forged(&changed.modal(), values).await;
    stage.socket.hear().await;
    closing.acknowledged().await;
    assert!(!changed.modal().open);
    let whisper = json!({"channel": stage.channel.id, "user": ada.id, "text": "done"});
    call(&stage.world, "chat.postEphemeral", whisper).await;
    assert_eq!(closing.answer().await.text(), "done", "a word that follows is the answer");
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "the client does not take")]
async fn the_client_keeps_to_an_inputs_bounds() {
    let mut stage = Stage::set().await;
    let (pending, trigger) = stage.trigger().await;
    call(&stage.world, "views.open", json!({"trigger_id": trigger, "view": modal()})).await;
    let opened = pending.answer().await;
    stage.ada.submit(&opened, &[("Your answer", "123456")]).await;
}

#[tokio::test]
async fn the_app_home_is_published_and_changed() {
    let mut stage = Stage::set().await;
    let home = |text: &str| {
        let section = json!({"type": "section", "text": plain(text)});
        json!({"type": "home", "blocks": [section]})
    };
    let ada = stage.ada.clone();
    let bot = async {
        let heard = stage.socket.hear().await;
        assert_eq!((&heard["type"], &heard["payload"]["event"]["tab"]), (&json!("events_api"), &json!("home")));
        call(&stage.world, "views.publish", json!({"user_id": ada.id, "view": home("Welcome")})).await
    };
    let (view, published) = tokio::join!(ada.open_home(), bot);
    assert_eq!(view.text(), "Welcome");
    let args = json!({"user_id": ada.id, "view": home("Again"), "hash": published["view"]["hash"]});
    assert_eq!(call(&stage.world, "views.publish", args.clone()).await["ok"], true);
    assert_eq!(call(&stage.world, "views.publish", args).await["error"], "hash_conflict");
    assert_eq!(view.now().text(), "Again");
    stage.world.finish();
}
