//! The compiled program, as an operator runs it.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};

use trapline::core::ids::Platform;

use super::World;
use super::hub::PATIENCE;

/// A running `trapline`; it dies with this handle.
pub struct Process {
    child: Child,
    id: u32,
}

impl Process {
    /// Starts it against the fake platform, with its database at this path.
    ///
    /// # Panics
    /// Where it can't be started.
    #[must_use]
    pub fn start(world: &World, platform: Platform, database: &Path) -> Self {
        // A write beyond the limit of `limit_files` is to fail, not to end the program.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$0\""])
            .arg(program())
            .env_clear()
            .envs(login(world, platform))
            .env("DATABASE_URL", format!("sqlite://{}", database.display()))
            .env("TRAPLINE_HTTP", "off")
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let child = command.spawn().expect("the program starts");
        let id = child.id().expect("it has just been started");
        Self { child, id }
    }

    /// From now on none of its files may be written beyond this many bytes; none: as before.
    ///
    /// # Panics
    /// Where the limit can't be set.
    pub async fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        // The soft limit alone, so that it can be lifted again.
        let set = Command::new("prlimit").args(["--pid", &self.id.to_string(), &format!("--fsize={limit}:")]).status();
        assert!(set.await.is_ok_and(|status| status.success()), "the limit of files is {limit}");
    }

    /// Kills it as a power cut does.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("a child can be killed");
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// Where it does not.
    pub async fn stop(mut self) -> ExitStatus {
        let asked = Command::new("kill").arg("-TERM").arg(self.id.to_string()).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "the program is still there to be asked");
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("the program ends when it is asked to").expect("its status can be read")
    }
}

/// The compiled program: where cargo says it is, which it says to tests alone, or else in the folder above one's own.
#[must_use]
pub fn program() -> PathBuf {
    let beside = || {
        let own = std::env::current_exe().ok()?;
        Some(own.parent()?.parent()?.join("trapline"))
    };
    option_env!("CARGO_BIN_EXE_trapline").map(PathBuf::from).or_else(beside).unwrap_or_default()
}

/// What the environment says of the platform.
#[must_use]
pub fn login(world: &World, platform: Platform) -> Vec<(&'static str, String)> {
    let World { discord, slack, .. } = world;
    match platform {
        Platform::Slack => vec![
            ("SLACK_BOT_TOKEN", slack.bot_token()),
            ("SLACK_APP_TOKEN", slack.app_token()),
            ("SLACK_API_URL", slack.url().to_owned()),
        ],
        _ => vec![("DISCORD_TOKEN", discord.token()), ("DISCORD_API_URL", discord.url().to_owned())],
    }
}
