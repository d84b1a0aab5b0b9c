//! The limits on payloads: just within passes, one more is refused, at the place that is at fault.

use serde_json::{Value, json};

use crate::client::{Socket, call};
use crate::world::World;
use crate::world::slack::people::Channel;

/// Sends a message; the place of the fault where it is refused.
async fn fault(world: &World, channel: &Channel, blocks: Value) -> Option<String> {
    let sent = call(world, "chat.postMessage", json!({"channel": channel.id, "text": "x", "blocks": blocks})).await;
    if sent["ok"] == true {
        channel.expect_message().await;
        return None;
    }
    assert_eq!((&sent["error"], world.slack.take_violations().len()), (&json!("invalid_blocks"), 1));
    Some(place(&sent))
}

fn place(refused: &Value) -> String {
    let message = refused["response_metadata"]["messages"][0].as_str().expect("a message");
    message.rsplit("json-pointer:").next().unwrap_or_default().trim_end_matches(']').to_owned()
}

fn text(kind: &str, length: usize) -> Value {
    json!({"type": kind, "text": "ü".repeat(length)})
}

fn section(length: usize) -> Value {
    json!([{"type": "section", "text": text("mrkdwn", length)}])
}

fn actions(elements: &[Value]) -> Value {
    json!([{"type": "actions", "elements": elements}])
}

fn button(label: usize, id: &str, value: usize) -> Value {
    json!({"type": "button", "text": text("plain_text", label), "action_id": id, "value": "x".repeat(value)})
}

fn buttons(count: usize) -> Value {
    actions(&(0..count).map(|n| button(1, &n.to_string(), 1)).collect::<Vec<_>>())
}

fn menu(count: usize, label: usize, value: usize) -> Value {
    let options: Vec<Value> =
        (0..count).map(|n| json!({"text": text("plain_text", label), "value": format!("{n:0>value$}")})).collect();
    actions(&[json!({"type": "static_select", "action_id": "m", "options": options})])
}

fn confirm(title: usize, body: usize, yes: usize, no: usize) -> Value {
    let mut asks = button(1, "a", 1);
    asks["confirm"] = json!({
        "title": text("plain_text", title), "text": text("plain_text", body), "confirm": text("plain_text", yes),
        "deny": text("plain_text", no),
    });
    actions(&[asks])
}

#[tokio::test]
async fn blocks_and_elements_keep_their_lengths() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let header = |length: usize| json!([{"type": "header", "text": text("plain_text", length)}]);
    let fields =
        |count: usize, length: usize| json!([{"type": "section", "fields": vec![text("mrkdwn", length); count]}]);
    let context = |count: usize| json!([{"type": "context", "elements": vec![text("mrkdwn", 1); count]}]);
    let many = |count: usize| Value::Array(vec![json!({"type": "divider"}); count]);
    let named = |length: usize| json!([{"type": "divider", "block_id": "b".repeat(length)}]);
    let link = |length: usize| {
        let url = format!("https://x.org/{}", "p".repeat(length - 14));
        actions(&[json!({"type": "button", "text": text("plain_text", 1), "action_id": "a", "url": url})])
    };
    let element = "/blocks/0/elements/0";
    let cases = [
        (many(50), many(51), "/blocks".to_owned()),
        (section(3000), section(3001), "/blocks/0/text/text".to_owned()),
        (section(1), section(0), "/blocks/0/text/text".to_owned()),
        (header(150), header(151), "/blocks/0/text/text".to_owned()),
        (fields(10, 1), fields(11, 1), "/blocks/0/fields".to_owned()),
        (fields(1, 2000), fields(1, 2001), "/blocks/0/fields/0/text".to_owned()),
        (context(10), context(11), "/blocks/0/elements".to_owned()),
        (buttons(25), buttons(26), "/blocks/0/elements".to_owned()),
        (named(255), named(256), "/blocks/0/block_id".to_owned()),
        (actions(&[button(75, "a", 1)]), actions(&[button(76, "a", 1)]), format!("{element}/text/text")),
        (actions(&[button(1, "a", 2000)]), actions(&[button(1, "a", 2001)]), format!("{element}/value")),
        (
            actions(&[button(1, &"a".repeat(255), 1)]),
            actions(&[button(1, &"a".repeat(256), 1)]),
            format!("{element}/action_id"),
        ),
        (link(3000), link(3001), format!("{element}/url")),
        (menu(100, 1, 3), menu(101, 1, 3), format!("{element}/options")),
        (menu(1, 75, 1), menu(1, 76, 1), format!("{element}/options/0/text/text")),
        (menu(1, 1, 150), menu(1, 1, 151), format!("{element}/options/0/value")),
        (confirm(100, 300, 30, 30), confirm(101, 300, 30, 30), format!("{element}/confirm/title/text")),
        (confirm(1, 1, 1, 1), confirm(1, 301, 1, 1), format!("{element}/confirm/text/text")),
        (confirm(1, 1, 1, 1), confirm(1, 1, 31, 1), format!("{element}/confirm/confirm/text")),
    ];
    for (fits, breaks, place) in cases {
        assert_eq!(fault(&world, &channel, fits).await, None, "{place}");
        assert_eq!(fault(&world, &channel, breaks).await, Some(place));
    }
    world.finish();
}

