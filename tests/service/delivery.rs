//! Exactly once, whatever the platform does.

use std::time::Duration;

use chrono::TimeDelta;
use trapline::core::feed::{Blocked, Draft, SkipReason, State};
use trapline::ports::ChatError;

use crate::stage::{Fault, Stage, admin, at, draft, member};

fn not_sent(retry_after: Option<Duration>) -> Fault {
    Fault::Error(ChatError::NotSent { reason: "busy".into(), retry_after })
}

#[tokio::test]
async fn a_send_with_an_unknown_outcome_is_looked_up_before_it_is_tried_again() {
    for (fault, tries) in [(Fault::SentUnknown, 1), (Fault::LostUnknown, 2)] {
        let stage = Stage::new().await;
        stage.feed().await;
        stage.chat.fail_sends([fault]);
        stage.run_at("2026-11-23T09:00:00Z").await;
        assert_eq!(stage.s().owed().await.unwrap(), 1);
        stage.run_after(TimeDelta::seconds(30)).await;
        assert_eq!(stage.chat.channel("c1").len(), 1);
        assert_eq!(stage.chat.calls(), (1, tries));
        assert_eq!(stage.s().owed().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn killed_between_send_and_record_each_message_is_there_once() {
    let mut stage = Stage::new().await;
    stage.feed().await;
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    // Post, reveal and both parts of the details: each send is the last thing that the program does.
    for (time, sent) in [
        ("2026-11-23T09:00:00Z", 1),
        ("2026-11-23T17:00:00Z", 2),
        ("2026-11-23T17:00:00Z", 3),
        ("2026-11-23T17:00:00Z", 4),
    ] {
        stage.clock.set(at(time));
        stage.chat.fail_sends([Fault::SentHang]);
        stage.s().tick().await.unwrap();
        kill_when_sent(&stage, sent).await;
        stage.restart().await;
    }
    stage.run().await;
    assert_eq!(stage.chat.state().messages.len(), 4);
    assert_eq!(stage.chat.channel("c1").len(), 2);
    assert_eq!(stage.s().owed().await.unwrap(), 0);
}

/// Delivers until the chat holds so many messages, then lets go of everything.
async fn kill_when_sent(stage: &Stage, sent: usize) {
    let arrived = async {
        while stage.chat.state().messages.len() < sent {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        done = stage.s().deliver(stage.chat.as_ref()) => panic!("it was to be killed: {done:?}"),
        () = arrived => {}
    }
}

#[tokio::test]
async fn a_blocked_feed_tells_its_admin_once_and_heals_by_itself() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.block("c1");
    stage.run_at("2026-11-23T09:00:00Z").await;
    let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
    let reason = Blocked::Permission { missing: vec!["Send Messages".into()] };
    assert_eq!(view.feed.state, State::Blocked { reason, since: at("2026-11-23T09:00:00Z") });
    for _ in 0..60 {
        stage.run_after(TimeDelta::minutes(1)).await;
    }
    assert_eq!(stage.chat.told().len(), 1);
    assert_eq!(stage.chat.told()[0].0, "boss");
    assert_eq!(stage.chat.state().tries, 1 + 1 + 5, "at once, then after 1, 2, 4, 8, 16 minutes; and the notice");

    stage.chat.unblock("c1");
    stage.run_at("2026-11-23T11:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap()[0].feed.state, State::Active);

    stage.chat.block("c1");
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.told().len(), 2, "this is another blocking");
}

#[tokio::test]
async fn a_post_that_could_not_be_delivered_in_time_never_appears() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.block("c1");
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T14:59:00Z").await;
    assert!(stage.s().feeds(&admin("g")).await.unwrap()[0].open.is_some());
    let ticked = {
        stage.clock.set(at("2026-11-23T15:00:00Z"));
        stage.s().tick().await.unwrap()
    };
    assert_eq!(ticked.revealed, 1, "closed unseen after the catch-up window");
    stage.chat.unblock("c1");
    stage.run_at("2026-11-23T20:00:00Z").await;
    assert!(stage.chat.channel("c1").is_empty());
    let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
    assert_eq!(view.last_skipped.unwrap().1, SkipReason::Undelivered);
    assert!(stage.s().archive(&member("g", "ann"), 0, 10).await.unwrap().is_empty());
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1, "the next one comes");
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap()[0].feed.state, State::Active);
}

