//! What members do beside answering: practice, the library, their own data.

use chrono::TimeDelta;
use trapline::core::feed::{Draft, Filter};
use trapline::core::ids::{Confidence, Period};
use trapline::core::refusal::Refusal;
use trapline::core::round::{Given, Verdicted};
use trapline::core::text;
use trapline::ports::ChatError;
use trapline::service::library::Found;
use trapline::service::privacy::Deleted;

use crate::stage::{Fault, Shown, Stage, admin, at, draft, member, number_trap, refused, traps};

#[tokio::test]
async fn practice_goes_round_what_is_not_open_and_never_on_the_leaderboard() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let open = stage.s().today(&member("g", "ann")).await.unwrap()[0].round.trap.id.clone();
    let ann = member("g", "ann");
    assert_eq!(refused(stage.s().exercise(&ann, &open, 0, 1).await), Refusal::TrapOpen);
    let mut seen = Vec::new();
    for _ in 0..5 {
        stage.clock.advance(TimeDelta::seconds(1));
        let exercise = stage.s().practise(&ann, None, None, None).await.unwrap();
        let trap = exercise.trap.id.clone();
        assert_eq!(stage.s().exercise(&ann, &trap, exercise.variant, exercise.seed).await.unwrap(), exercise);
        let right = u8::try_from(exercise.order.iter().position(|o| *o == 0).unwrap()).unwrap();
        let given = Given::Position(right);
        let judged = stage.s().practise_answer(&ann, &trap, exercise.variant, exercise.seed, &given).await.unwrap();
        assert_eq!((judged.verdict.role, judged.why.as_deref()), (Verdicted::Right, Some("why right")));
        seen.push(trap);
    }
    assert!(!seen.contains(&open));
    assert_eq!(seen[4], seen[0], "all four others, then the one of longest ago");
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert!(stage.s().leaderboard(&ann, Period::All, 0).await.unwrap().lines.is_empty());
    let unknown = refused(stage.s().practise(&ann, Some("betta"), None, None).await);
    assert!(matches!(unknown, Refusal::UnknownSeries { near, .. } if near[0] == "beta"));
    let bad = Given::Position(7);
    assert_eq!(refused(stage.s().practise_answer(&ann, &seen[0], 0, 1, &bad).await), Refusal::OptionUnknown);
    assert!(matches!(refused(stage.s().exercise(&ann, &seen[0], 9, 1).await), Refusal::UnknownTrap { .. }));
}

#[tokio::test]
async fn another_trap_is_one_of_the_same_filter() {
    let stage = Stage::new().await;
    let ann = member("g", "ann");
    let first = stage.s().practise(&ann, Some(" Beta "), None, None).await.unwrap();
    assert_eq!(first.filter, Filter { series: Some("beta".into()), ..Filter::default() });
    for _ in 0..9 {
        stage.clock.advance(TimeDelta::seconds(1));
        let next = stage.s().practise_by(&ann, &first.filter).await.unwrap();
        assert_eq!((next.trap.series.as_str(), &next.filter), ("beta", &first.filter));
    }
    let gone = Filter { series: Some("gamma".into()), ..Filter::default() };
    assert!(matches!(refused(stage.s().practise_by(&ann, &gone).await), Refusal::UnknownSeries { .. }));
}

#[tokio::test]
async fn a_practised_number_names_its_mistake() {
    let stage = Stage::with(vec![number_trap()]).await;
    let ann = member("g", "ann");
    let exercise = stage.s().practise(&ann, None, None, None).await.unwrap();
    let given = Given::Typed("28".into());
    let judged = stage.s().practise_answer(&ann, &exercise.trap.id, 0, 0, &given).await.unwrap();
    assert_eq!((judged.verdict.role, judged.why.as_deref()), (Verdicted::Bait, Some("weights only")));
    assert!(judged.belief.is_some(), "the belief behind it is said in words");
}

