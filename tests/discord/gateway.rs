//! The gateway breaks in every way it can: interactions are answered again soon after.

use crate::opts;
use crate::world::scene::Scene;

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
    let scene = unanswered(3000, 3).await;
    assert_eq!(scene.world.discord.hub.look(|state| state.sessions.resumed), 1);
    scene.finish().await;
}

#[tokio::test]
async fn a_connection_that_never_had_a_pulse_begins_anew() {
    unanswered(300, 0).await.finish().await;
}
