//! The program under test, its database, and how it is started, stopped and killed in a scenario.

use std::path::PathBuf;

use tempfile::TempDir;
use trapline::core::ids::Platform;

use super::World;
use super::audit;
use super::program::{DiscordLogin, Program, Setup, SlackLogin};

/// How often the loops look at the clock until they have surely gone round.
const A_WHILE: u64 = 8;

pub struct Backstage {
    setup: Setup,
    program: Option<Program>,
    /// Goes with the database in it when the scenario ends.
    _folder: TempDir,
}

impl Backstage {
    /// A program that is to speak on these platforms. It does not run yet.
    ///
    /// # Panics
    /// Where there is no room for a temporary folder.
    #[must_use]
    pub fn new(world: &World, platforms: &[Platform]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let (discord, slack) = (&world.discord, &world.slack);
        let setup = Setup {
            discord: platforms
                .contains(&Platform::Discord)
                .then(|| DiscordLogin { token: discord.token(), api_url: discord.url().to_owned() }),
            slack: platforms.contains(&Platform::Slack).then(|| SlackLogin {
                bot_token: slack.bot_token(),
                app_token: slack.app_token(),
                api_url: slack.url().to_owned(),
            }),
            database: folder.path().join("trapline.db"),
            clock: world.clock.clone(),
        };
        Self { setup, program: None, _folder: folder }
    }

    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.setup.database.clone()
    }

    /// Starts the program and waits until it is online everywhere.
    pub async fn start(&mut self, world: &World) {
        self.launch();
        if self.setup.discord.is_some() {
            world.discord.gateway().online().await;
        }
        if self.setup.slack.is_some() {
            world.slack.socket().online().await;
        }
    }

    /// Starts the program and waits for nothing.
    pub fn launch(&mut self) {
        self.program = Some(Program::start(self.setup.clone()));
    }

    /// Ends the program in order.
    ///
    /// # Panics
    /// Where it does not run.
    pub async fn stop(&mut self, world: &World) {
        self.program.take().expect("the program runs").stop().await;
        Self::gone(world).await;
    }

    /// Ends the program in the middle of whatever it does.
    ///
    /// # Panics
    /// Where it does not run.
    pub async fn kill(&mut self, world: &World) {
        self.program.take().expect("the program runs").kill().await;
        Self::gone(world).await;
    }

    async fn gone(world: &World) {
        world.discord.gateway().offline().await;
        world.slack.socket().offline().await;
    }

    /// Lets the program's loops go round: what is due by now is done, or never will be.
    pub async fn settle(&self) {
        self.setup.clock.looked_at(A_WHILE).await;
    }

    /// The end: the program stops in order, and the database is sound.
    pub async fn finish(mut self, world: &World) {
        if self.program.is_some() {
            self.stop(world).await;
        }
        audit::check(&self.database()).await;
    }
}
