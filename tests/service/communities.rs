//! Two places become one community and part again; two accounts become one member.

use chrono::TimeDelta;
use trapline::core::feed::Draft;
use trapline::core::ids::{Confidence, Period, RoundId};
use trapline::core::refusal::Refusal;
use trapline::core::score::Leaderboard;
use trapline::core::trap::Role;
use trapline::ports::ChatError;
use trapline::service::Actor;
use trapline::service::answer::MyRound;

use crate::stage::{Fault, Stage, admin, at, draft, member, refused};

/// Two places, each with a feed at nine o'clock, in different zones of the same offset.
pub(crate) async fn two_places() -> Stage {
    let stage = Stage::new().await;
    stage.feed().await;
    let there = Draft { timezone: Some("Etc/GMT".into()), reveal_after: Some(24), ..draft("c2") };
    stage.s().feed_add(&yonder_admin(), &there).await.expect("neither refused nor a fault");
    stage
}

pub(crate) fn yonder(user: &str) -> Actor {
    member("w", user)
}

pub(crate) fn yonder_admin() -> Actor {
    Actor { admin: true, ..yonder("chief") }
}

pub(crate) async fn joined() -> Stage {
    let stage = two_places().await;
    let code = stage.s().community_code(&admin("g")).await.expect("neither refused nor a fault").code;
    let community =
        stage.s().community_join(&yonder_admin(), &code.to_lowercase()).await.expect("neither refused nor a fault");
    assert_eq!(community.places.len(), 2);
    stage
}

pub(crate) async fn link(stage: &Stage, user_here: &str, user_there: &str) {
    let code = stage.s().account_code(&member("g", user_here)).await.expect("neither refused nor a fault").code;
    assert_eq!(stage.s().account_join(&yonder(user_there), &code).await.expect("neither refused nor a fault"), 2);
}

/// The one open round of an actor's place.
async fn open(stage: &Stage, actor: &Actor) -> RoundId {
    let open = stage.s().today(actor).await.expect("neither refused nor a fault");
    assert_eq!(open.len(), 1);
    open[0].round.id
}

pub(crate) async fn say(stage: &Stage, actor: &Actor, role: Role) {
    let mine = stage.s().today(actor).await.expect("neither refused nor a fault").remove(0);
    let option = mine.round.trap.options().iter().position(|option| option.role == role).expect("each role is there");
    let position = u8::try_from(mine.round.position_of(option)).expect("few options");
    let given = trapline::core::round::Given::Position(position);
    stage.s().answer(actor, mine.round.id, &given).await.expect("neither refused nor a fault");
}

pub(crate) async fn board(stage: &Stage, actor: &Actor) -> Leaderboard {
    stage.s().leaderboard(actor, Period::All, 0).await.expect("neither refused nor a fault")
}

pub(crate) fn lines(board: &Leaderboard) -> Vec<(&str, i64)> {
    board.lines.iter().map(|(_, line)| (line.name.as_str(), line.points)).collect()
}

/// What stands is what the answers say: nobody's streak or points hang on the way by which places and accounts came together.
pub(crate) async fn nothing_to_recount(stage: &Stage) {
    assert_eq!(stage.s().recount(false).await.expect("neither refused nor a fault"), []);
}

pub(crate) async fn streak(stage: &Stage, actor: &Actor) -> u32 {
    let stats = stage.s().stats(actor, None).await.expect("neither refused nor a fault");
    stats.streaks.first().map_or(0, |(_, streak)| streak.current)
}

pub(crate) async fn join(stage: &Stage) {
    let code = stage.s().community_code(&admin("g")).await.expect("neither refused nor a fault").code;
    stage.s().community_join(&yonder_admin(), &code).await.expect("neither refused nor a fault");
}

