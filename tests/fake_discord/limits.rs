//! The limits on messages: just within passes, one more is refused, at the place that is at fault.

use serde_json::{Value, json};

use crate::client::{call, silent};
use crate::world::World;
use crate::world::discord::people::Channel;

/// Sends a payload; the place of the fault where it is refused.
async fn fault(world: &World, channel: &Channel, payload: Value) -> Option<String> {
    let (status, body) = call(world, "POST", &format!("/channels/{}/messages", channel.id), Some(payload)).await;
    if status == 200 {
        channel.expect_message().await;
        return None;
    }
    assert_eq!((status, world.discord.take_violations().len()), (400, 1));
    assert_eq!((&body["code"], &body["message"]), (&json!(50035), &json!("Invalid Form Body")));
    Some(first_place(&body["errors"], ""))
}

fn first_place(errors: &Value, path: &str) -> String {
    let (key, inner) = errors.as_object().and_then(|object| object.iter().next()).expect("a fault somewhere");
    if key == "_errors" {
        return path.trim_start_matches('.').to_owned();
    }
    first_place(inner, &format!("{path}.{key}"))
}

fn embed(embed: Value) -> Value {
    silent(json!({"embeds": vec![embed]}))
}

fn buttons(buttons: Value) -> Value {
    let mut row = json!({"type": 1});
    row["components"] = buttons;
    silent(json!({"content": "x", "components": [row]}))
}

fn button(id: &str) -> Value {
    json!({"type": 2, "style": 1, "label": "A", "custom_id": id})
}

#[tokio::test]
async fn lengths_are_counted_in_characters() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let text = |length: usize| "ü".repeat(length);
    let field = |name: usize, value: usize| json!({"fields": [{"name": text(name), "value": text(value)}]});
    let cases = [
        (silent(json!({"content": text(2000)})), silent(json!({"content": text(2001)})), "content"),
        (embed(json!({"title": text(256)})), embed(json!({"title": text(257)})), "embeds.0.title"),
        (embed(json!({"description": text(4096)})), embed(json!({"description": text(4097)})), "embeds.0.description"),
        (
            embed(json!({"title": "x", "footer": {"text": text(2048)}})),
            embed(json!({"title": "x", "footer": {"text": text(2049)}})),
            "embeds.0.footer.text",
        ),
        (
            embed(json!({"title": "x", "author": {"name": text(256)}})),
            embed(json!({"title": "x", "author": {"name": text(257)}})),
            "embeds.0.author.name",
        ),
        (embed(field(256, 1024)), embed(field(257, 1024)), "embeds.0.fields.0.name"),
        (embed(field(256, 1024)), embed(field(256, 1025)), "embeds.0.fields.0.value"),
        (embed(field(1, 1)), embed(field(1, 0)), "embeds.0.fields.0.value"),
    ];
    for (fits, breaks, place) in cases {
        assert_eq!(fault(&world, &channel, fits).await, None, "{place}");
        assert_eq!(fault(&world, &channel, breaks).await.as_deref(), Some(place));
    }
    world.finish();
}

#[tokio::test]
async fn embeds_share_six_thousand_characters() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let two = |second: usize| {
        silent(json!({"embeds": [{"description": "x".repeat(4000)}, {"description": "x".repeat(second)}]}))
    };
    assert_eq!(fault(&world, &channel, two(2000)).await, None);
    assert_eq!(fault(&world, &channel, two(2001)).await.as_deref(), Some("embeds"));
    let many = |count: usize| silent(json!({"embeds": vec![json!({"title": "x"}); count]}));
    assert_eq!(fault(&world, &channel, many(10)).await, None);
    assert_eq!(fault(&world, &channel, many(11)).await.as_deref(), Some("embeds"));
    let fields = |count: usize| embed(json!({"fields": vec![json!({"name": "x", "value": "x"}); count]}));
    assert_eq!(fault(&world, &channel, fields(25)).await, None);
    assert_eq!(fault(&world, &channel, fields(26)).await.as_deref(), Some("embeds.0.fields"));
    world.finish();
}

