//! Members press buttons: again, late, or very old ones.

use serde_json::json;

use crate::opts;
use crate::world::audit::hold_writes;
use crate::world::discord::view::Message;
use crate::world::scene::{Scene, points};
use crate::world::traps::{CHOICES, NUMBERS};

/// A scene with an open round, and its post.
async fn open_round() -> (Scene, Message) {
    let scene = Scene::set().await;
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    (scene, post)
}

/// The reveal, with all that follows it.
async fn reveal(scene: &Scene) -> Message {
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let reveal = scene.channel.expect_message().await;
    scene.channel.expect_message().await;
    scene.channel.expect_message().await;
    reveal
}

#[tokio::test]
async fn a_member_who_changes_their_answer() {
    let (scene, post) = open_round().await;
    let member = scene.guild.member("Bob");
    let first = scene.answer(&member, &post, 0).await;
    let second = scene.answer(&member, &post, 1).await;
    assert!(second.text().contains("Before, you had"), "{}", second.text());
    let certain = member.click(second.message(), "Certain").await;
    assert_eq!(certain.message().id, second.message().id, "the receipt changes in place");
    assert!(certain.text().contains("certain"), "{}", certain.text());
    let sure = member.click(first.message(), "Sure").await;
    assert!(sure.text().contains("sure"), "an older receipt still works: {}", sure.text());

    let reveal = reveal(&scene).await;
    let told = member.click(&reveal, "How did I do?").await;
    assert!([8, -4].contains(&points(&told)), "the last word counts: {}", told.text());
    assert!(post.now().text().contains("1 answer"), "one member, one answer");
    scene.finish().await;
}

#[tokio::test]
async fn a_click_after_the_reveal() {
    let (scene, post) = open_round().await;
    let (member, late) = (scene.guild.member("Bob"), scene.guild.member("Cleo"));
    let receipt = scene.answer(&member, &post, 0).await;
    let reveal = reveal(&scene).await;

    let told = scene.answer(&late, &post, 0).await;
    assert!(told.is_private() && told.text().contains("over"), "{}", told.text());
    let told = member.click(receipt.message(), "Certain").await;
    assert!(told.text().contains("over"), "{}", told.text());
    let told = late.click(&reveal, "How did I do?").await;
    assert!(told.text().contains("did not answer"), "{}", told.text());
    assert!(post.now().text().contains("1 answer"));
    scene.finish().await;
}

#[tokio::test]
async fn an_answer_in_the_moment_of_the_reveal_is_not_taken() {
    let (scene, post) = open_round().await;
    let member = scene.guild.member("Bob");
    // The clock has struck; the reveal itself may not be out yet.
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let told = scene.answer(&member, &post, 0).await;
    assert!(told.text().contains("over"), "{}", told.text());
    for _ in 0..3 {
        scene.channel.expect_message().await;
    }
    scene.finish().await;
}

