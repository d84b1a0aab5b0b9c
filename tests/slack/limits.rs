//! Slack's limits: so many messages a channel and second.

use crate::set;
use crate::world::slack::ratelimit::Limits;
use crate::world::stage::{Channel, Office, Person};

#[tokio::test]
async fn posts_of_many_channels_and_the_messages_of_one_are_spread_and_none_is_lost() {
    let office = Office::set().await;
    let admin = Person::Slack(office.admin.clone());
    let here = Channel::Slack(office.channel.clone());
    let mut channels = Vec::new();
    for name in ["one", "two", "three"] {
        let channel = Channel::Slack(office.workspace.channel(name));
        let settings = set![
            "channel" => &channel, "time" => "09:00", "timezone" => "UTC", "thread" => false, "reveal_after" => 1
        ];
        let added = admin.command(&here, "feed add", settings).await;
        assert!(added.text().contains("is set"), "{}", added.text());
        channels.push(channel);
    }
    office.world.slack.rate_limits(Limits { other: Limits::default().other, ..Limits::usual() });
    for minute in 0..12 {
        office.world.clock.set_to(&format!("2026-03-02T{:02}:{:02}:00Z", 9 + minute / 4, minute % 4 * 15));
        office.backstage.settle().await;
    }
    for channel in &channels {
        for _ in 0..4 {
            channel.expect_message().await;
        }
        assert_eq!(channel.messages().len(), 4, "a post, a reveal, its two details");
    }
    office.finish().await;
}
