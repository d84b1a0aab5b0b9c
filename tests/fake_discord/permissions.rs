//! What the bot may do is what roles and overwrites say.

use serde_json::{Value, json};

use crate::client::{call, silent};
use crate::world::World;
use crate::world::discord::people::Channel;
use crate::world::discord::permissions::Permissions;
use crate::world::discord::state::ChannelKind;

async fn send(world: &World, channel: &Channel, payload: Value) -> (u16, Value) {
    let (status, body) =
        call(world, "POST", &format!("/channels/{}/messages", channel.id), Some(silent(payload))).await;
    (status, body["code"].clone())
}

#[tokio::test]
async fn sending_needs_sight_and_speech() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let words = || json!({"content": "x"});
    let channel = guild.text("general");
    channel.deny_bot(Permissions::SEND_MESSAGES);
    assert_eq!(send(&world, &channel, words()).await, (403, json!(50013)));
    channel.deny_everyone(Permissions::VIEW_CHANNEL);
    assert_eq!(send(&world, &channel, words()).await, (403, json!(50001)));
    guild.grant_bot(Permissions::ADMINISTRATOR);
    assert_eq!(send(&world, &channel, words()).await.0, 200, "an administrator is above overwrites");
    channel.expect_message().await;
    guild.grant_bot(Permissions::NONE);
    channel.open_to_all();
    assert_eq!(send(&world, &channel, words()).await.0, 200);
    channel.expect_message().await;
    channel.delete();
    assert_eq!(send(&world, &channel, words()).await, (404, json!(10003)));
    let category = guild.channel("rooms", ChannelKind::Category);
    assert_eq!(send(&world, &category, words()).await, (400, json!(50008)));
    guild.expel_bot();
    assert_eq!(call(&world, "GET", &format!("/guilds/{}", guild.id), None).await.1["code"], 10004);
    world.finish();
}

#[tokio::test]
async fn the_bots_own_overwrite_beats_its_roles() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    channel.deny_everyone(Permissions::SEND_MESSAGES);
    channel.allow_bot(Permissions::SEND_MESSAGES);
    assert_eq!(send(&world, &channel, json!({"content": "x"})).await.0, 200);
    channel.expect_message().await;
    world.finish();
}

#[tokio::test]
async fn embeds_vanish_without_permission() {
    let world = World::new().await;
    let channel = world.discord.guild("Study group").text("general");
    channel.deny_bot(Permissions::EMBED_LINKS);
    let embed = json!([{"title": "a trap"}]);
    assert_eq!(send(&world, &channel, json!({"content": "words", "embeds": embed})).await.0, 200);
    assert_eq!(channel.expect_message().await.text(), "words");
    assert_eq!(send(&world, &channel, json!({"embeds": embed})).await, (403, json!(50013)));
    world.finish();
}

#[tokio::test]
async fn threads_and_histories_need_their_own() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    send(&world, &channel, json!({"content": "x"})).await;
    let message = channel.expect_message().await;
    channel.deny_bot(Permissions::CREATE_PUBLIC_THREADS);
    let threads = format!("/channels/{}/messages/{}/threads", channel.id, message.id);
    let thread = || Some(json!({"name": "here"}));
    assert_eq!(call(&world, "POST", &threads, thread()).await.1["code"], 50013);
    channel.open_to_all();
    assert_eq!(call(&world, "POST", &threads, thread()).await.0, 201);
    channel.deny_bot(Permissions::SEND_MESSAGES_IN_THREADS | Permissions::READ_MESSAGE_HISTORY);
    let inside = channel.thread(&message).await;
    assert_eq!(send(&world, &inside, json!({"content": "x"})).await, (403, json!(50013)));
    assert_eq!(call(&world, "GET", &format!("/channels/{}/messages", channel.id), None).await, (200, json!([])));
    let single = format!("/channels/{}/messages/{}", channel.id, message.id);
    assert_eq!(call(&world, "GET", &single, None).await.1["code"], 50013);
    world.finish();
}
