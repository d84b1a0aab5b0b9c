//! The whole way once: from the first feed to the first leaderboard.

use crate::opts;
use crate::world::discord::people::Person;
use crate::world::scene::{Scene, points};
use crate::world::traps::FULL;

#[tokio::test]
async fn first_feed_to_first_leaderboard() {
    let scene = Scene::set().await;
    let members: Vec<Person> = ["Bob", "Cleo", "Dan"].iter().map(|name| scene.guild.member(name)).collect();

    let added = scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    assert!(added.text().contains("09:00"), "{}", added.text());
    let early = members[0].slash(&scene.channel, "today", opts![]).await;
    assert!(early.is_private() && early.text().contains("No trap is open"));

    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    assert!(post.text().contains("nobody has locked in"), "{}", post.text());
    for (nth, member) in members.iter().enumerate() {
        let receipt = scene.answer(member, &post, nth).await;
        assert!(receipt.text().contains("Locked in"), "{}", receipt.text());
    }
    let today = members[1].slash(&scene.channel, "today", opts![]).await;
    assert!(today.is_private() && today.text().contains("You said"), "{}", today.text());
    let before = members[0].slash(&scene.channel, "leaderboard", opts![]).await;
    assert!(before.text().contains("Nobody has points yet"), "points are official at the reveal: {}", before.text());

    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = scene.channel.expect_message().await;
    assert!(reveal.text().contains("Right: "), "{}", reveal.text());
    let thread = scene.channel.thread(&reveal).await;
    let why = thread.expect_message().await;
    assert!(why.text().starts_with("Why"), "{}", why.text());
    thread.expect_message().await;
    let closed = post.becomes("the post to be closed", |post| post.text().contains("Revealed: ")).await;
    assert!(closed.text().contains("3 answers"), "{}", closed.text());
    assert_eq!(closed.buttons().len(), 1);

    let mut earned = Vec::new();
    for member in &members {
        let told = member.click(&reveal, "How did I do?").await;
        assert!(told.is_private());
        earned.push(points(&told));
    }
    assert!(earned.iter().all(|points| [0, 4].contains(points)), "guesses pay 4 or 0: {earned:?}");

    let board = members[0].slash(&scene.channel, "leaderboard", opts!["period" => "week"]).await;
    for (name, points) in ["Bob", "Cleo", "Dan"].iter().zip(&earned) {
        let text = board.text();
        let line = text.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
        assert!(line.split(|c: char| !c.is_ascii_digit()).any(|word| word == points.to_string()), "{line}");
    }
    let stats = members[2].slash(&scene.channel, "stats", opts![]).await;
    assert!(stats.text().contains("Points"), "{}", stats.text());
    scene.finish().await;
}

#[tokio::test]
async fn the_post_says_how_many_have_locked_in() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    scene.answer(&member, &post, 0).await;
    scene.world.clock.set_to("2026-03-02T09:00:30Z");
    let counted = post.becomes("one to be counted", |post| post.text().contains("1 has locked in")).await;
    scene.answer(&scene.admin, &counted, 1).await;
    scene.world.clock.set_to("2026-03-02T09:00:31Z");
    scene.settle().await;
    assert_eq!(post.now().edits, counted.edits, "not more often than every 15 s");
    scene.world.clock.set_to("2026-03-02T09:01:00Z");
    post.becomes("two to be counted", |post| post.text().contains("2 have locked in")).await;
    scene.finish().await;
}

#[tokio::test]
async fn nothing_leaks_before_the_reveal() {
    let scene = Scene::set().await;
    let members = [scene.guild.member("Bob"), scene.guild.member("Cleo")];
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let first = scene.answer(&members[0], &post, 0).await;
    let second = scene.answer(&members[1], &post, 1).await;
    let neutral = |text: String| text.lines().skip(3).collect::<Vec<_>>().join("\n");
    assert_eq!(neutral(first.text()), neutral(second.text()), "receipts differ by what was chosen alone");
    let everything = format!("{:?}{:?}", post.embeds, post.components).to_lowercase();
    for word in ["right", "bait", "wrong", "mistake"] {
        assert!(!everything.contains(&format!("\"{word}")), "the payload says `{word}`: {everything}");
    }
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = scene.channel.expect_message().await;
    let title = reveal.text().lines().next().unwrap_or_default().replace("Reveal: ", "");
    assert!(!post.text().contains(&title), "the title often names the trap");
    let thread = scene.channel.thread(&reveal).await;
    thread.expect_message().await;
    thread.expect_message().await;
    scene.finish().await;
}

#[tokio::test]
async fn the_fullest_trap_is_shown_whole() {
    let scene = Scene::set().await;
    scene.feed(opts!["series" => FULL, "time" => "09:00", "timezone" => "UTC"]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let numbered = |name: &str| (1..=5).map(|n| format!("{name}-{n}-ends")).collect::<Vec<_>>();
    let post = scene.channel.expect_message().await.text();
    for end in numbered("option").iter().map(String::as_str).chain(["headline-ends", "scenario-ends", "ask-ends"]) {
        assert!(post.contains(end), "the post is cut before `{end}`: {post}");
    }
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = scene.channel.expect_message().await;
    for end in numbered("reason").iter().map(String::as_str).chain(["title-ends"]) {
        assert!(reveal.text().contains(end), "the reveal is cut before `{end}`: {}", reveal.text());
    }
    let thread = scene.channel.thread(&reveal).await;
    let details = [thread.expect_message().await.text(), thread.expect_message().await.text()].concat();
    for end in ["explanation-ends", "question-ends", "outline-ends"] {
        assert!(details.contains(end), "the details are cut before `{end}`: {details}");
    }
    scene.finish().await;
}
