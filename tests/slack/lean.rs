//! A Slack that tells less than ours, or answers less: the main path goes on.

use crate::set;
use crate::sockets::open_round;
use crate::world::stage::{Channel, Office, Person};
use crate::world::traps::NUMBERS;

#[tokio::test]
async fn payloads_without_what_is_not_needed() {
    let (office, post) = open_round().await;
    let socket = office.world.slack.socket();
    socket.leave_out(
        "slash_commands",
        &["/token", "/team_domain", "/channel_name", "/user_name", "/api_app_id", "/is_enterprise_install"],
    );
    let interactive = [
        "/token",
        "/api_app_id",
        "/enterprise",
        "/is_enterprise_install",
        "/message",
        "/state",
        "/team/domain",
        "/user/username",
        "/user/name",
        "/user/team_id",
        "/channel/name",
        "/actions/0/text",
        "/actions/0/block_id",
        "/actions/0/action_ts",
        "/response_urls",
        "/view/hash",
        "/view/bot_id",
        "/view/root_view_id",
        "/view/previous_view_id",
        "/view/app_installed_team_id",
    ];
    socket.leave_out("interactive", &interactive);
    socket.leave_out("events_api", &["/token", "/authorizations", "/event/view", "/event/channel", "/event/event_ts"]);
    let bob = office.workspace.member("Bob");
    let receipt = bob.click(&post, &post.buttons()[0].label).await;
    assert!(receipt.is_private());
    let sure = bob.click(receipt.message(), "Sure").await;
    assert_eq!(sure.message().ts, receipt.message().ts, "a receipt changes in place");
    for words in ["", "today", "leaderboard", "stats", "library", "privacy", "help"] {
        assert!(bob.slash(&office.channel, "/trap", words).await.is_private(), "/trap {words}");
    }
    assert!(!bob.open_home().await.text().is_empty());
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(board.text().contains("1 feed"), "{}", board.text());
    office.finish().await;
}

#[tokio::test]
async fn a_modal_from_a_lean_payload() {
    let office = Office::set().await;
    let (admin, channel) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let settings = set![
        "channel" => &channel, "series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "reveal_after" => 72
    ];
    admin.command(&channel, "feed add", settings).await;
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = channel.expect_message().await;
    let fields = ["/message", "/state", "/view/hash", "/view/previous_view_id", "/response_urls"];
    office.world.slack.socket().leave_out("interactive", &fields);
    let bob = Person::Slack(office.workspace.member("Bob"));
    let receipt = bob.type_number(&post, "112").await;
    assert!(receipt.is_private() && receipt.text().contains("Locked in"), "{}", receipt.text());
    office.finish().await;
}

#[tokio::test]
async fn checks_that_are_not_answered_refuse_nothing() {
    let office = Office::set().await;
    let (admin, channel) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let unanswered = office.world.slack.on("conversations.info").always().status(503);
    let settings = set!["channel" => &channel, "time" => "09:00", "timezone" => "UTC", "reveal_after" => 72];
    let added = admin.command(&channel, "feed add", settings).await;
    assert!(added.text().contains("is set"), "{}", added.text());
    assert!(unanswered.hits() > 0);
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = channel.expect_message().await;
    office.world.slack.on("users.info").always().says("internal_error");
    let bob = Person::Slack(office.workspace.member("Bob"));
    assert!(bob.click(&post, &post.labels()[0]).await.is_private(), "a name is no condition of an answer");
    office.finish().await;
}

#[tokio::test]
async fn private_answers_that_do_not_get_through_at_first() {
    let (office, post) = open_round().await;
    let bob = office.workspace.member("Bob");
    for fault in [office.world.slack.on("response_url").status(503), office.world.slack.on("response_url").cut_before()]
    {
        let receipt = bob.click(&post, &post.buttons()[0].label).await;
        assert!(receipt.is_private());
        assert_eq!(fault.hits(), 1);
    }
    office.finish().await;
}
