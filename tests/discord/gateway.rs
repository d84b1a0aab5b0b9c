//! The gateway breaks in every way it can: interactions are answered again soon after.

use tokio_util::sync::CancellationToken;
use trapline::chat::discord::{Discord, DiscordConfig, RunError};
use trapline::service::Service;
use trapline::store::Store;

use crate::opts;
use crate::world::World;
use crate::world::discord::state::State;
use crate::world::scene::Scene;
use crate::world::traps::bank;

async fn still_answers(scene: &Scene) {
    let told = scene.admin.slash(&scene.channel, "help", opts![]).await;
    assert!(told.is_private());
}

#[tokio::test]
async fn a_connection_that_breaks_is_resumed() {
    let scene = Scene::set().await;
    still_answers(&scene).await;
    let gateway = scene.world.discord.gateway();
    gateway.cut();
    gateway.begun(2).await;
    still_answers(&scene).await;
    assert!(scene.world.discord.hub.look(|state| state.sessions.resumed == 1 && !state.sessions.resumed_elsewhere));
    scene.finish().await;
}

#[tokio::test]
async fn discord_asks_to_reconnect() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.reconnect();
    gateway.begun(2).await;
    still_answers(&scene).await;
    scene.finish().await;
}

#[tokio::test]
async fn a_session_that_is_no_good_any_more() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.forget_sessions();
    gateway.close(4009);
    gateway.begun(2).await;
    still_answers(&scene).await;
    scene.finish().await;
}

#[tokio::test]
async fn every_close_code_that_allows_another_connection() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    let resumed = || scene.world.discord.hub.look(|state| state.sessions.resumed);
    for (code, begun) in [4000, 4001, 4002, 4003, 4005, 4008].into_iter().zip(2..) {
        gateway.close(code);
        gateway.begun(begun).await;
        still_answers(&scene).await;
        assert_eq!(resumed() as usize, begun - 1, "after {code} the session goes on");
    }
    for (code, begun) in [4007, 4009, 4010, 4011].into_iter().zip(8..) {
        gateway.close(code);
        gateway.begun(begun).await;
        still_answers(&scene).await;
        assert_eq!(resumed(), 6, "after {code} another session begins");
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_gateway_that_says_nothing_is_left() {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let gateway = scene.world.discord.gateway();
    gateway.mute(1);
    scene.start().await;
    gateway.begun(2).await;
    still_answers(&scene).await;
    scene.finish().await;
}

/// The connection breaks, in a session that READY says is resumed there.
async fn resumed_at(address: &str) -> Scene {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let gateway = scene.world.discord.gateway();
    gateway.resumes_at(address);
    scene.start().await;
    gateway.cut();
    gateway.begun(3).await;
    still_answers(&scene).await;
    scene
}

#[tokio::test]
async fn a_session_is_resumed_at_the_gateway_where_ready_names_a_stranger() {
    for stranger in ["wss://gateway.example.org", "nowhere at all"] {
        let scene = resumed_at(stranger).await;
        assert_eq!(scene.world.discord.hub.look(|state| state.sessions.resumed), 1, "{stranger}");
        assert_eq!(scene.world.discord.requests("GET /gateway/bot").len(), 2, "one of each start");
        scene.finish().await;
    }
}

#[tokio::test]
async fn who_stops_says_farewell_and_does_not_come_back() {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let gateway = scene.world.discord.gateway();
    gateway.leave_out("READY", &["/session_id", "/resume_gateway_url"]);
    scene.start().await;
    still_answers(&scene).await;
    scene.stop().await;
    gateway.offline().await;
    let sessions = |state: &State| (state.sessions.farewells.clone(), state.sessions.count);
    assert_eq!(
        scene.world.discord.hub.look(sessions),
        (vec![1000, 1000], 2),
        "with a session that can be resumed and without"
    );
    scene.start().await;
    scene.finish().await;
}

#[tokio::test]
async fn a_bot_that_has_outgrown_its_shards_asks_how_many_it_is_to_have() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.refuse(4011, 2);
    gateway.forget_sessions();
    gateway.reconnect();
    gateway.refused_all().await;
    gateway.begun(2).await;
    still_answers(&scene).await;
    assert_eq!(scene.world.discord.requests("GET /gateway/bot").len(), 2);
    scene.finish().await;
}