#[tokio::test]
async fn joined_places_post_the_same_trap_in_the_same_slot_and_reveal_it_together() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let here = stage.s().today(&member("g", "ann")).await.unwrap().remove(0).round;
    let there = stage.s().today(&yonder("bea")).await.unwrap().remove(0).round;
    assert_eq!((&here.trap, &here.order), (&there.trap, &there.order));
    assert_ne!(here.id, there.id);
    assert_eq!(here.reveal_at, there.reveal_at, "nobody reads on one side what is open on the other");

    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Bait).await;
    assert_eq!(stage.s().today(&yonder("bea")).await.unwrap()[0].answered, 2, "answers are counted together");
    stage.run_at("2026-11-23T17:00:00Z").await;
    for (actor, round) in [(member("g", "ann"), here.id), (yonder("bea"), there.id)] {
        let reveal = stage.s().revealed(&actor, round).await.unwrap();
        assert_eq!(reveal.tally.total(), 2);
        assert_eq!(reveal.gains, [("ann".to_owned(), 4)]);
        assert_eq!(lines(&board(&stage, &actor).await), [("ann", 4), ("bea", 0)]);
    }
    assert_eq!(stage.s().owed().await.unwrap(), 0, "both channels have had everything");
    let streaks = stage.s().stats(&yonder("bea"), None).await.unwrap().streaks;
    assert_eq!(streaks.iter().map(|(feed, streak)| (*feed, streak.current)).collect::<Vec<_>>(), [(1, 1)]);
    assert_eq!(stage.s().stats(&member("g", "ann"), None).await.unwrap().streaks.len(), 1);

    stage.run_at("2026-11-24T09:00:00Z").await;
    let (one, two) = (open(&stage, &member("g", "ann")).await, open(&stage, &yonder("bea")).await);
    let traps = [stage.s().round(&member("g", "ann"), one).await, stage.s().round(&yonder("bea"), two).await]
        .map(|mine| mine.unwrap().round.trap.id);
    assert_eq!(traps[0], traps[1]);
    assert_ne!(traps[0], here.trap.id);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn another_filter_or_another_time_has_its_own_trap() {
    let stage = Stage::new().await;
    stage.feed().await;
    let other = Draft { series: Some("beta".into()), ..draft("c2") };
    let later = Draft { time: Some("10:00".into()), ..draft("c3") };
    stage.s().feed_add(&yonder_admin(), &other).await.unwrap();
    stage.s().feed_add(&yonder_admin(), &later).await.unwrap();
    let code = stage.s().community_code(&admin("g")).await.unwrap().code;
    stage.s().community_join(&yonder_admin(), &code).await.unwrap();
    stage.run_at("2026-11-23T10:00:00Z").await;
    let mut traps: Vec<_> =
        stage.s().today(&yonder("bea")).await.unwrap().into_iter().map(|m| m.round.trap.id).collect();
    traps.extend(stage.s().today(&member("g", "ann")).await.unwrap().into_iter().map(|m| m.round.trap.id));
    assert_eq!(traps.len(), 3);
    traps.sort();
    traps.dedup();
    assert_eq!(traps.len(), 3, "no trap is open twice");
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn a_linked_person_has_one_answer_and_one_line() {
    let stage = joined().await;
    link(&stage, "ann", "anna").await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    let mine = stage.s().today(&yonder("anna")).await.unwrap().remove(0);
    assert!(mine.said.is_some(), "the other account sees it");
    say(&stage, &yonder("anna"), Role::Bait).await;
    stage
        .s()
        .set_confidence(&member("g", "ann"), open(&stage, &member("g", "ann")).await, Confidence::Sure)
        .await
        .unwrap();
    stage.run_at("2026-11-23T17:00:00Z").await;
    let board = board(&stage, &member("g", "ann")).await;
    assert_eq!(board.lines.len(), 1);
    assert_eq!((board.lines[0].1.points, board.lines[0].1.answers), (-4, 1), "the last word counts, once");
    assert_eq!(stage.s().stats(&yonder("anna"), None).await.unwrap().streaks[0].1.current, 1);
    assert_eq!(stage.s().stats(&member("g", "ann"), None).await.unwrap().streaks[0].1.current, 1);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn linking_puts_two_histories_together() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    stage.clock.advance(TimeDelta::seconds(1));
    say(&stage, &yonder("anna"), Role::Bait).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("ann", 4), ("bea", 4), ("anna", 0)]);
    link(&stage, "ann", "anna").await;
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("bea", 4), ("ann", 0)], "the later answer stays");

    stage.s().account_leave(&yonder("anna")).await.unwrap();
    assert_eq!(refused(stage.s().account_leave(&yonder("anna")).await), Refusal::NotLinked);
    assert_eq!(stage.s().stats(&yonder("anna"), None).await.unwrap().answers, 0);
    assert_eq!(stage.s().stats(&member("g", "ann"), None).await.unwrap().answers, 1);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn who_unlinks_leaves_their_name_with_nobody_else() {
    let stage = joined().await;
    link(&stage, "ann", "anna").await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &yonder("anna"), Role::Right).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("anna", 4)], "she goes by the one that spoke last");
    stage.s().account_leave(&yonder("anna")).await.unwrap();
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("ann", 4)]);
    assert_eq!(stage.s().stats(&yonder("anna"), None).await.unwrap().name, "anna");

    // As linked accounts were kept before each had a name.
    link(&stage, "ann", "anna").await;
    let mut tx = stage.store().write().await.unwrap();
    sqlx::query("UPDATE accounts SET name = NULL").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    stage.s().account_leave(&yonder("anna")).await.unwrap();
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("somebody", 4)]);
    stage.s().account_code(&member("g", "ann")).await.unwrap();
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("ann", 4)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn who_parts_keeps_their_history() {
    let stage = joined().await;
    link(&stage, "ann", "anna").await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    say(&stage, &member("g", "cid"), Role::Bait).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    let left = stage.s().community_leave(&yonder_admin()).await.unwrap();
    assert_eq!(left.places.len(), 1);
    assert_eq!(lines(&board(&stage, &member("g", "cid")).await), [("ann", 4), ("cid", 0)]);
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("bea", 4), ("anna", 4)]);
    assert_eq!(stage.s().stats(&yonder("anna"), None).await.unwrap().streaks[0].1.current, 1);
    assert_eq!(refused(stage.s().community_leave(&yonder_admin()).await), Refusal::NotJoined);

    // From now on each goes its own way.
    stage.run_at("2026-11-24T09:00:00Z").await;
    say(&stage, &yonder("anna"), Role::Right).await;
    stage.run_at("2026-11-25T09:00:00Z").await;
    assert_eq!(lines(&board(&stage, &member("g", "cid")).await), [("ann", 4), ("cid", 0)]);
    assert_eq!(lines(&board(&stage, &yonder("bea")).await)[0], ("anna", 8));
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn places_that_part_while_a_round_is_open_keep_each_its_own_points() {
    let stage = joined().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    let there = open(&stage, &yonder("bea")).await;
    stage.s().community_leave(&yonder_admin()).await.unwrap();
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &member("g", "ann")).await), [("ann", 4)]);
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("bea", 4)]);
    assert!(matches!(stage.s().my_round(&yonder("bea"), there).await.unwrap(), MyRound::Revealed(_)));
    nothing_to_recount(&stage).await;
}

