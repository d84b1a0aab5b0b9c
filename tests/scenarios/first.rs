//! The whole way once: from the first feed to the first leaderboard.

use trapline::core::ids::Platform;

use crate::world::stage::{Person, Revealed, Stage, points};
use crate::world::traps::FULL;
use crate::{on_each_platform, set};

on_each_platform![
    first_feed_to_first_leaderboard,
    the_post_says_how_many_have_locked_in,
    nothing_leaks_before_the_reveal,
    the_fullest_trap_is_shown_whole,
];

async fn first_feed_to_first_leaderboard(platform: Platform) {
    let stage = Stage::set(platform).await;
    let members: Vec<Person> = ["Bob", "Cleo", "Dan"].iter().map(|name| stage.member(name)).collect();

    let added = stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    assert!(added.text().contains("09:00"), "{}", added.text());
    let early = members[0].command(&stage.channel(), "today", set![]).await;
    assert!(early.is_private() && early.text().contains("No trap is open"));

    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    assert!(post.text().contains("nobody has locked in"), "{}", post.text());
    for (nth, member) in members.iter().enumerate() {
        let receipt = stage.answer(member, &post, nth).await;
        assert!(receipt.text().contains("Locked in"), "{}", receipt.text());
    }
    let today = members[1].command(&stage.channel(), "today", set![]).await;
    assert!(today.is_private() && today.text().contains("You said"), "{}", today.text());
    let before = members[0].command(&stage.channel(), "leaderboard", set![]).await;
    assert!(before.text().contains("Nobody has points yet"), "points are official at the reveal: {}", before.text());

    stage.clock().set_to("2026-03-02T17:00:00Z");
    let Revealed { reveal, why, .. } = stage.revealed(true).await;
    assert!(reveal.text().contains("Right: "), "{}", reveal.text());
    assert!(why.text().starts_with("Why"), "{}", why.text());
    let closed = post.becomes("the post to be closed", |post| post.text().contains("Revealed: ")).await;
    assert!(closed.text().contains("3 answers"), "{}", closed.text());
    assert_eq!(closed.labels().len(), 1);

    let mut earned = Vec::new();
    for member in &members {
        let told = member.click(&reveal, "How did I do?").await;
        assert!(told.is_private());
        earned.push(points(&told));
    }
    assert!(earned.iter().all(|points| [0, 4].contains(points)), "guesses pay 4 or 0: {earned:?}");

    let board = members[0].command(&stage.channel(), "leaderboard", set!["period" => "week"]).await;
    for (name, points) in ["Bob", "Cleo", "Dan"].iter().zip(&earned) {
        let text = board.text();
        let line = text.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
        assert!(line.split(|c: char| !c.is_ascii_digit()).any(|word| word == points.to_string()), "{line}");
    }
    let stats = members[2].command(&stage.channel(), "stats", set![]).await;
    assert!(stats.text().contains("Points"), "{}", stats.text());
    stage.finish().await;
}

async fn the_post_says_how_many_have_locked_in(platform: Platform) {
    let stage = Stage::set(platform).await;
    let member = stage.member("Bob");
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    stage.answer(&member, &post, 0).await;
    stage.clock().set_to("2026-03-02T09:00:30Z");
    let counted = post.becomes("one to be counted", |post| post.text().contains("1 has locked in")).await;
    stage.answer(&stage.admin(), &counted, 1).await;
    stage.clock().set_to("2026-03-02T09:00:31Z");
    stage.settle().await;
    assert_eq!(post.now().edits(), counted.edits(), "not more often than every 15 s");
    stage.clock().set_to("2026-03-02T09:01:00Z");
    post.becomes("two to be counted", |post| post.text().contains("2 have locked in")).await;
    stage.finish().await;
}

async fn nothing_leaks_before_the_reveal(platform: Platform) {
    let stage = Stage::set(platform).await;
    let members = [stage.member("Bob"), stage.member("Cleo")];
    stage.feed(set!["time" => "09:00", "timezone" => "UTC"]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    let first = stage.answer(&members[0], &post, 0).await;
    let second = stage.answer(&members[1], &post, 1).await;
    let neutral = |text: String| text.lines().skip(3).collect::<Vec<_>>().join("\n");
    assert!(!neutral(first.text()).trim().is_empty(), "{}", first.text());
    assert_eq!(neutral(first.text()), neutral(second.text()), "receipts differ by what was chosen alone");
    let everything = post.payload().to_lowercase();
    for word in ["right", "bait", "wrong", "mistake"] {
        assert!(!everything.contains(&format!("\"{word}")), "the payload says `{word}`: {everything}");
    }
    stage.clock().set_to("2026-03-02T17:00:00Z");
    let reveal = stage.revealed(true).await.reveal;
    let title = reveal.text().lines().next().unwrap_or_default().replace("Reveal: ", "");
    assert!(!post.text().contains(&title), "the title often names the trap");
    stage.finish().await;
}

async fn the_fullest_trap_is_shown_whole(platform: Platform) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["series" => FULL, "time" => "09:00", "timezone" => "UTC"]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let numbered = |name: &str| (1..=5).map(|n| format!("{name}-{n}-ends")).collect::<Vec<_>>();
    let post = stage.channel().expect_message().await.text();
    for end in numbered("option").iter().map(String::as_str).chain(["headline-ends", "scenario-ends", "ask-ends"]) {
        assert!(post.contains(end), "the post is cut before `{end}`: {post}");
    }
    stage.clock().set_to("2026-03-02T17:00:00Z");
    let Revealed { reveal, why, follow_up, .. } = stage.revealed(true).await;
    for end in numbered("reason").iter().map(String::as_str).chain(["title-ends"]) {
        assert!(reveal.text().contains(end), "the reveal is cut before `{end}`: {}", reveal.text());
    }
    let details = [why.text(), follow_up.text()].concat();
    for end in ["explanation-ends", "question-ends", "outline-ends"] {
        assert!(details.contains(end), "the details are cut before `{end}`: {details}");
    }
    stage.finish().await;
}
