//! The main job from end to end.

use chrono::TimeDelta;
use trapline::core::ids::{Confidence, Period};
use trapline::core::refusal::Refusal;
use trapline::core::round::{Given, Shown, Verdicted};
use trapline::core::trap::Role;
use trapline::ports::Target;
use trapline::service::Changed;
use trapline::service::answer::MyRound;

use crate::stage::{Stage, admin, at, draft, member, number_trap, refused};

#[tokio::test]
async fn from_the_first_feed_to_the_first_leaderboard() {
    let stage = Stage::new().await;
    let s = stage.s();
    let mut changes = s.subscribe();
    let view = stage.feed().await;
    assert_eq!((view.feed.number, view.pool, view.zone_assumed), (1, 5, true));
    let slots: Vec<_> = view.next.iter().map(|slot| slot.at).collect();
    assert_eq!(slots, ["2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"].map(at));

    stage.run_at("2026-11-23T08:59:59Z").await;
    assert!(stage.chat.channel("c1").is_empty());
    stage.run_at("2026-11-23T09:00:00Z").await;
    let [post] = stage.chat.channel("c1").try_into().unwrap();
    let round = stage.open_round().await;

    let receipt = stage.answer("ann", round, true).await;
    assert_eq!((receipt.confidence, receipt.before), (Confidence::Guess, None));
    assert_eq!(receipt.reveal_at, Some(at("2026-11-23T17:00:00Z")));
    s.set_confidence(&member("g", "ann"), round, Confidence::Certain).await.unwrap();
    stage.answer("ben", round, false).await;
    assert!(
        s.leaderboard(&member("g", "ann"), Period::All, 0).await.unwrap().lines.is_empty(),
        "nothing is official yet"
    );
    assert_eq!(s.stats(&member("g", "ben"), Some("ann")).await.unwrap().answers, 0, "nothing shows yet");

    stage.run_at("2026-11-23T17:00:00Z").await;
    let [closed, reveal] = stage.chat.channel("c1").try_into().unwrap();
    assert_eq!((&closed.id, closed.edits), (&post.id, 1));
    assert_eq!(reveal.reply_to, Some(post.id));
    let thread = format!("t-{}", reveal.id);
    assert_eq!(stage.chat.channel(&thread).len(), 2, "explanation and follow-up are in the thread");
    assert_eq!(stage.chat.state().threads.len(), 1);

    for period in Period::ALL {
        let board = s.leaderboard(&member("g", "ben"), period, 0).await.unwrap();
        let lines: Vec<_> = board.lines.iter().map(|(rank, l)| (*rank, l.name.as_str(), l.points)).collect();
        assert_eq!(lines, [(1, "ann", 10), (2, "ben", 0)]);
        assert_eq!((board.pages, board.members), (1, 2));
        assert_eq!(board.me.map(|(rank, _)| rank), Some(2));
    }
    let MyRound::Revealed(outcome) = s.my_round(&member("g", "ben"), round).await.unwrap() else { panic!("revealed") };
    let (_, _, verdict) = outcome.said.unwrap();
    assert_eq!((verdict.role, verdict.points, outcome.streak.current), (Verdicted::Bait, 0, 1));
    assert_eq!(outcome.why.as_deref(), Some("why bait"));
    let stats = s.stats(&member("g", "ann"), Some("ben")).await.unwrap();
    assert_eq!((stats.answers, stats.right, stats.own), (1, 0, false));
    assert_eq!(stats.ranks, Period::ALL.map(|period| (period, 2)));
    let archive = s.archive(&member("g", "ben"), 0, 10).await.unwrap();
    assert_eq!(archive[0].gains, [("ann".to_owned(), 10)]);
    assert_eq!(archive[0].tally.total(), 2);

    assert_eq!(refused(s.answer(&member("g", "eve"), round, &Given::Position(0)).await), Refusal::RoundOver);
    let next = Some(at("2026-11-24T09:00:00Z"));
    assert_eq!(refused(s.today(&member("g", "eve")).await), Refusal::NothingOpen { next });
    assert_eq!(s.owed().await.unwrap(), 0);
    let mut seen = Vec::new();
    while let Ok(change) = changes.try_recv() {
        seen.push(change);
    }
    assert!(seen.contains(&Changed::Posted { round }) && seen.contains(&Changed::Revealed { round }));
}

