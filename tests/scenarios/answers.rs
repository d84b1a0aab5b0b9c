//! Members press buttons: again, late, or very old ones.

use trapline::core::ids::Platform;

use crate::world::audit::hold_writes;
use crate::world::stage::{Message, Stage, points};
use crate::world::traps::{CHOICES, NUMBERS};
use crate::{on_each_platform, set};

on_each_platform![
    a_member_who_changes_their_answer,
    a_click_after_the_reveal,
    an_answer_in_the_moment_of_the_reveal_is_not_taken,
    buttons_of_other_versions_and_of_nobody,
    a_slow_database_defers_the_receipt,
    a_slow_database_defers_a_change_in_place,
    practice_is_private_and_pays_nothing,
    another_trap_to_practise_is_one_of_the_same_filter,
    a_member_takes_their_data_and_goes,
    whoever_goes_after_the_reveal_is_not_named_in_it_any_more,
    a_number_is_typed_and_its_mistake_is_named,
];

/// A stage with an open round, and its post.
async fn open_round(platform: Platform) -> (Stage, Message) {
    let stage = Stage::set(platform).await;
    stage.feed(set!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    (stage, post)
}

/// The reveal, with all that follows it.
async fn reveal(stage: &Stage) -> Message {
    stage.clock().set_to("2026-03-02T17:00:00Z");
    let reveal = stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    stage.channel().expect_message().await;
    reveal
}

async fn a_member_who_changes_their_answer(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let member = stage.member("Bob");
    let first = stage.answer(&member, &post, 0).await;
    let second = stage.answer(&member, &post, 1).await;
    assert!(second.text().contains("Before, you had"), "{}", second.text());
    let certain = member.click(&second.message(), "Certain").await;
    assert_eq!(certain.message().id(), second.message().id(), "the receipt changes in place");
    assert!(certain.text().contains("certain"), "{}", certain.text());
    let sure = member.click(&first.message(), "Sure").await;
    assert!(sure.text().contains("sure"), "an older receipt still works: {}", sure.text());

    let reveal = reveal(&stage).await;
    let told = member.click(&reveal, "How did I do?").await;
    assert!([8, -4].contains(&points(&told)), "the last word counts: {}", told.text());
    assert!(post.now().text().contains("1 answer"), "one member, one answer");
    stage.finish().await;
}

async fn a_click_after_the_reveal(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let (member, late) = (stage.member("Bob"), stage.member("Cleo"));
    let receipt = stage.answer(&member, &post, 0).await;
    let reveal = reveal(&stage).await;

    let told = stage.answer(&late, &post, 0).await;
    assert!(told.is_private() && told.text().contains("over"), "{}", told.text());
    let told = member.click(&receipt.message(), "Certain").await;
    assert!(told.text().contains("over"), "{}", told.text());
    let told = late.click(&reveal, "How did I do?").await;
    assert!(told.text().contains("did not answer"), "{}", told.text());
    assert!(post.now().text().contains("1 answer"));
    stage.finish().await;
}

async fn an_answer_in_the_moment_of_the_reveal_is_not_taken(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let member = stage.member("Bob");
    // The clock has struck; the reveal itself may not be out yet.
    stage.clock().set_to("2026-03-02T17:00:00Z");
    let told = stage.answer(&member, &post, 0).await;
    assert!(told.text().contains("over"), "{}", told.text());
    for _ in 0..3 {
        stage.channel().expect_message().await;
    }
    stage.finish().await;
}

async fn buttons_of_other_versions_and_of_nobody(platform: Platform) {
    let (stage, _post) = open_round(platform).await;
    let member = stage.member("Bob");
    for action in ["t0:a:1:1", "t9:whatever", "ticket-close", "t1:a:999999:0", "t1:a:1:200", "t1:c:1:certain"] {
        let old = stage.channel().plant("A", action);
        let told = member.click(&old, "A").await;
        assert!(told.is_private(), "{action}");
        assert_ne!(told.message().id(), old.id(), "{action}: an old post is not changed");
    }
    stage.finish().await;
}

async fn a_slow_database_defers_the_receipt(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let member = stage.member("Bob");
    let lock = hold_writes(&stage.database()).await;
    let pending = member.press(&post, &post.labels()[0]).await;
    pending.acknowledged().await;
    drop(lock);
    let receipt = pending.answer().await;
    assert!(receipt.was_deferred() && receipt.is_private());
    assert!(receipt.text().contains("Locked in"), "{}", receipt.text());
    stage.finish().await;
}

async fn a_slow_database_defers_a_change_in_place(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let member = stage.member("Bob");
    let receipt = stage.answer(&member, &post, 0).await;
    let lock = hold_writes(&stage.database()).await;
    let pending = member.press(&receipt.message(), "Sure").await;
    pending.acknowledged().await;
    drop(lock);
    let sure = pending.answer().await;
    assert_eq!(sure.message().id(), receipt.message().id());
    assert!(sure.text().contains("sure"), "{}", sure.text());

    // What is late comes soon enough for the platform to deliver it.
    stage.time("2026-03-02T16:59:58Z").await;
    let lock = hold_writes(&stage.database()).await;
    let pending = member.press(&receipt.message(), "Certain").await;
    pending.acknowledged().await;
    stage.clock().set_to("2026-03-02T17:00:00Z");
    drop(lock);
    let late = pending.answer().await;
    assert!(late.is_private(), "a refusal is as private as the receipt: {}", late.text());
    assert_ne!(late.message().id(), receipt.message().id(), "it stands beside the receipt");
    for _ in 0..3 {
        stage.channel().expect_message().await;
    }
    stage.finish().await;
}

async fn practice_is_private_and_pays_nothing(platform: Platform) {
    let (stage, _post) = open_round(platform).await;
    let member = stage.member("Bob");
    let trap = member.command(&stage.channel(), "trap", set!["series" => CHOICES]).await;
    assert!(trap.is_private());
    let judged = member.click(&trap.message(), "A").await;
    assert_eq!(judged.message().id(), trap.message().id(), "practice goes on in place");
    let open = stage.channel().messages()[0].text();
    assert_ne!(trap.text().lines().next(), open.lines().next(), "what is open can't be practised");
    let board = member.command(&stage.channel(), "leaderboard", set![]).await;
    assert!(board.text().contains("Nobody has points yet"), "{}", board.text());
    stage.finish().await;
}

async fn another_trap_to_practise_is_one_of_the_same_filter(platform: Platform) {
    let stage = Stage::set(platform).await;
    let member = stage.member("Bob");
    // There is but one, so whoever forgets the filter shows one that was not practised yet.
    let first = member.command(&stage.channel(), "trap", set!["series" => NUMBERS]).await;
    let judged = member.type_number(&first.message(), "112").await;
    let again = member.click(&judged.message(), "Another trap").await;
    assert!(again.text().contains(&format!("of {NUMBERS}")), "{}", again.text());
    let judged = member.type_number(&again.message(), "28").await;
    let again = member.click(&judged.message(), "Another trap").await;
    assert!(again.text().contains(&format!("of {NUMBERS}")), "{}", again.text());
    stage.finish().await;
}

async fn a_member_takes_their_data_and_goes(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let member = stage.member("Bob");
    stage.answer(&member, &post, 0).await;
    let export = member.export(&stage.channel()).await;
    let data: serde_json::Value = serde_json::from_str(&export).expect("the export is JSON");
    assert!(data.to_string().contains("Bob"), "{data}");
    let asked = member.command(&stage.channel(), "privacy", set!["action" => "delete"]).await;
    let label = &asked.message().labels()[0];
    let gone = member.click(&asked.message(), label).await;
    assert!(gone.is_private());
    reveal(&stage).await;
    assert!(post.now().text().contains("0 answers"), "{}", post.now().text());
    stage.finish().await;
}

async fn whoever_goes_after_the_reveal_is_not_named_in_it_any_more(platform: Platform) {
    let (stage, post) = open_round(platform).await;
    let members: Vec<_> = ["Bob", "Cleo", "Dan", "Eve"].into_iter().map(|name| (name, stage.member(name))).collect();
    // Each of the four options, so that one of them is right.
    for (nth, (_, member)) in members.iter().enumerate() {
        stage.answer(member, &post, nth).await;
    }
    let reveal = reveal(&stage).await;
    let gained = |reveal: &Message, name: &str| reveal.text().contains(&format!("Gained most: {name}"));
    let (name, right) = members.iter().find(|(name, _)| gained(&reveal, name)).expect("one of the four was right");

    let asked = right.command(&stage.channel(), "privacy", set!["action" => "delete"]).await;
    let gone = right.click(&asked.message(), &asked.message().labels()[0]).await;
    assert!(gone.text().contains("taken out of 1 reveal"), "{}", gone.text());
    let after = reveal.becomes("it names nobody", |reveal| !reveal.text().contains("Gained most")).await;
    assert!(!after.text().contains(name) && after.text().contains("Reveal:"), "{}", after.text());
    assert!(!after.labels().is_empty(), "its button stays");
    stage.finish().await;
}

async fn a_number_is_typed_and_its_mistake_is_named(platform: Platform) {
    let stage = Stage::set(platform).await;
    let people: Vec<_> = ["Bob", "Cleo", "Dan"].iter().map(|name| stage.member(name)).collect();
    stage.feed(set!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    stage.clock().set_to("2026-03-02T09:00:00Z");
    let post = stage.channel().expect_message().await;
    for (person, typed) in people.iter().zip(["111.5", "28 GB", "7"]) {
        let receipt = person.type_number(&post, typed).await;
        assert!(receipt.is_private() && receipt.text().contains("Locked in"), "{typed}: {}", receipt.text());
    }
    let refused = people[2].type_number(&post, "a lot").await;
    assert!(refused.is_private() && refused.text().contains("as a number"), "{}", refused.text());
    let elsewhere = people[2].type_number(&post, "0.112 TB").await;
    assert!(elsewhere.is_private() && elsewhere.text().contains("the answer is in GB"), "{}", elsewhere.text());

    let reveal = reveal(&stage).await;
    assert!(reveal.text().contains("112 GB"), "{}", reveal.text());
    let mut told = Vec::new();
    for person in &people {
        told.push(person.click(&reveal, "How did I do?").await);
    }
    assert_eq!(told.iter().map(points).collect::<Vec<_>>(), [4, 0, 0]);
    assert!(told[1].text().contains("28 GB forget something"), "{}", told[1].text());
    stage.finish().await;
}
