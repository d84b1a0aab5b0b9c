//! The reveal of a round that very many have answered.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::Bot;
use crate::database::Database;
use crate::machine::{ms, rounded};
use crate::town::{add_feed, open_round};
use crate::world::World;
use crate::world::discord::ratelimit::Limits;
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::state::State;
use crate::{Outcome, history, note, say};

/// From the moment at which it is settled when the reveal is due.
const AHEAD: TimeDelta = TimeDelta::seconds(5);
const PATIENCE: Duration = Duration::from_secs(60);

/// Every member answers the open round.
const ANSWERS: &str = "
    INSERT INTO answers (round, member, said, confidence, first_at, at)
    SELECT r.id, m.id, m.id * 2654435761 / 65536 % 3, m.id % 3, r.posted_at + m.id, r.posted_at + m.id
    FROM rounds r JOIN feeds f ON f.id = r.feed JOIN places p ON p.id = f.place JOIN members m ON m.community = p.community
    WHERE p.platform = 'discord' ORDER BY r.id, m.id";
const DUE: &str = "UPDATE rounds SET reveal_at = ? WHERE feed IN (SELECT f.id FROM feeds f JOIN places p ON p.id = f.place WHERE p.platform = 'discord')";
const OWED: &str = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')";
const JUDGED: &str = "SELECT count(*) FROM answers WHERE points IS NOT NULL";

pub(crate) async fn measure(answers: u64) -> Outcome<()> {
    note(&format!("a round with {answers} answers"));
    let folder = TempDir::new()?;
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
    let bot = Bot::online(&world, folder.path()).await?;
    add_feed(&world, &channel, &admin).await;
    let post = open_round(&channel, &admin).await;
    bot.stop(&world).await?;
    let mut database = Database::of(folder.path()).await?;
    history::settle(&mut database, answers).await?;
    let answered = sqlx::query(ANSWERS).execute(&mut database.0).await?.rows_affected();
    let bot = Bot::online(&world, folder.path()).await?;
    world.discord.rate_limits(Limits::usual());
    let mut line = watch(&world, &bot, &mut database, post.id).await?;
    line["answers"] = answered.into();
    if u64::try_from(database.number(JUDGED).await?)? != answered {
        return Err("not all answers were judged".into());
    }
    say(&line);
    database.close().await?;
    bot.stop(&world).await?;
    world.discord.hub.change(|state| state.messages.values_mut().for_each(|message| message.read = true));
    world.finish();
    Ok(())
}

/// From the time at which the reveal is due to its last message.
async fn watch(world: &World, bot: &Bot, database: &mut Database, post: Snowflake) -> Outcome<Value> {
    let due = world.clock.time() + AHEAD;
    sqlx::query(DUE).bind(due.timestamp_millis()).execute(&mut database.0).await?;
    let idle = bot.idle(1.0).await?;
    let wait = (due - world.clock.time()).to_std().unwrap_or_default();
    tokio::time::sleep(wait).await;
    let (since, cpu) = (Instant::now(), bot.cpu()?);
    let reveal = |state: &State| {
        state.messages.values().find(|message| message.id > post && message.author == state.bot).map(|_| Instant::now())
    };
    let revealed = world.discord.hub.wait_for(PATIENCE, reveal).await.ok_or("the reveal does not come")?;
    while database.number(OWED).await? > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = since.elapsed();
    let cpu = bot.cpu()?.saturating_sub(cpu).as_secs_f64() - idle * took.as_secs_f64();
    Ok(json!({
        "what": "reveal", "due_to_reveal_ms": ms(revealed - since), "due_to_last_message_ms": ms(took),
        "cpu_ms": rounded(cpu * 1e3, 0), "resident_mib_at_most": bot.memory()?.most,
    }))
}