#[tokio::test]
async fn buttons_of_other_versions_and_of_nobody() {
    let (scene, _post) = open_round().await;
    let member = scene.guild.member("Bob");
    for custom_id in ["t0:a:1:1", "t9:whatever", "ticket-close", "t1:a:999999:0", "t1:a:1:200", "t1:c:1:certain"] {
        let button = json!([{"type": 1, "components": [
            {"type": 2, "style": 1, "label": "A", "custom_id": custom_id},
        ]}]);
        let old = scene.channel.plant(&json!({"content": "an old post", "components": button}));
        let told = member.click(&old, "A").await;
        assert!(told.is_private(), "{custom_id}");
        assert_ne!(told.message().id, old.id, "{custom_id}: an old post is not changed");
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_slow_database_defers_the_receipt() {
    let (scene, post) = open_round().await;
    let member = scene.guild.member("Bob");
    let lock = hold_writes(&scene.database()).await;
    let pending = member.press(&post, &post.buttons()[0].label).await;
    pending.deferred().await;
    drop(lock);
    let receipt = pending.answer().await;
    assert!(receipt.was_deferred() && receipt.is_private());
    assert!(receipt.text().contains("Locked in"), "{}", receipt.text());
    scene.finish().await;
}

#[tokio::test]
async fn a_slow_database_defers_a_change_in_place() {
    let (scene, post) = open_round().await;
    let member = scene.guild.member("Bob");
    let receipt = scene.answer(&member, &post, 0).await;
    let lock = hold_writes(&scene.database()).await;
    let pending = member.press(receipt.message(), "Sure").await;
    pending.deferred().await;
    drop(lock);
    let sure = pending.answer().await;
    assert_eq!(sure.message().id, receipt.message().id);
    assert!(sure.text().contains("sure"), "{}", sure.text());

    let lock = hold_writes(&scene.database()).await;
    let pending = member.press(receipt.message(), "Certain").await;
    pending.deferred().await;
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    drop(lock);
    let late = scene.world.discord.requested("POST /webhooks/*/*", 1).await;
    assert_eq!(late[0].body["flags"], 64, "a refusal stands beside the receipt, as private as it");
    for _ in 0..3 {
        scene.channel.expect_message().await;
    }
    scene.finish().await;
}

#[tokio::test]
async fn practice_is_private_and_pays_nothing() {
    let (scene, _post) = open_round().await;
    let member = scene.guild.member("Bob");
    let trap = member.slash(&scene.channel, "trap", opts!["series" => CHOICES]).await;
    assert!(trap.is_private());
    let judged = member.click(trap.message(), "A").await;
    assert_eq!(judged.message().id, trap.message().id, "practice goes on in place");
    let open = scene.channel.messages()[0].text();
    assert_ne!(trap.text().lines().next(), open.lines().next(), "what is open can't be practised");
    let board = member.slash(&scene.channel, "leaderboard", opts![]).await;
    assert!(board.text().contains("Nobody has points yet"), "{}", board.text());
    scene.finish().await;
}

#[tokio::test]
async fn a_member_takes_their_data_and_goes() {
    let (scene, post) = open_round().await;
    let member = scene.guild.member("Bob");
    scene.answer(&member, &post, 0).await;
    let export = member.slash(&scene.channel, "privacy", opts!["action" => "export"]).await;
    assert!(export.is_private());
    let data: serde_json::Value = serde_json::from_str(&export.message().file()).expect("the export is JSON");
    assert!(data.to_string().contains("Bob"), "{data}");
    let asked = member.slash(&scene.channel, "privacy", opts!["action" => "delete"]).await;
    let label = asked.message().buttons()[0].label.clone();
    let gone = member.click(asked.message(), &label).await;
    assert!(gone.is_private());
    reveal(&scene).await;
    assert!(post.now().text().contains("0 answers"), "{}", post.now().text());
    scene.finish().await;
}

#[tokio::test]
async fn a_number_is_typed_and_its_mistake_is_named() {
    let scene = Scene::set().await;
    let people: Vec<_> = ["Bob", "Cleo", "Dan"].iter().map(|name| scene.guild.member(name)).collect();
    scene.feed(opts!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    for (person, typed) in people.iter().zip(["111.5", "28 GB", "7"]) {
        let opened = person.click(&post, "Type").await;
        let receipt = person.submit(&opened, &[typed]).await;
        assert!(receipt.is_private() && receipt.text().contains("Locked in"), "{typed}: {}", receipt.text());
    }
    let opened = people[2].click(&post, "Type").await;
    let refused = people[2].submit(&opened, &["a lot"]).await;
    assert!(refused.is_private() && refused.text().contains("as a number"), "{}", refused.text());

    let reveal = reveal(&scene).await;
    assert!(reveal.text().contains("112 GB"), "{}", reveal.text());
    let mut told = Vec::new();
    for person in &people {
        told.push(person.click(&reveal, "How did I do?").await);
    }
    assert_eq!(told.iter().map(points).collect::<Vec<_>>(), [4, 0, 0]);
    assert!(told[1].text().contains("28 GB forget something"), "{}", told[1].text());
    scene.finish().await;
}
