//! `/readyz` and `/metrics`, and the dashboard and the alerts that read them.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};
use trapline::bank::Bank;
use trapline::core::trap::Role;

use crate::agent::{self, Agent};
use crate::channel::Channel;
use crate::opts;
use crate::program::Program;
use crate::traps;
use crate::world::World;
use crate::world::audit;

/// The value of a series, by its name and labels as they are written.
fn value(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {series} in\n{metrics}")).parse().unwrap()
}

fn reasons(ready: &str) -> Vec<(String, String)> {
    let said: Value = serde_json::from_str(ready).unwrap();
    let text = |reason: &Value, key: &str| reason[key].as_str().unwrap().to_owned();
    let reasons = said["reasons"].as_array().unwrap();
    assert_eq!(said["ready"], json!(reasons.is_empty()));
    reasons.iter().map(|reason| (text(reason, "part"), text(reason, "why"))).collect()
}

#[tokio::test]
async fn ready_while_the_database_takes_writes_the_scheduler_ticks_and_each_platform_is_connected() {
    let world = World::live().await;
    let settings = [("DISCORD_TOKEN", &*world.discord.token()), ("DISCORD_API_URL", world.discord.url())];
    let fault = world.discord.on("GET /gateway/bot").always().status(500);
    let program = Program::start(&settings).await;
    let said = program.until("/readyz", |_, said| said.contains("500")).await;
    assert_eq!(program.get("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reasons(&said).iter().any(|(part, why)| part == "discord" && why.contains("500")), "{said}");
    let metrics = program.get("/metrics").await.1;
    assert_eq!(value(&metrics, "trapline_ready"), 0.0);
    assert_eq!(value(&metrics, r#"trapline_platform_up{platform="discord"}"#), 0.0);
    assert_eq!(program.get("/healthz").await.0, StatusCode::OK, "it lives all the same");

    fault.lift();
    let said = program.until("/readyz", |status, _| status == StatusCode::OK).await;
    assert_eq!(reasons(&said), []);
    let metrics = program.get("/metrics").await.1;
    assert_eq!(value(&metrics, "trapline_ready"), 1.0);
    assert_eq!(value(&metrics, r#"trapline_platform_up{platform="discord"}"#), 1.0);
    assert!(value(&metrics, "trapline_scheduler_last_tick_timestamp_seconds") > 1.7e9);

    let mut held = audit::hold_writes(&program.database()).await;
    let said = program.until("/readyz", |status, _| status == StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(reasons(&said), [("database".to_owned(), "takes no write".to_owned())]);
    sqlx::query("ROLLBACK").execute(&mut held).await.unwrap();
    program.until("/readyz", |status, _| status == StatusCode::OK).await;
    program.stop().await;
    world.discord.finish();
}

#[tokio::test]
async fn what_is_done_is_counted() {
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
    let settings = [("DISCORD_TOKEN", &*world.discord.token()), ("DISCORD_API_URL", world.discord.url())];
    let program = Program::start(&settings).await;
    world.discord.gateway().online().await;
    let fault = world.discord.on("POST /channels/*/messages").too_many(std::time::Duration::from_millis(200));
    let series = opts!["channel" => &channel, "series" => "ml-system-design", "reveal_after" => 72, "thread" => false];
    admin.slash(&channel, "feed add", series).await;
    admin.slash(&channel, "feed post", opts![]).await;
    let post = channel.expect_message().await;
    fault.lift();
    let button = post.buttons()[0].label.clone();
    admin.click(&post, &button).await;
    let counted = r#"trapline_receipt_duration_seconds_count{platform="discord"} 1"#;
    let metrics = program.until("/metrics", |_, said| said.contains(counted)).await;
    for (series, expected) in [
        (r#"trapline_answers_total{platform="discord"}"#, 1.0),
        (r#"trapline_answers_total{platform="slack"}"#, 0.0),
        (r#"trapline_posts_total{platform="discord",outcome="delivered"}"#, 1.0),
        (r#"trapline_posts_total{platform="discord",outcome="retried"}"#, 1.0),
        (r#"trapline_posts_total{platform="discord",outcome="dropped"}"#, 0.0),
        (r#"trapline_rate_limited_total{platform="discord"}"#, 1.0),
        ("trapline_write_batch_size_count", 1.0),
        ("trapline_write_batch_size_sum", 1.0),
        ("trapline_outbox_depth", 0.0),
        ("trapline_post_overdue_seconds", 0.0),
    ] {
        assert_eq!(value(&metrics, series), expected, "{series}");
    }
    for secret in ["Ada", "Study group", &world.discord.token()] {
        assert!(!metrics.contains(secret), "the metrics name {secret}");
    }
    program.stop().await;
    world.discord.finish();
}

/// The names of metrics within an expression.
fn names(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("trapline_")).map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn the_dashboard_and_the_alerts_ask_for_metrics_that_there_are() {
    let program = Program::start(&[]).await;
    let (status, metrics) = program.get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    let mut there: BTreeSet<&str> = metrics.lines().filter_map(|line| line.split(['{', ' ']).next()).collect();
    // Only of platforms that are configured, which the web channel need not be.
    there.insert("trapline_platform_up");

    let dashboard: Value = serde_json::from_str(include_str!("../../deploy/grafana.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut expressions: Vec<String> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap().to_owned())
        .collect();
    assert!(expressions.len() >= 12);
    let alerts = include_str!("../../deploy/alerts.yml");
    let rules: Vec<&str> = alerts.split("- alert: ").skip(1).collect();
    for wanted in ["PostLate", "OutboxNotDraining", "PlatformDown", "NotReady", "Faults"] {
        assert!(rules.iter().any(|rule| rule.starts_with(&format!("Trapline{wanted}\n"))), "no alert {wanted}");
    }
    for rule in rules {
        let expression = rule.split("expr:").nth(1).unwrap().split("annotations:").next().unwrap();
        let differs = expression.contains("- ignoring(");
        assert!(!differs || expression.contains("> 0.5\n"), "a difference of estimates is never quite zero: {rule}");
        expressions.push(expression.to_owned());
    }
    for expression in expressions {
        let asked = names(&expression);
        assert!(!asked.is_empty(), "`{expression}` asks for nothing");
        for name in asked {
            assert!(there.contains(name.as_str()), "`{expression}` asks for {name}, which is not in\n{metrics}");
        }
    }
    program.stop().await;
}

#[tokio::test]
async fn a_post_that_waits_is_overdue_one_that_came_late_is_measured_and_a_scheduler_that_stands_still_is_told() {
    let channel = Channel::open(Bank::from_traps(vec![traps::number()])).await;
    let metrics = get(&channel, "/metrics").await;
    // The day's slot was a minute ago when the feed was made, which is nobody's delay.
    assert_eq!(value(&metrics, "trapline_post_lateness_seconds_count"), 0.0);
    assert_eq!(value(&metrics, "trapline_post_overdue_seconds"), 0.0);
    assert!(!get(&channel, "/readyz").await.contains("scheduler"));
    channel.clock.advance(TimeDelta::days(1));
    assert!(get(&channel, "/readyz").await.contains("has not ticked"));
    assert_eq!(value(&get(&channel, "/metrics").await, "trapline_post_overdue_seconds"), 60.0);
    channel.settle().await;
    let metrics = get(&channel, "/metrics").await;
    assert_eq!(value(&metrics, "trapline_post_overdue_seconds"), 0.0);
    assert_eq!(value(&metrics, "trapline_post_lateness_seconds_sum"), 60.0);
    assert_eq!(value(&metrics, r#"trapline_posts_total{platform="web",outcome="delivered"}"#), 2.0);
    channel.close().await;
}

#[tokio::test]
async fn monitors_need_no_key_and_are_told_of_nobody() {
    let roles = [Role::Right, Role::Bait, Role::Wrong, Role::Wrong];
    let bank = Bank::from_traps(vec![traps::choice(roles)]);
    let channel = Channel::open_with(bank, Some("a long shared key")).await;
    let mut ada = Agent::new(&channel.url);
    for path in ["/readyz", "/metrics"] {
        let answer = ada.get_with(path, agent::for_host("traps.example")).await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(traps::SECRETS.iter().all(|secret| !answer.body.contains(secret)), "{path}: {}", answer.body);
    }
    channel.close().await;
    let channel = Channel::open(Bank::from_traps(vec![traps::number()])).await;
    let mut stranger = Agent::new(&channel.url);
    let answer = stranger.get_with("/metrics", agent::for_host("evil.example")).await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "without a key only this machine is served");
    channel.close().await;
}

async fn get(channel: &Channel, path: &str) -> String {
    Agent::new(&channel.url).get(path).await.body
}
