//! Interactions: what people do reaches the bot, and only a proper answer reaches people.

use chrono::Duration;
use serde_json::{Value, json};

use crate::client::{Socket, call, silent};
use crate::opts;
use crate::world::World;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::world::discord::permissions::Permissions;

/// A guild with an admin, the bot online and a few commands.
struct Stage {
    world: World,
    guild: Guild,
    channel: Channel,
    admin: Person,
    socket: Socket,
}

impl Stage {
    async fn set() -> Self {
        let world = World::new().await;
        let guild = world.discord.guild("Study group");
        let (channel, admin) = (guild.text("general"), guild.admin("Ada"));
        let commands = json!([
            {"name": "feed", "description": "Feeds", "default_member_permissions": 32, "options": [
                {"type": 1, "name": "add", "description": "Add one", "options": [
                    {"type": 7, "name": "channel", "description": "Where", "required": true, "channel_types": [0, 5]},
                    {"type": 3, "name": "timezone", "description": "Zone", "autocomplete": true},
                    {"type": 4, "name": "reveal_after", "description": "Hours", "min_value": 1, "max_value": 72},
                ]},
            ]},
            {"name": "today", "description": "Today's trap"},
        ]);
        let path = format!("/applications/{}/commands", world.discord.bot());
        assert_eq!(call(&world, "PUT", &path, Some(commands)).await.0, 200);
        let (mut socket, _) = Socket::identified(&world).await;
        socket.event("GUILD_CREATE").await;
        Self { world, guild, channel, admin, socket }
    }

    /// The next interaction, as the bot gets it. serenity must be able to read it.
    async fn hear(&mut self) -> Value {
        let event = self.socket.event("INTERACTION_CREATE").await;
        serde_json::from_value::<serenity::all::Interaction>(event.clone()).expect("serenity reads interactions");
        event
    }

    async fn callback(&self, interaction: &Value, answer: Value) -> (u16, Value) {
        let (id, token) = (text(&interaction["id"]), text(&interaction["token"]));
        let (status, body) =
            call(&self.world, "POST", &format!("/interactions/{id}/{token}/callback"), Some(answer)).await;
        (status, body["code"].clone())
    }

