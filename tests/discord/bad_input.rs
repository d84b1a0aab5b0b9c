//! What is wrong is said in private, with the nearest values that are right; and nothing changes.

use serde_json::json;

use crate::opts;
use crate::world::discord::commands::Options;
use crate::world::discord::permissions::Permissions;
use crate::world::discord::state::ChannelKind;
use crate::world::scene::Scene;
use crate::world::traps::NUMBERS;

/// Each option's bad value refuses the command, names something near, and leaves no feed.
async fn refuses(scene: &Scene, options: Options, words: &[&str]) {
    let refused = scene.admin.forge(&scene.channel, "feed add", options.clone()).await;
    assert!(refused.is_private(), "{options:?}");
    for word in words {
        assert!(refused.text().contains(word), "{options:?} is answered without `{word}`: {}", refused.text());
    }
    let list = scene.admin.slash(&scene.channel, "feed list", opts![]).await;
    assert!(list.text().contains("No feeds yet"), "{options:?} made a feed: {}", list.text());
}

#[tokio::test]
async fn channels_that_will_not_do() {
    let scene = Scene::set().await;
    let post = scene.channel.plant(&json!({"content": "x"}));
    let thread = scene.channel.open_thread(&post, "a thread");
    for (channel, word) in [
        (scene.guild.channel("talk", ChannelKind::Voice), "voice"),
        (scene.guild.channel("stage", ChannelKind::Stage), "stage"),
        (scene.guild.channel("rooms", ChannelKind::Category), "category"),
        (scene.guild.channel("forum", ChannelKind::Forum), "forum"),
        (thread, "thread"),
    ] {
        refuses(&scene, opts!["channel" => &channel], &[word, "text or announcement"]).await;
    }
    let hidden = scene.guild.text("hidden");
    hidden.deny_bot(Permissions::VIEW_CHANNEL);
    refuses(&scene, opts!["channel" => &hidden], &["can't see"]).await;
    let mute = scene.guild.text("mute");
    mute.deny_bot(Permissions::SEND_MESSAGES | Permissions::READ_MESSAGE_HISTORY);
    refuses(&scene, opts!["channel" => &mute], &["Send Messages", "Read Message History"]).await;
    let quiet = scene.guild.quiet_role("quiet");
    refuses(&scene, opts!["channel" => &scene.channel, "role" => quiet], &["Mention"]).await;

    let news = scene.guild.channel("news", ChannelKind::Announcement);
    let added = scene.admin.slash(&scene.channel, "feed add", opts!["channel" => &news]).await;
    assert!(added.text().contains("is set"), "an announcement channel will do: {}", added.text());
    scene.finish().await;
}

#[tokio::test]
async fn a_member_who_is_no_admin_forges_a_command() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Mallory");
    let told = member.forge(&scene.channel, "feed add", opts!["channel" => &scene.channel]).await;
    assert!(told.is_private() && told.text().contains("may manage this server"), "{}", told.text());
    scene.feed(opts![]).await;
    for words in
        ["feed list", "feed pause", "feed resume", "feed remove", "feed preview", "feed post", "feed reveal", "doctor"]
    {
        let told = member.forge(&scene.channel, words, opts![]).await;
        assert!(told.is_private() && told.text().contains("may manage this server"), "/{words}: {}", told.text());
    }
    let list = scene.admin.slash(&scene.channel, "feed list", opts![]).await;
    assert!(list.text().contains("1 feed"), "{}", list.text());
    scene.finish().await;
}

#[tokio::test]
async fn what_is_typed_is_completed() {
    let scene = Scene::set().await;
    let suggested = async |option: &str, typed: &str| {
        let found =
            scene.admin.autocomplete(&scene.channel, "feed add", (option, typed), opts!["channel" => &scene.channel]);
        found.await.into_iter().filter_map(|s| s.value.as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(suggested("timezone", "berl").await.contains(&"Europe/Berlin".to_owned()));
    assert!(suggested("time", "9").await.contains(&"09:00".to_owned()));
    assert!(suggested("series", "ml").await.contains(&"ml-system-design".to_owned()));
    assert!(!suggested("topic", "").await.is_empty());
    assert!(suggested("timezone", "@everyone `\u{202e}").await.len() <= 25, "nonsense does no harm");
    scene.feed(opts![]).await;
    let feeds = scene.admin.autocomplete(&scene.channel, "feed pause", ("feed", ""), opts![]).await;
    assert_eq!(feeds.len(), 1);
    scene.finish().await;
}

#[tokio::test]
async fn a_modal_with_more_than_its_field_takes() {
    let scene = Scene::set().await;
    let mallory = scene.guild.member("Mallory");
    scene.feed(opts!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "reveal_after" => 72]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let digits = "9".repeat(100_000);
    for typed in ["", "\0\u{1b}[2J", &"x".repeat(100_000), &digits, &format!("1e{digits}"), "1e400", "NaN", "inf"] {
        let opened = mallory.click(&post, "Type").await;
        let told = mallory.submit_forged(&opened, &[typed]).await;
        assert!(told.is_private() && !told.text().contains("Locked in"), "{}", told.text());
        assert!(told.text().chars().count() < 2_000, "what was typed is not told back at length");
    }
    let today = mallory.slash(&scene.channel, "today", opts![]).await;
    assert!(!today.text().contains("You said"), "{}", today.text());
    scene.finish().await;
}

#[tokio::test]
async fn a_number_is_asked_for_with_its_unit_and_never_after_its_time() {
    let scene = Scene::set().await;
    let member = scene.guild.member("Bob");
    scene.feed(opts!["series" => NUMBERS, "time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let opened = member.click(&post, "Type").await;
    let modal = opened.modal();
    assert!(!modal.title().is_empty() && post.text().contains(modal.title()), "{}", modal.title());
    assert_eq!(modal.inputs()[0]["label"], "Your answer, in GB");
    scene.world.clock.set_to("2026-03-02T17:00:00Z");
    let late = member.click(&post, "Type").await;
    assert!(late.is_private() && late.text().contains("This round is over"), "{}", late.text());
    for _reveal_and_details in 0..3 {
        scene.channel.expect_message().await;
    }
    scene.finish().await;
}