#[tokio::test]
async fn an_unknown_post_whose_time_is_over_is_not_sent_again() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.fail_sends([Fault::LostUnknown]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert!(stage.chat.channel("c1").is_empty(), "neither a post nor a reveal");
    assert_eq!(stage.s().owed().await.unwrap(), 0);
}

#[tokio::test]
async fn a_pause_that_a_platform_asks_for_is_kept() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.fail_sends([not_sent(Some(Duration::from_secs(40))), not_sent(None)]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T09:00:39Z").await;
    assert_eq!(stage.chat.state().tries, 1);
    stage.run_at("2026-11-23T09:00:40Z").await;
    assert_eq!(stage.chat.state().tries, 2);
    stage.run_at("2026-11-23T09:00:50Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(stage.chat.state().looks, 0, "it was surely not sent, so nobody looked");
}

#[tokio::test]
async fn a_rejected_post_is_dropped_and_the_feed_goes_on() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.fail_sends([Fault::Error(ChatError::Rejected("too long".into()))]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run().await;
    assert_eq!(stage.s().owed().await.unwrap(), 0);
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
}

#[tokio::test]
async fn where_no_thread_can_be_had_the_details_follow_in_the_channel() {
    let refusals = [
        ChatError::Blocked(Blocked::Permission { missing: vec!["Create Public Threads".into()] }),
        ChatError::Rejected("no threads here".into()),
    ];
    for refusal in refusals {
        let stage = Stage::new().await;
        stage.feed().await;
        stage.run_at("2026-11-23T09:00:00Z").await;
        stage.chat.state().thread_faults.push_back(refusal);
        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(stage.chat.channel("c1").len(), 4);
        assert_eq!(stage.s().feeds(&admin("g")).await.unwrap()[0].feed.state, State::Active);
    }
    let stage = Stage::new().await;
    let flat = Draft { thread: Some(false), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &flat).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 4);
    assert!(stage.chat.state().threads.is_empty());
}

#[tokio::test]
async fn a_thread_that_takes_nothing_gives_way_to_its_channel() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.chat.block("t-m2");
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.run_after(TimeDelta::seconds(1)).await;
    assert_eq!(stage.chat.channel("c1").len(), 4);
    assert!(stage.chat.told().is_empty());
}

#[tokio::test]
async fn a_deleted_post_does_not_hold_up_its_reveal() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.chat.state().messages.clear();
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(stage.s().owed().await.unwrap(), 0);
}

#[tokio::test]
async fn a_feed_that_moves_away_from_a_blocked_channel_posts_at_once() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.block("c1");
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.s().feed_edit(&admin("g"), "1", &draft("c2")).await.unwrap();
    stage.run().await;
    assert_eq!(stage.chat.channel("c2").len(), 1);
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap()[0].feed.state, State::Active);
}

#[tokio::test]
async fn messages_of_two_databases_never_share_a_key() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    let mut keys: Vec<String> = stage.chat.state().messages.iter().map(|m| m.key.clone()).collect();
    assert!(keys.iter().all(|key| key.starts_with("tl070707")), "{keys:?}");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn the_live_line_is_brought_up_to_date_now_and_then_and_never_after_the_reveal() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    let refresh = async || stage.refresh().await;
    assert_eq!(refresh().await, 0);
    stage.answer("ann", round, true).await;
    assert_eq!(refresh().await, 0, "the post is new");
    stage.clock.set(at("2026-11-23T09:00:15Z"));
    assert_eq!(refresh().await, 1);
    stage.answer("ann", round, false).await;
    stage.answer("ben", round, false).await;
    stage.clock.set(at("2026-11-23T09:00:29Z"));
    assert_eq!(refresh().await, 0);
    stage.clock.set(at("2026-11-23T09:00:30Z"));
    assert_eq!(refresh().await, 1);
    stage.answer("ann", round, true).await;
    stage.clock.set(at("2026-11-23T09:01:00Z"));
    assert_eq!(refresh().await, 0, "the count is the same");
    stage.answer("cat", round, true).await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    assert_eq!(refresh().await, 0);
    assert_eq!(stage.chat.channel("c1")[0].edits, 3, "two live lines and the end");
}

#[tokio::test]
async fn after_a_restart_the_live_line_catches_up() {
    let mut stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    let round = stage.open_round().await;
    stage.answer("ann", round, true).await;
    stage.restart().await;
    assert_eq!(stage.refresh().await, 1);
    assert_eq!(stage.refresh().await, 0);
}

