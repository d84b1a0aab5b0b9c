//! What a member asks for: standings, their own record, the library, practice, privacy, help.

use super::guide::belief as belief_line;
use super::reveals::{details, reasons, verdict_card};
use super::rounds::{question, question_solved};
use super::words::{capital, confidence, count, full_label, label, mistake, period, shown_long, signed};
use crate::core::card::{Block, Button, Card, Look, Tone};
use crate::core::feed::Filter;
use crate::core::ids::{Action, Confidence};
use crate::core::markup::escape;
use crate::core::round::{Shown, Verdict, Verdicted, letter};
use crate::core::score::{Leaderboard, Standing, Stats};
use crate::core::trap::{Kind, Trap};

/// A page of the standings, with buttons to the pages beside it.
#[must_use]
pub fn leaderboard(board: &Leaderboard) -> Card {
    let mut card = Card::new(format!("Leaderboard, {}", period(board.period)));
    if board.lines.is_empty() {
        return card.text("Nobody has points yet. They come with the first reveal.").small(escape(&board.label));
    }
    let rows = board.lines.iter().map(|(rank, standing)| row(*rank, standing)).collect();
    let head = ["#", "Name", "Points", "Right"].map(str::to_owned).to_vec();
    card = card.block(Block::Table { head, rows });
    if let Some((rank, me)) = &board.me
        && !board.lines.iter().any(|(_, line)| line.member == me.member)
    {
        card = card.text(format!("You are number {rank} with {}.", points(me.points)));
    }
    let members = count(u64::from(board.members), "member", "members");
    card = card.small(format!("{} · {members} · page {} of {}", escape(&board.label), board.page + 1, board.pages));
    if board.pages < 2 {
        return card;
    }
    let to = |label: &str, page: u32, possible: bool| {
        Button::new(label, Action::Leaderboard { period: board.period, page }).disabled(!possible)
    };
    let last = board.pages - 1;
    card.row(vec![
        to("Back", board.page.saturating_sub(1), board.page > 0),
        // Beside a disabled "Back" or "Next" the same page would be named twice; platforms want each id once.
        to("Next", board.page.saturating_add(1), board.page < last),
    ])
}

fn row(rank: u32, standing: &Standing) -> Vec<String> {
    let right = format!("{}/{}", standing.right, standing.answers);
    vec![rank.to_string(), standing.name.clone(), sum(standing.points), right]
}

fn points(n: i64) -> String {
    if n.abs() == 1 { format!("{} point", sum(n)) } else { format!("{} points", sum(n)) }
}

/// A sum of points: a real minus sign, and no plus.
fn sum(n: i64) -> String {
    signed(n).replace('+', "")
}

/// What one member did.
#[must_use]
pub fn stats(stats: &Stats) -> Card {
    let mut card = Card::new(stats.name.clone());
    if stats.answers == 0 {
        let who = if stats.own { "You have" } else { "They have" };
        return card.text(format!("{who} no revealed answers here yet."));
    }
    let mut facts = vec![
        ("Points".to_owned(), sum(stats.points)),
        ("Right".to_owned(), format!("{} of {} ({})", stats.right, stats.answers, percent(stats.right, stats.answers))),
    ];
    if stats.own {
        facts.push(("Baits taken".to_owned(), stats.baits.to_string()));
    }
    facts.extend(
        stats.streaks.iter().map(|(feed, streak)| {
            (format!("Streak, feed {feed}"), format!("{} (best {})", streak.current, streak.best))
        }),
    );
    let ranks: Vec<String> = stats.ranks.iter().map(|(p, rank)| format!("{rank} {}", period(*p))).collect();
    if !ranks.is_empty() {
        facts.push(("Rank".to_owned(), ranks.join(", ")));
    }
    card = card.block(Block::Facts(facts));
    let sure: Vec<String> = Confidence::ALL
        .into_iter()
        .zip(stats.by_confidence)
        .filter(|(_, (answers, _))| *answers > 0)
        .map(|(c, (answers, right))| {
            format!("- {}: right {} of {answers} ({})", capital(confidence(c)), right, percent(right, answers))
        })
        .collect();
    if !sure.is_empty() {
        card = card.heading("When you said …").text(sure.join("\n"));
    }
    if !stats.mistakes.is_empty() {
        let lines: Vec<String> =
            stats.mistakes.iter().take(5).map(|(belief, times)| format!("- {} ({times}×)", counted(belief))).collect();
        card = card.heading("Beliefs that cost points").text(lines.join("\n"));
    }
    if stats.own { card.small("Guess pays below 50%, certain above 80%: say what you believe.") } else { card }
}

