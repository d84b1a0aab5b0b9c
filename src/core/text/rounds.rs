//! What a channel sees of a round, and what a member sees of their own answer in it.

use super::words::{count, distance, full_label, label, list, pays, shown, shown_long, shown_plain, signed, with_unit};
use crate::core::card::{Bar, Block, Button, Card, Look, Tone};
use crate::core::ids::{Action, Confidence};
use crate::core::markup::escape;
use crate::core::round::{Mine, Outcome, Receipt, Reveal, Round, Shown, Verdict, Verdicted, letter};
use crate::core::score::Streak;
use crate::core::trap::{Kind, Role, Trap};

/// The open round in its channel. `answered`: how many have locked in. `ping`: the platform's id of a role.
#[must_use]
pub fn post(round: &Round, answered: u32, ping: Option<&str>) -> Card {
    let mut card = question(&round.trap, &round.order, &round.trap.headline).tone(Tone::Open);
    card.ping = ping.map(ToOwned::to_owned);
    let until = round.reveal_at.map_or_else(
        || "The reveal comes with the next trap.".to_owned(),
        |at| format!("Reveal {}.", distance(at, round.zone)),
    );
    card = card.small(format!("{}  \n{} {until}", label(&round.trap), locked_in(answered)));
    if round.late {
        card = card.small("Posted late: I was away at the usual time.");
    }
    card.row(answer_buttons(round))
}

fn locked_in(answered: u32) -> String {
    match answered {
        0 => "Answer in private: nobody has locked in yet.".to_owned(),
        1 => "Answer in private: 1 has locked in.".to_owned(),
        n => format!("Answer in private: {n} have locked in."),
    }
}

fn answer_buttons(round: &Round) -> Vec<Button> {
    match &round.trap.kind {
        Kind::Choice { .. } => (0..round.order.len())
            .map(|position| {
                let action = Action::Answer { round: round.id, position: u8::try_from(position).unwrap_or(u8::MAX) };
                Button::new(letter(position).to_string(), action)
            })
            .collect(),
        Kind::Number(_) => {
            vec![Button::new("Type your answer", Action::AnswerNumber { round: round.id }).look(Look::Primary)]
        }
    }
}

/// Scenario, ask and options, without buttons.
pub(super) fn question(trap: &Trap, order: &[usize], title: &str) -> Card {
    let mut card = Card::new(title).text(trap.scenario.clone()).text(strong(&trap.ask));
    for (position, &index) in order.iter().enumerate() {
        if let Some(option) = trap.options().get(index) {
            card = card.block(Block::Choice { letter: letter(position), text: option.text.clone() });
        }
    }
    match answer_form(trap) {
        Some(form) => card.text(form),
        None => card,
    }
}

/// In which form to answer a trap without options (CommonMark).
#[must_use]
pub fn answer_form(trap: &Trap) -> Option<String> {
    trap.number_kind().map(|number| match number.unit.as_str() {
        "" => "Answer with a number.".to_owned(),
        unit => format!("Answer with a number, in {}.", escape(unit)),
    })
}

/// Bold, where that can be said with two asterisks.
fn strong(text: &str) -> String {
    let text = text.trim();
    if text.contains(['*', '\n']) { text.to_owned() } else { format!("**{text}**") }
}

/// The post once its round is revealed: the same trap with its title and the right answer, and one button at rest.
#[must_use]
pub fn post_revealed(reveal: &Reveal) -> Card {
    let round = &reveal.round;
    let mut card = question(&round.trap, &round.order, &round.trap.title).tone(Tone::Plain);
    mark_right(&mut card, round);
    card.text(format!("Revealed: {} is right.", shown(&round.right())))
        .small(format!(
            "{}  \n{}.",
            full_label(&round.trap),
            count(u64::from(reveal.tally.total()), "answer", "answers")
        ))
        .row(vec![my_answer(round)])
}

