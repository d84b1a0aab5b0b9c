//! Two servers join, whoever is in both is one member, and the servers part again.

use crate::opts;
use crate::world::discord::people::{Channel, Person};
use crate::world::discord::view::{Message, Response};
use crate::world::scene::Scene;
use crate::world::traps::CHOICES;

/// The code in an answer such as `… code:7K2M-9QXD …`.
fn code(told: &Response) -> String {
    let text = told.text();
    let code = text.split("code:").nth(1).unwrap_or_else(|| panic!("no code in: {text}"));
    code.chars().take(9).collect()
}

async fn join(here: (&Person, &Channel), there: (&Person, &Channel), command: &str) -> Response {
    let given = here.0.slash(here.1, command, opts![]).await;
    assert!(given.is_private(), "a code is for whoever asks");
    there.0.slash(there.1, command, opts!["code" => code(&given).to_lowercase()]).await
}

#[tokio::test]
async fn two_servers_become_one_community_and_part_again() {
    let scene = Scene::set().await;
    let other = scene.world.discord.guild("Other group");
    let (elsewhere, owner) = (other.text("quiz"), other.admin("Eve"));
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    let options =
        opts!["channel" => &elsewhere, "series" => CHOICES, "time" => "09:00", "timezone" => "UTC", "thread" => false];
    owner.slash(&elsewhere, "feed add", options).await;
    let joined = join((&scene.admin, &scene.channel), (&owner, &elsewhere), "community link").await;
    assert!(joined.is_private() && joined.text().contains("Joined"), "{}", joined.text());
    let (bob, cleo) = (scene.guild.member("Bob"), other.member("Cleo"));
    let bob_there = other.welcome(&bob);
    let linked = join((&bob, &scene.channel), (&bob_there, &elsewhere), "account link").await;
    assert!(linked.is_private() && linked.text().contains("you are one member"), "no need to: {}", linked.text());

    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let (here, there) = (scene.channel.expect_message().await, elsewhere.expect_message().await);
    assert_eq!(here.text(), there.text(), "the same trap, in the same order");
    scene.answer(&bob, &here, 0).await;
    let changed = scene.answer(&bob_there, &there, 1).await;
    assert!(changed.text().contains("Before, you had"), "one person, one answer: {}", changed.text());
    scene.answer(&cleo, &there, 1).await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveals = [scene.channel.expect_message().await, elsewhere.expect_message().await];
    for channel in [&scene.channel, &elsewhere] {
        channel.expect_message().await;
        channel.expect_message().await;
    }
    let said =
        |reveal: &Message| reveal.text().lines().filter(|line| !line.starts_with("Trapline ·")).collect::<String>();
    assert_eq!(said(&reveals[0]), said(&reveals[1]));
    assert!(reveals[0].text().contains("2 of 2"), "{}", reveals[0].text());
    assert!(here.now().text().contains("2 answers"), "{}", here.now().text());
    for (person, channel) in [(&bob, &scene.channel), (&cleo, &elsewhere)] {
        let board = person.slash(channel, "leaderboard", opts![]).await;
        assert!(board.text().contains("Bob") && board.text().contains("Cleo"), "{}", board.text());
        assert!(board.text().contains("2 members"), "{}", board.text());
    }

    let shown = owner.slash(&elsewhere, "community show", opts![]).await;
    assert!(shown.text().contains("a Discord server and a Discord server (this one)"), "{}", shown.text());
    let left = owner.slash(&elsewhere, "community unlink", opts![]).await;
    assert!(left.text().contains("keeps its history"), "{}", left.text());
    let board = cleo.slash(&elsewhere, "leaderboard", opts![]).await;
    assert!(board.text().contains("Bob") && board.text().contains("2 members"), "{}", board.text());
    let board = bob.slash(&scene.channel, "leaderboard", opts![]).await;
    assert!(!board.text().contains("Cleo"), "{}", board.text());
    scene.finish().await;
}
