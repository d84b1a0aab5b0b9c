//! No token, no answer and no right option gets into the log, whatever goes wrong and however much is to be logged.

use std::time::Duration;

use crate::opts;
use crate::program::Program;
use crate::world::World;
use crate::world::discord::Discord;
use crate::world::slack::Slack;

/// Everything that anybody could log, even where it is asked for by name.
const EVERYTHING: &str =
    "trace,hyper=trace,reqwest=trace,serenity=trace,twilight_gateway=trace,tungstenite::protocol=trace,sqlx=trace";
const WEB_KEY: &str = "web-key-of-no-use-anywhere-else";

/// Settings for both platforms.
fn settings<'a>(
    discord: (&'a str, &'a str),
    slack: (&'a str, &'a str, &'a str),
    format: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![
        ("DISCORD_TOKEN", discord.0),
        ("DISCORD_API_URL", discord.1),
        ("SLACK_BOT_TOKEN", slack.0),
        ("SLACK_APP_TOKEN", slack.1),
        ("SLACK_API_URL", slack.2),
        ("TRAPLINE_WEB_KEY", WEB_KEY),
        ("TRAPLINE_LOG", format),
        ("RUST_LOG", EVERYTHING),
    ]
}

fn holds_none_of(log: &str, secrets: &[String]) {
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(line.is_none(), "the log holds {secret}: {}", line.unwrap());
    }
}

/// The tokens, each whole and in the parts that could be logged by themselves.
fn tokens(discord: &Discord, slack: &Slack) -> Vec<String> {
    let token = discord.token();
    let last = token.rsplit('.').next().unwrap().to_owned();
    // Each interaction's own token begins so in the fake.
    vec![token, last, slack.bot_token(), slack.app_token(), WEB_KEY.to_owned(), "token-of-".to_owned()]
}

#[tokio::test]
async fn no_token_whatever_goes_wrong() {
    let world = World::live().await;
    let slack = Slack::start(world.clock.clone()).await;
    let (token, bot, app) = (world.discord.token(), slack.bot_token(), slack.app_token());
    let settings = settings((&token, world.discord.url()), (&bot, &app, slack.url()), "pretty");
    let (guild, discord) = (world.discord.guild("Study group"), &world.discord);
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));

    // Nothing works at the start.
    let at_discord = [discord.on("GET /gateway/bot").status(500), discord.on("GET /gateway/bot").garbage()];
    let at_slack = [slack.on("auth.test").status(500), slack.on("apps.connections.open").garbage()];
    let program = Program::start(&settings).await;
    discord.gateway().online().await;
    slack.socket().online().await;
    assert!(at_discord.iter().all(|fault| fault.hits() == 1) && at_slack.iter().all(|fault| fault.hits() == 1));

    // Responses to interactions, whose address is a secret, and posts fail in each way.
    admin.slash(&channel, "feed add", opts!["channel" => &channel, "reveal_after" => 72]).await;
    discord.on("POST /interactions/*/*/callback").status(500);
    admin.slash(&channel, "feed list", opts![]).await;
    discord.on("POST /interactions/*/*/callback").cut_before();
    admin.slash(&channel, "feed list", opts![]).await;
    discord.on("POST /interactions/*/*/callback").times(2).status(503);
    tokio::select! {
        _ = admin.slash(&channel, "feed list", opts![]) => {}
        () = program.logs("a response to an interaction was not taken") => {}
    }
    discord.on("POST /channels/*/messages").error(400, 50035, "Invalid Form Body");
    admin.slash(&channel, "feed post", opts![]).await;
    program.logs("a platform rejects a message").await;
    discord.on("POST /channels/*/messages").cut_after();
    admin.slash(&channel, "feed post", opts![]).await;
    channel.expect_message().await;

    holds_none_of(&program.stop().await, &tokens(discord, &slack));
}

#[tokio::test]
async fn no_token_where_it_is_refused() {
    let world = World::live().await;
    let slack = Slack::start(world.clock.clone()).await;
    let wrong = "OTk5.wrong.and-still-a-secret".to_owned();
    let (bot, app) = ("xoxb-wrong-and-still-a-secret".to_owned(), "xapp-wrong-and-still-a-secret".to_owned());
    let program = Program::start(&settings((&wrong, world.discord.url()), (&bot, &app, slack.url()), "json")).await;
    program.logs("refuses the token").await;
    program.logs("Slack refuses SLACK_BOT_TOKEN").await;
    holds_none_of(&program.stop().await, &[wrong, "and-still-a-secret".to_owned(), bot, app]);

    // Nobody is there at all.
    let nowhere = "http://127.0.0.1:9";
    let (token, bot, app) = (world.discord.token(), slack.bot_token(), slack.app_token());
    let program = Program::start(&settings((&token, nowhere), (&bot, &app, nowhere), "json")).await;
    program.logs("Discord can't be reached").await;
    program.logs("the connection to Slack is down").await;
    holds_none_of(&program.stop().await, &tokens(&world.discord, &slack));
}

#[tokio::test]
async fn no_answer_and_no_right_option() {
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
    let token = world.discord.token();
    let settings = [("DISCORD_TOKEN", &*token), ("DISCORD_API_URL", world.discord.url()), ("RUST_LOG", EVERYTHING)];
    let program = Program::start(&settings).await;
    world.discord.gateway().online().await;
    let options = opts!["channel" => &channel, "series" => "ml-system-design", "reveal_after" => 72, "thread" => false];
    admin.slash(&channel, "feed add", options).await;
    admin.slash(&channel, "feed post", opts![]).await;
    let post = channel.expect_message().await;
    let mut secrets: Vec<String> = post.buttons().iter().filter_map(|button| button.custom_id.clone()).collect();
    let label = post.buttons()[1].label.clone();
    admin.click(&post, &label).await;
    // The receipt fails: what it would have said is not logged in its place.
    world.discord.on("POST /interactions/*/*/callback").cut_after();
    admin.click(&post, &label).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    secrets.extend(["Locked in".to_owned(), "\"right\"".to_owned()]);
    let text = post.text();
    let longest = text.lines().max_by_key(|line| line.len()).unwrap();
    secrets.push(longest.to_owned());
    let log = program.stop().await;
    assert!(log.contains("sqlx"), "the log is as wide as it was asked to be");
    holds_none_of(&log, &secrets);
}

#[tokio::test]
async fn a_filter_that_can_not_be_read_is_told_of() {
    let program = Program::start(&[("RUST_LOG", "trapline=loud")]).await;
    let log = program.stop().await;
    let told = log.lines().filter(|line| line.contains("RUST_LOG")).count();
    assert!(told == 1 && log.contains("stopped"), "and what is worth knowing is logged: {log}");
}
