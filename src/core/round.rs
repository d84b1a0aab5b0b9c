//! A round: open, then revealed. Judges an answer, or refuses it with a reason.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::ids::{Confidence, FeedId, RoundId};
use super::number::as_shown;
use super::refusal::Refusal;
use super::trap::{Kind, Role, Trap};

mod number;
mod tally;
#[cfg(test)]
mod tests;

pub use number::{parse_in, parse_number};
pub use tally::verdict;

/// One trap posted in one slot.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    pub id: RoundId,
    pub feed: FeedId,
    /// As it was when it was posted: a later version of the bank changes nothing about it.
    pub trap: Trap,
    /// Which option stands at each shown position: `order[position]` is an index into the trap's options.
    pub order: Vec<usize>,
    /// Posted noticeably after its slot.
    pub late: bool,
    /// Outside the schedule (`/feed post`): it pays points and leaves streaks alone.
    pub extra: bool,
    pub posted_at: DateTime<Utc>,
    /// None: with the feed's next post.
    pub reveal_at: Option<DateTime<Utc>>,
    pub revealed_at: Option<DateTime<Utc>>,
    /// The feed's time zone.
    pub zone: Tz,
}

/// What a member says, as it reaches the rules.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// The option at a shown position, 0 = A.
    Position(u8),
    /// What was typed into the modal.
    Typed(String),
}

/// What is kept of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// An index into the trap's options (not a shown position).
    Option(usize),
    Value(f64),
}

/// A member's answer in a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    pub said: Said,
    pub confidence: Confidence,
}

/// How an answer turned out.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub role: Verdicted,
    /// The misconception behind a wrong answer, where one is known.
    pub mistake: Option<String>,
    pub points: i32,
}

/// What an answer hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdicted {
    Right,
    Bait,
    /// A wrong option, or a known wrong value.
    Wrong,
    /// A number that no known mistake leads to.
    Astray,
}

/// The private answer to a click.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub round: RoundId,
    pub headline: String,
    pub said: Shown,
    pub confidence: Confidence,
    /// What it replaced, if the option changed.
    pub before: Option<Shown>,
    pub reveal_at: Option<DateTime<Utc>>,
    pub zone: Tz,
}

/// What a member said, as people see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    Option { letter: char, text: String },
    Value { value: f64, unit: String },
}

/// A member's own round, once revealed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub round: RoundId,
    pub title: String,
    pub said: Option<(Shown, Confidence, Verdict)>,
    /// The right answer.
    pub right: Shown,
    /// Why what they said tempts and fails, or why it is right.
    pub why: Option<String>,
    pub streak: super::score::Streak,
}

/// How the answers of a round fell out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// By option index, or for a number trap: right, each known mistake in order, everything else.
    pub counts: Vec<Count>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    pub answers: u32,
    /// Of those, how many said *sure* or *certain*.
    pub confident: u32,
}

/// All that a reveal says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reveal {
    pub round: Round,
    pub tally: Tally,
    /// Who gained most, best first: name as typed (not escaped) and points.
    pub gains: Vec<(String, i32)>,
}

/// An open or revealed round, with what one member said there.
#[derive(Debug, Clone, PartialEq)]
pub struct Mine {
    pub round: Round,
    pub answered: u32,
    pub said: Option<(Shown, Confidence)>,
    /// The feed's channel, the platform's id.
    pub channel: String,
    /// The post's message id, once sent: what a jump link needs.
    pub message: Option<String>,
}

/// The letter of a shown position: 0 is A.
#[must_use]
pub fn letter(position: usize) -> char {
    char::from(b'A' + u8::try_from(position.min(25)).unwrap_or(25))
}

impl Round {
    /// The instant from which answers no longer count, if it is known.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.revealed_at.is_some() || self.reveal_at.is_some_and(|at| now >= at)
    }

    /// Where the option with this index is shown.
    #[must_use]
    pub fn position_of(&self, option: usize) -> usize {
        self.order.iter().position(|&o| o == option).unwrap_or(option)
    }

    /// What was said, as people see it.
    #[must_use]
    pub fn show(&self, said: Said) -> Shown {
        show(&self.trap, &self.order, said)
    }

    /// The right answer, as people see it.
    #[must_use]
    pub fn right(&self) -> Shown {
        right(&self.trap, &self.order)
    }
}

/// What was said about a trap whose options stand in this order, as people see it.
#[must_use]
pub fn show(trap: &Trap, order: &[usize], said: Said) -> Shown {
    let position = |option: usize| order.iter().position(|&o| o == option).unwrap_or(option);
    match (said, &trap.kind) {
        (Said::Option(index), Kind::Choice { options }) => Shown::Option {
            letter: letter(position(index)),
            text: options.get(index).map_or_else(String::new, |o| o.text.clone()),
        },
        (Said::Value(value), Kind::Number(number)) => Shown::Value { value, unit: number.unit.clone() },
        // An answer is stored by the kind of its own round's frozen trap, so these two can't be reached.
        (Said::Option(index), Kind::Number(_)) => Shown::Option { letter: letter(index), text: String::new() },
        (Said::Value(value), Kind::Choice { .. }) => Shown::Value { value, unit: String::new() },
    }
}

/// The right answer to a trap whose options stand in this order, as people see it.
#[must_use]
pub fn right(trap: &Trap, order: &[usize]) -> Shown {
    match &trap.kind {
        Kind::Choice { options } => {
            show(trap, order, Said::Option(options.iter().position(|o| o.role == Role::Right).unwrap_or(0)))
        }
        Kind::Number(number) => show(trap, order, Said::Value(as_shown(number.value))),
    }
}

/// Why what was said is right, or tempts and fails; none for a number that no known mistake leads to.
#[must_use]
pub fn why(trap: &Trap, said: Said) -> Option<&str> {
    match (&trap.kind, said) {
        (Kind::Choice { options }, Said::Option(index)) => options.get(index).map(|option| option.why.as_str()),
        (Kind::Number(number), Said::Value(value)) if number.accepts(value) => Some(&number.why),
        (Kind::Number(number), Said::Value(value)) => {
            number.mistake_of(value).map(|index| number.mistakes[index].why.as_str())
        }
        _ => None,
    }
}

/// Takes an answer, or says why not. A changed answer keeps the confidence it had; a first one is a guess.
///
/// # Errors
/// [`Refusal::RoundOver`], [`Refusal::OptionUnknown`], [`Refusal::BadNumber`] or [`Refusal::OtherUnit`].
pub fn judge(round: &Round, given: &Given, before: Option<Answer>, now: DateTime<Utc>) -> Result<Answer, Refusal> {
    if round.is_over(now) {
        return Err(Refusal::RoundOver);
    }
    let said = match (given, &round.trap.kind) {
        (Given::Position(position), Kind::Choice { .. }) => {
            let index = round.order.get(usize::from(*position)).ok_or(Refusal::OptionUnknown)?;
            Said::Option(*index)
        }
        (Given::Typed(text), Kind::Number(number)) => Said::Value(parse_in(text, &number.unit)?),
        _ => return Err(Refusal::OptionUnknown),
    };
    Ok(Answer { said, confidence: before.map_or(Confidence::Guess, |b| b.confidence) })
}
