//! Members who mean ill: they forge what a client would never send, send it again, and give themselves names with markup in them.

use trapline::core::ids::Platform;

use crate::world::stage::{Message, Stage, points};
use crate::{on_each_platform, set};

on_each_platform![
    nobody_reads_or_changes_the_answer_of_another,
    what_is_sent_again_or_in_another_order_counts_once,
    a_name_pings_nobody_and_stays_text,
];

const NAME: &str = "Mallory @everyone <!channel> [gift](https://evil.example) **b**";

async fn open_round(stage: &Stage) -> Message {
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    stage.channel().expect_message().await
}

async fn reveal(stage: &Stage) -> Message {
    stage.clock().set_to("2026-03-02T17:00:00Z");
    let reveal = stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    reveal
}

async fn nobody_reads_or_changes_the_answer_of_another(platform: Platform) {
    let stage = Stage::set(platform).await;
    let (victim, mallory) = (stage.member("Bob"), stage.member("Mallory"));
    let post = open_round(&stage).await;
    let receipt = stage.answer(&victim, &post, 1).await;
    assert!(receipt.text().contains("Locked in: B"), "{}", receipt.text());

    // The buttons of the victim's private receipt, forged.
    let forged = stage.channel().plant("A", "t1:c:1:certain");
    let told = mallory.click(&forged, "A").await;
    assert!(told.is_private() && !told.text().contains("Locked in"), "{}", told.text());
    let today = mallory.command(&stage.channel(), "today", set![]).await;
    assert!(!today.text().contains("You said"), "{}", today.text());
    assert!(!mallory.export(&stage.channel()).await.contains("\"said\""), "there is no answer of theirs to take along");
    let mine = victim.command(&stage.channel(), "today", set![]).await;
    assert!(mine.text().contains("You said B") || mine.text().contains("guess"), "{}", mine.text());
    assert!(!mine.text().contains("certain"), "{}", mine.text());
    reveal(&stage).await;
    stage.finish().await;
}

async fn what_is_sent_again_or_in_another_order_counts_once(platform: Platform) {
    let stage = Stage::set(platform).await;
    let member = stage.member("Mallory");
    let post = open_round(&stage).await;
    let first = stage.answer(&member, &post, 0).await;
    for nth in [1, 2, 1, 1] {
        stage.answer(&member, &post, nth).await;
    }
    // Out of order: from the receipt of an answer that has been changed since.
    member.click(&first.message(), "Certain").await;
    let reveal = reveal(&stage).await;
    assert!(post.now().text().contains("1 answer"), "{}", post.now().text());
    let earned = points(&member.click(&reveal, "How did I do?").await);
    for nth in 0..3 {
        let told = stage.answer(&member, &post, nth).await;
        assert!(told.text().contains("over"), "{}", told.text());
    }
    let told = member.click(&first.message(), "Certain").await;
    assert!(told.text().contains("over"), "{}", told.text());
    assert_eq!(points(&member.click(&reveal, "How did I do?").await), earned);
    stage.finish().await;
}

/// Where among the options of a post this one stands.
fn position_of(post: &Message, option: &str) -> usize {
    let text = post.text();
    let end = text.find(option).expect("the option is there");
    text[..end].matches(" · ").count() - 1
}

async fn a_name_pings_nobody_and_stays_text(platform: Platform) {
    let stage = Stage::set(platform).await;
    let mallory = stage.member(NAME);
    let others: Vec<_> = ["Bob", "Cleo", "Dan"].iter().map(|name| stage.member(name)).collect();
    let post = open_round(&stage).await;
    let right = position_of(&post, "Count the state of the optimiser too");
    stage.answer(&mallory, &post, right).await;
    for (n, person) in others.iter().enumerate() {
        stage.answer(person, &post, (right + n + 1) % 4).await;
    }
    let reveal = reveal(&stage).await;
    let board = others[0].command(&stage.channel(), "leaderboard", set!["period" => "all"]).await;
    assert!(board.text().contains("Mallory"), "{}", board.text());
    let told = reveal.payload();
    assert!(told.contains(harmless(platform)), "the name is not there as it was made harmless: {told}");
    for message in [&reveal, &board.message(), &post.now()] {
        let payload = message.payload();
        // In the columns of a code block nothing is markup.
        let outside: String = payload.split("```").step_by(2).collect();
        let rest = outside.replace(harmless(platform), "");
        let alive = alive(platform).iter().find(|markup| rest.contains(**markup));
        assert_eq!(alive, None, "of the name lives in {payload}");
        assert!(!message.pings(), "somebody is pinged: {payload}");
    }
    stage.finish().await;
}

/// The name as it stands in a payload's debug output, where the platform sees text and nothing else.
fn harmless(platform: Platform) -> &'static str {
    match platform {
        Platform::Discord => {
            r"Mallory @\u{200b}everyone \\<!channel> \\[gift\\](https:\u{200b}//evil.example) \\*\\*b\\*\\* +4"
        }
        Platform::Slack => r"Mallory @everyone &lt;!channel&gt; [gift](https:\u{200b}//evil.example) ∗∗b∗∗ +4",
        Platform::Web => unreachable!("the scenarios play on chats"),
    }
}

/// What would be markup, were it to stand anywhere else. Slack's notifications know no links of this kind.
fn alive(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Slack => &["<!channel>", "<http", "**b**"],
        Platform::Discord | Platform::Web => &["@everyone", "<!channel>", "evil.example", "**b**"],
    }
}
