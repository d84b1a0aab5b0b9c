//! The campaign on Discord.

use trapline::core::ids::{Action, Platform, RoundId};

use super::{CHOICES, MEMBERS, OTHERS, SaidThere, Side, Underway, choices, of_round};
use crate::opts;
use crate::world::World;
use crate::world::discord::faults::Planned;
use crate::world::discord::interact::Pending;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::world::discord::state::State;
use crate::world::discord::view::Message;

pub(crate) struct Discord {
    world: World,
    guild: Guild,
    by_hand: Channel,
    by_clock: Channel,
    admin: Person,
    members: Vec<Person>,
}

impl Side for Discord {
    const PLATFORM: Platform = Platform::Discord;
    type State = State;
    type Member = Person;
    type Post = Message;
    type Pending = Pending;

    async fn new() -> Self {
        let world = World::live().await;
        let guild = world.discord.guild("Study group");
        let (by_hand, by_clock, admin) = (guild.text("by-hand"), guild.text("by-clock"), guild.admin("Ada"));
        let members = MEMBERS.iter().map(|name| guild.member(name)).collect();
        Self { world, guild, by_hand, by_clock, admin, members }
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn members(&self) -> &[Person] {
        &self.members
    }

    fn id(member: &Person) -> String {
        member.id.to_string()
    }

    async fn set_up(&mut self) {
        let by_hand = opts!["channel" => &self.by_hand, "series" => CHOICES, "reveal_after" => 72];
        self.admin.slash(&self.by_hand, "feed add", by_hand).await;
        let by_clock = opts!["channel" => &self.by_clock, "series" => OTHERS, "cron" => "* * * * *", "reveal_after" => 0, "thread" => false];
        self.admin.slash(&self.by_clock, "feed add", by_clock).await;
    }

    async fn online(&self) {
        self.world.discord.gateway().online().await;
    }

    async fn offline(&self) {
        self.world.discord.gateway().offline().await;
    }

    async fn order(&self, words: &str, feed: i64) -> Pending {
        self.admin.invoke(&self.by_hand, words, opts!["feed" => feed.to_string()]).await
    }

    fn next_message(&self) -> Planned {
        self.world.discord.on(&format!("POST /channels/{}/messages", self.by_hand.id))
    }

    fn open(&self) -> Vec<(RoundId, Message)> {
        let open = |message: Message| choices(actions(&message)).first().map(|(round, _)| (*round, message));
        self.by_hand.messages().into_iter().filter_map(open).collect()
    }

    fn positions(post: &Message) -> Vec<u8> {
        choices(actions(post)).into_iter().map(|(_, position)| position).collect()
    }

    async fn press(&self, member: &Person, post: &Message, action: &Action) -> Pending {
        member.press_custom_id(post, &action.encode()).await
    }

    fn said(&self) -> SaidThere {
        self.world.discord.hub.look(|state| {
            let said = state.messages.values().filter(|message| {
                let channel = state.channels.get(&message.channel);
                message.author == state.bot
                    && message.only_for.is_none()
                    && channel.is_some_and(|channel| channel.guild == Some(self.guild.id))
            });
            said.map(|message| {
                let place = (message.channel.to_string(), message.id.to_string());
                let message = Message::new(&self.world.discord.hub, message);
                (place, of_round(actions(&message), &message.text()))
            })
            .collect()
        })
    }

    fn finish(self) {
        self.world.discord.hub.change(|state| {
            for message in state.messages.values_mut() {
                message.read = true;
            }
        });
        self.world.discord.finish();
    }
}

impl Underway for Pending {
    fn told(&self) -> Option<String> {
        self.settled().map(|answer| answer.text())
    }

    async fn answered(&self) {
        drop(self.answer().await);
    }

    /// What a connection did not live to hear is lost with its session.
    fn comes_again(&self) -> bool {
        false
    }

    fn forget(self) {
        Self::forget(self);
    }
}

fn actions(message: &Message) -> impl Iterator<Item = Action> {
    message.buttons().into_iter().filter_map(|button| Action::decode(&button.custom_id?).ok())
}