    async fn webhook(&self, method: &str, interaction: &Value, rest: &str, body: Option<Value>) -> (u16, Value) {
        let path = format!("/webhooks/{}/{}{rest}", self.world.discord.bot(), text(&interaction["token"]));
        call(&self.world, method, &path, body).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn private(content: &str) -> Value {
    json!({"type": 4, "data": silent(json!({"content": content, "flags": 64}))})
}

#[tokio::test]
async fn a_command_carries_its_options_and_who_asked() {
    let mut stage = Stage::set().await;
    let options = opts!["channel" => &stage.channel, "reveal_after" => 8];
    let pending = stage.admin.invoke(&stage.channel, "feed add", options).await;
    let heard = stage.hear().await;
    let add = &heard["data"]["options"][0];
    assert_eq!((&heard["data"]["name"], &add["name"]), (&json!("feed"), &json!("add")));
    assert_eq!(add["options"][0]["value"], json!(stage.channel.id));
    assert_eq!(add["options"][1]["value"], 8);
    let permissions: u64 = text(&heard["member"]["permissions"]).parse().expect("a number");
    assert!(Permissions(permissions).has(Permissions::MANAGE_GUILD | Permissions::SEND_MESSAGES));
    let resolved = &heard["data"]["resolved"]["channels"][stage.channel.id.to_string()];
    assert_eq!((&resolved["type"], &resolved["name"]), (&json!(0), &json!("general")));

    assert_eq!(stage.callback(&heard, private("added")).await.0, 204);
    let response = pending.answer().await;
    assert!(response.is_private() && !response.was_deferred());
    assert_eq!(response.text(), "added");
    assert!(stage.channel.messages().is_empty(), "an ephemeral message is in no history");
    assert_eq!(stage.callback(&heard, private("twice")).await, (400, json!(40060)));
    assert_eq!(stage.world.discord.take_violations().len(), 1);
    stage.world.finish();
}

#[tokio::test]
async fn three_seconds_for_the_first_answer_and_fifteen_minutes_for_the_rest() {
    let mut stage = Stage::set().await;
    let late = stage.admin.invoke(&stage.channel, "today", opts![]).await;
    let heard = stage.hear().await;
    stage.world.clock.advance(Duration::seconds(3));
    assert_eq!(stage.callback(&heard, private("late")).await, (404, json!(10062)));
    late.forget();

    let pending = stage.admin.invoke(&stage.channel, "today", opts![]).await;
    let heard = stage.hear().await;
    let edit = || Some(silent(json!({"content": "at last"})));
    assert_eq!(stage.webhook("POST", &heard, "", edit()).await.1["code"], 10015, "no follow-up before an answer");
    assert_eq!(stage.callback(&heard, json!({"type": 5, "data": {"flags": 64}})).await.0, 204);
    pending.deferred().await;
    stage.world.clock.advance(Duration::minutes(14));
    assert_eq!(stage.webhook("PATCH", &heard, "/messages/@original", edit()).await.0, 200);
    let response = pending.answer().await;
    assert!(response.was_deferred() && response.is_private());
    assert_eq!(response.text(), "at last");
    stage.world.clock.advance(Duration::minutes(1));
    assert_eq!(stage.webhook("PATCH", &heard, "/messages/@original", edit()).await.1["code"], 50027);
    stage.world.finish();
}

#[tokio::test]
async fn the_first_follow_up_ends_the_thinking() {
    let mut stage = Stage::set().await;
    let pending = stage.admin.invoke(&stage.channel, "today", opts![]).await;
    let heard = stage.hear().await;
    stage.callback(&heard, json!({"type": 5, "data": {"flags": 64}})).await;
    let say = |content: &str| Some(silent(json!({"content": content, "flags": 64})));
    stage.webhook("POST", &heard, "", say("the answer")).await;
    stage.webhook("POST", &heard, "", say("and more")).await;
    let response = pending.answer().await;
    assert_eq!((response.text(), response.follow_ups()[0].text()), ("the answer".to_owned(), "and more".to_owned()));
    let original = stage.webhook("GET", &heard, "/messages/@original", None).await.1;
    assert_eq!(original["content"], "the answer");
    stage.world.finish();
}

#[tokio::test]
async fn a_click_updates_its_message_or_opens_a_modal() {
    let mut stage = Stage::set().await;
    let button = json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "Guess", "custom_id": "t1:n:7"}]}]);
    let post = stage.channel.plant(&json!({"content": "How many?", "components": button}));

    let pending = stage.admin.press(&post, "Guess").await;
    let heard = stage.hear().await;
    assert_eq!(heard["data"]["custom_id"], "t1:n:7");
    assert_eq!(heard["message"]["id"], json!(post.id));
    let input = json!({"type": 4, "custom_id": "value", "label": "Your answer", "style": 1, "max_length": 40});
    let modal = |title: &str| {
        let rows = json!([{"type": 1, "components": [input]}]);
        json!({"type": 9, "data": {"title": title, "custom_id": "t1:n:7", "components": rows}})
    };
    assert_eq!(stage.callback(&heard, modal(&"x".repeat(46))).await, (400, json!(50035)));
    assert_eq!(stage.world.discord.take_violations().len(), 1);
    assert_eq!(stage.callback(&heard, modal("Your guess")).await.0, 204);
    let opened = pending.answer().await;
    assert_eq!(opened.modal().title(), "Your guess");

    let answer = async {
        let heard = stage.socket.event("INTERACTION_CREATE").await;
        assert_eq!(heard["data"]["components"][0]["components"][0]["value"], "84");
        let update = json!({"type": 7, "data": silent(json!({"content": "84 it is"}))});
        let path = format!("/interactions/{}/{}/callback", text(&heard["id"]), text(&heard["token"]));
        assert_eq!(call(&stage.world, "POST", &path, Some(update)).await.0, 204);
    };
    let (response, ()) = tokio::join!(stage.admin.submit(&opened, &["84"]), answer);
    assert_eq!((response.text(), response.message().id), ("84 it is".to_owned(), post.id));
    stage.world.finish();
}