#[tokio::test]
async fn a_post_of_unknown_outcome_is_looked_for_where_it_was_tried_though_its_feed_has_moved() {
    for (fault, home) in [(Fault::SentUnknown, "c1"), (Fault::LostUnknown, "c2")] {
        let stage = Stage::new().await;
        stage.feed().await;
        stage.chat.fail_sends([fault]);
        stage.run_at("2026-11-23T09:00:00Z").await;
        stage.s().feed_edit(&admin("g"), "1", &draft("c2")).await.unwrap();
        for _ in 0..3 {
            stage.run_after(TimeDelta::seconds(10)).await;
        }
        assert_eq!(stage.chat.state().messages.len(), 1);
        assert_eq!(stage.chat.channel(home).len(), 1);
        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(stage.chat.channel(home).len(), 2, "its reveal follows it");
        assert_eq!(stage.chat.state().messages.len(), 4);
    }
}

#[tokio::test]
async fn a_reveal_that_is_refused_where_its_feed_was_goes_where_its_feed_is() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.s().feed_edit(&admin("g"), "1", &draft("c2")).await.unwrap();
    stage.chat.block("c1");
    stage.chat.block("c2");
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.run_after(TimeDelta::seconds(1)).await;
    stage.run().await;
    assert_eq!(stage.chat.told().len(), 1, "there it is blocked like any other");
    stage.chat.unblock("c2");
    stage.chat.fail_sends([Fault::SentUnknown]);
    for _ in 0..2 {
        stage.run_after(TimeDelta::minutes(1)).await;
    }
    let [reveal] = stage.chat.channel("c2").try_into().unwrap();
    assert!(reveal.title().starts_with("Reveal:"), "{}", reveal.title());
    assert_eq!(reveal.reply_to, None, "it stands for itself");
    assert_eq!(stage.chat.channel(&format!("t-{}", reveal.id)).len(), 2, "with its details");
    assert_eq!(stage.s().owed().await.unwrap(), 0);
}

#[tokio::test]
async fn a_reveal_that_may_be_where_its_feed_was_does_not_come_twice() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.s().feed_edit(&admin("g"), "1", &draft("c2")).await.unwrap();
    stage.chat.fail_sends([Fault::SentUnknown]);
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.chat.block("c1");
    stage.run_after(TimeDelta::minutes(1)).await;
    assert_eq!(stage.chat.channel("c1").len(), 2, "it was there");
    assert!(stage.chat.channel("c2").iter().all(|message| !message.title().starts_with("Reveal:")));
}

#[tokio::test]
async fn a_post_of_unknown_outcome_is_not_sent_once_its_feed_is_paused_or_removed() {
    for (fault, posts) in [(Fault::SentUnknown, 1), (Fault::LostUnknown, 0)] {
        for remove in [false, true] {
            let stage = Stage::new().await;
            stage.feed().await;
            stage.chat.fail_sends([fault.clone()]);
            stage.run_at("2026-11-23T09:00:00Z").await;
            let boss = admin("g");
            let stopped =
                if remove { stage.s().feed_remove(&boss, "1").await } else { stage.s().feed_pause(&boss, "1").await };
            stopped.unwrap();
            stage.run_after(TimeDelta::seconds(30)).await;
            assert_eq!(stage.chat.channel("c1").len(), posts);
            stage.run_at("2026-11-23T17:00:00Z").await;
            assert_eq!(stage.chat.channel("c1").len(), posts * 2);
            assert_eq!(stage.s().owed().await.unwrap(), 0);
        }
    }
}

#[tokio::test]
async fn a_slot_whose_post_never_arrived_is_recorded_whoever_gave_it_up() {
    let rejected = Fault::Error(ChatError::Rejected("too long".into()));
    for fault in [Fault::LostUnknown, rejected] {
        let stage = Stage::new().await;
        stage.feed().await;
        stage.chat.fail_sends([fault]);
        stage.run_at("2026-11-23T09:00:00Z").await;
        stage.run_at("2026-11-23T17:00:00Z").await;
        stage.run_after(TimeDelta::seconds(1)).await;
        let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
        let (slot, reason) = view.last_skipped.unwrap();
        assert_eq!((slot.at, reason), (at("2026-11-23T09:00:00Z"), SkipReason::Undelivered));
    }
}
