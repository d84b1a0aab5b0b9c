//! A server with a channel, an admin, members, and the program at work: where most scenarios begin.

use std::path::PathBuf;

use tempfile::TempDir;

use super::World;
use super::audit;
use super::discord::commands::Options;
use super::discord::people::{Channel, Guild, Person};
use super::discord::view::{Message, Response};
use super::program::{Program, Setup};
use super::traps::CHOICES;

/// How often the loops look at the clock until they have surely gone round.
const A_WHILE: u64 = 8;

pub struct Scene {
    pub world: World,
    pub guild: Guild,
    pub channel: Channel,
    pub admin: Person,
    folder: TempDir,
    program: Option<Program>,
}

impl Scene {
    /// Monday, 2026-03-02, 08:00 UTC.
    pub async fn set() -> Self {
        Self::at("2026-03-02T08:00:00Z").await
    }

    pub async fn at(time: &str) -> Self {
        let world = World::discord_at(time).await;
        let guild = world.discord.guild("Study group");
        let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
        let folder = TempDir::new().expect("a temporary folder");
        let mut scene = Self { world, guild, channel, admin, folder, program: None };
        scene.start().await;
        scene
    }

    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("trapline.db")
    }

    /// Starts the program and waits until it is online.
    pub async fn start(&mut self) {
        let discord = &self.world.discord;
        self.program = Some(Program::start(Setup {
            token: discord.token(),
            api_url: discord.url().to_owned(),
            database: self.database(),
            clock: self.world.clock.clone(),
        }));
        discord.gateway().online().await;
    }

    /// Ends the program in order.
    pub async fn stop(&mut self) {
        self.program.take().expect("the program runs").stop().await;
        self.world.discord.gateway().offline().await;
    }

    /// Ends the program in the middle of whatever it does.
    pub async fn kill(&mut self) {
        self.program.take().expect("the program runs").kill().await;
        self.world.discord.gateway().offline().await;
    }

    pub async fn restart(&mut self) {
        self.stop().await;
        self.start().await;
    }

    /// Adds a feed in the scene's channel; of choices, unless the options name a series.
    pub async fn feed(&self, mut options: Options) -> Response {
        options.insert(0, ("channel".to_owned(), (&self.channel).into()));
        if !options.iter().any(|(name, _)| name == "series") {
            options.push(("series".to_owned(), CHOICES.into()));
        }
        let added = self.admin.slash(&self.channel, "feed add", options).await;
        assert!(added.is_private() && added.text().contains("is set"), "{}", added.text());
        added
    }

    /// Sets the clock and lets the program notice.
    pub async fn time(&self, time: &str) {
        self.world.clock.set_to(time);
        self.settle().await;
    }

    /// Lets the program's loops go round: what is due by now is done, or never will be.
    pub async fn settle(&self) {
        self.world.clock.looked_at(A_WHILE).await;
    }

    /// Chooses the n-th option of a post.
    pub async fn answer(&self, person: &Person, post: &Message, nth: usize) -> Response {
        let response = person.click(post, &post.buttons()[nth].label).await;
        assert!(response.is_private(), "an answer is nobody else's business");
        assert_ne!(response.message().id, post.id);
        response
    }

    /// The end: the program stops in order, the database is sound, and the world has nothing to complain of.
    pub async fn finish(mut self) {
        if self.program.is_some() {
            self.stop().await;
        }
        audit::check(&self.database()).await;
        self.world.discord.finish();
    }
}

/// The points that a member was told after the reveal, from a title such as `Right: +8` or `Not this time: −4`.
///
/// # Panics
/// Where there are none.
#[must_use]
pub fn points(told: &Response) -> i64 {
    let text = told.text();
    let first = text.lines().next().unwrap_or_default();
    let number = first.rsplit(' ').next().unwrap_or_default().replace('−', "-");
    number.trim_start_matches('+').parse().unwrap_or_else(|_| panic!("no points in: {text}"))
}
