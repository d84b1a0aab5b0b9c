//! One question of the bank, with its numbers filled in.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::ids::TrapId;

/// A trap as it is shown: text is CommonMark with every number already in place.
///
/// `bank` makes these from files and upholds the invariants: a choice trap has 3 to 5 options, of which
/// exactly one is right and exactly one is the bait; a number trap has a finite value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trap {
    pub id: TrapId,
    /// The series it belongs to, a slug such as `ml-system-design`.
    pub series: String,
    /// Its place in the series.
    pub number: u32,
    /// Often names the trap, so it is shown at the reveal only.
    pub title: String,
    /// Neutral: shown while the round is open.
    pub headline: String,
    pub published: NaiveDate,
    pub level: Level,
    /// Slugs, the most telling first.
    pub topics: Vec<String>,
    /// How long an answer takes, in minutes.
    pub minutes: u8,
    pub kind: Kind,
    pub scenario: String,
    pub ask: String,
    pub explanation: String,
    pub follow_up: FollowUp,
    pub sources: Vec<Source>,
    /// The computed numbers by name, in the order of the file.
    pub numbers: Vec<(String, f64)>,
    /// Says the truth, so it is shown at the reveal only. Absent in what is kept where there is none, as it was before traps had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<Figure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Junior,
    Mid,
    Senior,
    Staff,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::Junior, Self::Mid, Self::Senior, Self::Staff];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Junior => "junior",
            Self::Mid => "mid",
            Self::Senior => "senior",
            Self::Staff => "staff",
        }
    }

    /// The inverse of [`Level::as_str`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == name)
    }
}

/// How a trap is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    Choice { options: Vec<Choice> },
    Number(Number),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub text: String,
    pub role: Role,
    /// One or two lines: why it is right, or why it tempts and why it fails.
    pub why: String,
    /// The misconception behind a wrong option, a slug of the shared vocabulary.
    pub mistake: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Right,
    Bait,
    Wrong,
}

/// A typed answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Number {
    pub value: f64,
    /// As printed behind the number, such as `GB`; may be empty.
    pub unit: String,
    /// Relative: an answer `x` is right when `|x - value| <= tolerance * |value|`.
    pub tolerance: f64,
    /// Why the value is what it is, in one or two lines.
    pub why: String,
    /// The first is the bait.
    pub mistakes: Vec<NumberMistake>,
}

/// A wrong value that a known mistake leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberMistake {
    pub value: f64,
    pub mistake: String,
    pub why: String,
}

impl Number {
    /// Whether `x` counts as the right value.
    #[must_use]
    pub fn accepts(&self, x: f64) -> bool {
        near(x, self.value, self.tolerance)
    }

    /// The index of the known mistake that gives `x`, if `x` is not right: of several, the nearest.
    #[must_use]
    pub fn mistake_of(&self, x: f64) -> Option<usize> {
        if self.accepts(x) {
            return None;
        }
        let distance = |m: &NumberMistake| (x - m.value).abs();
        self.mistakes
            .iter()
            .enumerate()
            .filter(|(_, m)| near(x, m.value, self.tolerance))
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))
            .map(|(index, _)| index)
    }
}

fn near(x: f64, value: f64, tolerance: f64) -> bool {
    // The last bit of slack is for values that arrive by another order of operations.
    (x - value).abs() <= tolerance.max(f64::EPSILON * 8.0) * value.abs()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// What an interviewer asks next.
    pub question: String,
    /// A two-line outline of a good answer.
    pub outline: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub title: String,
    pub by: String,
    pub year: u16,
    pub url: String,
}

impl Trap {
    /// The options of a choice trap; none for a number trap.
    #[must_use]
    pub fn options(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice { options } => options,
            Kind::Number(_) => &[],
        }
    }

    /// The number of a number trap.
    #[must_use]
    pub fn number_kind(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            Kind::Choice { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounds keep their traps in this form for ever: a field that is added later has to do without in these.
    #[test]
    fn what_rounds_keep_stays_readable() {
        let choice = r#"{"id":"a-trap","series":"ml","number":1,"title":"T","headline":"H","published":"2026-05-08",
            "level":"senior","topics":["memory"],"minutes":3,"kind":{"choice":{"options":[
              {"text":"a","role":"right","why":"w","mistake":null},{"text":"b","role":"bait","why":"w","mistake":"m"},
              {"text":"c","role":"wrong","why":"w","mistake":"n"}]}},
            "scenario":"s","ask":"?","explanation":"e","follow_up":{"question":"q","outline":"o"},
            "sources":[{"title":"t","by":"b","year":2020,"url":"https://example.org"}],"numbers":[["gb",14.5]]}"#;
        let trap: Trap = serde_json::from_str(choice).unwrap();
        let roles: Vec<Role> = trap.options().iter().map(|option| option.role).collect();
        assert_eq!(roles, [Role::Right, Role::Bait, Role::Wrong]);
        assert_eq!((trap.level, trap.numbers[0].1), (Level::Senior, 14.5));

        let number = r#"{"number":{"value":112.0,"unit":"GB","tolerance":0.02,"why":"w",
            "mistakes":[{"value":28.0,"mistake":"m","why":"w"}]}}"#;
        let Kind::Number(number) = serde_json::from_str(number).unwrap() else { panic!("it is a number") };
        assert_eq!((number.accepts(112.0), number.mistake_of(28.0)), (true, Some(0)));
    }
}
