//! What admins type, right and wrong.

use trapline::core::feed::{Draft, Order, RevealAfter};
use trapline::core::refusal::Refusal;
use trapline::core::trap::Level;
use trapline::service::Actor;

use crate::stage::{Stage, admin, draft, member, refused};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn bad_input_names_the_nearest_and_changes_nothing() {
    let stage = Stage::new().await;
    stage.feed().await;
    let before = stage.s().feeds(&admin("g")).await.unwrap();
    let bad = [
        Draft { timezone: some("Europe/Berln"), ..draft("c2") },
        Draft { time: some("25:00"), ..draft("c2") },
        Draft { days: some("someday"), ..draft("c2") },
        Draft { cron: some("99 * * * *"), ..draft("c2") },
        Draft { cron: some("0 9 * * *"), time: some("9"), ..draft("c2") },
        Draft { series: some("alfa"), ..draft("c2") },
        Draft { topic: some("memry"), ..draft("c2") },
        Draft { level: some("seniour"), ..draft("c2") },
        Draft { order: some("random"), ..draft("c2") },
        Draft { reveal_after: Some(73), ..draft("c2") },
        Draft { series: some("beta"), topic: some("memory"), ..draft("c2") },
        draft("c1"),
    ];
    for wrong in &bad {
        let on_add = refused(stage.s().feed_add(&admin("g"), wrong).await);
        match on_add {
            Refusal::UnknownSeries { near, .. } => assert_eq!(near[0], "alpha"),
            Refusal::UnknownTopic { near, .. } => assert_eq!(near[0], "memory"),
            Refusal::UnknownLevel { near, .. } => assert_eq!(near[0], "senior"),
            Refusal::UnknownZone { near, .. } => assert_eq!(near[0], "Europe/Berlin"),
            Refusal::SameFeed { number } => assert_eq!(number, 1),
            _ => {}
        }
        refused(stage.s().feed_edit(&admin("g"), "1", &Draft { channel: None, ..wrong.clone() }).await);
    }
    assert_eq!(stage.s().feeds(&admin("g")).await.unwrap(), before);
}

#[tokio::test]
async fn only_admins_may() {
    let stage = Stage::new().await;
    stage.feed().await;
    let ann = member("g", "ann");
    let s = stage.s();
    assert_eq!(refused(s.feed_add(&ann, &draft("c2")).await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_edit(&ann, "1", &draft("c2")).await), Refusal::NotAdmin);
    assert_eq!(refused(s.feeds(&ann).await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_pause(&ann, "1").await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_resume(&ann, "1").await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_remove(&ann, "1").await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_preview(&ann, "1").await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_post(&ann, "1").await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_reveal(&ann, "1").await), Refusal::NotAdmin);
}

#[tokio::test]
async fn whoever_set_a_feed_up_may_look_after_it() {
    let stage = Stage::new().await;
    let ann = member("g", "ann");
    let s = stage.s();
    s.feed_add(&Actor { admin: true, ..ann.clone() }, &draft("c1")).await.unwrap();
    s.feed_add(&admin("g"), &draft("c2")).await.unwrap();
    // No admin any more.
    let own: Vec<i64> = s.feeds(&ann).await.unwrap().iter().map(|view| view.feed.number).collect();
    assert_eq!(own, [1], "only the one that is theirs");
    s.feed_pause(&ann, "1").await.unwrap();
    s.feed_resume(&ann, "1").await.unwrap();
    s.feed_preview(&ann, "1").await.unwrap();
    s.feed_edit(&ann, "1", &Draft { time: Some("10:00".into()), ..Draft::default() }).await.unwrap();
    assert_eq!(refused(s.feed_pause(&ann, "2").await), Refusal::UnknownFeed { given: "2".into(), have: vec![1] });
    assert_eq!(refused(s.feed_add(&ann, &draft("c3")).await), Refusal::NotAdmin);
    assert_eq!(refused(s.feed_pause(&member("g", "bob"), "1").await), Refusal::NotAdmin);
    assert_eq!(
        refused(s.feed_pause(&member("h", "ann"), "1").await),
        Refusal::NotAdmin,
        "elsewhere they set up nothing"
    );
    s.feed_remove(&ann, "1").await.unwrap();
    assert_eq!(refused(s.feeds(&ann).await), Refusal::NotAdmin);
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_any_clears_a_filter() {
    let stage = Stage::new().await;
    let full = Draft {
        time: some("7:30 pm"),
        days: some("weekdays"),
        timezone: some("europe/berlin"),
        series: some("Alpha"),
        level: some("SENIOR"),
        order: some("series"),
        reveal_after: Some(0),
        role: some("r1"),
        thread: Some(false),
        ..draft("c1")
    };
    let view = stage.s().feed_add(&admin("g"), &full).await.unwrap();
    assert_eq!((view.pool, view.zone_assumed), (2, false));
    let change = Draft { time: some("08:00"), series: some("any"), role: some(""), ..Draft::default() };
    let settings = stage.s().feed_edit(&admin("g"), "1", &change).await.unwrap().feed.settings;
    assert_eq!(settings.schedule.stored(), "mon,tue,wed,thu,fri 08:00");
    assert_eq!(settings.schedule.zone, chrono_tz::Europe::Berlin);
    assert_eq!((settings.filter.series, settings.role), (None, None));
    assert_eq!(settings.filter.level, Some(Level::Senior));
    assert_eq!((settings.order, settings.reveal, settings.thread), (Order::Series, RevealAfter::NextPost, false));
    let again = refused(stage.s().feed_edit(&admin("g"), "1", &change).await);
    assert_eq!(again, Refusal::NothingToChange);
    assert_eq!(refused(stage.s().feed_edit(&admin("g"), "1", &Draft::default()).await), Refusal::NothingToChange);

    let second = stage.s().feed_add(&admin("g"), &draft("c2")).await.unwrap();
    assert_eq!(second.feed.settings.schedule.zone, chrono_tz::Europe::Berlin, "the community's zone");
    let cron = Draft { cron: some("0 9 * * 1-5"), ..Draft::default() };
    let settings = stage.s().feed_edit(&admin("g"), "2", &cron).await.unwrap().feed.settings;
    assert_eq!(settings.schedule.stored(), "cron 0 9 * * 1-5");
    let days = Draft { days: some("sun"), ..Draft::default() };
    let settings = stage.s().feed_edit(&admin("g"), "2", &days).await.unwrap().feed.settings;
    assert_eq!(settings.schedule.stored(), "sun 09:00");
}

#[tokio::test]
async fn a_feed_that_is_not_there_names_those_that_are() {
    let stage = Stage::new().await;
    let nothing = Refusal::UnknownFeed { given: "1".into(), have: vec![] };
    assert_eq!(refused(stage.s().feed_pause(&admin("g"), "1").await), nothing);
    stage.feed().await;
    let given = "the first".to_owned();
    let named = refused(stage.s().feed_post(&admin("g"), &given).await);
    assert_eq!(named, Refusal::UnknownFeed { given, have: vec![1] });
    assert!(stage.s().feeds(&admin("elsewhere")).await.unwrap().is_empty());
}