#[tokio::test]
async fn a_restart_at_every_step_changes_nothing() {
    let mut stage = Stage::new().await;
    stage.feed().await;
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    stage.restart().await;
    stage.s().tick().await.unwrap();
    stage.restart().await;
    stage.s().tick().await.unwrap();
    stage.s().deliver(stage.chat.as_ref()).await.unwrap();
    stage.restart().await;
    stage.run().await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.restart().await;
    stage.clock.set(at("2026-11-23T17:00:00Z"));
    stage.s().tick().await.unwrap();
    stage.restart().await;
    stage.run().await;
    stage.restart().await;
    stage.run().await;
    assert_eq!(stage.chat.channel("c1").len(), 2, "one post, one reveal");
    assert_eq!(stage.chat.state().messages.len(), 4);
    let board = stage.s().leaderboard(&member("g", "ann"), Period::All, 0).await.unwrap();
    assert_eq!(board.lines[0].1.points, 4);
}

#[tokio::test]
async fn a_changed_answer_keeps_its_confidence_and_counts_once() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    let ann = member("g", "ann");
    let early = stage.s().set_confidence(&ann, round, Confidence::Sure).await;
    assert_eq!(refused(early), Refusal::NotAnswered);
    stage.answer("ann", round, false).await;
    stage.s().set_confidence(&ann, round, Confidence::Sure).await.unwrap();
    let receipt = stage.answer("ann", round, true).await;
    assert_eq!(receipt.confidence, Confidence::Sure);
    let Some(Shown::Option { text, .. }) = receipt.before else { panic!("it replaced an option") };
    assert_eq!(text.split(' ').next(), Some("bait"));
    assert_eq!(refused(stage.s().answer(&ann, round, &Given::Position(9)).await), Refusal::OptionUnknown);
    let MyRound::Open(mine) = stage.s().my_round(&ann, round).await.unwrap() else { panic!("open") };
    assert_eq!(mine.answered, 1);
    stage.run_at("2026-11-23T17:00:00Z").await;
    let board = stage.s().leaderboard(&ann, Period::Week, 0).await.unwrap();
    assert_eq!((board.lines[0].1.points, board.lines[0].1.answers), (8, 1));
}

#[tokio::test]
async fn a_typed_number_is_judged_by_the_mistake_that_gives_it() {
    let stage = Stage::with(vec![number_trap()]).await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    let typed = |text: &str| Given::Typed(text.to_owned());
    for (user, text) in [("ann", "112 GB"), ("ben", "28"), ("cat", "5,000")] {
        stage.s().answer(&member("g", user), round, &typed(text)).await.unwrap();
    }
    assert!(matches!(
        refused(stage.s().answer(&member("g", "dan"), round, &typed("many")).await),
        Refusal::BadNumber { .. }
    ));
    stage.run_at("2026-11-23T17:00:00Z").await;
    let reveal = stage.s().revealed(&member("g", "ann"), round).await.unwrap();
    assert_eq!(reveal.tally.counts.iter().map(|count| count.answers).collect::<Vec<_>>(), [1, 1, 1]);
    let MyRound::Revealed(outcome) = stage.s().my_round(&member("g", "ben"), round).await.unwrap() else { panic!() };
    assert_eq!(outcome.said.unwrap().2.mistake.as_deref(), Some("counts-weights-only"));
}

#[tokio::test]
async fn two_feeds_of_a_guild_never_show_the_same_trap_at_once() {
    let stage = Stage::new().await;
    stage.feed().await;
    let second = stage.s().feed_add(&admin("g"), &draft("c2")).await.unwrap();
    assert_eq!(second.feed.number, 2);
    for _ in 0..8 {
        stage.run_after(TimeDelta::hours(1)).await;
        if let Ok(open) = stage.s().today(&member("g", "ann")).await {
            assert_eq!(open.len(), 2);
            assert_ne!(open[0].round.trap.id, open[1].round.trap.id);
        }
    }
    assert_eq!(stage.chat.channel("c1").len(), stage.chat.channel("c2").len());
}