/// Two places that share a round, as each side knows it, with answers from both and from ann, who is one with anna yonder.
async fn answered_on_both_sides() -> (Stage, RoundId, RoundId) {
    let stage = joined().await;
    link(&stage, "ann", "anna").await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &member("g", "cid"), Role::Bait).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    let (here, there) = (open(&stage, &member("g", "cid")).await, open(&stage, &yonder("bea")).await);
    (stage, here, there)
}

#[tokio::test]
async fn a_round_that_was_shared_when_places_parted_is_each_sides_own_from_then_on() {
    // Whichever side leaves: the one whose round keeps the answers, or the other.
    for leaves in [admin("g"), yonder_admin()] {
        let (stage, here, there) = answered_on_both_sides().await;
        stage.s().community_leave(&leaves).await.unwrap();

        let answered = |mine: trapline::core::round::Mine| mine.answered;
        assert_eq!(answered(stage.s().round(&member("g", "cid"), here).await.unwrap()), 2, "ann and cid");
        assert_eq!(answered(stage.s().round(&yonder("bea"), there).await.unwrap()), 2, "bea, and ann once more");
        say(&stage, &yonder("anna"), Role::Bait).await;
        stage.s().feed_reveal(&yonder_admin(), "1").await.unwrap();
        assert_eq!(open(&stage, &member("g", "cid")).await, here, "an admin of one side ends nothing of the other's");
        assert!(stage.s().today(&yonder("bea")).await.is_err());

        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(stage.s().revealed(&yonder("bea"), there).await.unwrap().tally.total(), 2);
        assert_eq!(stage.s().revealed(&member("g", "cid"), here).await.unwrap().tally.total(), 2);
        assert_eq!(lines(&board(&stage, &member("g", "cid")).await), [("ann", 4), ("cid", 0)]);
        assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("bea", 4), ("anna", 0)]);
        nothing_to_recount(&stage).await;
    }
}

