//! What the campaign does on a platform, and what it asks of one: feeds to set up, rounds to post and reveal, answers to give
//! without waiting, and a list of what the bot has left in its channels.

pub(crate) mod discord;
pub(crate) mod slack;

use std::collections::BTreeMap;

use trapline::core::ids::{Action, Confidence, Platform, RoundId};

use crate::ledger::Act;
use crate::world::World;
use crate::world::faults::Planned;
use crate::world::hub::Simulated;

/// Two series of the built-in bank, so that neither feed takes the other's traps; in the first, every trap has options to choose from.
const CHOICES: &str = "ml-system-design";
const OTHERS: &str = "deep-learning";
const MEMBERS: [&str; 8] = ["Ann", "Ben", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"];

/// A message of a round, and whether it is its reveal.
pub(crate) type OfRound = (RoundId, bool);

/// All that the bot has said: where and which message, as the outbox names them, and what it is of.
pub(crate) type SaidThere = BTreeMap<(String, String), Option<OfRound>>;

/// One platform with two channels: rounds are posted and revealed by hand in one; the other has a round a minute, each revealed by
/// the next.
pub(crate) trait Side: Sized {
    const PLATFORM: Platform;
    type State: Simulated;
    type Member: Clone;
    type Post;
    type Pending: Underway;

    async fn new() -> Self;
    fn world(&self) -> &World;
    fn members(&self) -> &[Self::Member];
    /// As the database has it.
    fn id(member: &Self::Member) -> String;

    async fn set_up(&mut self);
    async fn online(&self);
    async fn offline(&self);
    /// Posts or reveals, by hand or what the clock began, without waiting.
    async fn order(&self, words: &str, feed: i64) -> Self::Pending;
    /// A fault in the making for the next message to the channel where rounds are posted by hand.
    fn next_message(&self) -> Planned<Self::State>;
    /// The posts by hand that can be answered, oldest first.
    fn open(&self) -> Vec<(RoundId, Self::Post)>;
    /// The positions that a post offers.
    fn positions(post: &Self::Post) -> Vec<u8>;
    /// Presses a button that the post or a receipt of its has, and does not wait.
    async fn press(&self, member: &Self::Member, post: &Self::Post, action: &Action) -> Self::Pending;
    fn said(&self) -> SaidThere;
    /// The end: whatever was said has been looked at by now.
    fn finish(self);

    async fn ordered(&self, words: &str, feed: i64) {
        self.order(words, feed).await.answered().await;
    }

    /// Chooses an option of a post and does not wait.
    async fn answer(
        &self,
        member: &Self::Member,
        (round, post): &(RoundId, Self::Post),
        nth: usize,
    ) -> Answering<Self::Pending> {
        let all = Self::positions(post);
        let position = all[nth % all.len()];
        let pending = self.press(member, post, &Action::Answer { round: *round, position }).await;
        Answering { member: Self::id(member), round: *round, act: Act::Choose(position), again: false, pending }
    }

    /// Presses a button that every receipt has.
    async fn be_sure(
        &self,
        member: &Self::Member,
        (round, post): &(RoundId, Self::Post),
        confidence: Confidence,
    ) -> Answering<Self::Pending> {
        let pending = self.press(member, post, &Action::Confidence { round: *round, confidence }).await;
        Answering { member: Self::id(member), round: *round, act: Act::BeSure(confidence), again: false, pending }
    }
}

/// Something that somebody did, under way.
pub(crate) trait Underway {
    /// What they have been told, if anything yet.
    fn told(&self) -> Option<String>;
    async fn answered(&self);
    /// The program that died had not even acknowledged it, so the platform gives it to the next.
    fn comes_again(&self) -> bool;
    /// Nobody waits for an answer any more.
    fn forget(self);
}

/// An answer under way.
pub(crate) struct Answering<P> {
    pub(crate) member: String,
    pub(crate) round: RoundId,
    pub(crate) act: Act,
    /// A program died that may have done it, and the next one was given it again.
    pub(crate) again: bool,
    pub(crate) pending: P,
}

/// How an answer came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Receipt,
    /// The round was over, or nothing was saved.
    Refusal,
    Nothing,
}

impl<P: Underway> Answering<P> {
    pub(crate) fn heard(&self) -> Heard {
        match self.pending.told() {
            None => Heard::Nothing,
            Some(told) if told.contains("Locked in") => Heard::Receipt,
            Some(_) => Heard::Refusal,
        }
    }
}

/// The options of an open post: its round, and the position of each.
fn choices(actions: impl Iterator<Item = Action>) -> Vec<(RoundId, u8)> {
    let choice = |action| match action {
        Action::Answer { round, position } => Some((round, position)),
        _ => None,
    };
    actions.filter_map(choice).collect()
}

fn of_round(mut actions: impl Iterator<Item = Action>, text: &str) -> Option<OfRound> {
    let round = actions.find_map(|action| match action {
        Action::Mine { round } | Action::Answer { round, .. } | Action::AnswerNumber { round } => Some(round),
        _ => None,
    })?;
    Some((round, text.starts_with("Reveal:")))
}
