//! A Discord user is one member of a community, in however many of its servers they are.

use chrono::TimeDelta;
use sqlx::AssertSqlSafe;
use trapline::core::ids::{Confidence, Platform};
use trapline::core::refusal::Refusal;
use trapline::core::round::Given;
use trapline::core::trap::Role;
use trapline::service::Actor;

use crate::communities::{
    board, join, joined, lines, link, nothing_to_recount, say, streak, two_places, yonder, yonder_admin,
};
use crate::stage::{Stage, admin, member, refused};

fn here() -> Actor {
    member("g", "sam")
}

fn there() -> Actor {
    yonder("sam")
}

async fn sql(stage: &Stage, statements: &str) {
    let mut tx = stage.store().write().await.expect("no fault");
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut *tx).await.expect("no fault");
    tx.commit().await.expect("no fault");
}

async fn points(stage: &Stage, actor: &Actor) -> i64 {
    stage.s().stats(actor, None).await.expect("neither refused nor a fault").points
}

#[tokio::test]
async fn who_is_on_both_sides_is_one_member_once_they_join() {
    let stage = two_places().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    say(&stage, &there(), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    join(&stage).await;
    assert_eq!(lines(&board(&stage, &here()).await), [("sam", 8), ("bea", 4)], "with all that was earned before");
    assert_eq!((streak(&stage, &here()).await, streak(&stage, &there()).await), (1, 1));
    nothing_to_recount(&stage).await;

    stage.run_at("2026-11-25T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    stage.clock.advance(TimeDelta::seconds(1));
    say(&stage, &there(), Role::Bait).await;
    assert_eq!(stage.s().today(&here()).await.unwrap()[0].answered, 1, "nobody covers two options");
    stage.run_at("2026-11-26T09:00:00Z").await;
    assert_eq!(lines(&board(&stage, &there()).await), [("sam", 8), ("bea", 4)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn who_comes_from_another_server_is_known() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Bait).await;
    let mine = stage.s().today(&there()).await.unwrap().remove(0);
    assert!(mine.said.is_some(), "it is their answer there too");
    let receipt = stage.s().set_confidence(&there(), mine.round.id, Confidence::Sure).await.unwrap();
    assert_eq!(receipt.confidence, Confidence::Sure);
    assert_eq!(stage.s().today(&here()).await.unwrap()[0].said.as_ref().unwrap().1, Confidence::Sure);
    say(&stage, &there(), Role::Right).await;
    assert_eq!(stage.s().today(&here()).await.unwrap()[0].answered, 1);
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &here()).await), [("sam", 8)], "right, and as sure as they said there");
    assert_eq!((streak(&stage, &here()).await, streak(&stage, &there()).await), (1, 1));
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn whose_first_answer_in_a_server_is_a_later_one_has_the_streak_of_all_that_they_answered() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(streak(&stage, &there()).await, 0, "they have no account there");
    say(&stage, &there(), Role::Right).await;
    assert_eq!(streak(&stage, &there()).await, 1);
    nothing_to_recount(&stage).await;
    stage.run_at("2026-11-25T09:00:00Z").await;
    assert_eq!((streak(&stage, &here()).await, streak(&stage, &there()).await), (2, 2));
    assert_eq!(lines(&board(&stage, &here()).await), [("sam", 8)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn who_deletes_themselves_in_one_server_is_gone_from_the_other() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    assert_eq!(stage.s().export(&there()).await.unwrap()["answers"].as_array().unwrap().len(), 1);
    assert_eq!(stage.s().delete(&there()).await.unwrap().answers, 1);
    assert_eq!(stage.s().today(&here()).await.unwrap()[0].answered, 0);
}

#[tokio::test]
async fn who_parts_is_two_and_who_rejoins_is_one_and_paid_once() {
    // While both posts are open; where one side has had its reveal; where both have.
    for revealed in [0, 1, 2] {
        let stage = joined().await;
        stage.run_at("2026-11-23T09:00:00Z").await;
        say(&stage, &here(), Role::Right).await;
        say(&stage, &there(), Role::Right).await;
        let exercise = stage.s().practise(&here(), None, None, None).await.unwrap();
        stage.s().practise_answer(&here(), &exercise.trap.id, 0, exercise.seed, &Given::Position(0)).await.unwrap();
        stage.s().community_leave(&yonder_admin()).await.unwrap();
        for admin in [yonder_admin(), admin("g")].iter().take(revealed) {
            stage.s().feed_reveal(admin, "1").await.unwrap();
        }
        join(&stage).await;
        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(lines(&board(&stage, &here()).await), [("sam", 4)]);
        assert_eq!((streak(&stage, &here()).await, streak(&stage, &there()).await), (1, 1));
        nothing_to_recount(&stage).await;

        stage.s().community_leave(&admin("g")).await.unwrap();
        assert_eq!((points(&stage, &here()).await, points(&stage, &there()).await), (4, 4), "each side keeps it");
        nothing_to_recount(&stage).await;
        join(&stage).await;
        assert_eq!(lines(&board(&stage, &there()).await), [("sam", 4)]);
        assert_eq!(stage.s().export(&there()).await.unwrap()["practice"][0]["times"], 1);
        nothing_to_recount(&stage).await;
    }
}

#[tokio::test]
async fn there_is_nothing_to_link_or_unlink_in_one_discord_account() {
    let stage = joined().await;
    let code = stage.s().account_code(&here()).await.unwrap().code;
    assert_eq!(refused(stage.s().account_join(&there(), &code).await), Refusal::LinkedAlready);
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &there(), Role::Right).await;
    assert_eq!(refused(stage.s().account_leave(&here()).await), Refusal::OneAccount);

    // Another account comes and goes; the one in two servers stays one.
    let code = stage.s().account_code(&here()).await.unwrap().code;
    assert_eq!(stage.s().account_join(&yonder("zoe"), &code).await.unwrap(), 2);
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(points(&stage, &yonder("zoe")).await, 4);
    stage.s().account_leave(&here()).await.unwrap();
    assert_eq!((points(&stage, &here()).await, points(&stage, &there()).await), (0, 0), "they start afresh in both");
    assert_eq!(lines(&board(&stage, &here()).await), [("zoe", 4)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn the_same_id_on_another_platform_is_somebody_else() {
    let stage = Stage::new().await;
    stage.feed().await;
    let workspace = |user: &str| Actor { platform: Platform::Slack, ..member("T1", user) };
    let code = stage.s().community_code(&admin("g")).await.unwrap().code;
    let slack_admin = Actor { admin: true, ..workspace("boss") };
    let community = stage.s().community_join(&slack_admin, &code).await.unwrap();
    assert_eq!(community.members, 2, "the two admins");
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!((points(&stage, &here()).await, points(&stage, &workspace("sam")).await), (4, 0));
}

/// Two servers, joined as they were while a Discord user was a member for each of their accounts.
async fn joined_before() -> Stage {
    let stage = two_places().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &here(), Role::Right).await;
    say(&stage, &there(), Role::Right).await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Bait).await;
    stage.run_at("2026-11-24T08:59:00Z").await;
    sql(
        &stage,
        "UPDATE places SET community = 1; UPDATE members SET community = 1; UPDATE standings SET community = 1",
    )
    .await;
    nothing_to_recount(&stage).await;
    stage
}

#[tokio::test]
async fn doubles_from_before_become_one_at_the_start_and_lose_nothing() {
    let stage = joined_before().await;
    // A slot that both share, which they answer twice: the second time right.
    stage.run_at("2026-11-24T09:00:00Z").await;
    say(&stage, &here(), Role::Bait).await;
    stage.clock.advance(TimeDelta::seconds(1));
    say(&stage, &there(), Role::Right).await;
    stage.run_at("2026-11-25T09:00:00Z").await;
    say(&stage, &there(), Role::Right).await;
    let names = |lines: Vec<(&str, i64)>| lines.into_iter().filter(|(name, _)| *name == "sam").count();
    assert_eq!(names(lines(&board(&stage, &here()).await)), 2);

    assert_eq!(stage.s().unite_doubles().await.unwrap(), 1);
    nothing_to_recount(&stage).await;
    assert_eq!(lines(&board(&stage, &here()).await)[0], ("sam", 12), "both of the first day, the later of the second");
    assert_eq!(names(lines(&board(&stage, &here()).await)), 1);
    assert_eq!((streak(&stage, &here()).await, streak(&stage, &there()).await), (2, 2));
    assert!(stage.s().today(&here()).await.unwrap()[0].said.is_some(), "what is open is theirs too");
    assert_eq!(stage.s().unite_doubles().await.unwrap(), 0, "a second start finds nothing");

    stage.run_at("2026-11-26T09:00:00Z").await;
    assert_eq!((points(&stage, &here()).await, points(&stage, &there()).await), (16, 16));
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn doubles_who_have_linked_another_account_are_one_with_it() {
    let stage = joined_before().await;
    link(&stage, "ann", "sam").await;
    let code = stage.s().account_code(&here()).await.unwrap().code;
    stage.s().account_join(&yonder("bea"), &code).await.unwrap();
    assert_eq!(stage.s().unite_doubles().await.unwrap(), 1);
    let all = [here(), there(), member("g", "ann"), yonder("bea")];
    for actor in &all {
        assert_eq!(points(&stage, actor).await, points(&stage, &here()).await);
    }
    assert_eq!(board(&stage, &here()).await.lines.len(), 1);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn a_start_with_no_doubles_writes_nothing() {
    let stage = joined().await;
    let held = stage.store().write().await.unwrap();
    assert_eq!(stage.s().unite_doubles().await.unwrap(), 0, "it waits for no turn to write");
    drop(held);
}
