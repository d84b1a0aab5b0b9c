//! What a channel sees of a round that is revealed, and what a member sees of how they did.

use super::rounds::{mark, question_marked};
use super::words::{count, full_label, list, shown, shown_long, signed, with_unit};
use crate::core::card::{Bar, Block, Button, Card, Tone};
use crate::core::ids::Action;
use crate::core::markup::escape;
use crate::core::round::{Outcome, Reveal, Round, Verdict, Verdicted, letter};
use crate::core::score::Streak;
use crate::core::trap::{Kind, Role, Trap};

/// The post once its round is revealed: the same trap with its title and the right answer, and one button at rest.
#[must_use]
pub fn post_revealed(reveal: &Reveal) -> Card {
    let round = &reveal.round;
    let card = question_marked(&round.trap, &round.order, &round.trap.title, |role| role == Role::Right);
    card.text(format!("Revealed: {} is right.", shown(&round.right())))
        .small(format!(
            "{}  \n{}.",
            full_label(&round.trap),
            count(u64::from(reveal.tally.total()), "answer", "answers")
        ))
        .row(vec![my_answer(round)])
}

fn my_answer(round: &Round) -> Button {
    Button::new("How did I do?", Action::Mine { round: round.id })
}

/// The message that reveals: right answer, bars, bait, a reason for each option, who gained.
#[must_use]
pub fn reveal(reveal: &Reveal) -> Card {
    let round = &reveal.round;
    let mut card = Card::new(format!("Reveal: {}", round.trap.title)).tone(Tone::Good);
    card = card.text(format!("Right: {}", shown_long(&round.right())));
    for bar in bars(reveal) {
        card = card.block(Block::Bar(bar));
    }
    card = card.text(bait_line(reveal));
    for reason in reasons(&round.trap, &round.order) {
        card = card.text(reason.with_option());
    }
    if !reveal.gains.is_empty() {
        let gains: Vec<String> = reveal
            .gains
            .iter()
            .map(|(name, points)| format!("{} {}", escape(name), signed(i64::from(*points))))
            .collect();
        card = card.text(format!("Gained most: {}.", list(&gains, "and")));
    }
    card.row(vec![my_answer(round)])
}

/// One bar for each option in the order shown; for a number trap the right value, each known mistake, and everything else.
#[must_use]
pub fn bars(reveal: &Reveal) -> Vec<Bar> {
    let round = &reveal.round;
    let total = reveal.tally.total();
    let bar = |label: String, role: Role, index: usize| {
        let count = reveal.tally.counts.get(index).copied().unwrap_or_default();
        Bar { label, role, count: count.answers, confident: count.confident, total }
    };
    match &round.trap.kind {
        Kind::Choice { options } => round
            .order
            .iter()
            .enumerate()
            .filter_map(|(position, &index)| {
                options.get(index).map(|option| bar(letter(position).to_string(), option.role, index))
            })
            .collect(),
        Kind::Number(number) => {
            let mut bars = vec![bar(with_unit(number.value, &number.unit), Role::Right, 0)];
            bars.extend(number.mistakes.iter().enumerate().map(|(index, known)| {
                let role = if index == 0 { Role::Bait } else { Role::Wrong };
                bar(with_unit(known.value, &number.unit), role, index + 1)
            }));
            bars.push(bar("other".to_owned(), Role::Wrong, number.mistakes.len() + 1));
            bars
        }
    }
}

/// How many took the bait, in a sentence (CommonMark).
#[must_use]
pub fn bait_line(reveal: &Reveal) -> String {
    let bars = bars(reveal);
    let total: u32 = bars.iter().map(|bar| bar.count).sum();
    let Some(bait) = bars.iter().find(|bar| bar.role == Role::Bait) else { return String::new() };
    match (total, bait.count) {
        (0, _) => format!("Nobody answered this one. The bait was **{}**.", bait.label),
        (_, 0) => format!("Nobody took the bait, **{}**.", bait.label),
        (n, taken) => {
            let sure = match bait.confident {
                0 => String::new(),
                c => format!(", {c} of them sure or certain"),
            };
            format!("**{taken} of {n}** took the bait, **{}**{sure}.", bait.label)
        }
    }
}

/// Why an option is right, or why it tempts and fails.
pub(super) struct Reason<'a> {
    role: Role,
    /// The letter, or the value of a number trap.
    label: String,
    /// The option's own words; a value has none.
    text: &'a str,
    pub(super) why: &'a str,
}

