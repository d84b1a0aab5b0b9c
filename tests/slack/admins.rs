//! Who may do what is asked at each step: menus and modals of earlier days give nobody a right.

use serde_json::json;
use trapline::core::ids::{Action, FeedStep};

use crate::sockets::open_round;
use crate::world::slack::state::Rank;
use crate::world::stage::Office;

#[tokio::test]
async fn a_member_presses_what_only_admins_are_shown() {
    let (office, _post) = open_round().await;
    let mallory = office.workspace.member("Mallory");
    for words in ["feed", "doctor", "community link"] {
        let told = mallory.slash(&office.channel, "/trap", words).await;
        assert!(told.is_private() && told.text().contains("may manage this"), "/trap {words}: {}", told.text());
        assert!(told.message().buttons().is_empty(), "/trap {words}");
    }
    let actions: Vec<Action> =
        FeedStep::ALL.map(|step| Action::Feed { number: 1, step }).into_iter().chain([Action::FeedAdd]).collect();
    for action in actions.iter().map(Action::encode) {
        let label = json!({"type": "plain_text", "text": "Do it"});
        let button = json!({"type": "button", "text": label, "action_id": action, "value": action});
        let blocks = json!([{"type": "actions", "elements": [button]}]);
        let planted = office.channel.plant(&json!({"text": "a forged board", "blocks": blocks}));
        let told = mallory.click(&planted, "Do it").await;
        assert!(told.is_private() && told.text().contains("may manage this"), "{action}: {}", told.text());
    }
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(board.text().contains("1 feed"), "{}", board.text());
    office.finish().await;
}

#[tokio::test]
async fn an_admin_of_yesterday_sends_the_modal_of_yesterday() {
    let (mut office, _post) = open_round().await;
    let eve = office.workspace.admin("Eve");
    let board = eve.slash(&office.channel, "/trap", "feed").await;
    let opened = eve.click(board.message(), &Action::FeedAdd.encode()).await;
    let other = office.workspace.channel("other");
    eve.becomes(Rank::Member);
    office.stop().await;
    office.start().await;
    let told = eve.submit(&opened, &[("channel", &other.id), ("time", "10:00")]).await;
    assert!(told.is_private() && told.text().contains("may manage this"), "{}", told.text());
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(board.text().contains("1 feed"), "{}", board.text());
    office.finish().await;
}

#[tokio::test]
async fn an_owner_may_what_an_admin_may() {
    let (office, _post) = open_round().await;
    let owen = office.workspace.owner("Owen");
    let board = owen.slash(&office.channel, "/trap", "feed").await;
    let paused = owen.click(board.message(), &Action::Feed { number: 1, step: FeedStep::Pause }.encode()).await;
    assert!(paused.is_private() && paused.text().contains("aused"), "{}", paused.text());
    office.finish().await;
}

#[tokio::test]
async fn a_form_that_does_not_open() {
    let office = Office::set().await;
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(board.text().contains("Press Add a feed: a channel is enough."), "{}", board.text());
    let _fault = office.world.slack.on("views.open").says("expired_trigger_id");
    let told = office.admin.click(board.message(), &Action::FeedAdd.encode()).await;
    assert!(told.is_private() && told.text().contains("did not open the form"), "{}", told.text());
    let opened = office.admin.click(board.message(), &Action::FeedAdd.encode()).await;
    let topics = opened.modal().input("topic").element;
    assert_eq!(topics["initial_option"]["text"]["text"], "Any");
    let series = opened.modal().input("series").element.to_string();
    assert!(series.contains("ML system design"), "{series}");
    office.finish().await;
}

#[tokio::test]
async fn help_names_each_command_once() {
    let office = Office::set().await;
    let help = office.admin.slash(&office.channel, "/trap", "help").await;
    assert_eq!(help.text().matches("`/trap feed`").count(), 1, "{}", help.text());
    office.finish().await;
}