/// A belief that a count follows, so its full stop goes.
fn counted(belief: &str) -> String {
    escape(belief.strip_suffix('.').unwrap_or(belief))
}

fn percent(part: u32, whole: u32) -> String {
    format!("{:.0}%", f64::from(part) / f64::from(whole.max(1)) * 100.0)
}

/// One trap to read, whole: the question, each option with its reason, explanation, follow-up, sources.
#[must_use]
pub fn library(trap: &Trap) -> Vec<Card> {
    let order: Vec<usize> = (0..trap.options().len()).collect();
    let first = question_solved(trap, &order, &trap.title).small(full_label(trap));
    let mut answer = Card::new("The options").tone(Tone::Good);
    for reason in reasons(trap, &order) {
        answer = answer.text(reason.line());
    }
    let mut cards = vec![first, answer];
    cards.extend(details(trap));
    cards
}

/// A practice trap with its buttons, which know what it was chosen by.
#[must_use]
pub fn practice(trap: &Trap, variant: u16, seed: u32, order: &[usize], filter: &Filter) -> Card {
    let card = question(trap, order, &trap.headline).tone(Tone::Open);
    let buttons = match &trap.kind {
        Kind::Choice { .. } => (0..order.len())
            .map(|position| {
                let (trap, filter) = (trap.id.clone(), filter.clone());
                let at = u8::try_from(position).unwrap_or(u8::MAX);
                let action = Action::Practice { trap, variant, seed, position: at, filter };
                Button::new(letter(position).to_string(), action)
            })
            .collect(),
        Kind::Number(_) => {
            let action = Action::PracticeNumber { trap: trap.id.clone(), variant, filter: filter.clone() };
            vec![Button::new("Type your answer", action).look(Look::Primary)]
        }
    };
    card.small(format!("Practice: only you see it, and it pays no points. {}", label(trap))).row(buttons)
}

/// A judged practice answer: the verdict first, then the reasons, then explanation, follow-up and sources. `belief`: the false one
/// behind the answer, as a sentence.
#[must_use]
pub fn practice_judged(
    trap: &Trap,
    order: &[usize],
    said: &Shown,
    right: &Shown,
    verdict: &Verdict,
    why: Option<&str>,
    belief: Option<&str>,
) -> Vec<Card> {
    let mut first = verdict_card(verdict);
    first.title = Some(
        match verdict.role {
            Verdicted::Right => "Right",
            Verdicted::Bait => "You took the bait",
            Verdicted::Wrong | Verdicted::Astray => "Not this time",
        }
        .to_owned(),
    );
    first = first.text(format!("**{}**", escape(&trap.title))).text(format!("You said {}.", shown_long(said)));
    if let Some(why) = why {
        first = first.text(why.to_owned());
    }
    if let Some(belief) = belief {
        first = first.text(belief_line(&escape(belief)));
    }
    if verdict.role != Verdicted::Right {
        first = first.text(format!("Right is {}.", shown_long(right)));
    }
    let mut others = Card::new("The other answers");
    for reason in reasons(trap, order).iter().filter(|reason| why.map(str::trim) != Some(reason.why)) {
        others = others.text(reason.line());
    }
    let mut cards = vec![first, others];
    cards.extend(details(trap));
    cards
}

/// A judged practice answer below its question, whose place it takes, with the way to the next trap of the same filter.
#[must_use]
pub fn practice_done(trap: &Trap, order: &[usize], judged: Vec<Card>, filter: Filter) -> Vec<Card> {
    let mut cards = vec![question_solved(trap, order, &trap.headline)];
    cards.extend(judged);
    if let Some(last) = cards.last_mut() {
        last.buttons.push(vec![Button::new("Another trap", Action::PracticeMore { filter }).look(Look::Primary)]);
    }
    cards
}

/// What a search of the library found, each to be read by a button. `found`: id and line.
#[must_use]
pub fn library_found(found: &[(crate::core::ids::TrapId, String)]) -> Card {
    if found.is_empty() {
        return Card::new("Nothing found")
            .text("No trap that can be read has these words. Try fewer, or none to see the first ones.");
    }
    let mut card = Card::new("Library").text("Press one to read it, or add words to `/library` to narrow it down.");
    for (trap, line) in found {
        card = card.row(vec![Button::new(line.clone(), Action::Read { trap: trap.clone() })]);
    }
    card
}