#[tokio::test]
async fn of_three_places_that_share_a_round_two_go_on_sharing_it() {
    let stage = joined().await;
    let third = admin("x");
    stage.s().feed_add(&third, &draft("c3")).await.unwrap();
    let code = stage.s().community_code(&yonder_admin()).await.unwrap().code;
    stage.s().community_join(&third, &code).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    say(&stage, &member("x", "xia"), Role::Bait).await;
    stage.s().community_leave(&admin("g")).await.unwrap();
    let answered = async |actor: Actor| stage.s().today(&actor).await.unwrap()[0].answered;
    assert_eq!(answered(member("g", "ann")).await, 1);
    assert_eq!((answered(yonder("bea")).await, answered(member("x", "xia")).await), (2, 2));
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("bea", 4), ("xia", 0)]);
    assert_eq!(lines(&board(&stage, &member("g", "ann")).await), [("ann", 4)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn posts_that_share_a_round_are_edited_each_in_its_own_time_and_count_a_linked_person_once() {
    let stage = joined().await;
    let later = Some(std::time::Duration::from_secs(10));
    stage.chat.fail_sends([Fault::Error(ChatError::NotSent { reason: "busy".into(), retry_after: later })]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T09:00:10Z").await;
    let refresh_at = async |time| {
        stage.clock.set(at(time));
        stage.refresh().await
    };
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("anna"), Role::Right).await;
    assert_eq!(refresh_at("2026-11-23T09:00:15Z").await, 1, "the other post is five seconds old");
    assert_eq!(refresh_at("2026-11-23T09:00:24Z").await, 0);
    assert_eq!(refresh_at("2026-11-23T09:00:25Z").await, 1);

    link(&stage, "ann", "anna").await;
    assert_eq!(refresh_at("2026-11-23T09:01:00Z").await, 2, "two answers became one");
    assert_eq!(refresh_at("2026-11-23T09:02:00Z").await, 0);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn joining_brings_along_what_was_earned_before() {
    let stage = two_places().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("bea"), Role::Right).await;
    stage.run_at("2026-11-24T08:59:00Z").await;
    let code = stage.s().community_code(&yonder_admin()).await.unwrap().code;
    stage.s().community_join(&admin("g"), &code).await.unwrap();
    assert_eq!(lines(&board(&stage, &yonder("bea")).await), [("ann", 4)], "their own round is not revealed yet");
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(lines(&board(&stage, &member("g", "ann")).await), [("ann", 4), ("bea", 4)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn streaks_go_by_the_accounts_that_a_member_has() {
    let stage = joined().await;
    let (here, there) = (member("g", "ann"), yonder("anna"));
    // On one day she answers on one side, on the next on the other.
    for (day, actor) in [(23, &here), (24, &there)] {
        stage.run_at(&format!("2026-11-{day}T09:00:00Z")).await;
        say(&stage, actor, Role::Right).await;
        stage.run_at(&format!("2026-11-{day}T17:00:00Z")).await;
    }
    assert_eq!((streak(&stage, &here).await, streak(&stage, &there).await), (0, 1));
    link(&stage, "ann", "anna").await;
    assert_eq!((streak(&stage, &here).await, streak(&stage, &there).await), (2, 2), "she was there on both days");
    nothing_to_recount(&stage).await;

    stage.s().account_leave(&there).await.unwrap();
    nothing_to_recount(&stage).await;
    assert_eq!((streak(&stage, &here).await, streak(&stage, &there).await), (2, 0), "this account starts afresh");
    stage.run_at("2026-11-25T09:00:00Z").await;
    say(&stage, &here, Role::Right).await;
    stage.run_at("2026-11-25T17:00:00Z").await;
    link(&stage, "ann", "anna").await;
    assert_eq!((streak(&stage, &here).await, streak(&stage, &there).await), (3, 3), "she has it back");

    stage.s().community_leave(&yonder_admin()).await.unwrap();
    assert_eq!((streak(&stage, &here).await, streak(&stage, &there).await), (3, 3));
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn an_open_round_that_was_never_shared_stays_with_its_own_side() {
    let stage = two_places().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    join(&stage).await;
    link(&stage, "ann", "anna").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    say(&stage, &yonder("anna"), Role::Bait).await;
    stage.s().community_leave(&yonder_admin()).await.unwrap();
    assert_eq!(stage.s().today(&member("g", "ann")).await.unwrap()[0].answered, 1);
    assert_eq!(stage.s().today(&yonder("anna")).await.unwrap()[0].answered, 1);
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(lines(&board(&stage, &member("g", "ann")).await), [("ann", 4)]);
    assert_eq!(lines(&board(&stage, &yonder("anna")).await), [("anna", 0)]);
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn who_is_one_person_again_is_paid_once() {
    // While both posts are open; where one side has had its reveal; where both have.
    for revealed in [0, 1, 2] {
        let (stage, here, there) = answered_on_both_sides().await;
        stage.s().community_leave(&yonder_admin()).await.unwrap();
        for admin in [yonder_admin(), admin("g")].iter().take(revealed) {
            stage.s().feed_reveal(admin, "1").await.unwrap();
        }
        join(&stage).await;
        link(&stage, "ann", "anna").await;
        if revealed == 0 {
            assert_eq!(stage.s().round(&yonder("bea"), there).await.unwrap().answered, 3, "it is shared again");
            say(&stage, &yonder("anna"), Role::Right).await;
        } else {
            assert!(stage.s().today(&member("g", "cid")).await.is_err(), "what one side has read is open nowhere");
        }
        stage.run_at("2026-11-23T17:00:00Z").await;
        for (actor, round) in [(member("g", "cid"), here), (yonder("bea"), there)] {
            assert!(matches!(stage.s().my_round(&actor, round).await.unwrap(), MyRound::Revealed(_)));
            let points: Vec<_> = board(&stage, &actor).await.lines.iter().map(|(_, line)| line.points).collect();
            assert_eq!(points, [4, 4, 0], "ann, whatever she goes by, and bea, and cid");
        }
        assert_eq!((streak(&stage, &member("g", "ann")).await, streak(&stage, &yonder("anna")).await), (1, 1));
        assert_eq!(stage.chat.channel("c1").len() + stage.chat.channel("c2").len(), 4, "a post and a reveal each");
        nothing_to_recount(&stage).await;
    }
}

#[tokio::test]
async fn codes_are_good_once_for_ten_minutes_and_for_whom_they_are_meant() {
    let stage = two_places().await;
    let s = stage.s();
    assert_eq!(refused(s.community_code(&member("g", "ann")).await), Refusal::NotAdmin);
    assert_eq!(refused(s.community_join(&yonder("bea"), "ABCD-EFGH").await), Refusal::NotAdmin);
    assert!(matches!(refused(s.community_join(&yonder_admin(), "ABCD-EFGH").await), Refusal::BadCode { .. }));

    let first = s.community_code(&admin("g")).await.unwrap();
    stage.clock.advance(TimeDelta::seconds(1));
    let second = s.community_code(&admin("g")).await.unwrap();
    assert_ne!(first.code, second.code);
    assert!(matches!(refused(s.community_join(&yonder_admin(), &first.code).await), Refusal::BadCode { .. }));
    assert_eq!(refused(s.community_join(&admin("g"), &second.code).await), Refusal::JoinedAlready);
    let of_member = s.account_code(&member("g", "ann")).await.unwrap().code;
    assert!(matches!(refused(s.community_join(&yonder_admin(), &of_member).await), Refusal::BadCode { .. }));
    assert_eq!(refused(s.account_join(&yonder("bea"), &of_member).await), Refusal::CodeOfElsewhere);
    assert_eq!(refused(s.account_join(&member("g", "ann"), &of_member).await), Refusal::LinkedAlready);

    s.community_join(&yonder_admin(), &second.code).await.unwrap();
    let other = admin("w2");
    assert!(matches!(refused(s.community_join(&other, &second.code).await), Refusal::BadCode { .. }), "it is used up");
    s.account_join(&yonder("bea"), &of_member).await.unwrap();
    let old = s.community_code(&admin("g")).await.unwrap().code;
    stage.clock.advance(TimeDelta::minutes(10));
    assert!(matches!(refused(s.community_join(&other, &old).await), Refusal::BadCode { .. }), "it is too old");
    nothing_to_recount(&stage).await;
}

#[tokio::test]
async fn a_shared_round_whose_other_post_never_came_is_still_revealed_where_it_did() {
    let stage = joined().await;
    stage.chat.block("c2");
    stage.run_at("2026-11-23T09:00:00Z").await;
    say(&stage, &member("g", "ann"), Role::Right).await;
    stage.run_at("2026-11-23T16:00:00Z").await;
    assert_eq!(stage.s().today(&member("g", "ann")).await.unwrap().len(), 1, "it stays open for its own hour");
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(lines(&board(&stage, &member("g", "ann")).await), [("ann", 4)]);
    assert_eq!(stage.chat.channel("c1").len(), 2, "post and reveal");
    assert!(stage.chat.channel("c2").is_empty());
    nothing_to_recount(&stage).await;
}
