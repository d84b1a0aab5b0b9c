//! A Discord that tells less than ours, answers less, or sends values in other forms: the main path goes on.

use serde_json::json;

use crate::opts;
use crate::world::discord::commands::Options;
use crate::world::discord::faults::Effect;
use crate::world::scene::Scene;
use crate::world::traps::NUMBERS;

/// A scene in which events lack fields from the start.
async fn lean_scene(ready: &[&str], guild: &[&str]) -> Scene {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let gateway = scene.world.discord.gateway();
    gateway.leave_out("READY", ready);
    gateway.leave_out("GUILD_CREATE", guild);
    scene.start().await;
    scene
}

/// From a feed to an answer, with all that a member touches on the way.
async fn main_path(scene: &Scene) {
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "thread" => false]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let bob = scene.guild.member("Bob");
    let receipt = scene.answer(&bob, &post, 0).await;
    let sure = bob.click(receipt.message(), "Sure").await;
    assert_eq!(sure.message().id, receipt.message().id, "a receipt changes in place");
    for words in ["feed list", "doctor", "today", "leaderboard", "stats", "help"] {
        assert!(scene.admin.slash(&scene.channel, words, opts![]).await.is_private(), "/{words}");
    }
    let feeds = scene.admin.autocomplete(&scene.channel, "feed pause", ("feed", ""), opts![]).await;
    assert_eq!(feeds.len(), 1);
}

#[tokio::test]
async fn interactions_without_what_is_not_needed() {
    let scene = lean_scene(&[], &[""]).await;
    let fields = [
        "/app_permissions",
        "/attachment_size_limit",
        "/authorizing_integration_owners",
        "/channel",
        "/context",
        "/data/resolved",
        "/data/options/0/options/0/options",
        "/entitlements",
        "/guild",
        "/guild_locale",
        "/locale",
        "/member/deaf",
        "/member/flags",
        "/member/joined_at",
        "/member/mute",
        "/member/roles",
        "/message/author",
        "/message/mentions",
        "/message/timestamp",
        "/version",
    ];
    scene.world.discord.gateway().leave_out("INTERACTION_CREATE", &fields);
    main_path(&scene).await;
    scene.finish().await;
}

#[tokio::test]
async fn a_modal_from_a_lean_interaction() {
    let scene = lean_scene(&[], &[]).await;
    scene.world.discord.gateway().leave_out("INTERACTION_CREATE", &["/entitlements", "/channel_id", "/application_id"]);
    scene.feed(opts!["time" => "09:00", "timezone" => "UTC", "series" => NUMBERS, "reveal_after" => 72]).await;
    scene.world.clock.set_to("2026-03-02T09:00:00Z");
    let post = scene.channel.expect_message().await;
    let bob = scene.guild.member("Bob");
    let opened = bob.click(&post, &post.buttons()[0].label).await;
    assert!(bob.submit(&opened, &["112"]).await.is_private());
    scene.finish().await;
}

#[tokio::test]
async fn a_ready_that_lacks_something() {
    for place in ["/application", "/application/flags", "/resume_gateway_url", "/guilds", "/user/username"] {
        let scene = lean_scene(&[place], &["/roles", "/channels"]).await;
        main_path(&scene).await;
        scene.finish().await;
    }
}

#[tokio::test]
async fn a_lost_connection_of_a_lean_ready_begins_anew() {
    let scene = lean_scene(&["/application", "/resume_gateway_url"], &[]).await;
    let gateway = scene.world.discord.gateway();
    gateway.cut();
    gateway.begun(3).await;
    assert!(scene.admin.slash(&scene.channel, "help", opts![]).await.is_private());
    scene.finish().await;
}

#[tokio::test]
async fn checks_that_are_not_answered_refuse_nothing() {
    let mut scene = Scene::set().await;
    scene.stop().await;
    let discord = &scene.world.discord;
    let unanswered =
        ["GET /channels/*", "GET /guilds/*", "GET /guilds/*/roles", "GET /guilds/*/members/*"].map(|pattern| {
            discord.on(pattern).always().status(404);
            pattern
        });
    discord.on("GET /applications/*/commands").always().status(404);
    discord.hub.change(|state| state.commands.clear());
    scene.start().await;
    main_path(&scene).await;
    let health = scene.admin.slash(&scene.channel, "doctor", opts![]).await;
    assert!(health.text().contains("could not look at the channel"), "{}", health.text());
    assert!(!scene.world.discord.requests(unanswered[0]).is_empty());
    scene.finish().await;
}