/// What can be done about one's own data.
#[must_use]
pub fn privacy() -> Card {
    Card::new("Your data").text(
        "- `/privacy export`: all that is kept about you here, as a file\n\
         - `/privacy delete`: your answers, points, streaks and name go for good, after one more question",
    )
}

/// The line above the exported file.
#[must_use]
pub fn privacy_export(bytes: usize) -> Card {
    Card::new("Your data").text(format!(
        "All that is kept about you in this community, as JSON ({} kB). Only you see this.",
        bytes.div_ceil(1000)
    ))
}

/// As [`privacy_export`], where the file went into a conversation of its own.
#[must_use]
pub fn privacy_export_sent(bytes: usize) -> Card {
    Card::new("Your data").text(format!(
        "All that is kept about you in this community. I sent it to you as a file (JSON, {} kB): \
         see **Messages** in the Trapline app. Nobody else sees it.",
        bytes.div_ceil(1000)
    ))
}

/// Asks once more before anything is deleted.
#[must_use]
pub fn privacy_confirm() -> Card {
    Card::new("Delete your data?")
        .tone(Tone::Warning)
        .text(
            "Your answers, points, streaks and name in this community go for good. \
             Counts in rounds that were revealed stay, without your name: it is taken out of reveals in the channel too.",
        )
        .row(vec![Button::new("Delete everything", Action::PrivacyDelete).look(Look::Danger)])
}

/// `reveals`: how many in the channels name them still, for a moment.
#[must_use]
pub fn privacy_deleted(answers: u64, reveals: u64) -> Card {
    let gone = match answers {
        0 => "No answers were kept. Whatever else there was about you is gone.".to_owned(),
        n => format!("{}, with points and streaks. Nothing about you is kept any more.", count(n, "answer", "answers")),
    };
    let card = Card::new("Deleted").tone(Tone::Good).text(gone);
    match reveals {
        0 => card,
        n => card.text(format!("Your name is being taken out of {}.", count(n, "reveal", "reveals"))),
    }
}

/// What everybody can do, wherever they are.
const FOR_ALL: &str = "- `/today`: the open trap and your answer\n- `/trap`: practise one, just for you\n\
                       - `/leaderboard` and `/stats`: who stands where\n- `/library`: read any trap that is not open\n\
                       - `/privacy`: take your data along, or delete it";

/// How it works, on one screen of a phone. `admin`: with the part about feeds.
#[must_use]
pub fn help(admin: bool) -> Card {
    help_with(
        admin,
        "- `/feed add`: a channel is enough; time, zone, days and filters are up to you\n\
         - `/feed edit`: change one; it can be paused, resumed, removed and previewed, and post or reveal at once",
    )
}

/// As [`help`], where buttons do what is done about feeds.
#[must_use]
pub fn help_pressed(admin: bool) -> Card {
    help_with(
        admin,
        "- `/feed`: add one, for which a channel is enough, or edit, pause, preview and remove one; post or reveal at once",
    )
}

fn help_with(admin: bool, feeds: &str) -> Card {
    let card = how_it_works(&format!("{FOR_ALL}\n- `/account`: link your account in a joined group"));
    if !admin {
        return card;
    }
    card.heading("For admins").text(format!(
        "{feeds}\n\
         - `/community`: one leaderboard with another server or workspace\n\
         - `/doctor`: what is wrong, if anything is"
    ))
}

/// As [`help`], for a place that is never joined with another one.
#[must_use]
pub fn help_alone() -> Card {
    how_it_works(FOR_ALL)
}

fn how_it_works(commands: &str) -> Card {
    Card::new("How Trapline works")
        .text(
            "Each day I set one interview trap: a question whose obvious answer is wrong. \
             Press a letter to answer in private, then say how sure you are. At the reveal all see who walked into it and why.",
        )
        .block(Block::Facts(vec![
            ("Guess".to_owned(), super::pays(Confidence::Guess)),
            ("Sure".to_owned(), super::pays(Confidence::Sure)),
            ("Certain".to_owned(), super::pays(Confidence::Certain)),
        ]))
        .text(commands)
        .small("A streak counts the feed's own days. Every 7 answers earn a freeze that saves a missed one; you hold 2 at most.")
}

/// A misconception as words: for pages that list them by slug.
#[must_use]
pub fn misconception(slug: &str) -> String {
    mistake(slug)
}