#[tokio::test]
async fn buttons_keep_their_rules() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let row = |count: usize| buttons((0..count).map(|n| button(&n.to_string())).collect());
    let rows = |count: usize| {
        let rows = (0..count).map(|n| json!({"type": 1, "components": [button(&n.to_string())]}));
        silent(json!({"content": "x", "components": rows.collect::<Vec<_>>()}))
    };
    let label = |length: usize| {
        let mut button = button("1");
        button["label"] = json!("x".repeat(length));
        buttons(json!([button]))
    };
    let link = json!({"type": 2, "style": 5, "label": "read", "url": "https://example.org"});
    let mut both = link.clone();
    both["custom_id"] = json!("1");
    let inner = "components.0.components";
    let cases = [
        (row(5), row(6), inner.to_owned()),
        (rows(5), rows(6), "components".to_owned()),
        (label(80), label(81), format!("{inner}.0.label")),
        (
            buttons(json!([button(&"x".repeat(100))])),
            buttons(json!([button(&"x".repeat(101))])),
            format!("{inner}.0.custom_id"),
        ),
        (
            buttons(json!([button("1"), button("2")])),
            buttons(json!([button("1"), button("1")])),
            format!("{inner}.1.custom_id"),
        ),
        (buttons(json!([link])), buttons(json!([both])), format!("{inner}.0.custom_id")),
    ];
    for (fits, breaks, place) in cases {
        assert_eq!(fault(&world, &channel, fits).await, None, "{place}");
        assert_eq!(fault(&world, &channel, breaks).await, Some(place));
    }
    world.finish();
}

#[tokio::test]
async fn a_message_says_something_answers_something_and_has_a_short_nonce() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    let path = format!("/channels/{}/messages", channel.id);
    let (status, body) = call(&world, "POST", &path, Some(silent(json!({"content": "  "})))).await;
    assert_eq!((status, &body["code"]), (400, &json!(50006)));
    assert_eq!(world.discord.take_violations().len(), 1);

    let nonce = |length: usize| silent(json!({"content": "x", "nonce": "n".repeat(length)}));
    assert_eq!(fault(&world, &channel, nonce(25)).await, None);
    assert_eq!(fault(&world, &channel, nonce(26)).await.as_deref(), Some("nonce"));
    let reply = |must: bool| {
        silent(json!({"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": must}}))
    };
    assert_eq!(fault(&world, &channel, reply(false)).await, None);
    assert_eq!(fault(&world, &channel, reply(true)).await.as_deref(), Some("message_reference"));
    world.finish();
}

#[tokio::test]
async fn what_discord_lets_pass_is_still_written_down() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    let role = guild.role("readers", crate::world::discord::permissions::Permissions::NONE);
    let doubts = async |payload: Value| {
        call(&world, "POST", &format!("/channels/{}/messages", channel.id), Some(payload)).await;
        channel.expect_message().await;
        world.discord.take_violations()
    };
    let content = format!("<@&{}> @everyone", role.id);
    assert_eq!(doubts(json!({"content": content})).await.len(), 1, "no allowed_mentions");
    assert_eq!(doubts(json!({"content": content, "allowed_mentions": {"parse": ["everyone"]}})).await.len(), 1);
    assert_eq!(doubts(silent(json!({"content": "x", "colour": "red"}))).await.len(), 1, "an unknown key");
    let named = |id: String| json!({"content": content, "allowed_mentions": {"parse": [], "roles": [id]}});
    assert_eq!(doubts(named("1".to_owned())).await.len(), 1, "a role of nowhere");
    assert_eq!(doubts(named(role.id.to_string())).await.len(), 0);
    let last = channel.messages().pop().expect("sent");
    assert_eq!((last.pinged_roles.as_slice(), last.pinged_everyone), ([role.id].as_slice(), false));
    world.finish();
}
