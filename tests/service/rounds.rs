//! What time brings: outages, edits, pauses, the first start of the web channel.

use chrono::TimeDelta;
use trapline::core::feed::{Draft, SkipReason, State};
use trapline::core::ids::Platform;
use trapline::core::refusal::Refusal;
use trapline::core::trap::Level;
use trapline::service::rounds::Ticked;
use trapline::service::{Actor, Service};

use crate::stage::{FakeChat, Stage, admin, at, draft, member, refused, trap};

#[tokio::test]
async fn after_a_short_outage_the_missed_slot_is_posted_once_and_called_late() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.clock.set(at("2026-11-23T12:00:00Z"));
    assert_eq!(stage.s().tick().await.unwrap(), Ticked { posted: 1, skipped: 0, revealed: 0 });
    assert_eq!(stage.s().tick().await.unwrap(), Ticked::default());
    stage.run().await;
    let open = stage.s().today(&member("g", "ann")).await.unwrap();
    assert!(open[0].round.late);
    assert_eq!(open[0].round.reveal_at, Some(at("2026-11-23T20:00:00Z")));
}

#[tokio::test]
async fn after_a_long_outage_only_the_newest_slot_counts() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.clock.set(at("2026-11-26T10:00:00Z"));
    assert_eq!(stage.s().tick().await.unwrap(), Ticked { posted: 1, skipped: 3, revealed: 0 });
    let [view] = stage.s().feeds(&admin("g")).await.unwrap().try_into().unwrap();
    let (slot, reason) = view.last_skipped.unwrap();
    assert_eq!((slot.at, reason), (at("2026-11-25T09:00:00Z"), SkipReason::TooLate));

    stage.clock.set(at("2026-11-28T20:00:00Z"));
    let ticked = stage.s().tick().await.unwrap();
    assert_eq!((ticked.posted, ticked.skipped), (0, 2), "eleven hours are too late");
}