#[tokio::test]
async fn suggestions_come_back_within_their_limits() {
    let mut stage = Stage::set().await;
    let choices = |count: usize| {
        let choices = (0..count).map(|n| json!({"name": format!("Zone {n}"), "value": format!("Etc/{n}")}));
        json!({"type": 8, "data": {"choices": choices.collect::<Vec<_>>()}})
    };
    let channel = stage.channel.clone();
    let (admin, options) = (stage.admin.clone(), opts!["channel" => &channel]);
    let bot = async {
        let heard = stage.hear().await;
        assert_eq!(heard["data"]["options"][0]["options"][1]["focused"], true);
        assert_eq!(stage.callback(&heard, choices(26)).await, (400, json!(50035)));
        assert_eq!(stage.callback(&heard, choices(25)).await.0, 204);
    };
    let (found, ()) = tokio::join!(admin.autocomplete(&channel, "feed add", ("timezone", "Etc"), options), bot);
    assert_eq!((found.len(), &found[1].value), (25, &json!("Etc/1")));
    assert_eq!(stage.world.discord.take_violations().len(), 1);
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "the client hides /feed add")]
async fn the_client_hides_what_is_for_admins() {
    let stage = Stage::set().await;
    let member = stage.guild.member("Bob");
    member.invoke(&stage.channel, "feed add", opts!["channel" => &stage.channel]).await;
}

#[tokio::test]
async fn a_forged_client_gets_past_the_menu() {
    let mut stage = Stage::set().await;
    let member = stage.guild.member("Bob");
    let channel = stage.channel.clone();
    let voice = stage.guild.channel("talk", crate::world::discord::state::ChannelKind::Voice);
    stage.socket.event("CHANNEL_CREATE").await;
    let bot = async {
        let heard = stage.hear().await;
        stage.callback(&heard, private("no")).await
    };
    let (response, _) = tokio::join!(member.forge(&channel, "feed add", opts!["channel" => &voice]), bot);
    assert_eq!(response.text(), "no");
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "no answer at all to /today")]
async fn silence_fails_a_scenario() {
    let stage = Stage::set().await;
    stage.admin.invoke(&stage.channel, "today", opts![]).await;
    stage.world.finish();
}

#[tokio::test]
#[should_panic(expected = "unread: #general: hello")]
async fn an_unread_message_fails_a_scenario() {
    let stage = Stage::set().await;
    let path = format!("/channels/{}/messages", stage.channel.id);
    call(&stage.world, "POST", &path, Some(silent(json!({"content": "hello"})))).await;
    stage.world.finish();
}

#[tokio::test]
async fn a_private_answer_has_buttons_and_files() {
    let mut stage = Stage::set().await;
    let pending = stage.admin.invoke(&stage.channel, "today", opts![]).await;
    let heard = stage.hear().await;
    let row =
        json!([{"type": 1, "components": [{"type": 2, "style": 1, "label": "Sure", "custom_id": "t1:c:1:sure"}]}]);
    let data = json!({"flags": 64, "components": row, "attachments": [{"id": "0"}], "allowed_mentions": {"parse": []}});
    let form = reqwest::multipart::Form::new()
        .text("payload_json", json!({"type": 4, "data": data}).to_string())
        .part("files[0]", reqwest::multipart::Part::text("{\"points\": 4}").file_name("export.json"));
    let (id, token) = (text(&heard["id"]), text(&heard["token"]));
    let url = format!("{}/api/v10/interactions/{id}/{token}/callback", stage.world.discord.url());
    let answer = reqwest::Client::new().post(url).multipart(form).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 204);
    let response = pending.answer().await;
    assert_eq!(response.message().file(), "{\"points\": 4}");

    // What serenity reads here is a click on an answer to a command, and then on an answer to a click.
    let mut message = response.message().clone();
    for _ in 0..2 {
        let pending = stage.admin.press(&message, "Sure").await;
        let heard = stage.hear().await;
        assert!(heard["message"]["interaction_metadata"]["type"].is_u64());
        let again = json!({"content": "sure", "flags": 64, "components": row});
        stage.callback(&heard, json!({"type": 4, "data": silent(again)})).await;
        message = pending.answer().await.message().clone();
    }
    stage.world.finish();
}
