//! The compiled bot, as an operator runs it: with its logs and its local web channel.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use trapline::core::ids::Platform;

use crate::machine::{self, Cpu, Memory};
use crate::world::World;
use crate::world::hub::PATIENCE;
use crate::world::process::login;
use crate::{Failure, Outcome};

/// Between two looks at whether it is ready.
const LOOK: Duration = Duration::from_millis(2);

/// One and the same in all scenarios.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says which program is to be measured, before any is started.
///
/// # Errors
/// Where it is not there.
pub(crate) fn choose(program: &Path) -> Outcome<()> {
    if !program.is_file() {
        let build = if cfg!(debug_assertions) { "cargo build" } else { "cargo build --release" };
        return Err(format!("there is no {}: build it with `{build}`", program.display()).into());
    }
    // It runs in another folder.
    PROGRAM.set(program.canonicalize()?).map_err(|_| "the program was chosen before".into())
}

fn program() -> &'static Path {
    PROGRAM.get().expect("the program is chosen before anything is measured")
}

/// A running bot; it dies with this handle.
pub(crate) struct Bot {
    child: Child,
    id: String,
    /// Of the web channel, without a slash at its end.
    url: String,
    client: Client,
    log: PathBuf,
    pub(crate) started: Instant,
}

impl Bot {
    /// Starts it on Discord with its database in a folder, and waits until its web channel listens.
    pub(crate) async fn start(world: &World, folder: &Path) -> Outcome<Self> {
        let log = folder.join("log");
        let started = Instant::now();
        let mut child = Command::new(program())
            .env_clear()
            .envs(login(world, Platform::Discord))
            .env("DATABASE_URL", format!("sqlite://{}", database(folder).display()))
            .env("TRAPLINE_HTTP", "127.0.0.1:0")
            .env("TRAPLINE_LOG", "json")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()?;
        let id = child.id().ok_or("the bot has ended at once")?.to_string();
        let mut said = BufReader::new(child.stdout.take().ok_or("the bot has no output")?).lines();
        let first = tokio::time::timeout(PATIENCE, said.next_line()).await??;
        let Some(first) = first else { return Err(ended(&log)) };
        let url = first.rsplit(' ').next().unwrap_or_default().trim_end_matches('/').to_owned();
        // Nobody reads the rest, and it is less than a pipe holds.
        child.stdout = Some(said.into_inner().into_inner());
        let client = Client::builder().no_proxy().build()?;
        Ok(Self { child, id, url, client, log, started })
    }

    /// As [`Self::start`], and waits until it is on Discord.
    pub(crate) async fn online(world: &World, folder: &Path) -> Outcome<Self> {
        let bot = Self::start(world, folder).await?;
        bot.ready().await?;
        Ok(bot)
    }

    /// Leaves a database behind as every start but the first finds one: made, and with the commands registered.
    pub(crate) async fn prepare(world: &World, folder: &Path) -> Outcome<()> {
        Self::online(world, folder).await?.stop(world).await?;
        // What happens before the next start, nobody is told.
        world.discord.gateway().forget_sessions();
        Ok(())
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        Ok(self.times()?.all())
    }

    /// As [`Self::cpu`], one by one.
    pub(crate) fn times(&self) -> Outcome<Cpu> {
        machine::cpu(&self.id).map_err(|_| ended(&self.log))
    }

    pub(crate) fn memory(&self) -> Outcome<Memory> {
        machine::memory(&self.id).map_err(|_| ended(&self.log))
    }

    /// CPU time over a while in which nobody wants anything, in seconds a second.
    pub(crate) async fn idle(&self, seconds: f64) -> Outcome<f64> {
        let (since, before) = (Instant::now(), self.cpu()?);
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        let used = self.cpu()?.saturating_sub(before);
        Ok(used.as_secs_f64() / since.elapsed().as_secs_f64())
    }

    /// Waits until `/readyz` says yes.
    pub(crate) async fn ready(&self) -> Outcome<()> {
        let since = Instant::now();
        while since.elapsed() < 3 * PATIENCE {
            if self.client.get(format!("{}/readyz", self.url)).send().await?.status().is_success() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(format!("the bot does not become ready; its log is\n{}", tail(&self.log)).into())
    }

    /// The value of a metric that has no labels, or whose labels are written out.
    pub(crate) async fn metric(&self, name: &str) -> Outcome<f64> {
        let all = self.client.get(format!("{}/metrics", self.url)).send().await?.text().await?;
        let value = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.ok_or_else(|| format!("no metric {name}"))?.parse()?)
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    pub(crate) async fn stop(mut self, world: &World) -> Outcome<()> {
        let asked = Command::new("kill").args(["-TERM", &self.id]).status().await?;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        if !asked.success() || !ended.success() {
            return Err(format!("the bot did not end in order; its log is\n{}", tail(&self.log)).into());
        }
        world.discord.gateway().offline().await;
        Ok(())
    }
}

/// Has the program, which does not run otherwise, count everything anew.
///
/// # Errors
/// Where standings or streaks are not what the answers say.
pub(crate) async fn check(folder: &Path) -> Outcome<()> {
    let url = format!("sqlite://{}", database(folder).display());
    let done =
        Command::new(program()).args(["recount", "--check"]).env_clear().env("DATABASE_URL", url).output().await?;
    if !done.status.success() {
        return Err(format!("a recount finds other sums: {}", String::from_utf8_lossy(&done.stdout)).into());
    }
    Ok(())
}

/// Where a bot that is started in a folder has its database.
pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("trapline.db")
}

fn ended(log: &Path) -> Failure {
    format!("the bot has ended; its log is\n{}", tail(log)).into()
}

fn tail(log: &Path) -> String {
    let all = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = all.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}
