//! What the campaign does on a platform, here Discord. Another platform offers the same: feeds to set up, rounds to post and reveal,
//! answers to give without waiting, and a list of what the bot has left in its channels.

use std::collections::BTreeMap;

use trapline::core::ids::{Action, Confidence, RoundId};

use crate::ledger::Act;
use crate::opts;
use crate::world::World;
use crate::world::discord::faults::{Fault, Planned};
use crate::world::discord::interact::Pending;
use crate::world::discord::people::{Channel, Guild, Person};
use crate::world::discord::snowflake::Snowflake;
use crate::world::discord::view::Message;

/// Two series of the built-in bank, so that neither feed takes the other's traps; in the first, every trap has options to choose from.
const CHOICES: &str = "ml-system-design";
const OTHERS: &str = "deep-learning";
const MEMBERS: [&str; 8] = ["Ann", "Ben", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"];

pub(crate) struct Side {
    pub(crate) world: World,
    guild: Guild,
    /// Rounds are posted and revealed by hand here.
    by_hand: Channel,
    /// A round a minute, each revealed by the next.
    by_clock: Channel,
    admin: Person,
    pub(crate) members: Vec<Person>,
}

/// An answer under way.
pub(crate) struct Answering {
    pub(crate) member: Snowflake,
    pub(crate) round: RoundId,
    pub(crate) act: Act,
    pub(crate) pending: Pending,
}

/// How an answer came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Receipt,
    /// The round was over, or nothing was saved.
    Refusal,
    Nothing,
}

/// A message of a round, and whether it is its reveal.
pub(crate) type OfRound = (RoundId, bool);

impl Side {
    pub(crate) async fn new() -> Self {
        let world = World::live().await;
        let guild = world.discord.guild("Study group");
        let (by_hand, by_clock, admin) = (guild.text("by-hand"), guild.text("by-clock"), guild.admin("Ada"));
        let members = MEMBERS.iter().map(|name| guild.member(name)).collect();
        Self { world, guild, by_hand, by_clock, admin, members }
    }

    pub(crate) async fn set_up(&self) {
        let by_hand = opts!["channel" => &self.by_hand, "series" => CHOICES, "reveal_after" => 72];
        self.admin.slash(&self.by_hand, "feed add", by_hand).await;
        let by_clock = opts!["channel" => &self.by_clock, "series" => OTHERS, "cron" => "* * * * *", "reveal_after" => 0, "thread" => false];
        self.admin.slash(&self.by_clock, "feed add", by_clock).await;
    }

    /// Posts or reveals, by hand or what the clock began, without waiting.
    pub(crate) async fn order(&self, words: &str, feed: i64) -> Pending {
        self.admin.invoke(&self.by_hand, words, opts!["feed" => feed.to_string()]).await
    }

    pub(crate) async fn ordered(&self, words: &str, feed: i64) {
        drop(self.order(words, feed).await.answer().await);
    }

    /// A fault that meets the next message to the channel where rounds are posted by hand.
    pub(crate) fn next_message(&self, fault: impl FnOnce(Planned) -> Fault) -> Fault {
        fault(self.world.discord.on(&format!("POST /channels/{}/messages", self.by_hand.id)))
    }

    /// The posts by hand that can be answered, oldest first.
    pub(crate) fn open(&self) -> Vec<(RoundId, Message)> {
        let open = |message: Message| choices(&message).first().map(|(round, _)| (*round, message));
        self.by_hand.messages().into_iter().filter_map(open).collect()
    }

    /// Presses a button of a post and does not wait.
    pub(crate) async fn answer(&self, member: &Person, (round, post): &(RoundId, Message), nth: usize) -> Answering {
        let all = choices(post);
        let position = all[nth % all.len()].1;
        let act = Action::Answer { round: *round, position };
        let pending = member.press_custom_id(post, &act.encode()).await;
        Answering { member: member.id, round: *round, act: Act::Choose(position), pending }
    }

    /// Presses a button that every receipt has.
    pub(crate) async fn be_sure(
        &self,
        member: &Person,
        (round, post): &(RoundId, Message),
        confidence: Confidence,
    ) -> Answering {
        let act = Action::Confidence { round: *round, confidence };
        let pending = member.press_custom_id(post, &act.encode()).await;
        Answering { member: member.id, round: *round, act: Act::BeSure(confidence), pending }
    }

    pub(crate) fn heard(answering: &Answering) -> Heard {
        match answering.pending.settled() {
            None => Heard::Nothing,
            Some(answer) if answer.text().contains("Locked in") => Heard::Receipt,
            Some(_) => Heard::Refusal,
        }
    }

    /// All that the bot has said in channels and threads: where, which message, and what it is of.
    pub(crate) fn said(&self) -> BTreeMap<(String, String), Option<OfRound>> {
        self.world.discord.hub.look(|state| {
            let said = state.messages.values().filter(|message| {
                let channel = state.channels.get(&message.channel);
                message.author == state.bot
                    && message.only_for.is_none()
                    && channel.is_some_and(|channel| channel.guild == Some(self.guild.id))
            });
            said.map(|message| {
                let place = (message.channel.to_string(), message.id.to_string());
                (place, of_round(&Message::new(&self.world.discord.hub, message)))
            })
            .collect()
        })
    }

    /// The end: whatever was said has been looked at by now.
    pub(crate) fn finish(self) {
        self.world.discord.hub.change(|state| {
            for message in state.messages.values_mut() {
                message.read = true;
            }
        });
        self.world.discord.finish();
    }
}

fn actions(message: &Message) -> impl Iterator<Item = Action> {
    message.buttons().into_iter().filter_map(|button| Action::decode(&button.custom_id?).ok())
}

/// The options of an open post: its round, and the position of each.
fn choices(message: &Message) -> Vec<(RoundId, u8)> {
    let choice = |action| match action {
        Action::Answer { round, position } => Some((round, position)),
        _ => None,
    };
    actions(message).filter_map(choice).collect()
}

fn of_round(message: &Message) -> Option<OfRound> {
    let round = actions(message).find_map(|action| match action {
        Action::Mine { round } | Action::Answer { round, .. } | Action::AnswerNumber { round } => Some(round),
        _ => None,
    })?;
    Some((round, message.text().starts_with("Reveal:")))
}