#[tokio::test]
async fn a_channel_is_seen_and_the_roles_are_not() {
    let scene = Scene::set().await;
    scene.feed(opts![]).await;
    scene.world.discord.on("GET /guilds/*/roles").always().status(404);
    let health = scene.admin.slash(&scene.channel, "doctor", opts![]).await;
    assert!(health.text().contains("could not check my permissions"), "{}", health.text());
    scene.finish().await;
}

#[tokio::test]
async fn values_come_in_other_forms() {
    const TEXT: u64 = 3;
    const INTEGER: u64 = 4;
    const BOOLEAN: u64 = 5;
    const USER: u64 = 6;
    let scene = Scene::set().await;
    let channel = scene.channel.id.to_string();
    let forge = async |words: &str, options: Options| scene.admin.forge(&scene.channel, words, options).await.text();
    let added = opts![
        "channel" => (TEXT, json!(channel)), "thread" => (TEXT, json!("no")), "reveal_after" => (TEXT, json!("72"))
    ];
    let added = forge("feed add", added).await;
    assert!(added.contains("is set"), "{added}");
    let forms = [((TEXT, json!("1")), "yes"), ((INTEGER, json!(1)), "no"), ((INTEGER, json!("1")), "yes")];
    for (feed, thread) in forms {
        let edited = forge("feed edit", opts!["feed" => feed, "thread" => (BOOLEAN, json!(thread))]).await;
        assert!(edited.contains("Feed 1"), "{edited}");
    }
    let bob = scene.guild.member("Bob").id.to_string();
    let stats = forge("stats", opts!["member" => (USER, json!(bob))]).await;
    assert!(!stats.contains("another version"), "{stats}");
    scene.finish().await;
}

#[tokio::test]
async fn whatever_is_typed_is_answered() {
    let scene = Scene::set().await;
    scene.feed(opts![]).await;
    let garbage = ["", " ", "9", "zzzz", "@everyone `\u{202e}\0", &"x".repeat(3000), "ß漢😀", "-1", "%_'\"--"];
    let fields = ["time", "timezone", "days", "series", "topic", "level", "order"];
    let mut asked: Vec<(&str, &str)> = fields.map(|field| ("feed edit", field)).to_vec();
    asked.extend(fields.map(|field| ("feed add", field)));
    asked
        .extend(["feed edit", "feed pause", "feed resume", "feed remove", "feed preview"].map(|words| (words, "feed")));
    asked.extend(["feed post", "feed reveal"].map(|words| (words, "feed")));
    asked.extend([("library", "search"), ("trap", "topic"), ("trap", "level"), ("trap", "series")]);
    for (words, field) in asked {
        let mut offered = 0;
        for typed in garbage {
            let found = scene.admin.autocomplete(&scene.channel, words, (field, typed), opts![]).await;
            offered += found.len();
        }
        assert!(offered > 0, "/{words}: nothing is ever offered for `{field}`");
    }
    scene.finish().await;
}

#[tokio::test]
async fn a_slow_discord_does_not_hold_up_others() {
    let mut scene = Scene::set().await;
    scene.feed(opts![]).await;
    scene.restart().await;
    let held = scene.world.discord.on("GET /channels/*").always().meets(Effect::Hold);
    let other = scene.guild.text("other");
    let slow = scene.admin.invoke(&scene.channel, "feed add", opts!["channel" => &other]).await;
    held.hit(1).await;
    assert!(scene.admin.slash(&scene.channel, "help", opts![]).await.is_private());
    let feeds = scene.admin.autocomplete(&scene.channel, "feed pause", ("feed", ""), opts![]).await;
    assert_eq!(feeds.len(), 1, "without the channel's name");
    slow.deferred().await;
    held.lift();
    assert!(slow.answer().await.text().contains("is set"));
    scene.finish().await;
}

#[tokio::test]
async fn the_first_interaction_after_a_start_is_answered() {
    let mut scene = Scene::set().await;
    scene.admin.slash(&scene.channel, "help", opts![]).await;
    scene.stop().await;
    let held = scene.world.discord.on("GET /applications/*/commands").always().meets(Effect::Hold);
    scene.start().await;
    assert!(scene.admin.slash(&scene.channel, "help", opts![]).await.is_private(), "before anything is registered");
    held.lift();
    scene.finish().await;
}
