//! Slack has a bad day in ways of its own; what Discord knows, too, is in `tests/scenarios`.

use std::time::Duration;

use crate::set;
use crate::sockets::open_round;
use crate::world::slack::faults::{Fault, Planned};
use crate::world::stage::{Channel, Office, Person};

const SEND: &str = "chat.postMessage";

/// An office with a feed that posts at nine.
async fn with_feed() -> Office {
    let office = Office::set().await;
    let (admin, channel) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let settings = set!["channel" => &channel, "time" => "09:00", "timezone" => "UTC"];
    let added = admin.command(&channel, "feed add", settings).await;
    assert!(added.text().contains("is set"), "{}", added.text());
    office
}

/// A post that meets a fault is there in the end, once.
async fn one_post_despite(fault: impl FnOnce(Planned) -> Fault) {
    let office = with_feed().await;
    let fault = fault(office.world.slack.on(SEND));
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    fault.hit(1).await;
    for minute in [5, 10, 15] {
        office.world.clock.set_to(&format!("2026-03-02T09:{minute:02}:00Z"));
        office.backstage.settle().await;
    }
    office.channel.expect_message().await;
    assert_eq!(office.channel.messages().len(), 1);
    office.finish().await;
}

#[tokio::test]
async fn a_word_that_leaves_it_open_whether_it_was_done() {
    for word in ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"] {
        one_post_despite(|send| send.says(word)).await;
    }
}

#[tokio::test]
async fn a_refusal_blocks_the_feed_until_it_is_taken_back() {
    let said = [
        ("missing_scope", "may not post there"),
        ("restricted_action_read_only_channel", "may not post there"),
        ("invalid_auth", "my token was revoked"),
        ("team_access_not_granted", "my token was revoked"),
        ("a_word_of_tomorrow", "a_word_of_tomorrow"),
    ];
    for (word, reason) in said {
        let office = with_feed().await;
        let refused = office.world.slack.on(SEND).always().says(word);
        office.world.clock.set_to("2026-03-02T09:00:00Z");
        refused.hit(1).await;
        office.world.clock.set_to("2026-03-02T09:05:00Z");
        office.backstage.settle().await;
        let board = office.admin.slash(&office.channel, "/trap", "feed").await;
        assert!(board.text().contains("Blocked") && board.text().contains(reason), "{word}: {}", board.text());
        refused.lift();
        office.world.clock.set_to("2026-03-02T11:00:00Z");
        office.channel.expect_message().await;
        office.backstage.settle().await;
        assert_eq!(office.channel.messages().len(), 1, "{word}");
        for notice in office.admin.conversation().await.messages() {
            drop(notice.now());
        }
        office.finish().await;
    }
}

#[tokio::test]
async fn a_post_that_somebody_deletes_before_its_reveal() {
    let office = with_feed().await;
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = office.channel.expect_message().await;
    office.world.slack.hub.change(|state| state.messages.remove(&post.ts));
    office.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = office.channel.expect_message().await;
    assert!(reveal.text().starts_with("Reveal:") && reveal.thread.is_none(), "it stands for itself");
    let thread = office.channel.thread(&reveal);
    thread.expect_message().await;
    thread.expect_message().await;
    office.backstage.settle().await;
    assert_eq!((office.channel.messages().len(), thread.messages().len()), (1, 2));
    office.finish().await;
}

#[tokio::test]
async fn a_thread_that_can_not_be_looked_through_for_a_while() {
    let office = with_feed().await;
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    office.channel.expect_message().await;
    let slack = &office.world.slack;
    slack.on(SEND).cut_after();
    let look = || slack.on("conversations.replies");
    let (_, _, last) = (look().status(503), look().says("internal_error"), look().garbage());
    office.world.clock.set_to("2026-03-02T17:00:00Z");
    for minute in 1..30 {
        office.world.clock.set_to(&format!("2026-03-02T17:{minute:02}:00Z"));
        office.backstage.settle().await;
        if last.hits() == 1 {
            break;
        }
    }
    office.world.clock.set_to("2026-03-02T18:00:00Z");
    let reveal = office.channel.expect_message().await;
    let thread = office.channel.thread(&reveal);
    thread.expect_message().await;
    thread.expect_message().await;
    office.backstage.settle().await;
    assert_eq!((office.channel.messages().len(), thread.messages().len()), (2, 3), "the reveal came once");
    office.finish().await;
}

#[tokio::test]
async fn a_receipt_that_does_not_get_through() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let deaf = office.world.slack.on("response_url").always().cut_before();
    let dumb = office.world.slack.on("chat.postEphemeral").says("user_not_in_channel");
    let pressed = bob.press(&post, &post.buttons()[0].label).await;
    deaf.hit(3).await;
    dumb.hit(1).await;
    pressed.forget();
    deaf.lift();
    let today = bob.slash(&office.channel, "/trap", "today").await;
    assert!(today.text().contains("You said"), "it counts all the same: {}", today.text());
    assert!(bob.click(&post, &post.buttons()[1].label).await.text().contains("Locked in"));
    office.finish().await;
}

#[tokio::test]
async fn an_address_for_answers_that_does_not_answer() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let broken = office.world.slack.on("response_url").always().status(500);
    let receipt = bob.click(&post, &post.buttons()[0].label).await;
    assert!(receipt.is_private() && receipt.text().contains("Locked in"), "{}", receipt.text());
    assert_eq!((broken.hits(), office.world.slack.requests("chat.postEphemeral").len()), (3, 1));
    office.finish().await;
}

#[tokio::test]
async fn an_address_for_answers_that_is_closed_for_long_is_not_waited_for() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    office.world.slack.on("response_url").always().too_many(Duration::from_secs(3600));
    let receipt = bob.click(&post, &post.buttons()[0].label).await;
    assert!(receipt.is_private() && receipt.text().contains("Locked in"), "{}", receipt.text());
    assert_eq!(office.world.slack.requests("chat.postEphemeral").len(), 1);
    office.finish().await;
}

#[tokio::test]
async fn a_workspace_that_names_nobody_is_played_in_all_the_same() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    let hung = office.world.slack.on("users.info").always().hold();
    let receipt = bob.click(&post, &post.buttons()[0].label).await;
    assert!(receipt.text().contains("Locked in"), "{}", receipt.text());
    hung.lift();
    office.finish().await;
}
