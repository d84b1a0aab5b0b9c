//! What an admin is told of messages that can't be delivered, and what a look at the channel changes.

use chrono::TimeDelta;
use trapline::core::feed::{Checkup, Draft, State};
use trapline::core::refusal::Refusal;
use trapline::ports::{ChatError, Clock as _};

use crate::stage::{Fault, Stage, admin, draft, member, refused};

async fn checkup(stage: &Stage) -> Checkup {
    let views = stage.s().feeds(&admin("g")).await.expect("neither refused nor a fault");
    let [view] = views.try_into().expect("one feed");
    Checkup { view, missing: Vec::new(), trouble: None }
}

/// At 09:00 the channel refuses the first post.
async fn blocked() -> Stage {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.block("c1");
    stage.run_at("2026-11-23T09:00:00Z").await;
    assert!(matches!(checkup(&stage).await.view.feed.state, State::Blocked { .. }));
    stage
}

#[tokio::test]
async fn a_trap_that_is_in_no_channel_is_not_open_to_anybody() {
    let stage = blocked().await;
    let ann = member("g", "ann");
    assert!(matches!(refused(stage.s().today(&ann).await), Refusal::NothingOpen { .. }));
    stage.chat.unblock("c1");
    stage.run_after(TimeDelta::minutes(1)).await;
    assert_eq!(stage.s().today(&ann).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_in_the_way_and_is_not_any_more_is_tried_at_once() {
    let stage = blocked().await;
    let lacking = Checkup { missing: vec!["Send Messages".into()], ..checkup(&stage).await };
    assert_eq!(stage.s().feeds_checked(vec![lacking.clone()]).await.unwrap(), [lacking]);
    stage.chat.unblock("c1");
    stage.run().await;
    assert_eq!(stage.chat.channel("c1").len(), 0, "its pause is not over");
    stage.s().feeds_checked(vec![checkup(&stage).await]).await.unwrap();
    stage.run().await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(checkup(&stage).await.view.feed.state, State::Active);
}

#[tokio::test]
async fn a_feed_that_owes_nothing_and_may_post_again_is_blocked_no_more() {
    let stage = blocked().await;
    stage.run_at("2026-11-23T17:00:00Z").await;
    stage.chat.unblock("c1");
    assert!(matches!(checkup(&stage).await.view.feed.state, State::Blocked { .. }));
    let checked = stage.s().feeds_checked(vec![checkup(&stage).await]).await.unwrap();
    assert_eq!(checked[0].view.feed.state, State::Active);
}

#[tokio::test]
async fn a_message_that_keeps_failing_is_told_until_it_is_delivered() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.chat.fail_sends([Fault::Error(ChatError::NotSent { reason: "it is busy".into(), retry_after: None })]);
    stage.run_at("2026-11-23T09:00:00Z").await;
    let waiting = checkup(&stage).await.view.waiting.expect("its first try has failed");
    assert_eq!((waiting.why.as_str(), waiting.since), ("it is busy", stage.clock.now()));
    stage.run_after(TimeDelta::seconds(5)).await;
    assert_eq!(checkup(&stage).await.view.waiting, None);
}

#[tokio::test]
async fn all_that_is_said_of_a_trap_stands_above_the_next_one() {
    let stage = Stage::new().await;
    let draft = Draft { reveal_after: Some(0), thread: Some(false), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &draft).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-24T09:00:00Z").await;
    let shown = stage.chat.channel("c1");
    let titles: Vec<&str> = shown.iter().map(crate::stage::Shown::title).collect();
    assert!(titles.len() == 5 && titles[4].starts_with("Headline"), "{titles:?}");
}