#[tokio::test]
async fn the_library_leaves_out_what_is_open() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let ann = member("g", "ann");
    let open = stage.s().today(&ann).await.unwrap()[0].round.trap.clone();
    let all = stage.s().library_search(&ann, "", 25).await.unwrap();
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|(id, _)| *id != open.id));
    assert_eq!(refused(stage.s().library_read(&ann, open.id.as_str()).await), Refusal::TrapOpen);
    assert!(stage.s().library_read(&member("h", "eve"), open.id.as_str()).await.is_ok(), "not open over there");
    let (id, _) = &all[0];
    assert_eq!(stage.s().library_read(&ann, &format!(" the secret of {id} ")).await.unwrap().id, *id);
    let unknown = refused(stage.s().library_read(&ann, "the secret of beta").await);
    let Refusal::UnknownTrap { near, .. } = unknown else { panic!("{unknown:?}") };
    assert!(!near.is_empty() && !near.contains(&open.title));
    let found = stage.s().library_search(&ann, "beta", 1).await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(found[0].1.contains("beta"));
    let one = stage.s().library_find(&member("h", "eve"), "secret beta-2", 25).await.unwrap();
    assert!(matches!(&one, Found::One(trap) if trap.id.as_str() == "beta-2"), "{one:?}");
    let Found::Several(several) = stage.s().library_find(&ann, "secret", 2).await.unwrap() else { panic!("one") };
    assert!(several.len() == 2 && several.iter().all(|(id, _)| *id != open.id));
    let none = refused(stage.s().library_find(&ann, "secret of gamma", 25).await);
    assert!(matches!(none, Refusal::UnknownTrap { .. }), "{none:?}");
    let (series, topics) = stage.s().vocabulary();
    assert_eq!((series.join(" "), topics.join(" ")), ("alpha beta".into(), "data memory serving".into()));
}

#[tokio::test]
async fn a_deleted_member_leaves_counts_and_nothing_else() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.answer("boss", round, false).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    let second = stage.open_round().await;
    stage.answer("ann", second, true).await;

    let ann = member("g", "ann");
    let export = stage.s().export(&ann).await.unwrap();
    assert_eq!(export["answers"].as_array().unwrap().len(), 2);
    assert_eq!(export["answers"][0]["points"], 4);
    assert_eq!(export["answers"][1]["points"], serde_json::Value::Null);
    assert_eq!(export["standings"].as_array().unwrap().len(), 4);
    assert_eq!(stage.s().delete(&ann).await.unwrap(), Deleted { answers: 2, reveals: 1 });
    assert_eq!(stage.s().delete(&ann).await.unwrap(), Deleted::default());

    let reveal = stage.s().revealed(&ann, round).await.unwrap();
    assert_eq!((reveal.tally.total(), reveal.gains), (2, vec![]));
    assert_eq!(stage.s().round(&ann, second).await.unwrap().answered, 0);
    let board = stage.s().leaderboard(&ann, Period::All, 0).await.unwrap();
    assert_eq!((board.members, board.me), (1, None));
    assert_eq!(refused(stage.s().stats(&admin("g"), Some("ann")).await), Refusal::UnknownMember);
    assert_eq!(stage.s().export(&ann).await.unwrap()["answers"], serde_json::json!([]));

    // The admin who set the feed up goes too; the feed stays, and nobody is told when it is blocked.
    stage.s().delete(&admin("g")).await.unwrap();
    stage.run_at("2026-11-24T17:00:00Z").await;
    stage.chat.block("c1");
    stage.run_at("2026-11-25T09:00:00Z").await;
    assert!(stage.chat.told().is_empty());
}

/// Four members gained in a round that is revealed: the first three are named.
async fn four_gained() -> (Stage, trapline::core::ids::RoundId) {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    for user in ["ann", "ben", "cid", "dot"] {
        stage.clock.advance(TimeDelta::seconds(1));
        stage.answer(user, round, true).await;
    }
    stage.run_at("2026-11-23T17:00:00Z").await;
    (stage, round)
}

fn reveal_in(stage: &Stage, channel: &str) -> Shown {
    let shown = stage.chat.channel(channel).into_iter().find(|message| message.title().starts_with("Reveal"));
    shown.expect("the round is revealed")
}

fn names_in(message: &Shown) -> Vec<&'static str> {
    let said = format!("{:?}", message.card);
    ["ann", "ben", "cid", "dot"].into_iter().filter(|name| said.contains(&format!("{name} +"))).collect()
}

