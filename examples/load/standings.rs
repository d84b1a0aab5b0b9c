//! The leaderboard over very many answers, as a member sees it: from the command to the page.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bot::{self, Bot};
use crate::database::Database;
use crate::machine::{percentile, rounded};
use crate::opts;
use crate::town::{add_feed, open_round};
use crate::world::World;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::world::discord::view::Response;
use crate::{Outcome, history, note, say};

/// Answers of each member: a hundred days.
const EACH: u64 = 100;

/// Below so many answers, what was put into the database is counted anew.
const CHECKED: u64 = 100_000;

/// Gives somebody the account of whoever stands at a rank of all time.
const TAKE_RANK: &str = "
    UPDATE accounts SET external_id = ?1 WHERE member = (
        SELECT member FROM standings WHERE period = 'all'
        ORDER BY points DESC, accuracy DESC, answers, reached_at, member LIMIT 1 OFFSET ?2)";

pub(crate) async fn measure((sizes, times): (Vec<u64>, usize)) -> Outcome<()> {
    for answers in sizes {
        note(&format!("standings over {answers} answers"));
        over(answers, times).await?;
    }
    Ok(())
}

async fn over(answers: u64, times: usize) -> Outcome<()> {
    let folder = TempDir::new()?;
    let world = World::live().await;
    let guild = world.discord.guild("Study group");
    let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
    let bot = Bot::online(&world, folder.path()).await?;
    add_feed(&world, &channel, &admin).await;
    drop(open_round(&channel, &admin).await);
    bot.stop(&world).await?;

    let mut database = Database::of(folder.path()).await?;
    let members = answers / EACH;
    history::settle(&mut database, members).await?;
    let since = Instant::now();
    let made = history::fill(&mut database, answers).await?;
    let seconds = rounded(since.elapsed().as_secs_f64(), 1);
    let bytes = database.bytes().await?;
    say(&json!({"what": "history", "answers": made, "seconds": seconds, "database_mib": bytes / (1 << 20)}));
    let askers = askers(&mut database, &guild, members).await?;
    database.close().await?;
    // Counting more takes longer than what is measured, and the same statements made them.
    if made < CHECKED {
        bot::check(folder.path()).await?;
    }

    let bot = Bot::online(&world, folder.path()).await?;
    for (who, asker) in &askers {
        for period in ["all", "week"] {
            let mut line = ask(&bot, asker, &channel, period, times).await?;
            line["what"] = "standings".into();
            line["answers"] = made.into();
            line["members"] = members.into();
            line["asked_by"] = (*who).into();
            say(&line);
        }
    }
    say(&turn_pages(&bot, &askers[0].1, &channel, times, made).await?);
    bot.stop(&world).await?;
    world.finish();
    Ok(())
}

/// The first, one in the middle and the last.
async fn askers(database: &mut Database, guild: &Guild, members: u64) -> Outcome<[(&'static str, Person); 3]> {
    let ranks = [("the first", 0), ("one in the middle", members / 2), ("the last", members.saturating_sub(1))];
    let askers = ranks.map(|(who, _)| (who, guild.member(who)));
    for ((_, rank), (_, person)) in ranks.iter().zip(&askers) {
        let id = person.id.to_string();
        let taken = sqlx::query(TAKE_RANK).bind(id).bind(i64::try_from(*rank)?).execute(&mut database.0).await?;
        if taken.rows_affected() != 1 {
            return Err(format!("nobody stands at rank {rank}").into());
        }
    }
    Ok(askers)
}

/// The first page with the asker's own line, again and again, one at a time.
async fn ask(bot: &Bot, asker: &Person, channel: &Channel, period: &str, times: usize) -> Outcome<Value> {
    let mut took = Vec::with_capacity(times);
    let cpu = bot.cpu()?;
    for _ in 0..times {
        took.push(timed(asker.slash(channel, "leaderboard", opts!["period" => period])).await?.0);
    }
    let cpu = bot.cpu()?.saturating_sub(cpu);
    let mut line = figures(took, cpu);
    line["period"] = period.into();
    line["page"] = "first".into();
    Ok(line)
}

/// The last page, which a button asks for by a number that is past the end.
async fn turn_pages(bot: &Bot, asker: &Person, channel: &Channel, times: usize, made: u64) -> Outcome<Value> {
    use trapline::core::ids::{Action, Period};

    let (_, board) = timed(asker.slash(channel, "leaderboard", opts!["period" => "all"])).await?;
    let past = Action::Leaderboard { period: Period::All, page: 1_000_000 }.encode();
    let mut took = Vec::with_capacity(times);
    let cpu = bot.cpu()?;
    for _ in 0..times {
        took.push(timed(async { asker.press_custom_id(board.message(), &past).await.answer().await }).await?.0);
    }
    let cpu = bot.cpu()?.saturating_sub(cpu);
    let mut line = figures(took, cpu);
    line["what"] = "standings".into();
    line["answers"] = made.into();
    line["period"] = "all".into();
    line["page"] = "last".into();
    Ok(line)
}

fn figures(mut took: Vec<Duration>, cpu: Duration) -> Value {
    took.sort_unstable();
    json!({
        "what": "", "asked": took.len(), "page_ms_p50": percentile(&took, 500), "page_ms_p99": percentile(&took, 990),
        "cpu_ms_per_page": rounded(cpu.as_secs_f64() * 1e3 / took.len().max(1) as f64, 2),
    })
}

async fn timed(answer: impl Future<Output = Response>) -> Outcome<(Duration, Response)> {
    let since = Instant::now();
    let answer = answer.await;
    let took = since.elapsed();
    if !answer.text().contains("Points") {
        return Err(format!("this is no leaderboard: {}", answer.text()).into());
    }
    Ok((took, answer))
}
