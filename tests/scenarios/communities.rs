//! Groups that join and part, across platforms too.

use trapline::core::ids::Platform;

use crate::world::World;
use crate::world::backstage::Backstage;
use crate::world::stage::{Channel, Message, Person, Response, Stage};
use crate::world::traps::CHOICES;
use crate::{on_each_platform, set};

on_each_platform![codes_that_are_no_good];

async fn codes_that_are_no_good(platform: Platform) {
    let stage = Stage::set(platform).await;
    let (admin, bob, channel) = (stage.admin(), stage.member("Bob"), stage.channel());
    for (command, wrong) in [("community link", "not a code"), ("account link", "not a code")] {
        let told = admin.command(&channel, command, set!["code" => "*nonsense*"]).await;
        assert!(told.is_private() && told.text().contains(wrong), "{}", told.text());
    }
    let alone = admin.command(&channel, "community unlink", set![]).await;
    assert!(alone.text().contains("not joined"), "{}", alone.text());
    let alone = bob.command(&channel, "account unlink", set![]).await;
    assert!(alone.text().contains("not linked"), "{}", alone.text());
    stage.finish().await;
}

/// Somebody, in the channel where they speak.
struct Seat {
    person: Person,
    channel: Channel,
}

impl Seat {
    fn new(person: Person, channel: &Channel) -> Self {
        Self { person, channel: channel.clone() }
    }

    async fn says(&self, words: &str) -> Response {
        self.person.command(&self.channel, words, set![]).await
    }

    async fn answers(&self, post: &Message, nth: usize) -> Response {
        let receipt = self.person.click(post, &post.labels()[nth]).await;
        assert!(receipt.is_private());
        receipt
    }

    async fn adds_a_feed(&self) {
        let settings = set![
            "channel" => &self.channel, "series" => CHOICES, "time" => "09:00", "timezone" => "UTC", "thread" => false
        ];
        let added = self.person.command(&self.channel, "feed add", settings).await;
        assert!(added.text().contains("is set"), "{}", added.text());
    }
}

/// One asks for a code, the other enters it.
async fn join(asks: &Seat, enters: &Seat, command: &str) -> Response {
    let given = asks.says(command).await;
    assert!(given.is_private(), "a code is for whoever asks");
    let text = given.text();
    let code: String =
        text.split("code:").nth(1).unwrap_or_else(|| panic!("no code in: {text}")).chars().take(9).collect();
    for told in [format!("/{command} link code:{code}"), format!("/trap {command} link {code}")] {
        let told = told.replace(" link link", " link");
        assert!(text.contains(&told), "the other side is told to type `{told}`, whichever it is: {text}");
    }
    let settings = set!["code" => code.to_lowercase().as_str()];
    enters.person.command(&enters.channel, command, settings).await
}

#[tokio::test]
async fn a_server_and_a_workspace_become_one_community_and_part_again() {
    let world = World::new().await;
    let mut backstage = Backstage::new(&world, &[Platform::Discord, Platform::Slack]);
    let (guild, workspace) = (world.discord.guild("Study group"), world.slack.workspace());
    let (here, there) = (Channel::Discord(guild.text("traps")), Channel::Slack(workspace.channel("quiz")));
    backstage.start(&world).await;
    let ada = Seat::new(Person::Discord(guild.admin("Ada")), &here);
    let eve = Seat::new(Person::Slack(workspace.admin("Eve")), &there);
    let bob = Seat::new(Person::Discord(guild.member("Bob")), &here);
    let bob_there = Seat::new(Person::Slack(workspace.member("Bob")), &there);
    let cleo = Seat::new(Person::Slack(workspace.member("Cleo")), &there);
    ada.adds_a_feed().await;
    eve.adds_a_feed().await;
    let joined = join(&ada, &eve, "community link").await;
    assert!(joined.is_private() && joined.text().contains("Joined"), "{}", joined.text());
    let linked = join(&bob_there, &bob, "account link").await;
    assert!(linked.is_private() && linked.text().contains("one member with 2 accounts"), "{}", linked.text());

    world.clock.set_to("2026-03-02T09:00:00Z");
    let (post, post_there) = (here.expect_message().await, there.expect_message().await);
    assert_eq!(post.text().lines().next(), post_there.text().lines().next(), "the same trap");
    assert_eq!(post.labels(), post_there.labels());
    bob.answers(&post, 0).await;
    let changed = bob_there.answers(&post_there, 1).await;
    assert!(changed.text().contains("Before, you had"), "one person, one answer: {}", changed.text());
    cleo.answers(&post_there, 1).await;

    world.clock.set_to("2026-03-02T17:00:00Z");
    for channel in [&here, &there] {
        let reveal = channel.expect_message().await;
        assert!(reveal.text().contains("2 of 2"), "{}", reveal.text());
        channel.expect_message().await;
        channel.expect_message().await;
    }
    for post in [&post, &post_there] {
        post.becomes("both posts to count both members", |post| post.text().contains("2 answers")).await;
    }
    for seat in [&bob, &cleo] {
        let board = seat.says("leaderboard").await.text();
        assert!(board.contains("Bob") && board.contains("Cleo") && board.contains("2 members"), "{board}");
    }

    let shown = eve.says("community show").await.text();
    assert!(shown.contains("a Discord server and a Slack workspace (this one)"), "{shown}");
    let left = eve.says("community unlink").await.text();
    assert!(left.contains("keeps its history"), "{left}");
    let board = bob.says("leaderboard").await.text();
    assert!(board.contains("Bob") && !board.contains("Cleo"), "{board}");
    let board = cleo.says("leaderboard").await.text();
    assert!(board.contains("Cleo"), "{board}");
    backstage.finish(&world).await;
    world.finish();
}
