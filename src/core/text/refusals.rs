//! Why the answer is no, in words: what is wrong, and what would be right.

use super::words::{distance, it_or_them, list, quoted, series, topic};
use crate::core::card::{Card, Tone};
use crate::core::markup::escape;
use crate::core::names;
use crate::core::refusal::Refusal;

/// One short card: nothing has changed.
#[must_use]
pub fn refusal(refusal: &Refusal) -> Card {
    // That nothing is open is news, not somebody's mistake.
    let tone = if matches!(refusal, Refusal::NothingOpen { .. }) { Tone::Plain } else { Tone::Bad };
    Card::default().tone(tone).text(sentence(refusal))
}

/// What was to be filled in did not come up.
#[must_use]
pub fn form_unopened() -> Card {
    Card::default().tone(Tone::Bad).text("Slack did not open the form just now. Please press again.")
}

/// As [`refusal`] says it of who is not the admin, where that takes a link and not a right in a server.
#[must_use]
pub fn not_admin_here() -> Card {
    Card::default().tone(Tone::Bad).text("Only the admin of this page can do that.")
}

/// As [`refusal`] says it of an edit that changes nothing, where all settings stand in the form that was sent.
#[must_use]
pub fn nothing_changed_here() -> Card {
    Card::default().text("Nothing was changed.")
}

/// To who opens an admin's link that is not, or is no longer, the one.
#[must_use]
pub fn old_admin_link() -> Card {
    Card::default().tone(Tone::Bad).text("This link is not the admin's any more; `trapline admin` prints it again.")
}

/// Something broke: one neutral sentence with the id under which the log has the cause.
#[must_use]
pub fn fault(id: &str) -> Card {
    Card::default()
        .tone(Tone::Bad)
        .text("Something went wrong on my side, and nothing was changed. Please try again in a moment.")
        .small(format!("If it stays, tell whoever runs me: {}", quoted(id)))
}

fn near(values: &[String]) -> String {
    let names: Vec<String> = values.iter().take(5).map(|v| format!("**{}**", escape(v))).collect();
    if names.is_empty() { String::new() } else { format!(" Did you mean {}?", list(&names, "or")) }
}