#[tokio::test]
async fn ids_are_there_once_and_kinds_are_known() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let twice = json!([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}]);
    assert_eq!(fault(&world, &channel, twice).await.as_deref(), Some("/blocks/1"));
    let same = actions(&[button(1, "a", 1), button(1, "a", 1)]);
    assert_eq!(fault(&world, &channel, same).await.as_deref(), Some("/blocks/0/elements/1/action_id"));
    let bold = json!([{"type": "header", "text": text("mrkdwn", 1)}]);
    assert_eq!(fault(&world, &channel, bold).await.as_deref(), Some("/blocks/0/text/type"));
    let strange = json!([{"type": "section", "text": text("mrkdwn", 1), "colour": "red"}]);
    assert_eq!(fault(&world, &channel, strange).await.as_deref(), Some("/blocks/0"));
    assert_eq!(fault(&world, &channel, json!([{"type": "carousel"}])).await.as_deref(), Some("/blocks/0/type"));
    let mut green = button(1, "a", 1);
    green["style"] = json!("green");
    assert_eq!(fault(&world, &channel, actions(&[green])).await.as_deref(), Some("/blocks/0/elements/0/style"));
    world.finish();
}

#[tokio::test]
async fn a_message_says_something_and_not_too_much() {
    let world = World::new().await;
    let channel = world.slack.workspace().channel("general");
    let error = async |args: Value| {
        let mut args = args;
        args["channel"] = json!(channel.id);
        let sent = call(&world, "chat.postMessage", args).await;
        let doubts = world.slack.take_violations().len();
        if sent["ok"] == true {
            channel.expect_message().await;
        }
        (sent["error"].clone(), doubts)
    };
    assert_eq!(error(json!({"text": " "})).await, (json!("no_text"), 1));
    assert_eq!(error(json!({"text": "x".repeat(4000)})).await, (Value::Null, 0));
    assert_eq!(error(json!({"text": "x".repeat(4001)})).await, (Value::Null, 1), "more than is recommended");
    assert_eq!(error(json!({"text": "x".repeat(40_001)})).await, (json!("msg_too_long"), 1));
    let four = |last: usize| {
        let sections = [3000, 3000, 3000, last];
        let sections: Vec<Value> = sections.map(|length| section(length)[0].clone()).to_vec();
        json!({"text": "x", "blocks": sections})
    };
    assert_eq!(error(four(1000)).await, (Value::Null, 0));
    assert_eq!(error(four(1001)).await, (json!("msg_blocks_too_long"), 1));
    assert_eq!(error(json!({"blocks": section(1)})).await, (Value::Null, 1), "nothing for a notification to say");
    for doubtful in ["3 < 4", "R&D", "<!channel> look", "<@here>"] {
        assert_eq!(error(json!({"text": doubtful})).await, (Value::Null, 1), "{doubtful}");
    }
    let well = "a &lt; b &amp;&amp; <https://x.org|c> for <@U123> in <#C123>";
    assert_eq!(error(json!({"text": well})).await, (Value::Null, 0));
    world.finish();
}

#[tokio::test]
async fn views_keep_their_limits() {
    let world = World::new().await;
    let workspace = world.slack.workspace();
    let (channel, ada) = (workspace.channel("general"), workspace.member("Ada"));
    let mut socket = Socket::open(&world).await;
    let modal = |title: usize, submit: usize, metadata: usize, callback: usize, blocks: usize| {
        json!({
            "type": "modal", "title": text("plain_text", title), "submit": text("plain_text", submit),
            "close": text("plain_text", submit), "private_metadata": "m".repeat(metadata),
            "callback_id": "c".repeat(callback), "blocks": vec![json!({"type": "divider"}); blocks],
        })
    };
    let asks = |label: usize, placeholder: usize, max_length: u64| {
        let element = json!({
            "type": "plain_text_input", "action_id": "v", "placeholder": text("plain_text", placeholder),
            "max_length": max_length,
        });
        let mut view = modal(1, 1, 0, 0, 0);
        view["blocks"] = json!([{"type": "input", "label": text("plain_text", label), "element": element}]);
        view
    };
    let mut mute = asks(1, 1, 1);
    mute.as_object_mut().expect("an object").remove("submit");
    let cases = [
        (modal(24, 24, 3000, 255, 100), modal(25, 1, 0, 0, 1), "/view/title/text"),
        (modal(1, 1, 0, 0, 1), modal(1, 25, 0, 0, 1), "/view/close/text"),
        (modal(1, 1, 0, 0, 1), modal(1, 1, 3001, 0, 1), "/view/private_metadata"),
        (modal(1, 1, 0, 0, 1), modal(1, 1, 0, 256, 1), "/view/callback_id"),
        (modal(1, 1, 0, 0, 1), modal(1, 1, 0, 0, 101), "/view/blocks"),
        (asks(2000, 150, 3000), asks(2001, 1, 1), "/view/blocks/0/label/text"),
        (asks(1, 1, 1), asks(1, 151, 1), "/view/blocks/0/element/placeholder/text"),
        (asks(1, 1, 1), asks(1, 1, 3001), "/view/blocks/0/element/max_length"),
        (asks(1, 1, 1), mute, "/view"),
    ];
    for (fits, breaks, at) in cases {
        let pending = ada.invoke(&channel, "/trap", "modal").await;
        let trigger = socket.hear().await["payload"]["trigger_id"].clone();
        let refused = call(&world, "views.open", json!({"trigger_id": trigger, "view": breaks})).await;
        assert_eq!((&refused["error"], place(&refused).as_str()), (&json!("invalid_arguments"), at));
        assert_eq!(world.slack.take_violations().len(), 1);
        let opened = call(&world, "views.open", json!({"trigger_id": trigger, "view": fits})).await;
        assert_eq!(opened["ok"], true, "{at}: {opened}");
        pending.answer().await;
    }
    world.finish();
}