fn mark_right(card: &mut Card, round: &Round) {
    let Shown::Option { letter: right, .. } = round.right() else { return };
    for block in &mut card.blocks {
        if let Block::Choice { letter, text } = block
            && *letter == right
        {
            *text = format!("{} {text}", mark(Role::Right));
        }
    }
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

/// The question with each option marked for what it is.
pub(super) fn question_solved(trap: &Trap, order: &[usize], title: &str) -> Card {
    let mut card = question(trap, &[], title);
    for (position, &index) in order.iter().enumerate() {
        if let Some(option) = trap.options().get(index) {
            let text = format!("{} {}", mark(option.role), option.text);
            card = card.block(Block::Choice { letter: letter(position), text });
        }
    }
    card
}

/// Told apart by shape, not by colour alone.
pub(super) fn mark(role: Role) -> &'static str {
    match role {
        Role::Right => "✅",
        Role::Bait => "🪤",
        Role::Wrong => "✖️",
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

/// The private answer to a click, with the confidence buttons.
#[must_use]
pub fn receipt(receipt: &Receipt) -> Card {
    let said = &receipt.said;
    let mut card =
        Card::new(format!("Locked in: {}, {}", shown_plain(said), receipt.confidence.as_str())).tone(Tone::Good);
    if let Shown::Option { text, .. } = said {
        card = card.text(text.clone());
    }
    if let Some(before) = receipt.before.as_ref().filter(|before| *before != said) {
        card = card.text(format!("Before, you had {}.", shown(before)));
    }
    let until =
        receipt.reveal_at.map_or_else(|| "which comes with the next trap".to_owned(), |at| distance(at, receipt.zone));
    card.text(format!("{}. How sure are you?", pays(receipt.confidence)))
        .small(format!("Only you see this. You can change both until the reveal, {until}."))
        .row(confidence_buttons(receipt.round, receipt.confidence))
}

fn confidence_buttons(round: crate::core::ids::RoundId, now: Confidence) -> Vec<Button> {
    Confidence::ALL
        .into_iter()
        .map(|confidence| {
            let pay = |right| signed(i64::from(crate::core::score::points(right, confidence)));
            let name = super::words::capital(confidence.as_str());
            let look = if confidence == now { Look::Chosen } else { Look::Quiet };
            Button::new(format!("{name} {}/{}", pay(true), pay(false)), Action::Confidence { round, confidence })
                .look(look)
        })
        .collect()
}

/// As [`receipt`], with the answers themselves: for a message that is brought up to date when the answer changes.
#[must_use]
pub fn receipt_here(receipt: &Receipt, round: &Round) -> Card {
    let mut letters = answer_buttons(round);
    if let Shown::Option { letter: said, .. } = &receipt.said {
        for button in letters.iter_mut().filter(|button| button.label == said.to_string()) {
            button.look = Look::Chosen;
        }
    }
    self::receipt(receipt).row(letters)
}

/// A member's own answer in an open round: only what they said.
#[must_use]
pub fn mine_open(mine: &Mine) -> Card {
    let card = Card::new(mine.round.trap.headline.clone()).tone(Tone::Open);
    match &mine.said {
        Some((said, confidence)) => card
            .text(format!("You said {}, {}.", shown_long(said), confidence.as_str()))
            .small(reveal_when(&mine.round))
            .row(confidence_buttons(mine.round.id, *confidence)),
        None => card.text("You have not answered yet.").small(reveal_when(&mine.round)),
    }
}

fn reveal_when(round: &Round) -> String {
    round.reveal_at.map_or_else(
        || "The reveal comes with the next trap.".to_owned(),
        |at| format!("The reveal is {}.", distance(at, round.zone)),
    )
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

/// `/today`: the open traps here with the member's answers. `link`: a jump link to the post.
#[must_use]
pub fn today(mine: &[Mine], link: impl Fn(&Mine) -> Option<String>) -> Card {
    if let [only] = mine {
        let mut card = question(&only.round.trap, &only.round.order, &only.round.trap.headline).tone(Tone::Open);
        card = card.text(my_line(only));
        let jump = link(only).map_or_else(String::new, |url| format!(" [Go to the post]({url})."));
        return card.small(format!("{}{jump}", reveal_when(&only.round))).row(answer_buttons(&only.round));
    }
    let mut card = Card::new("Open here").tone(Tone::Open);
    for one in mine {
        let jump = link(one).map_or_else(String::new, |url| format!(" [Go to the post]({url})."));
        let headline = escape(&one.round.trap.headline);
        card = card.text(format!("**{headline}**  \n{} {}{jump}", my_line(one), reveal_when(&one.round)));
    }
    card
}

/// A member's day on a page of their own: each open trap with their answer, what comes, and where they stand.
#[must_use]
pub fn home(
    open: &[Mine],
    next: Option<chrono::DateTime<chrono::Utc>>,
    link: impl Fn(&Mine) -> Option<String>,
) -> Vec<Card> {
    let mut cards: Vec<Card> = open.iter().map(|one| open_at_home(one, link(one))).collect();
    if cards.is_empty() {
        cards.push(Card::new("No trap is open"));
    }
    let due = match next {
        Some(at) => format!("The next trap comes {}.", distance(at, chrono_tz::UTC)),
        None => "No further trap is scheduled.".to_owned(),
    };
    cards.push(Card::default().text(due).small("`/trap` gives you one to practise, `/help` says how this works."));
    cards
}

fn open_at_home(mine: &Mine, link: Option<String>) -> Card {
    let round = &mine.round;
    let jump = link.map_or_else(String::new, |url| format!(" [Go to the post]({url})."));
    let card = question(&round.trap, &round.order, &round.trap.headline)
        .tone(Tone::Open)
        .text(my_line(mine))
        .small(format!("{}  \n{} {}{jump}", label(&round.trap), locked_in(mine.answered), reveal_when(round)))
        .row(answer_buttons(round));
    match &mine.said {
        Some((_, confidence)) => card.row(confidence_buttons(round.id, *confidence)),
        None => card,
    }
}

fn my_line(mine: &Mine) -> String {
    match &mine.said {
        Some((said, confidence)) => format!("You said {}, {}.", shown(said), confidence.as_str()),
        None => "You have not answered yet.".to_owned(),
    }
}
