//! A clock that is wrong for a while.

use chrono::TimeDelta;
use trapline::core::feed::Draft;
use trapline::ports::ChatError;

use crate::stage::{Fault, Stage, admin, at, draft, member};

#[tokio::test]
async fn after_a_clock_that_ran_a_year_ahead_feeds_go_on_at_their_next_slot() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2027-11-23T10:00:00Z").await;
    let wrong = stage.chat.channel("c1").len();
    stage.run_at("2026-11-24T08:00:00Z").await;
    let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
    assert_eq!(view.next[0].at, at("2026-11-24T09:00:00Z"));
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), wrong + 1);
    stage.run_at("2026-11-23T09:30:00Z").await;
    stage.run_at("2026-11-24T09:30:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), wrong + 1, "no slot has a second post");
}

#[tokio::test]
async fn a_clock_that_begins_decades_ago_and_is_put_right_posts_nothing_again() {
    for cron in [None, Some("0 9 * * *".to_owned())] {
        let mut stage = Stage::new().await;
        stage.s().feed_add(&admin("g"), &Draft { cron, ..draft("c1") }).await.unwrap();
        stage.run_at("2026-11-23T09:00:00Z").await;
        let round = stage.open_round().await;
        stage.restart().await;
        stage.run_at("1970-01-01T00:00:07Z").await;
        stage.run_at("2026-11-23T10:00:00Z").await;
        assert_eq!(stage.open_round().await, round);
        assert_eq!(stage.chat.channel("c1").len(), 1);
        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(stage.chat.channel("c1").len(), 2);
        let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
        let skipped = view.last_skipped.map(|(slot, _)| slot.at);
        assert_ne!(skipped, Some(at("2026-11-23T09:00:00Z")), "it had its post");
    }
}

#[tokio::test]
async fn a_post_that_was_tried_by_a_wrong_clock_is_found_all_the_same() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.fail_sends([Fault::SentUnknown]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    // The platform dates it by its own clock, which ours was ahead of.
    stage.chat.state().messages[0].at -= TimeDelta::minutes(5);
    stage.run_after(TimeDelta::seconds(30)).await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(stage.s().owed().await.unwrap(), 0);

    stage.run_at("2027-11-24T08:00:00Z").await;
    let before = stage.chat.channel("c1").len();
    stage.chat.fail_sends([Fault::SentUnknown]);
    stage.run_at("2027-11-24T09:00:00Z").await;
    let right = at("2026-11-24T09:00:00Z");
    stage.chat.state().messages.last_mut().unwrap().at = right;
    stage.clock.set(right);
    stage.run_after(TimeDelta::seconds(30)).await;
    assert_eq!(stage.chat.channel("c1").len(), before + 1);
    assert_eq!(stage.s().owed().await.unwrap(), 0);
}

#[tokio::test]
async fn a_round_of_a_clock_that_ran_a_year_ahead_is_open_for_as_long_as_was_promised() {
    let mut stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2027-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.run_at("2026-11-23T10:00:00Z").await;
    stage.answer("ann", round, true).await;
    stage.answer("ben", round, true).await;
    // A start later on puts it off no further.
    stage.clock.set(at("2026-11-23T12:00:00Z"));
    stage.restart().await;
    stage.run().await;
    stage.run_at("2026-11-23T17:59:59Z").await;
    assert_eq!(stage.open_round().await, round);
    stage.run_at("2026-11-23T18:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 2, "its post and its reveal");

    // It comes before what follows, though its slot is of next year.
    stage.run_at("2026-11-24T09:00:00Z").await;
    let next = stage.open_round().await;
    stage.answer("ben", next, true).await;
    stage.run_at("2026-11-24T17:00:00Z").await;
    let streak = async |user| stage.s().stats(&member("g", user), None).await.unwrap().streaks[0].1.current;
    assert_eq!((streak("ann").await, streak("ben").await), (0, 2));
    assert_eq!(stage.s().recount(false).await.unwrap(), []);
}

#[tokio::test]
async fn a_post_of_a_clock_that_ran_a_year_ahead_is_given_up_in_time() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.block("c1");
    stage.run_at("2027-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T10:00:00Z").await;
    let open = async || stage.s().feeds(&admin("g")).await.unwrap()[0].open;
    assert!(open().await.is_some());
    stage.run_at("2026-11-23T16:00:00Z").await;
    assert_eq!(open().await, None, "six hours on, as ever");
    assert!(stage.chat.channel("c1").is_empty());
}

#[tokio::test]
async fn after_a_clock_that_ran_ahead_nothing_waits_for_longer_than_a_pause() {
    let busy = ChatError::NotSent { reason: "busy".into(), retry_after: None };
    // Hours ahead, so that the slot is the right one.
    for (fault, pause) in [(None, TimeDelta::hours(1)), (Some(busy), TimeDelta::minutes(5))] {
        let stage = Stage::new().await;
        stage.feed().await;
        match fault {
            Some(busy) => stage.chat.fail_sends([Fault::Error(busy)]),
            None => stage.chat.block("c1"),
        }
        stage.run_at("2026-11-24T09:00:00Z").await;
        assert!(stage.chat.channel("c1").is_empty());
        stage.chat.unblock("c1");
        stage.run_at("2026-11-23T20:00:00Z").await;
        stage.run_after(pause).await;
        assert_eq!(stage.chat.channel("c1").len(), 1);
    }
}

#[tokio::test]
async fn a_post_whose_first_try_a_wrong_clock_dated_ahead_is_found_long_after_its_last() {
    // The clock is put right before the try that gets through, or after it.
    for ahead in [TimeDelta::hours(2), TimeDelta::days(90)] {
        for fault in [Fault::SentUnknown, Fault::LostUnknown] {
            let stage = Stage::new().await;
            stage.feed().await;
            stage.chat.fail_sends([fault, Fault::SentUnknown]);
            stage.clock.set(at("2026-11-23T09:00:00Z") + ahead);
            stage.run().await;
            // The platform dates what it has by its own clock.
            for message in &mut stage.chat.state().messages {
                message.at -= ahead;
            }
            stage.run_at("2026-11-23T09:05:00Z").await;
            for _ in 0..3 {
                stage.run_after(TimeDelta::hours(1)).await;
            }
            assert_eq!(stage.chat.channel("c1").len(), 1, "{ahead}");
            assert_eq!(stage.s().owed().await.unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn a_reveal_after_a_day_comes_before_the_next_post() {
    let stage = Stage::new().await;
    stage.s().feed_add(&admin("g"), &Draft { reveal_after: Some(24), ..draft("c1") }).await.unwrap();
    stage.run_at("2026-11-23T09:00:01Z").await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    let titles: Vec<_> = stage.chat.channel("c1").iter().map(|m| m.title().starts_with("Reveal:")).collect();
    assert_eq!(titles, [false, true, false]);
}
