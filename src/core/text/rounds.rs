//! What a channel sees of an open round, and what a member sees of their own answer in it.

use super::words::{distance, label, pays, shown, shown_long, shown_plain, signed};
use crate::core::card::{Block, Button, Card, Look, Tone};
use crate::core::ids::{Action, Confidence};
use crate::core::markup::escape;
use crate::core::round::{Mine, Receipt, Round, Shown, letter};
use crate::core::trap::{Choice, Kind, Role, Trap};

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
    question_marked(trap, order, title, |_| false)
}

/// The same, with the options of some roles marked for what they are.
pub(super) fn question_marked(trap: &Trap, order: &[usize], title: &str, is_marked: impl Fn(Role) -> bool) -> Card {
    let mut card = Card::new(title).text(trap.scenario.clone()).text(strong(&trap.ask));
    for (position, &index) in order.iter().enumerate() {
        if let Some(Choice { text, role, .. }) = trap.options().get(index) {
            let text = if is_marked(*role) { format!("{} {text}", mark(*role)) } else { text.clone() };
            card = card.block(Block::Choice { letter: letter(position), text });
        }
    }
    match answer_form(trap) {
        Some(form) => card.text(form),
        None => card,
    }
}

/// The question with each option marked for what it is.
pub(super) fn question_solved(trap: &Trap, order: &[usize], title: &str) -> Card {
    question_marked(trap, order, title, |_| true)
}

/// Told apart by shape, not by colour alone.
pub(super) fn mark(role: Role) -> &'static str {
    match role {
        Role::Right => "✅",
        Role::Bait => "🪤",
        Role::Wrong => "✖️",
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
