//! The gateway: sessions begin, break, and go on.

use serde_json::json;

use crate::client::Socket;
use crate::world::World;

#[tokio::test]
async fn a_session_begins_with_ready_and_its_guilds() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let channel = guild.text("general");
    let (mut socket, ready) = Socket::identified(&world).await;
    assert_eq!(ready["guilds"], json!([{"id": guild.id, "unavailable": true}]));
    let created: serenity::all::Guild =
        serde_json::from_value(socket.event("GUILD_CREATE").await).expect("serenity reads a guild");
    assert_eq!(created.channels.len(), 1);
    serde_json::from_value::<serenity::all::Ready>(ready).expect("serenity reads READY");
    world.discord.gateway().online().await;

    socket.say(json!({"op": 1, "d": socket.sequence})).await;
    assert_eq!(socket.frame().await["op"], 11);
    channel.delete();
    assert_eq!(socket.event("CHANNEL_DELETE").await["id"], json!(channel.id));
    drop(socket);
    world.discord.gateway().offline().await;
    world.finish();
}

#[tokio::test]
async fn a_wrong_token_and_bad_manners_are_closed_with_their_codes() {
    let world = World::new().await;
    let mut wrong = Socket::connect(&world).await;
    wrong.identify("wrong", 1).await;
    assert_eq!(wrong.closed().await, Some(4004));
    let mut early = Socket::connect(&world).await;
    early.say(json!({"op": 3, "d": {}})).await;
    assert_eq!(early.closed().await, Some(4003));
    let (mut twice, _) = Socket::identified(&world).await;
    twice.identify(&world.discord.token(), 1).await;
    assert_eq!(twice.closed().await, Some(4005));
    world.finish();
}

#[tokio::test]
async fn intents_beyond_need_are_written_down_and_privileged_ones_refused() {
    let world = World::new().await;
    let mut curious = Socket::connect(&world).await;
    curious.identify(&world.discord.token(), 1 | 1 << 9).await;
    curious.event("READY").await;
    assert_eq!(world.discord.take_violations().len(), 1);
    let mut nosy = Socket::connect(&world).await;
    nosy.identify(&world.discord.token(), 1 | 1 << 15).await;
    assert_eq!(nosy.closed().await, Some(4014));
    assert_eq!(world.discord.take_violations().len(), 1);
    world.finish();
}

#[tokio::test]
async fn a_resumed_session_hears_what_it_missed() {
    let world = World::new().await;
    let guild = world.discord.guild("Study group");
    let (mut socket, ready) = Socket::identified(&world).await;
    socket.event("GUILD_CREATE").await;
    let (session, sequence) = (ready["session_id"].as_str().expect("an id").to_owned(), socket.sequence);
    drop(socket);
    world.discord.gateway().offline().await;
    let missed = guild.text("made meanwhile");

    let mut socket = Socket::connect(&world).await;
    socket.resume(&world, &session, sequence).await;
    assert_eq!(socket.event("CHANNEL_CREATE").await["id"], json!(missed.id));
    socket.event("RESUMED").await;
    assert_eq!(socket.sequence, sequence + 2);
    world.finish();
}

#[tokio::test]
async fn a_session_that_is_gone_can_not_be_resumed() {
    let world = World::new().await;
    let mut socket = Socket::connect(&world).await;
    socket.resume(&world, "never-was", 3).await;
    let frame = socket.frame().await;
    assert_eq!((&frame["op"], &frame["d"]), (&json!(9), &json!(false)));
    socket.identify(&world.discord.token(), 1).await;
    socket.event("READY").await;
    world.finish();
}

#[tokio::test]
async fn the_gateway_can_be_disturbed() {
    let world = World::new().await;
    let gateway = world.discord.gateway();
    let (mut socket, _) = Socket::identified(&world).await;
    gateway.reconnect();
    assert_eq!(socket.frame().await["op"], 7);
    gateway.zombie(true);
    socket.say(json!({"op": 1, "d": null})).await;
    gateway.invalidate(true);
    let frame = socket.frame().await;
    assert_eq!((&frame["op"], &frame["d"]), (&json!(9), &json!(true)), "a zombie does not acknowledge");
    gateway.zombie(false);
    gateway.close(4000);
    assert_eq!(socket.closed().await, Some(4000));
    drop(socket);
    gateway.offline().await;

    let (mut socket, _) = Socket::identified(&world).await;
    gateway.cut();
    assert_eq!(socket.closed().await, None);
    gateway.shut(true);
    let url = world.discord.hub.socket_url.clone();
    assert!(tokio_tungstenite::connect_async(url).await.is_err());
    gateway.shut(false);
    Socket::identified(&world).await;
    world.finish();
}