impl Reason<'_> {
    /// In a line, where the option itself stands nearby.
    pub(super) fn line(&self) -> String {
        format!("{} **{}** · {}", mark(self.role), self.label, self.why)
    }

    /// With the option's words, where the question is out of sight. The right one's stand above all reasons.
    fn with_option(&self) -> String {
        match (self.role, self.text) {
            (Role::Right, _) | (_, "") => self.line(),
            (role, text) => format!("{} **{}** · {text}  \n{}", mark(role), self.label, self.why),
        }
    }
}

/// One for each option, in the order shown; for a number trap the right value first, then each known mistake.
pub(super) fn reasons<'a>(trap: &'a Trap, order: &[usize]) -> Vec<Reason<'a>> {
    match &trap.kind {
        Kind::Choice { options } => {
            let reason = |(position, &index): (usize, &usize)| {
                let o = options.get(index)?;
                Some(Reason {
                    role: o.role,
                    label: letter(position).to_string(),
                    text: o.text.trim(),
                    why: o.why.trim(),
                })
            };
            order.iter().enumerate().filter_map(reason).collect()
        }
        Kind::Number(number) => {
            let reason = |role, value, why| Reason {
                role,
                label: with_unit(value, &number.unit),
                text: "",
                why: str::trim(why),
            };
            let right = reason(Role::Right, number.value, &number.why);
            let wrong = number.mistakes.iter().enumerate().map(|(index, known)| {
                let role = if index == 0 { Role::Bait } else { Role::Wrong };
                reason(role, known.value, &known.why)
            });
            std::iter::once(right).chain(wrong).collect()
        }
    }
}

/// What goes into the thread (or follows the reveal where there is none): explanation, then follow-up and sources.
#[must_use]
pub fn reveal_details(reveal: &Reveal) -> Vec<Card> {
    details(&reveal.round.trap)
}

pub(super) fn details(trap: &Trap) -> Vec<Card> {
    let why = Card::new("Why").text(trap.explanation.clone()).picture(trap.figure.as_ref());
    let mut next = Card::new("The interviewer goes on").text(trap.follow_up.question.clone());
    if !trap.follow_up.outline.trim().is_empty() {
        next = next.heading("A good answer says").text(trap.follow_up.outline.clone());
    }
    let sources: Vec<String> = trap
        .sources
        .iter()
        .map(|s| format!("- [{}]({}), {}, {}", escape(&s.title), s.url, escape(&s.by), s.year))
        .collect();
    vec![why, next.heading("Read on").text(sources.join("\n"))]
}

/// The name of the reveal's thread, at most 90 characters.
#[must_use]
pub fn thread_name(round: &Round) -> String {
    round.trap.title.chars().take(90).collect()
}

/// A member's own answer in a revealed round.
#[must_use]
pub fn mine_revealed(outcome: &Outcome) -> Card {
    let Some((said, confidence, verdict)) = &outcome.said else {
        return Card::new("You did not answer")
            .text(format!("Right was {}.", shown_long(&outcome.right)))
            .small(streak_line(outcome.streak));
    };
    let mut card = verdict_card(verdict).text(format!("You said {}, {}.", shown_long(said), confidence.as_str()));
    if verdict.role != Verdicted::Right {
        card = card.text(format!("Right was {}.", shown_long(&outcome.right)));
    }
    if let Some(why) = &outcome.why {
        card = card.text(why.clone());
    }
    card.small(streak_line(outcome.streak))
}

/// The verdict as title and tone.
pub(super) fn verdict_card(verdict: &Verdict) -> Card {
    let points = signed(i64::from(verdict.points));
    match verdict.role {
        Verdicted::Right => Card::new(format!("Right: {points}")).tone(Tone::Good),
        Verdicted::Bait => Card::new(format!("You took the bait: {points}")).tone(Tone::Bad),
        Verdicted::Wrong | Verdicted::Astray => Card::new(format!("Not this time: {points}")).tone(Tone::Bad),
    }
}

fn streak_line(streak: Streak) -> String {
    let days = count(u64::from(streak.current), "trap", "traps");
    let freezes = match streak.freezes {
        0 => String::new(),
        n => format!(", {} in hand", count(u64::from(n), "freeze", "freezes")),
    };
    format!("Streak: {days} in a row{freezes}; best {}.", streak.best)
}