#[tokio::test]
async fn an_edit_posts_no_slot_twice_and_loses_none() {
    let stage = Stage::new().await;
    stage.feed().await;
    let edit = async |time: &str| {
        let change = Draft { time: Some(time.into()), ..Draft::default() };
        stage.s().feed_edit(&admin("g"), "1", &change).await.unwrap().next[0].at
    };
    stage.run_at("2026-11-23T08:30:00Z").await;
    assert_eq!(edit("08:15").await, at("2026-11-23T08:15:00Z"), "today's is due at once");
    stage.run().await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
    assert_eq!(edit("18:00").await, at("2026-11-24T18:00:00Z"), "today had its post");
    stage.run_at("2026-11-24T12:00:00Z").await;
    assert_eq!(edit("12:05").await, at("2026-11-24T12:05:00Z"));
    stage.run_at("2026-11-24T12:05:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 3, "post, reveal, post");
    assert_eq!(edit("11:00").await, at("2026-11-25T11:00:00Z"));
    let zone = Draft { timezone: Some("Pacific/Auckland".into()), ..Draft::default() };
    let view = stage.s().feed_edit(&admin("g"), "1", &zone).await.unwrap();
    assert_eq!(view.next[0].at, at("2026-11-24T22:00:00Z"), "the 25th, local time");
    assert!(!view.zone_assumed);
}

#[tokio::test]
async fn a_day_that_was_not_scheduled_is_not_made_up_for() {
    let stage = Stage::new().await;
    let mondays = Draft { days: Some("mon".into()), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &mondays).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.run_at("2026-11-24T14:00:00Z").await;
    let daily = Draft { days: Some("daily".into()), ..Draft::default() };
    let view = stage.s().feed_edit(&admin("g"), "1", &daily).await.unwrap();
    assert_eq!((view.next[0].at, view.last_skipped), (at("2026-11-25T09:00:00Z"), None));
    let hourly = Draft { cron: Some("30 * * * *".into()), ..Draft::default() };
    let view = stage.s().feed_edit(&admin("g"), "1", &hourly).await.unwrap();
    assert_eq!(view.next[0].at, at("2026-11-24T14:30:00Z"));
}

#[tokio::test]
async fn what_falls_into_a_pause_is_not_posted() {
    let stage = Stage::new().await;
    stage.feed().await;
    let paused = stage.s().feed_pause(&admin("g"), "1").await.unwrap();
    assert_eq!((paused.feed.state, paused.next.len()), (State::Paused, 0));
    stage.run_at("2026-11-23T09:30:00Z").await;
    let resumed = stage.s().feed_resume(&admin("g"), "1").await.unwrap();
    assert_eq!((resumed.feed.state, resumed.next[0].at), (State::Active, at("2026-11-24T09:00:00Z")));
    stage.run().await;
    assert!(stage.chat.channel("c1").is_empty());
    stage.run_at("2026-11-24T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
}

#[tokio::test]
async fn the_open_round_of_a_removed_feed_is_still_revealed() {
    for reveal_after in [8, 0] {
        let stage = Stage::new().await;
        let new = Draft { reveal_after: Some(reveal_after), ..draft("c1") };
        stage.s().feed_add(&admin("g"), &new).await.unwrap();
        stage.run_at("2026-11-23T09:00:00Z").await;
        stage.s().feed_remove(&admin("g"), "1").await.unwrap();
        assert!(stage.s().feeds(&admin("g")).await.unwrap().is_empty());
        stage.run_at("2026-11-23T17:00:00Z").await;
        assert_eq!(stage.chat.channel("c1").len(), 2);
        stage.run_at("2026-11-25T09:00:00Z").await;
        assert_eq!(stage.chat.channel("c1").len(), 2);
        let next = stage.s().feed_add(&admin("g"), &draft("c1")).await.unwrap();
        assert_eq!(next.feed.number, 2, "a number is never given twice");
        let gone = refused(stage.s().feed_pause(&admin("g"), "1").await);
        assert_eq!(gone, Refusal::UnknownFeed { given: "1".into(), have: vec![2] });
    }
}

#[tokio::test]
async fn the_pool_is_used_up_before_a_trap_comes_again() {
    let stage = Stage::new().await;
    let series = Draft { series: Some("alpha".into()), order: Some("series".into()), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &series).await.unwrap();
    let mut ids = Vec::new();
    for day in 23..=27 {
        stage.run_at(&format!("2026-11-{day}T09:00:00Z")).await;
        let open = stage.s().today(&member("g", "ann")).await.unwrap();
        ids.push(open[0].round.trap.id.to_string());
        stage.run_at(&format!("2026-11-{day}T17:00:00Z")).await;
    }
    assert_eq!(ids, ["alpha-1", "alpha-2", "alpha-3", "alpha-1", "alpha-2"]);
}

#[tokio::test]
async fn a_preview_shows_what_comes_next() {
    let stage = Stage::new().await;
    stage.feed().await;
    let (_, trap) = stage.s().feed_preview(&admin("g"), "1").await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let open = stage.s().today(&member("g", "ann")).await.unwrap();
    assert_eq!(open[0].round.trap, trap);
}

#[tokio::test]
async fn a_pool_whose_traps_are_all_open_skips_the_slot() {
    let stage = Stage::new().await;
    let one = |channel: &str| Draft { series: Some("beta".into()), topic: Some("serving".into()), ..draft(channel) };
    stage.s().feed_add(&admin("g"), &one("c1")).await.unwrap();
    stage.s().feed_add(&admin("g"), &one("c2")).await.unwrap();
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    assert_eq!(stage.s().tick().await.unwrap(), Ticked { posted: 1, skipped: 1, revealed: 0 });
    let views = stage.s().feeds(&admin("g")).await.unwrap();
    assert_eq!(views[1].last_skipped.unwrap().1, SkipReason::EmptyPool);
    assert_eq!(refused(stage.s().feed_post(&admin("g"), "2").await), Refusal::AllOpen);
    assert_eq!(refused(stage.s().feed_preview(&admin("g"), "2").await), Refusal::AllOpen);
    let ann = member("g", "ann");
    assert_eq!(refused(stage.s().practise(&ann, Some("beta"), Some("serving"), None).await), Refusal::AllOpen);
}

#[tokio::test]
async fn the_local_channel_has_a_trap_from_its_first_start() {
    let stage = Stage::new().await;
    let web = Actor { platform: Platform::Web, place: "local".into(), ..admin("local") };
    let start = async |s: &Service| s.ensure_local_feed("Europe/Berlin").await.unwrap();
    start(stage.s()).await;
    start(stage.s()).await;
    let ticked = stage.s().tick().await.unwrap();
    assert_eq!((ticked.posted, ticked.skipped), (1, 0));
    stage.s().deliver(&FakeChat::new(Platform::Web, stage.clock.clone())).await.unwrap();
    let [mine] = stage.s().today(&web).await.unwrap().try_into().unwrap();
    assert!(!mine.round.late);
    assert_eq!(mine.channel, "local");
    let [view] = stage.s().feeds(&web).await.unwrap().try_into().unwrap();
    assert_eq!(view.next[0].at, at("2026-11-24T08:00:00Z"));
    assert!(!view.zone_assumed);
    stage.s().feed_remove(&web, "1").await.unwrap();
    start(stage.s()).await;
    assert!(stage.s().feeds(&web).await.unwrap().is_empty(), "what was removed stays removed");
}

#[tokio::test]
async fn a_clock_that_goes_back_posts_nothing_again() {
    let stage = Stage::new().await;
    stage.feed().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    stage.clock.advance(TimeDelta::hours(-2));
    stage.run().await;
    stage.run_at("2026-11-23T09:00:00Z").await;
    assert_eq!(stage.chat.channel("c1").len(), 1);
}

#[tokio::test]
async fn a_feed_that_is_paused_while_others_are_posted_posts_nothing() {
    const FEEDS: usize = 30;
    let many = (0..40).map(|n| trap(&format!("trap-{n}"), "alpha", n, "memory", Level::Mid));
    let stage = Stage::with(many.collect()).await;
    for channel in 0..FEEDS {
        stage.s().feed_add(&admin("g"), &draft(&format!("c{channel}"))).await.unwrap();
    }
    stage.clock.set(at("2026-11-23T09:00:00Z"));
    let pause = async {
        while stage.s().owed().await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        stage.s().feed_pause(&admin("g"), &FEEDS.to_string()).await.unwrap()
    };
    let (ticked, _) = tokio::join!(stage.s().tick(), pause);
    assert_eq!(ticked.unwrap().posted as usize, FEEDS - 1);
}

#[tokio::test]
async fn a_slot_that_had_its_post_in_another_zone_is_not_called_skipped() {
    let stage = Stage::new().await;
    let nine = Draft { cron: Some("0 9 * * *".into()), ..draft("c1") };
    stage.s().feed_add(&admin("g"), &nine).await.unwrap();
    stage.run_at("2026-11-23T09:00:00Z").await;
    let zone = Draft { timezone: Some("America/New_York".into()), ..Draft::default() };
    stage.s().feed_edit(&admin("g"), "1", &zone).await.unwrap();
    stage.clock.set(at("2026-11-23T14:00:00Z"));
    assert_eq!(stage.s().tick().await.unwrap(), Ticked::default());
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap()[0].last_skipped, None);
    stage.clock.set(at("2026-11-24T14:00:00Z"));
    assert_eq!(stage.s().tick().await.unwrap().posted, 1);
}