/// A reason in which backticks stand around what was typed: that becomes code spans, all else plain text.
fn spans(why: &str) -> String {
    let parts = why.split('`').enumerate();
    parts.map(|(index, part)| if index % 2 == 1 { quoted(part) } else { escape(part) }).collect()
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::RoundOver => "This round is over: the reveal is out, and answers no longer count.".into(),
        Refusal::RoundUnknown => "I don't know this round here. `/today` shows what is open.".into(),
        Refusal::OptionUnknown => "That is not one of this trap's answers.".into(),
        Refusal::StaleButton => "This button is from another version of me. `/today` shows what is open.".into(),
        Refusal::NotAnswered => "Answer first, then say how sure you are.".into(),
        Refusal::BadNumber { given } => {
            format!("I can't read {} as a number. Type it like `84`, `0.35` or `1.2e9`.", quoted(given))
        }
        Refusal::OtherUnit { given, unit } if unit.is_empty() => {
            format!("I got {}, and the answer has no unit: type the plain number.", quoted(given))
        }
        Refusal::OtherUnit { given, unit } => {
            format!("I got {}, and the answer is in {}: type it in that unit.", quoted(given), escape(unit))
        }
        Refusal::TrapOpen => "This trap is open here: it can be read after its reveal.".into(),
        Refusal::UnknownTrap { given, near: n } => format!("I know no trap {}.{}", quoted(given), near(n)),
        Refusal::NothingOpen { next: None } => {
            "No trap is open here, and none is scheduled. `/trap` gives you one to practise.".into()
        }
        Refusal::NothingOpen { next: Some(at) } => format!(
            "No trap is open here. The next one comes {}; `/trap` gives you one to practise.",
            distance(*at, chrono_tz::UTC)
        ),
        Refusal::NotInPlace => "This works in a [server](place:), not in private messages.".into(),
        Refusal::UnknownMember => "They have not answered anything here yet.".into(),
        Refusal::UnknownPerson { given } => format!(
            "I know nobody called {}. Name somebody by a mention, as in `/stats @name`: type @ and choose them from the list.",
            quoted(given)
        ),
        Refusal::NotSaved => "I could not save that just now, so it does not count. Please press again.".into(),
        Refusal::NotAdmin => "Only those who may manage this [server](place:) can do that.".into(),
        Refusal::UnknownFeed { given, have } => unknown_feed(given, have),
        Refusal::UnknownZone { given, near: n } => {
            format!("I know no time zone {}. Zones look like `Europe/Berlin`.{}", quoted(given), near(n))
        }
        Refusal::BadTime { given, near: n } => {
            format!("I can't read {} as a time of day. Times look like `09:00`.{}", quoted(given), near(n))
        }
        Refusal::BadDays { given, near: n } => format!(
            "I can't read {} as days. Days look like `daily`, `weekdays` or `mon,wed,fri`.{}",
            quoted(given),
            near(n)
        ),
        Refusal::BadCron { given, why } => format!(
            "I can't read {} as a crontab: {}. One looks like `0 9 * * 1-5`: 09:00 from Monday to Friday.",
            quoted(given),
            spans(why)
        ),
        Refusal::CronAndTime => "Give either `cron`, or `time` and `days`; not both.".into(),
        Refusal::NeverFires { given } => format!("{} never comes: no such date exists.", quoted(given)),
        Refusal::UnknownSeries { given, near: n } => format!("I know no series {}.{}", quoted(given), near(n)),
        Refusal::UnknownTopic { given, near: n } => format!("I know no topic {}.{}", quoted(given), near(n)),
        Refusal::UnknownLevel { given, near: n } => format!("I know no level {}.{}", quoted(given), near(n)),
        Refusal::UnknownOrder { given, near: n } => format!("I know no order {}.{}", quoted(given), near(n)),
        Refusal::EmptyFilter { series: s, topic: t, level } => {
            let mut parts = Vec::new();
            parts.extend(s.as_ref().map(|s| format!("series {}", series(s))));
            parts.extend(t.as_ref().map(|t| format!("topic {}", topic(t))));
            parts.extend(level.as_ref().map(|l| format!("level {}", escape(l))));
            let remedy = if parts.len() == 1 { "Choose another, or none" } else { "Leave one of them out" };
            format!("No trap has {}. {remedy}.", list(&parts, "and"))
        }
        Refusal::AllOpen => "Every trap that fits is open here. There is one again after the next reveal.".into(),
        Refusal::BadRevealAfter { given } => {
            format!("{} is not a time to the reveal: 1 to 72 hours, or 0 for \"with the next post\".", quoted(given))
        }
        Refusal::ChannelKind { channel, kind } => format!(
            "[That channel](channel:{channel}) is a {}. A feed needs a text or announcement channel.",
            escape(kind)
        ),
        Refusal::ChannelUnseen { channel } => format!(
            "I can't see [that channel](channel:{channel}). Give my role **View Channel** there, or choose another."
        ),
        Refusal::MissingPermissions { channel, names } => {
            let names: Vec<String> = names.iter().map(|name| format!("**{}**", escape(name))).collect();
            format!(
                "In [that channel](channel:{channel}) I lack {}. Give {} to my role in the channel's settings, then try again.",
                list(&names, "and"),
                it_or_them(&names)
            )
        }
        Refusal::NotInChannel { channel } => format!(
            "I am not in [that channel](channel:{channel}). Invite me there with `/invite`, then try again; or choose another."
        ),
        Refusal::ChannelArchived { channel } => {
            format!("[That channel](channel:{channel}) is archived. Choose another.")
        }
        Refusal::UnknownRole { given } => {
            format!("I can't ping {}. Choose a role of this [server](place:).", quoted(given))
        }
        Refusal::UnknownCommand { given, near: n } => {
            format!("I know no {}.{} `/help` says what there is.", quoted(given), near(n))
        }
        Refusal::SameFeed { number } => format!("Feed {number} posts in that channel at those times already."),
        Refusal::NothingToChange => "That changes nothing. Name at least one setting.".into(),
        Refusal::NothingToReveal { number } => format!("Feed {number} has no open round."),
        Refusal::BadCode { given } => {
            format!("{} is not a code that is good now. Codes live for ten minutes and work once.", quoted(given))
        }
        Refusal::JoinedAlready => "That code is from a place that is joined with this one already.".into(),
        Refusal::NotJoined => "This place is not joined with another one.".into(),
        Refusal::LinkedAlready => "That code is your own: you are one member with that account already. \
            A Discord account is one member in all servers that are joined; to link another account, type a code of this one there."
            .into(),
        Refusal::CodeOfElsewhere => {
            "That code is from a place that is not joined with this one. Its admins have to join the two first: `/community link`."
                .into()
        }
        Refusal::NotLinked => "This account is not linked with another one.".into(),
        Refusal::OneAccount => {
            "This is one Discord account in several servers that are joined, and so one member. No other account is linked with it."
                .into()
        }
        Refusal::BadName { given } => format!("A name has 1 to 32 visible characters; {}.", wrong_with_name(given)),
        Refusal::NameTaken { given, free } => {
            format!("Somebody here goes by {} already. How about **{}**?", quoted(given), escape(free))
        }
    }
}

/// Without the name itself, which may be long or have nothing to show.
fn wrong_with_name(given: &str) -> String {
    match names::clean(given).map(|name| name.chars().count()) {
        None => "yours has none".to_owned(),
        Some(length @ 33..) => format!("yours has {length}"),
        Some(_) => "tabs and line breaks are none".to_owned(),
    }
}

fn unknown_feed(given: &str, have: &[i64]) -> String {
    let numbers: Vec<String> = have.iter().map(|n| format!("**{n}**")).collect();
    match numbers.as_slice() {
        [] => "There are no feeds here yet. `/feed add` makes one.".to_owned(),
        some => {
            let wrong = match given.trim() {
                "" => "Which feed?".to_owned(),
                given => format!("There is no feed {} here.", quoted(given)),
            };
            let there = if some.len() == 1 { "There is" } else { "There are" };
            format!("{wrong} {there} {}.", list(some, "and"))
        }
    }
}
