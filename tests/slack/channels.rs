//! Channels that will not do, and channels that stop doing.

use crate::set;
use crate::world::slack::people;
use crate::world::slack::state::ChannelKind;
use crate::world::stage::{Channel, Office, Person};

async fn add(office: &Office, channel: &people::Channel) -> String {
    let (admin, here) = (Person::Slack(office.admin.clone()), Channel::Slack(office.channel.clone()));
    let there = Channel::Slack(channel.clone());
    let settings = set!["channel" => &there, "time" => "09:00", "timezone" => "UTC", "reveal_after" => 72];
    let told = admin.forge_feed(&here, settings).await;
    assert!(told.is_private());
    told.text()
}

#[tokio::test]
async fn the_bot_has_to_be_in_a_living_channel() {
    let office = Office::set().await;
    let apart = office.workspace.without_bot("apart", ChannelKind::Public);
    let secret = office.workspace.without_bot("secret", ChannelKind::Private);
    let dead = office.workspace.channel("dead");
    dead.archive(true);
    for (channel, word) in [(&apart, "/invite"), (&secret, "/invite"), (&dead, "archived")] {
        let told = add(&office, channel).await;
        assert!(told.contains(word), "{told}");
    }
    let list = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(list.text().contains("No feeds yet"), "{}", list.text());
    apart.invite_bot();
    let private = office.workspace.private("private");
    for channel in [&apart, &private] {
        let told = add(&office, channel).await;
        assert!(told.contains("is set"), "{told}");
    }
    office.finish().await;
}

#[tokio::test]
async fn a_channel_that_is_archived_blocks_its_feed_until_it_is_not() {
    let office = Office::set().await;
    let channel = office.workspace.channel("doomed");
    add(&office, &channel).await;
    channel.archive(true);
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let notice = office.admin.expect_direct_message().await;
    assert!(notice.text().contains("archived"), "{}", notice.text());
    office.backstage.settle().await;
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(board.text().contains("Blocked"), "{}", board.text());
    channel.archive(false);
    office.world.clock.set_to("2026-03-02T11:00:00Z");
    channel.expect_message().await;
    office.finish().await;
}

#[tokio::test]
async fn doctor_names_each_missing_scope() {
    let office = Office::set().await;
    add(&office, &office.channel.clone()).await;
    let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
    assert!(health.text().contains("All is well"), "{}", health.text());
    office.world.slack.scope("files:write", false);
    office.world.slack.scope("channels:history", false);
    let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
    for scope in ["files:write", "channels:history"] {
        assert!(health.is_private() && health.text().contains(scope), "{}", health.text());
    }
    assert!(!health.text().contains("users:read"), "{}", health.text());
    office.finish().await;
}

#[tokio::test]
async fn a_channel_that_the_bot_was_put_out_of_is_named_and_said_once() {
    let office = Office::set().await;
    let (open, secret) = (office.workspace.channel("open"), office.workspace.private("secret"));
    for (channel, number) in [(&open, 1), (&secret, 2)] {
        add(&office, channel).await;
        channel.expel_bot();
        let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
        assert_eq!(health.text().matches("invite me there with").count(), number, "{}", health.text());
    }
    office.world.clock.set_to("2026-03-02T09:00:00Z");
    let notices = [office.admin.expect_direct_message().await, office.admin.expect_direct_message().await];
    for (channel, why) in [(&open, "I am not in it"), (&secret, "or it is private and I am not in it: invite me")] {
        let reference = format!("<#{}>", channel.id);
        let notice = notices.iter().find(|notice| notice.notification().contains(&reference));
        let notice = notice.expect("the notification names the channel");
        assert!(notice.text().contains(why), "{}", notice.text());
    }
    office.backstage.settle().await;
    let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
    let said = health.text().to_lowercase();
    assert!(said.contains("blocked") && said.matches("invite me").count() == 2, "once for each feed: {said}");
    for channel in [&open, &secret] {
        channel.invite_bot();
    }
    let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
    assert_eq!(health.text().matches("Nothing is in the way any more").count(), 2, "{}", health.text());
    for channel in [&open, &secret] {
        channel.expect_message().await;
    }
    office.finish().await;
}

#[tokio::test]
async fn doctor_says_that_the_token_is_refused() {
    let office = Office::set().await;
    add(&office, &office.channel.clone()).await;
    let refused = || office.world.slack.on("conversations.info").always().says("token_revoked");
    let (channels, identity) = (refused(), office.world.slack.on("auth.test").always().says("token_revoked"));
    let health = office.admin.slash(&office.channel, "/trap", "doctor").await;
    for words in ["Slack refused my token", "token_revoked"] {
        assert!(health.text().contains(words), "{}", health.text());
    }
    let people = office.world.slack.on("users.info").always().says("token_revoked");
    let owen = office.workspace.owner("Owen");
    let health = owen.slash(&office.channel, "/trap", "doctor").await;
    assert!(health.is_private() && health.text().contains("My token is refused"), "{}", health.text());
    for fault in [channels, identity, people] {
        fault.lift();
    }
    office.finish().await;
}
