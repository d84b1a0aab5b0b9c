//! The bot in many guilds where nothing happens: what it holds, what it does, and how soon it is there for its members.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use trapline::core::ids::{Action, RoundId};

use crate::bot::Bot;
use crate::database::Database;
use crate::due::{self, Feeds};
use crate::machine::{ms, rounded};
use crate::world::World;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::{Outcome, note, say};

/// Beside that of the feed.
const OTHER_CHANNELS: [&str; 2] = ["general", "papers"];
/// How long a bot in many guilds may take.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn measure((sizes, seconds): (Vec<usize>, f64)) -> Outcome<()> {
    for guilds in sizes {
        note(&format!("{guilds} guilds"));
        say(&with(guilds, seconds).await?);
    }
    Ok(())
}

async fn with(guilds: usize, seconds: f64) -> Outcome<Value> {
    let folder = TempDir::new()?;
    let world = World::live().await;
    Bot::prepare(&world, folder.path()).await?;
    let founded: Vec<(Guild, Channel)> = (0..guilds).map(|number| found(&world, number)).collect();
    let places = founded.iter().map(|(guild, channel)| (guild.id, channel.id)).collect();
    let mut database = Database::of(folder.path()).await?;
    due::seed(&mut database, &Feeds { places, due: due::in_minutes(24 * 60)? }).await?;
    database.close().await?;

    let (guild, channel) = &founded[0];
    let somebody = guild.member("Bob");
    world.discord.hub.change(|state| state.sessions.ready_at = None);
    let bot = Bot::start(&world, folder.path()).await?;
    let (answered, ready) =
        tokio::join!(first_answer(&world, channel, &somebody), async { bot.ready().await.map(|()| Instant::now()) });
    let (at, answered, ready) = (at_ready(&world)?, answered?, ready?);
    let at_start = bot.memory()?;
    // Whatever comes after a start is over by then.
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    let cpu = bot.idle(seconds).await?;
    let memory = bot.memory()?;
    let line = json!({
        "what": "idle", "guilds": guilds, "feeds": guilds,
        "resident_mib": memory.all, "of_it_anonymous_mib": memory.anonymous, "resident_mib_when_ready": at_start.all, "resident_mib_at_most": memory.most, "cpu_ms_per_s": rounded(cpu * 1e3, 2),
        "ready_to_first_answer_ms": ms(answered - at), "ready_to_readyz_ms": ms(ready.saturating_duration_since(at)),
        "start_to_first_answer_ms": ms(answered - bot.started), "start_to_ready_ms": ms(at - bot.started),
    });
    bot.stop(&world).await?;
    world.finish();
    Ok(line)
}

fn found(world: &World, number: usize) -> (Guild, Channel) {
    let guild = world.discord.guild(&format!("Group {number}"));
    for name in OTHER_CHANNELS {
        drop(guild.text(name));
    }
    let channel = guild.text("traps");
    (guild, channel)
}

/// When READY went out.
fn at_ready(world: &World) -> Outcome<Instant> {
    Ok(world.discord.hub.look(|state| state.sessions.ready_at).ok_or("the bot has not identified")?)
}

/// Somebody clicks as soon as READY is out, behind which the guilds still come, and hears that there is no such round.
async fn first_answer(world: &World, channel: &Channel, somebody: &Person) -> Outcome<Instant> {
    let button =
        json!({"type": 2, "style": 1, "label": "Mine", "custom_id": Action::Mine { round: RoundId(1) }.encode()});
    let post = channel.plant(&json!({"content": "a round", "components": [{"type": 1, "components": [button]}]}));
    let online = world.discord.hub.wait_for(PATIENCE, |state| state.sessions.online().then_some(())).await;
    online.ok_or("the bot does not come online")?;
    let mut heard = world.discord.first_answers();
    let sent = Instant::now();
    let click = somebody.press(&post, "Mine").await;
    let answer = tokio::time::timeout(PATIENCE, heard.recv()).await?.ok_or("nobody listens")?;
    drop(click.answer().await);
    Ok(sent + answer.after)
}
