//! Discord: a server with a channel, an admin, members, and the program at work: where most scenarios begin.

use std::path::PathBuf;

use trapline::core::ids::Platform;

use super::World;
use super::backstage::Backstage;
use super::discord::commands::Options;
use super::discord::people::{Channel, Guild, Person};
use super::discord::view::{Message, Response};
use super::traps::CHOICES;

pub struct Scene {
    pub world: World,
    pub guild: Guild,
    pub channel: Channel,
    pub admin: Person,
    backstage: Backstage,
}

impl Scene {
    /// Monday, 2026-03-02, 08:00 UTC.
    pub async fn set() -> Self {
        Self::at("2026-03-02T08:00:00Z").await
    }

    pub async fn at(time: &str) -> Self {
        let world = World::at(time).await;
        let guild = world.discord.guild("Study group");
        let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
        let backstage = Backstage::new(&world, &[Platform::Discord]);
        let mut scene = Self { world, guild, channel, admin, backstage };
        scene.start().await;
        scene
    }

    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.backstage.database()
    }

    /// Starts the program and waits until it is online.
    pub async fn start(&mut self) {
        self.backstage.start(&self.world).await;
    }

    /// Ends the program in order.
    pub async fn stop(&mut self) {
        self.backstage.stop(&self.world).await;
    }

    /// Ends the program in the middle of whatever it does.
    pub async fn kill(&mut self) {
        self.backstage.kill(&self.world).await;
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
        self.backstage.settle().await;
    }

    /// Chooses the n-th option of a post.
    pub async fn answer(&self, person: &Person, post: &Message, nth: usize) -> Response {
        let response = person.click(post, &post.buttons()[nth].label).await;
        assert!(response.is_private(), "an answer is nobody else's business");
        assert_ne!(response.message().id, post.id);
        response
    }

    /// The end: the program stops in order, the database is sound, and the world has nothing to complain of.
    pub async fn finish(self) {
        self.backstage.finish(&self.world).await;
        self.world.finish();
    }
}