#[tokio::test]
async fn two_guilds_know_nothing_of_each_other() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.s().feed_add(&admin("h"), &draft("c9")).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let here = stage.open_round().await;
    let stranger = member("h", "ann");
    assert_eq!(refused(stage.s().answer(&stranger, here, &Given::Position(0)).await), Refusal::RoundUnknown);
    assert_eq!(refused(stage.s().my_round(&stranger, here).await), Refusal::RoundUnknown);
    stage.answer("ann", here, true).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert!(stage.s().leaderboard(&stranger, Period::All, 0).await.unwrap().lines.is_empty());
    assert_eq!(refused(stage.s().revealed(&stranger, here).await), Refusal::RoundUnknown);
    assert_eq!(stage.s().feeds(&admin("h")).await.unwrap().len(), 1);
    assert_eq!(refused(stage.s().stats(&stranger, Some("boss2")).await), Refusal::UnknownMember);
}

#[tokio::test]
async fn a_reveal_with_the_next_post_comes_before_it() {
    let stage = Stage::new().await;
    let late = trapline::core::feed::Draft { reveal_after: Some(0), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &late).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let first = stage.open_round().await;
    stage.answer("ann", first, true).await;
    stage.run_at("2026-11-24T08:59:00Z").await;
    assert_eq!(stage.open_round().await, first);
    stage.run_at("2026-11-24T09:00:00Z").await;
    let second = stage.open_round().await;
    assert_ne!(first, second);
    let messages = stage.chat.channel("c1");
    assert_eq!(messages.len(), 3, "post, reveal, post");
    assert_eq!(messages[1].reply_to.as_ref(), Some(&messages[0].id));
    assert_eq!(messages[2].reply_to, None);
}

#[tokio::test]
async fn a_post_by_hand_pays_points_and_can_be_revealed_by_hand() {
    let stage = Stage::new().await;
    stage.feed().await;
    let boss = admin("g");
    assert_eq!(refused(stage.s().feed_reveal(&boss, "1").await), Refusal::NothingToReveal { number: 1 });
    let (_, round) = stage.s().feed_post(&boss, "1").await.unwrap();
    assert_eq!(
        refused(stage.s().feed_reveal(&boss, "1").await),
        Refusal::NothingToReveal { number: 1 },
        "not there yet"
    );
    stage.run().await;
    stage.answer("ann", round, true).await;
    let (_, revealed) = stage.s().feed_reveal(&boss, "#1").await.unwrap();
    stage.run().await;
    assert_eq!(revealed, round);
    assert_eq!(stage.s().leaderboard(&boss, Period::All, 0).await.unwrap().lines[0].1.points, 4);
    assert!(stage.s().stats(&member("g", "ann"), None).await.unwrap().streaks.is_empty(), "no slot was answered");
    let (_, again) = stage.s().feed_post(&boss, "1").await.unwrap();
    assert_ne!(again, round);
    stage.run_at("2026-11-23T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 4, "the schedule goes on: two posts by hand, a reveal, today's post");
}

#[tokio::test]
async fn nothing_that_goes_out_before_the_reveal_names_the_trap() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    let mine = stage.s().my_round(&member("g", "ann"), round).await.unwrap();
    let MyRound::Open(mine) = mine else { panic!("open") };
    let said = format!("{:?} {:?}", stage.chat.state().messages, trapline::core::text::mine_open(&mine));
    assert!(!said.contains("The Secret of"), "{said}");
    assert!(!said.contains("why "), "{said}");
    let export = stage.s().export(&member("g", "ann")).await.unwrap().to_string();
    assert!(!export.contains("The Secret of") && export.contains("Headline"));
    assert_eq!(stage.position("ann", round, Role::Right).await, stage.position("ben", round, Role::Right).await);
    assert!(stage.chat.state().messages.iter().all(|m| m.target == Target::Channel("c1".into())));
}
