//! Sockets break, make room and forget: nothing that members do is lost, and nothing counts twice.

use chrono::Duration;
use serde_json::json;

use crate::set;
use crate::world::slack::faults::Effect;
use crate::world::slack::message::Message;
use crate::world::stage::{Channel, Office, Person};

/// An office with an open round, and its post.
pub(crate) async fn open_round() -> (Office, Message) {
    let office = Office::set().await;
    let (admin, channel) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let settings = set![
        "channel" => &channel, "series" => crate::world::traps::CHOICES, "time" => "09:00", "timezone" => "UTC",
        "thread" => false, "reveal_after" => 72
    ];
    let added = admin.command(&channel, "feed add", settings).await;
    assert!(added.text().contains("is set"), "{}", added.text());
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = office.channel.expect_message().await;
    (office, post)
}

async fn still_answers(office: &Office) {
    assert!(office.admin.slash(&office.channel, "/trap", "help").await.is_private());
}

#[tokio::test]
async fn a_redelivered_click_counts_once() {
    let (office, post) = open_round().await;
    let (bob, socket) = (office.workspace.member("Bob"), office.world.slack.socket());
    let pressed = bob.press(&post, &post.buttons()[0].label).await;
    let receipt = pressed.answer().await;
    for _ in 0..2 {
        socket.repeat(pressed.number);
        socket.quiet().await;
    }
    let asked = office.admin.invoke(&office.channel, "/trap", "today").await;
    asked.answer().await;
    socket.repeat(asked.number);
    socket.quiet().await;
    still_answers(&office).await;
    assert_eq!((pressed.outcomes().len(), asked.outcomes().len()), (1, 1), "a redelivery is acknowledged, no more");
    office.world.clock.set_to("2026-03-02T09:00:30Z");
    post.becomes("one to be counted", |post| post.text().contains("1 has locked in")).await;
    assert!(receipt.is_private());
    office.finish().await;
}

#[tokio::test]
async fn an_acknowledgement_that_is_lost_on_the_way() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    office.world.slack.socket().lose_acknowledgements(1);
    let pressed = bob.press(&post, &post.buttons()[0].label).await;
    office.world.slack.hub.wait("the loss", |state| state.sockets.lost_all().then_some(())).await;
    office.world.clock.advance(Duration::seconds(3));
    assert!(pressed.answer().await.text().contains("Locked in"));
    still_answers(&office).await;
    assert_eq!(pressed.outcomes().len(), 1);
    office.finish().await;
}

#[tokio::test]
async fn a_socket_is_refreshed_warned_closed_and_cut() {
    let office = Office::set().await;
    let socket = office.world.slack.socket();
    let ways: [fn(&crate::world::slack::sockets::SocketMode); 4] = [
        crate::world::slack::sockets::SocketMode::refresh,
        crate::world::slack::sockets::SocketMode::warn,
        crate::world::slack::sockets::SocketMode::close,
        crate::world::slack::sockets::SocketMode::cut,
    ];
    for disturb in ways {
        let before = socket.count();
        disturb(&socket);
        socket.begun(before + 1).await;
        still_answers(&office).await;
    }
    office.finish().await;
}

#[tokio::test]
async fn what_was_under_way_when_the_socket_broke_is_answered_once() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let socket = office.world.slack.socket();
    for nth in 0..3 {
        let before = socket.count();
        let pressed = bob.press(&post, &post.buttons()[nth].label).await;
        socket.cut();
        socket.begun(before + 1).await;
        assert!(pressed.answer().await.is_private());
        socket.quiet().await;
    }
    office.world.clock.set_to("2026-03-02T09:00:30Z");
    post.becomes("one to be counted", |post| post.text().contains("1 has locked in")).await;
    office.finish().await;
}

#[tokio::test]
async fn a_slack_that_gives_no_address_for_a_while() {
    let office = Office::set().await;
    let socket = office.world.slack.socket();
    let held = office.world.slack.on("apps.connections.open").times(2).status(503);
    socket.cut();
    held.hit(2).await;
    socket.begun(2).await;
    still_answers(&office).await;
    office.finish().await;
}

#[tokio::test]
async fn socket_mode_is_turned_off_and_on_again() {
    let (office, _post) = open_round().await;
    let socket = office.world.slack.socket();
    let asked = office.world.slack.requests("apps.connections.open").len();
    socket.disable();
    office.world.slack.requested("apps.connections.open", asked + 2).await;
    office.world.clock.set_to("2026-03-03T09:00:00Z");
    office.channel.expect_message().await;
    socket.refuse(None);
    socket.begun(2).await;
    still_answers(&office).await;
    office.finish().await;
}

#[tokio::test]
async fn a_socket_that_has_gone_silent_is_given_up() {
    let office = Office::set().await;
    let socket = office.world.slack.socket();
    socket.mute(true);
    socket.begun(2).await;
    socket.mute(false);
    still_answers(&office).await;
    office.finish().await;
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_asked_for_again() {
    let office = Office::set().await;
    let (slack, socket) = (&office.world.slack, office.world.slack.socket());
    for answer in
        [json!({"ok": true, "url": "wss://127.0.0.1:1/"}), json!({"ok": true}), json!({"ok": true, "url": "no"})]
    {
        slack.on("apps.connections.open").meets(Effect::Answer { status: 200, body: answer });
    }
    slack.on("apps.connections.open").garbage();
    let asked = slack.requests("apps.connections.open").len();
    socket.cut();
    slack.requested("apps.connections.open", asked + 5).await;
    socket.begun(2).await;
    still_answers(&office).await;
    office.finish().await;
}

#[tokio::test]
async fn frames_that_nobody_knows_change_nothing() {
    let office = Office::set().await;
    let socket = office.world.slack.socket();
    let frames = [
        json!({"type": "from_the_future", "envelope_id": "of-the-future", "payload": {}}),
        json!({"type": "interactive", "payload": null}),
        json!({"no": "type"}),
        json!([1, 2, 3]),
    ];
    for frame in frames {
        socket.say(frame);
    }
    still_answers(&office).await;
    assert_eq!(socket.count(), 1, "the connection stays");
    // Whatever has an envelope is acknowledged, or it would come for ever.
    assert_eq!(office.world.slack.take_violations(), ["an acknowledgement of of-the-future, which never was"]);
    office.finish().await;
}
