//! What is wrong is said in private, with the nearest values that are right; and nothing changes.

use trapline::core::ids::Platform;

use crate::world::stage::{Settings, Stage};
use crate::{on_each_platform, set};

on_each_platform![values_that_do_not_exist, a_filter_that_matches_nothing,];

/// Each option's bad value refuses the command, names something near, and leaves no feed.
async fn refuses(stage: &Stage, options: Settings, words: &[&str]) {
    let shown = format!("{:?}", options.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let refused = stage.admin().forge_feed(&stage.channel(), options.clone()).await;
    assert!(refused.is_private(), "{shown}");
    for word in words {
        assert!(refused.text().contains(word), "{shown} is answered without `{word}`: {}", refused.text());
    }
    let list = stage.admin().command(&stage.channel(), "feed list", set![]).await;
    assert!(list.text().contains("No feeds yet"), "{shown} made a feed: {}", list.text());
}

async fn values_that_do_not_exist(platform: Platform) {
    let stage = Stage::set(platform).await;
    let at = |name: &str, value: &str| {
        vec![("channel".to_owned(), (&stage.channel()).into()), (name.to_owned(), value.into())]
    };
    let cases: &[(&str, &str, &[&str])] = &[
        ("timezone", "Europe/Berlinn", &["Europe/Berlin"]),
        ("timezone", "Mars/Olympus", &["zone"]),
        ("time", "9 o'clock-ish", &["09:00"]),
        ("time", "25:00", &["25:00"]),
        ("days", "mon,tuu", &["mon"]),
        ("cron", "every day", &["five fields"]),
        ("cron", "61 9 * * *", &["crontab"]),
        ("cron", "0 9 30 2 *", &["never"]),
        ("series", "ml-system-desing", &["ml-system-design"]),
        ("topic", "no-such-topic-at-all", &["topic"]),
        ("level", "principal", &["level"]),
        ("order", "alphabetical", &["order"]),
    ];
    for (name, value, words) in cases {
        refuses(&stage, at(name, value), words).await;
    }
    // Slack's modal always has a time in it: who types a crontab there means it.
    if platform == Platform::Discord {
        let mut both = at("cron", "0 9 * * *");
        both.push(("time".to_owned(), "09:00".into()));
        refuses(&stage, both, &["not both"]).await;
    }
    let mut long = at("time", "09:00");
    long.push(("reveal_after".to_owned(), 73.into()));
    refuses(&stage, long, &["72"]).await;
    stage.finish().await;
}

async fn a_filter_that_matches_nothing(platform: Platform) {
    let stage = Stage::set(platform).await;
    let levels = ["junior", "mid", "senior", "staff"];
    let mut refused = 0;
    for level in levels {
        let options = set!["channel" => &stage.channel(), "series" => "ml-system-design", "level" => level];
        let answer = stage.admin().forge_feed(&stage.channel(), options).await;
        assert!(answer.is_private());
        if answer.text().contains("No trap has") {
            refused += 1;
        } else {
            assert!(answer.text().contains("is set"), "{}", answer.text());
            stage.admin().command(&stage.channel(), "feed remove", set![]).await;
        }
    }
    assert!(refused > 0, "seven traps of one series do not fill all levels");
    stage.finish().await;
}
