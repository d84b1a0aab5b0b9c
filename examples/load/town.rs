//! Guilds with members and open rounds, and every pair of a member and a round once.

use std::sync::Arc;

use chrono::TimeDelta;
use trapline::core::ids::Action;

use crate::opts;
use crate::world::World;
use crate::world::discord::Hub;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::world::discord::view::Message;
use crate::{Failure, Outcome};

/// All traps of this series are answered by a click.
const CHOICES: &str = "ml-system-design";

/// A feed whose rounds are opened by hand and stay open for three days: its time of day is half a day away, so that no post by schedule
/// comes while something is measured.
pub(crate) async fn add_feed(world: &World, channel: &Channel, admin: &Person) {
    let time = (world.clock.time() + TimeDelta::hours(12)).format("%H:%M").to_string();
    let feed = opts!["channel" => channel, "time" => time, "series" => CHOICES, "reveal_after" => 72];
    admin.slash(channel, "feed add", feed).await;
}

/// Opens a round by hand: its post.
pub(crate) async fn open_round(channel: &Channel, admin: &Person) -> Message {
    admin.slash(channel, "feed post", opts![]).await;
    channel.expect_message().await
}

pub(crate) struct Town {
    quarters: Vec<Quarter>,
    hub: Arc<Hub>,
}

struct Quarter {
    channel: Channel,
    admin: Person,
    members: Vec<Person>,
    posts: Vec<Post>,
}

struct Post {
    message: Message,
    /// The buttons that answer.
    options: Vec<String>,
}

impl Town {
    /// Guilds with so many members each.
    pub(crate) fn found(world: &World, guilds: usize, members: usize) -> Self {
        let quarters =
            (0..guilds).map(|number| Quarter::found(&world.discord.guild(&format!("Group {number}")), members));
        Self { quarters: quarters.collect(), hub: world.discord.hub.clone() }
    }

    /// Opens so many rounds in each guild, for three days.
    pub(crate) async fn open(&mut self, world: &World, rounds: usize) -> Outcome<()> {
        for quarter in &mut self.quarters {
            quarter.open(world, rounds).await?;
        }
        // Somebody has seen them.
        self.hub.change(|state| state.messages.values_mut().for_each(|message| message.read = true));
        Ok(())
    }

    /// How many pairs there are.
    pub(crate) fn pairs(&self) -> usize {
        self.quarters.iter().map(|quarter| quarter.members.len() * quarter.posts.len()).sum()
    }

    /// How many pairs have the first of the rounds.
    pub(crate) fn members(&self) -> usize {
        self.quarters.iter().map(|quarter| quarter.members.len()).sum()
    }

    /// The member of the n-th pair chooses an option, and does not wait. Neighbours are of different guilds; all members answer one
    /// round before anybody answers the next.
    pub(crate) async fn click(&self, nth: usize) {
        let quarter = &self.quarters[nth % self.quarters.len()];
        let nth = nth / self.quarters.len();
        let member = &quarter.members[nth % quarter.members.len()];
        let post = &quarter.posts[nth / quarter.members.len() % quarter.posts.len()];
        // Some option, and not always the same.
        let option = &post.options[nth.wrapping_mul(2_654_435_761) / 65_536 % post.options.len()];
        // Whoever listens hears of the answer.
        drop(member.press_custom_id(&post.message, option).await);
    }
}

impl Quarter {
    fn found(guild: &Guild, members: usize) -> Self {
        let (channel, admin) = (guild.text("traps"), guild.admin("Ada"));
        let members = (0..members).map(|number| guild.member(&format!("Member {number}"))).collect();
        Self { channel, admin, members, posts: Vec::new() }
    }

    async fn open(&mut self, world: &World, rounds: usize) -> Outcome<()> {
        add_feed(world, &self.channel, &self.admin).await;
        for _ in 0..rounds {
            self.posts.push(Post::of(open_round(&self.channel, &self.admin).await)?);
        }
        Ok(())
    }
}

impl Post {
    fn of(message: Message) -> Outcome<Self> {
        let ids = message.buttons().into_iter().filter_map(|button| button.custom_id);
        let options: Vec<String> = ids.filter(|id| matches!(Action::decode(id), Ok(Action::Answer { .. }))).collect();
        if options.is_empty() {
            return Err(Failure::from(format!("no option to click in: {}", message.text())));
        }
        Ok(Self { message, options })
    }
}
