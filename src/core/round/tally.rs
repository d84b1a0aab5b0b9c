//! What an answer hit, and how the answers of a round fell out.

use super::{Answer, Count, Said, Tally, Verdict, Verdicted};
use crate::core::ids::Confidence;
use crate::core::score;
use crate::core::trap::{Choice, Kind, Number, Role, Trap};

/// Judges what was said against the trap, with the points that it pays at that confidence.
///
/// An option that the trap does not have counts as [`Verdicted::Astray`]: [`super::judge`] lets none through.
#[must_use]
pub fn verdict(trap: &Trap, said: Said, confidence: Confidence) -> Verdict {
    let (role, mistake) = match (&trap.kind, said) {
        (Kind::Choice { options }, Said::Option(index)) => verdict_on_option(options.get(index)),
        (Kind::Number(number), Said::Value(value)) => verdict_on_value(number, value),
        (Kind::Choice { .. }, Said::Value(_)) | (Kind::Number(_), Said::Option(_)) => (Verdicted::Astray, None),
    };
    Verdict { role, mistake, points: score::points(role == Verdicted::Right, confidence) }
}

fn verdict_on_option(option: Option<&Choice>) -> (Verdicted, Option<String>) {
    let Some(option) = option else { return (Verdicted::Astray, None) };
    match option.role {
        Role::Right => (Verdicted::Right, None),
        Role::Bait => (Verdicted::Bait, option.mistake.clone()),
        Role::Wrong => (Verdicted::Wrong, option.mistake.clone()),
    }
}

fn verdict_on_value(number: &Number, value: f64) -> (Verdicted, Option<String>) {
    if number.accepts(value) {
        return (Verdicted::Right, None);
    }
    match number.mistake_of(value) {
        Some(index) => {
            let role = if index == 0 { Verdicted::Bait } else { Verdicted::Wrong };
            (role, Some(number.mistakes[index].mistake.clone()))
        }
        None => (Verdicted::Astray, None),
    }
}

impl Tally {
    /// Counts the answers of a round.
    #[must_use]
    pub fn of(trap: &Trap, answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut counts = vec![Count::default(); bins(trap)];
        for answer in answers {
            // What the trap does not have is in no bin: `judge` lets no such answer through.
            let Some(count) = bin(trap, answer.said).and_then(|index| counts.get_mut(index)) else { continue };
            count.answers += 1;
            count.confident += u32::from(answer.confidence != Confidence::Guess);
        }
        Self { counts }
    }

    /// All answers.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.counts.iter().map(|count| count.answers).sum()
    }

    /// Those that were right.
    #[must_use]
    pub fn right(&self, trap: &Trap) -> Count {
        self.at(role_bin(trap, Role::Right))
    }

    /// Those that took the bait.
    #[must_use]
    pub fn bait(&self, trap: &Trap) -> Count {
        self.at(role_bin(trap, Role::Bait))
    }

    fn at(&self, index: Option<usize>) -> Count {
        index.and_then(|index| self.counts.get(index)).copied().unwrap_or_default()
    }
}

/// How many entries [`Tally::counts`] has: see there.
fn bins(trap: &Trap) -> usize {
    match &trap.kind {
        Kind::Choice { options } => options.len(),
        Kind::Number(number) => number.mistakes.len() + 2,
    }
}

fn bin(trap: &Trap, said: Said) -> Option<usize> {
    match (&trap.kind, said) {
        (Kind::Choice { options }, Said::Option(index)) => (index < options.len()).then_some(index),
        (Kind::Number(number), Said::Value(value)) if number.accepts(value) => Some(0),
        (Kind::Number(number), Said::Value(value)) => {
            Some(number.mistake_of(value).map_or(number.mistakes.len() + 1, |index| index + 1))
        }
        _ => None,
    }
}

/// The entry of the right answer or of the bait; a number trap without a known mistake has no bait.
fn role_bin(trap: &Trap, role: Role) -> Option<usize> {
    match (&trap.kind, role) {
        (Kind::Choice { options }, _) => options.iter().position(|option| option.role == role),
        (Kind::Number(_), Role::Right) => Some(0),
        (Kind::Number(number), _) => (!number.mistakes.is_empty()).then_some(1),
    }
}
