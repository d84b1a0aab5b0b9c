//! Answers: what each costs, how long its receipt takes, and whether either depends on how many there are.

use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::Bot;
use crate::clicks::{self, Clicked};
use crate::database::Database;
use crate::machine::{self, percentile, rounded};
use crate::options::Crowd;
use crate::town::Town;
use crate::world::World;
use crate::world::discord::ratelimit::Limits;
use crate::{Outcome, history, note, say};

/// Clicks under way at once while the bot warms up.
const WARMING: usize = 32;

/// Answers to rounds that are open.
const OPEN: &str = "SELECT count(*) FROM answers WHERE points IS NULL";

pub(crate) async fn measure(crowd: Crowd) -> Outcome<()> {
    let folder = TempDir::new()?;
    let world = World::live().await;
    let wanted = 2 * (crowd.offered + crowd.saturating);
    let mut town = Town::found(&world, crowd.guilds, wanted.div_ceil(crowd.guilds * (crowd.rounds - 1)));
    let mut bot = Bot::online(&world, folder.path()).await?;
    town.open(&world, crowd.rounds).await?;
    world.discord.rate_limits(Limits::usual());
    let mut database = Database::of(folder.path()).await?;
    note("members come to be known");
    // In their first round members come to be known.
    clicks::press_on(&world, &town, 0, town.members(), WARMING).await;
    let mut first = None;
    let mut next = town.members();
    let second = (crowd.history > 0).then_some(true);
    for filled in std::iter::once(false).chain(second) {
        if filled {
            bot.stop(&world).await?;
            note("answers of the past are put in");
            let since = Instant::now();
            let made = history::fill(&mut database, crowd.history).await?;
            say(&json!({"what": "history", "answers": made, "seconds": rounded(since.elapsed().as_secs_f64(), 1)}));
            bot = Bot::online(&world, folder.path()).await?;
            clicks::press_on(&world, &town, 0, town.members().min(2_000), WARMING).await;
        }
        let before = database.answers().await?;
        note("nobody answers");
        let idle = bot.idle(crowd.idle_seconds).await?;
        let scene = Scene { world: &world, town: &town, bot: &bot, crowd, idle };
        let (us, mut offered) = scene.offered(&mut database, next).await?;
        next += crowd.offered;
        offered["answers_before"] = before.into();
        match first {
            None => first = Some(us),
            Some(first) => offered["cpu_per_answer_to_that_on_a_new_database"] = rounded(us / first, 3).into(),
        }
        say(&offered);
        let before = database.answers().await?;
        let mut saturated = scene.saturated(&mut database, next).await?;
        next += crowd.saturating;
        saturated["answers_before"] = before.into();
        say(&saturated);
    }
    assert!(next <= town.pairs(), "every click of a measurement is the first of its member in its round");
    database.close().await?;
    bot.stop(&world).await?;
    world.finish();
    Ok(())
}

struct Scene<'a> {
    world: &'a World,
    town: &'a Town,
    bot: &'a Bot,
    crowd: Crowd,
    /// CPU seconds a second without answers.
    idle: f64,
}

impl Scene<'_> {
    /// At a rate. Returns CPU microseconds an answer too.
    async fn offered(&self, database: &mut Database, from: usize) -> Outcome<(f64, Value)> {
        let Crowd { offered, rate, .. } = self.crowd;
        note("answers are offered");
        let clicks = clicks::offer(self.world, self.town, from, offered, rate);
        let (us, mut line, clicked) = self.watch(database, clicks).await?;
        line["what"] = "answers".into();
        line["offered_per_s"] = rate.into();
        line["click_late_ms_p99"] = percentile(&clicked.late, 990).into();
        Ok((us, line))
    }

    /// As fast as they are taken.
    async fn saturated(&self, database: &mut Database, from: usize) -> Outcome<Value> {
        let Crowd { saturating, in_flight, .. } = self.crowd;
        note("as many answers as it takes");
        let clicks = clicks::press_on(self.world, self.town, from, saturating, in_flight);
        let (_, mut line, _) = self.watch(database, clicks).await?;
        line["what"] = "saturation".into();
        line["in_flight"] = in_flight.into();
        Ok(line)
    }

    /// What the bot, this process and the database have to do with some clicks.
    async fn watch(
        &self,
        database: &mut Database,
        clicks: impl Future<Output = Clicked>,
    ) -> Outcome<(f64, Value, Clicked)> {
        let stored = database.number(OPEN).await?;
        let bytes = database.bytes().await?;
        let (writes, batched) = self.writes().await?;
        let (cpu, own) = (self.bot.times()?, machine::cpu("self")?);
        let clicked = clicks.await;
        let (cpu, own) = (self.bot.times()?.since(cpu), machine::cpu("self")?.since(own));
        let (writes_after, batched_after) = self.writes().await?;
        let new = database.number(OPEN).await? - stored;
        if usize::try_from(new)? < clicked.count {
            return Err(format!("{new} answers were stored of {} that have a receipt", clicked.count).into());
        }
        let (count, took) = (clicked.count as f64, clicked.took.as_secs_f64());
        let us = (cpu.all().as_secs_f64() - self.idle * took) / count * 1e6;
        let line = json!({
            "what": "", "answers": clicked.count, "guilds": self.crowd.guilds, "members": self.town.members(),
            "unanswered": clicked.unanswered, "seconds": rounded(took, 2), "answers_per_s": rounded(count / took, 1),
            "cpu_us_per_answer": rounded(us, 1),
            "of_it_system_us": rounded(cpu.system.as_secs_f64() / count * 1e6, 1), "idle_cpu_ms_per_s": rounded(self.idle * 1e3, 2),
            "receipt_ms_p50": percentile(&clicked.answered_after, 500),
            "receipt_ms_p99": percentile(&clicked.answered_after, 990),
            "receipt_ms_p99_9": percentile(&clicked.answered_after, 999),
            "answers_per_write": rounded((batched_after - batched) / (writes_after - writes), 2),
            "database_bytes_per_answer": rounded((database.bytes().await? - bytes) as f64 / count, 1),
            "edits_of_posts": clicked.edits,
            "bot_cores": rounded(cpu.all().as_secs_f64() / took, 3),
            "load_cores": rounded(own.all().as_secs_f64() / took, 3),
            "resident_mib": self.bot.memory()?.all,
        });
        Ok((us, line, clicked))
    }

    /// Transactions that share a commit so far, and the answers in them.
    async fn writes(&self) -> Outcome<(f64, f64)> {
        let (count, sum) = ("trapline_write_batch_size_count", "trapline_write_batch_size_sum");
        Ok((self.bot.metric(count).await?, self.bot.metric(sum).await?))
    }
}