#[tokio::test]
async fn a_deleted_members_name_is_taken_out_of_the_reveals_that_have_it() {
    let (mut stage, round) = four_gained().await;
    assert_eq!(names_in(&reveal_in(&stage, "c1")), ["ann", "ben", "cid"]);
    assert_eq!(stage.s().delete(&member("g", "dot")).await.unwrap(), Deleted { answers: 1, reveals: 0 });
    stage.run().await;
    assert_eq!(reveal_in(&stage, "c1").edits, 0, "she is not named");

    assert_eq!(stage.s().delete(&member("g", "ben")).await.unwrap(), Deleted { answers: 1, reveals: 1 });
    // The edit is owed, whatever happens to the program and the platform before it is made.
    stage.chat.fail_edits([Fault::LostHang, Fault::LostUnknown]);
    stage.run_or_die().await;
    stage.run().await;
    assert_eq!(names_in(&reveal_in(&stage, "c1")), ["ann", "ben", "cid"]);
    stage.run_after(TimeDelta::minutes(1)).await;
    let shown = reveal_in(&stage, "c1");
    assert_eq!(names_in(&shown), ["ann", "cid"]);
    assert_eq!(shown.card, text::reveal(&stage.s().revealed(&member("g", "ann"), round).await.unwrap()));

    // Once more for the same round, and no message is sent for it.
    let messages = stage.chat.state().messages.len();
    stage.s().delete(&member("g", "ann")).await.unwrap();
    stage.run().await;
    assert_eq!((names_in(&reveal_in(&stage, "c1")), stage.chat.state().messages.len()), (vec!["cid"], messages));
}

#[tokio::test]
async fn a_reveal_that_is_gone_or_on_its_way_is_no_hindrance_to_a_deletion() {
    let (stage, _) = four_gained().await;
    stage.chat.fail_edits([Fault::Error(ChatError::Gone)]);
    stage.s().delete(&member("g", "ann")).await.unwrap();
    stage.run().await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 3, "two posts and a reveal");

    // The reveal was made with the name in it and is sent, but nobody knows: it is found, and edited.
    let second = stage.open_round().await;
    stage.answer("ben", second, true).await;
    stage.chat.fail_sends([Fault::SentUnknown]);
    stage.run_at("2026-11-24T17:00:00Z").await;
    stage.s().delete(&member("g", "ben")).await.unwrap();
    stage.clock.advance(TimeDelta::minutes(1));
    stage.run().await;
    let mut reveals = stage.chat.channel("c1").into_iter().filter(|message| message.title().starts_with("Reveal"));
    let reveal = reveals.nth(1).expect("the second round is revealed");
    assert_eq!((names_in(&reveal), reveal.edits), (vec![], 1));
}

#[tokio::test]
async fn names_are_kept_clean_and_follow_the_person() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    let mut ann = member("g", "ann");
    ann.name = format!("An\n{}", "n".repeat(100));
    stage.s().answer(&ann, round, &Given::Position(0)).await.unwrap();
    let name = stage.s().stats(&ann, None).await.unwrap().name;
    assert_eq!(name.chars().count(), 80);
    stage.s().rename(&ann, " Anna ").await.unwrap();
    assert_eq!(stage.s().stats(&ann, None).await.unwrap().name, "Anna");
    assert_eq!(stage.s().rename(&ann, "\u{202e}Ann\u{200b}").await.unwrap(), "Ann");
    for bad in ["", "  ", "a\tb", "\u{200b}\u{200b}", &"x".repeat(33)] {
        assert!(matches!(refused(stage.s().rename(&ann, bad).await), Refusal::BadName { .. }), "{bad:?}");
    }
}

