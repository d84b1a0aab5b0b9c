//! Many feeds that are due in the same minute, against Discord's own limit of fifty requests a second.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::{Value, json};
use sqlx::Connection as _;
use tempfile::TempDir;
use trapline::core::calendar::Schedule;

use crate::bot::Bot;
use crate::database::Database;
use crate::machine::rounded;
use crate::world::World;
use crate::world::discord::ratelimit::Limits;
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::State;
use crate::{Outcome, note, say};

/// What Discord lets through in a second, of all requests of a bot.
const A_SECOND: f64 = 50.0;
/// How many times the time that it must take a run may take.
const PATIENCE: f64 = 5.0;

/// One feed in each place, a guild and a channel of it, as `/feed add` with a channel alone makes them.
pub(crate) struct Feeds {
    pub(crate) places: Vec<(Snowflake, Snowflake)>,
    pub(crate) due: DateTime<Utc>,
}

pub(crate) async fn measure((feeds, minutes): (usize, i64)) -> Outcome<()> {
    let folder = TempDir::new()?;
    let world = World::live().await;
    Bot::prepare(&world, folder.path()).await?;
    let places = (0..feeds).map(|number| {
        let guild = world.discord.guild(&format!("Group {number}"));
        let channel = guild.text("traps");
        (guild.id, channel.id)
    });
    let feeds = Feeds { places: places.collect(), due: in_minutes(minutes)? };
    let mut database = Database::of(folder.path()).await?;
    seed(&mut database, &feeds).await?;
    let bot = Bot::online(&world, folder.path()).await?;
    world.discord.rate_limits(Limits::usual());
    say(&watch(&world, &bot, &feeds).await?);
    database.close().await?;
    bot.stop(&world).await?;
    world.discord.hub.change(|state| state.messages.values_mut().for_each(|message| message.read = true));
    world.finish();
    Ok(())
}

/// From the slot to the last of the posts.
async fn watch(world: &World, bot: &Bot, feeds: &Feeds) -> Outcome<Value> {
    let count = feeds.places.len();
    note(&format!("{count} feeds wait for their minute, and then for their turn"));
    let wait = (feeds.due - now(world)).to_std().unwrap_or_default();
    tokio::time::sleep(wait).await;
    let cpu = bot.cpu()?;
    let patience = Duration::from_secs_f64(30.0 + PATIENCE * count as f64 / A_SECOND);
    let all = |state: &State| (state.messages.len() >= count).then_some(());
    world.discord.hub.wait_for(patience, all).await.ok_or("not all posts have come")?;
    let cpu = bot.cpu()?.saturating_sub(cpu);
    let (first, last, messages, requests) = world.discord.hub.look(|state| {
        let times = || state.messages.values().map(|message| message.at);
        let requests = state.requests.iter().filter(|request| request.at >= feeds.due).count();
        (times().min(), times().max(), state.messages.len(), requests)
    });
    let after = |time: Option<DateTime<Utc>>| time.map_or(f64::NAN, |time| seconds(time - feeds.due));
    Ok(json!({
        "what": "due", "feeds": count, "posts": messages, "requests": requests,
        "seconds_to_first": rounded(after(first), 2), "seconds_to_last": rounded(after(last), 2),
        "seconds_by_the_limit": rounded(count as f64 / A_SECOND, 2),
        "too_many_requests": world.discord.rate_limited(),
        "cpu_ms_per_post": rounded(cpu.as_secs_f64() * 1e3 / count as f64, 2),
    }))
}

/// On the minute, and at least so many of them away, but for some seconds.
pub(crate) fn in_minutes(minutes: i64) -> Outcome<DateTime<Utc>> {
    let soon = machine_time() + TimeDelta::minutes(minutes) + TimeDelta::seconds(15);
    Ok(soon.with_second(0).and_then(|time| time.with_nanosecond(0)).ok_or("no such time")?)
}

/// Puts them into the database of a bot that does not run.
pub(crate) async fn seed(database: &mut Database, feeds: &Feeds) -> Outcome<()> {
    let time = feeds.due.format("%H:%M").to_string();
    let rule = Schedule::parse(Some(&time), None, None, "UTC").map_err(|_| "no such time of day")?.stored();
    let since = (machine_time().min(feeds.due) - TimeDelta::minutes(1)).timestamp_millis();
    let mut tx = database.0.begin().await?;
    for (guild, channel) in &feeds.places {
        let community =
            sqlx::query("INSERT INTO communities (zone, zone_assumed) VALUES ('UTC', 1)").execute(&mut *tx).await?;
        let place = sqlx::query("INSERT INTO places (platform, external_id, community) VALUES ('discord', ?, ?)")
            .bind(guild.to_string())
            .bind(community.last_insert_rowid())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO feeds (place, number, channel, rule, zone, sequence, reveal_hours, thread, catch_up, state, since, next_at,
                created_at)
             VALUES (?, 1, ?, ?, 'UTC', 'mixed', 8, 1, 21600000, 'active', ?, ?, ?)",
        )
        .bind(place.last_insert_rowid())
        .bind(channel.to_string())
        .bind(&rule)
        .bind(since)
        .bind(feeds.due.timestamp_millis())
        .bind(since)
        .execute(&mut *tx)
        .await?;
    }
    Ok(tx.commit().await?)
}

fn now(world: &World) -> DateTime<Utc> {
    world.clock.time()
}

#[expect(clippy::disallowed_methods, reason = "the bot reads the machine's clock; so must its world")]
fn machine_time() -> DateTime<Utc> {
    Utc::now()
}

fn seconds(span: TimeDelta) -> f64 {
    span.as_seconds_f64()
}