#[tokio::test]
async fn what_is_sent_again_is_not_done_again() {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "20:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    let member = scene.guild.member("Bob");
    scene.admin.slash(&scene.channel, "feed post", opts![]).await;
    let post = scene.channel.expect_message().await;
    scene.answer(&member, &post, 0).await;
    let callbacks = || scene.world.discord.requests("POST /interactions/*/*/callback").len();
    let answered = callbacks();
    scene.world.discord.gateway().say_all_again();
    still_answers(&scene).await;
    scene.settle().await;
    assert_eq!(scene.channel.messages().len(), 1, "posted once");
    assert_eq!(callbacks(), answered + 1, "what was answered is not answered again");
    scene.finish().await;
}

#[tokio::test]
async fn a_close_code_that_allows_none_ends_the_adapter_with_a_reason() {
    let world = World::new().await;
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("t.db").display());
    let store = Store::open(&url, [7; 32]).await.expect("the database opens");
    let service = Service::new(store, bank(), world.clock.clone());
    let connect = |token: String| {
        let config = DiscordConfig { token: token.into(), api_url: Some(world.discord.url().to_owned()) };
        Discord::connect(config, service.clone()).expect("the adapter takes its settings")
    };
    let refused = connect("not.the.token".to_owned()).run(CancellationToken::new()).await;
    assert_eq!(refused, Err(RunError::Token), "REST says so at once");
    for (code, is_token) in [(4004, true), (4012, false), (4013, false), (4014, false)] {
        let close = async {
            world.discord.gateway().online().await;
            world.discord.gateway().close(code);
        };
        let discord = connect(world.discord.token());
        let (ended, ()) = tokio::join!(discord.run(CancellationToken::new()), close);
        assert_eq!(ended == Err(RunError::Token), is_token, "{code}: {ended:?}");
        assert!(ended.is_err(), "{code}");
        world.discord.gateway().offline().await;
    }
    world.discord.take_violations();
    world.discord.finish();
}

#[tokio::test]
async fn discord_says_that_a_session_may_not_be_resumed() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.invalidate(false);
    gateway.begun(2).await;
    still_answers(&scene).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.identified.len()), 2);
    scene.finish().await;
}

#[tokio::test]
async fn only_the_intent_that_is_needed() {
    let scene = Scene::set().await;
    still_answers(&scene).await;
    let intents = scene.world.discord.hub.look(|state| state.sessions.identified.clone());
    assert_eq!(intents, [1]);
    scene.finish().await;
}

#[tokio::test]
async fn discord_says_that_a_session_may_be_resumed() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.invalidate(true);
    gateway.begun(2).await;
    still_answers(&scene).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.resumed), 1);
    scene.finish().await;
}

#[tokio::test]
async fn a_resume_that_is_refused_begins_anew() {
    let scene = Scene::set().await;
    let gateway = scene.world.discord.gateway();
    gateway.forget_sessions();
    gateway.reconnect();
    gateway.begun(2).await;
    still_answers(&scene).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.identified.len()), 2);
    scene.finish().await;
}

/// Waits for heartbeats on a connection that has them every so many milliseconds, then leaves them unanswered.
async fn unanswered(milliseconds: u64, answered: u32) -> Scene {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let gateway = scene.world.discord.gateway();
    gateway.heartbeat_every(milliseconds);
    scene.start().await;
    let hub = &scene.world.discord.hub;
    hub.wait("heartbeats", |state| (state.sessions.heartbeats >= answered).then_some(())).await;
    gateway.zombie(true);
    gateway.begun(3).await;
    gateway.zombie(false);
    still_answers(&scene).await;
    scene
}

#[tokio::test]
async fn a_connection_without_a_pulse_is_resumed() {
    let scene = unanswered(1000, 2).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.resumed), 1);
    scene.finish().await;
}

#[tokio::test]
async fn a_connection_that_never_had_a_pulse_is_resumed() {
    let scene = unanswered(300, 0).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.resumed), 1);
    scene.finish().await;
}