#[tokio::test]
async fn a_look_makes_no_rows() {
    let stage = Stage::new().await;
    let eve = member("nowhere", "eve");
    assert_eq!(refused(stage.s().today(&eve).await), Refusal::NothingOpen { next: None });
    assert!(stage.s().leaderboard(&eve, Period::Week, 3).await.unwrap().lines.is_empty());
    assert_eq!(stage.s().stats(&eve, None).await.unwrap().answers, 0);
    assert!(stage.s().archive(&eve, 0, 5).await.unwrap().is_empty());
    assert_eq!(stage.s().delete(&eve).await.unwrap(), Deleted::default());
    stage.s().practise(&eve, None, None, None).await.unwrap();
    let file = stage.url().trim_start_matches("sqlite://").to_owned();
    let mut conn = crate::database::connect(&file).await;
    for table in ["places", "communities", "members", "accounts"] {
        assert_eq!(crate::database::rows(&mut conn, table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_saved_gets_no_receipt() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.store().close().await;
    let answered = stage.s().answer(&member("g", "ann"), round, &Given::Position(0)).await;
    assert_eq!(refused(answered), Refusal::NotSaved);
}

#[tokio::test]
async fn pages_of_the_leaderboard_end_where_the_members_end() {
    let stage = Stage::with(traps()).await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    for n in 0..23 {
        stage.clock.advance(TimeDelta::seconds(1));
        stage.answer(&format!("u{n:02}"), round, n % 3 > 0).await;
    }
    stage.run_at("2026-11-23T17:00:00Z").await;
    let me = member("g", "u00");
    let first = stage.s().leaderboard(&me, Period::Month, 0).await.unwrap();
    assert_eq!((first.pages, first.members, first.lines.len()), (3, 23, 10));
    assert_eq!(first.lines[0].1.name, "u01", "first come");
    let last = stage.s().leaderboard(&me, Period::Month, 9).await.unwrap();
    assert_eq!((last.page, last.lines.len(), last.lines[0].0), (2, 3, 21));
    assert_eq!(last.me.unwrap().0, 16, "the first of the eight that were wrong");
    let mut ranked: Vec<_> = Vec::new();
    for page in 0..3 {
        ranked.extend(stage.s().leaderboard(&me, Period::Month, page).await.unwrap().lines);
    }
    assert!(ranked.windows(2).all(|pair| trapline::core::score::rank(&pair[0].1, &pair[1].1).is_lt()));
    for (rank, line) in &ranked {
        let own = stage.s().stats(&me, Some(&line.name)).await.unwrap().ranks;
        assert!(own.iter().all(|(_, of)| of == rank));
    }
}

#[tokio::test]
async fn what_was_revealed_once_is_kept_back_while_its_trap_is_open_again() {
    let stage = Stage::with(traps().into_iter().take(1).collect()).await;
    stage.feed().await;
    let later = Draft { time: Some("20:00".into()), ..draft("c2") };
    stage.s().feed_add(&admin("g"), &later).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let first = stage.open_round().await;
    let ann = member("g", "ann");
    stage.answer("ann", first, true).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(stage.s().archive(&ann, 0, 5).await.unwrap().len(), 1);

    stage.run_at("2026-11-23T20:00:00Z").await;
    assert_ne!(stage.open_round().await, first);
    assert!(stage.s().archive(&ann, 0, 5).await.unwrap().is_empty());
    assert_eq!(refused(stage.s().revealed(&ann, first).await), Refusal::TrapOpen);
    assert_eq!(refused(stage.s().my_round(&ann, first).await), Refusal::TrapOpen);

    stage.run_at("2026-11-24T04:00:00Z").await;
    assert_eq!(stage.s().archive(&ann, 0, 5).await.unwrap().len(), 2);
    assert!(stage.s().my_round(&ann, first).await.is_ok());
}

#[tokio::test]
async fn a_sum_is_reached_with_the_last_answer_it_holds_in_whatever_order_rounds_are_revealed() {
    let stage = Stage::new().await;
    let slow = Draft { reveal_after: Some(72), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &slow).await.unwrap();
    let quick = Draft { time: Some("10:00".into()), reveal_after: Some(1), ..draft("c2") };
    stage.s().feed_add(&admin("g"), &quick).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let first = stage.open_round().await;
    stage.answer("ann", first, true).await;
    stage.run_at("2026-11-23T10:00:00Z").await;
    stage.clock.set(at("2026-11-23T10:30:00Z"));
    let second = stage.s().today(&member("g", "ann")).await.unwrap()[0].round.id;
    stage.answer("ann", second, true).await;
    stage.run_at("2026-11-23T11:00:00Z").await;
    stage.s().feed_reveal(&admin("g"), "1").await.unwrap();
    let board = stage.s().leaderboard(&member("g", "ann"), Period::All, 0).await.unwrap();
    assert_eq!((board.lines[0].1.points, board.lines[0].1.reached_at), (8, at("2026-11-23T10:30:00Z")));
}

#[tokio::test]
async fn what_somebody_believes_and_how_sure_they_are_is_for_themselves() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    let ann = member("g", "ann");
    stage.answer("ann", round, false).await;
    stage.s().set_confidence(&ann, round, Confidence::Sure).await.unwrap();
    stage.run_at("2026-11-23T17:00:00Z").await;
    let own = stage.s().stats(&ann, None).await.unwrap();
    assert_eq!((own.answers, own.by_confidence[1], own.baits, own.mistakes.len()), (1, (1, 0), 1, 1));
    let seen = stage.s().stats(&member("g", "ben"), Some("ann")).await.unwrap();
    assert_eq!((seen.answers, seen.right, seen.points), (1, 0, own.points));
    assert_eq!((seen.by_confidence, seen.baits, seen.mistakes.len()), ([(0, 0); 3], 0, 0));
}
