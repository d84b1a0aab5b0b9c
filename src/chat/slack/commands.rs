//! `/trap` and what may follow it.

use super::envelope::{Way, Who};
use super::respond::{File, Outcome, Place, Say, finish};
use super::target::jump_link;
use super::{Shared, admin, receive};
use crate::core::ids::Period;
use crate::core::refusal::Refusal;
use crate::core::round::Mine;
use crate::core::text;
use crate::core::trap::Level;
use crate::service::Actor;
use crate::service::library::Found;

/// What is asked for. One word of [`WORDS`] each, and none for practice.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    /// One to practise: of this series, topic or level, if any of them is named.
    Practice(Vec<String>),
    Today,
    Leaderboard(Period),
    /// Of this user, else one's own.
    Stats(Option<String>),
    /// Somebody who is not named by a mention.
    Nobody(String),
    Library(String),
    Feed,
    Doctor,
    Privacy(Option<Privacy>),
    Community(Joint),
    Account(Joint),
    Help,
    /// Not one of these: the word, and those that come near.
    Unknown(String, Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Privacy {
    Export,
    Delete,
}

/// What is done about places, or accounts, that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Joint {
    Show,
    /// With the other side's code, or to get one.
    Link(Option<String>),
    Unlink,
}

/// The first word, and other words for the same.
const WORDS: [(&str, &[&str]); 11] = [
    ("practice", &["practise", "train", "one"]),
    ("today", &["open", "now"]),
    ("leaderboard", &["standings", "board", "top", "ranking"]),
    ("stats", &["me", "stat", "score", "record"]),
    ("library", &["read", "search", "find", "lib"]),
    ("feed", &["feeds", "settings", "admin", "setup"]),
    ("doctor", &["check", "status"]),
    ("privacy", &["data", "gdpr"]),
    ("community", &["group"]),
    ("account", &["accounts"]),
    ("help", &["?", "how", "info", "commands"]),
];

const PRIVACY: [(&str, &[&str]); 2] = [("export", &["download", "copy"]), ("delete", &["remove", "erase", "forget"])];

const JOINTS: [(&str, &[&str]); 3] =
    [("link", &["join", "code"]), ("unlink", &["leave", "part"]), ("show", &["list", "what"])];

const PERIODS: [(&str, &[&str]); 4] = [
    ("week", &["weekly", "this week"]),
    ("month", &["monthly", "this month"]),
    ("season", &["quarter", "this season"]),
    ("all", &["all time", "all-time", "ever", "total"]),
];

/// A name of a table that a word stands for.
fn named(table: &[(&'static str, &[&str])], word: &str) -> Option<&'static str> {
    table.iter().find(|(name, others)| *name == word || others.contains(&word)).map(|(name, _)| *name)
}

/// The names most like a word, best first.
fn near(table: &[(&'static str, &[&str])], word: &str) -> Vec<String> {
    let mut ranked: Vec<(f64, &str)> = table
        .iter()
        .map(|(name, _)| (strsim::jaro_winkler(word, name), *name))
        .filter(|(like, _)| *like > 0.75)
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(2).map(|(_, name)| name.to_owned()).collect()
}

/// Reads what was typed behind `/trap`. `is_filter`: whether a word names a series, topic or level.
fn parse(text: &str, is_filter: impl Fn(&str) -> bool) -> Asked {
    let text = text.trim();
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let (word, rest) = (first.to_lowercase(), rest.trim());
    let low = rest.to_lowercase();
    let filters = |text: &str| text.to_lowercase().split_whitespace().map(ToOwned::to_owned).collect();
    match named(&WORDS, word.trim_start_matches('/')) {
        None if word.is_empty() => Asked::Practice(Vec::new()),
        None if is_filter(&word) => Asked::Practice(filters(text)),
        None => {
            let near = near(&WORDS, &word);
            Asked::Unknown(first.to_owned(), near)
        }
        Some("practice") => Asked::Practice(filters(rest)),
        Some("today") => Asked::Today,
        Some("leaderboard") if low.is_empty() => Asked::Leaderboard(Period::Week),
        Some("leaderboard") => match named(&PERIODS, &low).and_then(Period::from_name) {
            Some(period) => Asked::Leaderboard(period),
            None => Asked::Unknown(rest.to_owned(), PERIODS.map(|(name, _)| name.to_owned()).to_vec()),
        },
        Some("stats") if low.is_empty() || low == "me" => Asked::Stats(None),
        Some("stats") => mentioned(rest).map_or_else(|| Asked::Nobody(rest.to_owned()), |id| Asked::Stats(Some(id))),
        Some("library") => Asked::Library(rest.to_owned()),
        Some("feed") => Asked::Feed,
        Some("doctor") => Asked::Doctor,
        Some("privacy") if low.is_empty() => Asked::Privacy(None),
        Some("privacy") => match named(&PRIVACY, &low) {
            Some("export") => Asked::Privacy(Some(Privacy::Export)),
            Some("delete") => Asked::Privacy(Some(Privacy::Delete)),
            _ => Asked::Unknown(rest.to_owned(), PRIVACY.map(|(name, _)| name.to_owned()).to_vec()),
        },
        Some("community") => joint(rest).map_or_else(|unknown| unknown, Asked::Community),
        Some("account") if low.is_empty() => Asked::Account(Joint::Link(None)),
        Some("account") => joint(rest).map_or_else(|unknown| unknown, Asked::Account),
        Some(_) => Asked::Help,
    }
}

/// `link`, `link CODE`, `unlink` or `show`; a code alone is understood, too.
fn joint(rest: &str) -> Result<Joint, Asked> {
    let (word, code) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let code = Some(code.trim().trim_start_matches("code:").trim()).filter(|code| !code.is_empty());
    match named(&JOINTS, &word.to_lowercase()) {
        Some("link") => Ok(Joint::Link(code.map(ToOwned::to_owned))),
        Some("unlink") => Ok(Joint::Unlink),
        Some(_) => Ok(Joint::Show),
        None if word.is_empty() => Ok(Joint::Show),
        None if word.contains(|c: char| c.is_ascii_digit() || c == '-') => Ok(Joint::Link(Some(rest.to_owned()))),
        None => Err(Asked::Unknown(rest.to_owned(), JOINTS.map(|(name, _)| name.to_owned()).to_vec())),
    }
}

/// Whom Slack writes as `<@U123|ada>`. A name alone says of nobody who they are: it is neither known to Slack nor theirs alone.
fn mentioned(text: &str) -> Option<String> {
    let (inner, _) = text.strip_prefix("<@")?.split_once('>')?;
    inner.split('|').next().filter(|id| !id.is_empty()).map(ToOwned::to_owned)
}

/// As [`parse`], where nothing filters, in words for people who debug.
pub(super) fn understood(text: &str) -> String {
    format!("{:?}", parse(text, |_| false))
}

pub(super) async fn run(shared: &Shared, who: &Who, way: &Way, text: &str) {
    let (series, topics) = shared.service.vocabulary();
    let asked =
        parse(text, |word| Level::from_name(word).is_some() || series.iter().chain(&topics).any(|name| name == word));
    let actor = match asked {
        Asked::Feed | Asked::Doctor | Asked::Community(_) | Asked::Help | Asked::Unknown(..) => shared.admin(who).await,
        _ => shared.actor(who).await,
    };
    let outcome = answer(shared, &actor, asked).await;
    finish(shared, who, way, Place::New, outcome).await;
}

async fn answer(shared: &Shared, actor: &Actor, asked: Asked) -> Outcome {
    let service = &shared.service;
    match asked {
        Asked::Practice(words) => practice(shared, actor, &words).await,
        Asked::Today => {
            let mine = service.today(actor).await?;
            Ok(text::today(&mine, |one| link(shared, one)).into())
        }
        Asked::Leaderboard(period) => Ok(text::leaderboard(&service.leaderboard(actor, period, 0).await?).into()),
        Asked::Stats(of) => Ok(text::stats(&service.stats(actor, of.as_deref()).await?).into()),
        Asked::Nobody(given) => Err(Refusal::UnknownPerson { given }.into()),
        Asked::Library(words) => library(shared, actor, &words).await,
        Asked::Feed => Ok(admin::board(shared, actor).await?.into()),
        Asked::Doctor => admin::doctor(shared, actor).await,
        Asked::Privacy(None) => Ok(text::privacy().into()),
        Asked::Privacy(Some(Privacy::Delete)) => Ok(text::privacy_confirm().into()),
        Asked::Privacy(Some(Privacy::Export)) => {
            let bytes = format!("{:#}", service.export(actor).await?).into_bytes();
            let card = text::privacy_export_sent(bytes.len());
            let file = Some(File { name: "trapline-data.json", bytes });
            Ok(Say { cards: vec![card], file })
        }
        Asked::Community(joint) => community(shared, actor, joint).await,
        Asked::Account(joint) => account(shared, actor, joint).await,
        Asked::Help => Ok(text::help_pressed(actor.admin).into()),
        Asked::Unknown(given, near) => {
            let refusal = text::refusal(&Refusal::UnknownCommand { given, near });
            Ok(vec![refusal, text::help_pressed(actor.admin)].into())
        }
    }
}

async fn community(shared: &Shared, actor: &Actor, joint: Joint) -> Outcome {
    let service = &shared.service;
    Ok(match joint {
        Joint::Show => text::community(&service.community(actor).await?),
        Joint::Link(None) => text::community_code(&service.community_code(actor).await?),
        Joint::Link(Some(code)) => text::community_joined(&service.community_join(actor, &code).await?),
        Joint::Unlink => text::community_left(&service.community_leave(actor).await?),
    }
    .into())
}

async fn account(shared: &Shared, actor: &Actor, joint: Joint) -> Outcome {
    let service = &shared.service;
    Ok(match joint {
        Joint::Show | Joint::Link(None) => text::account_code(&service.account_code(actor).await?),
        Joint::Link(Some(code)) => text::account_linked(service.account_join(actor, &code).await?),
        Joint::Unlink => {
            service.account_leave(actor).await?;
            text::account_left()
        }
    }
    .into())
}

/// A link to the post, once Slack has said where the workspace is.
pub(super) fn link(shared: &Shared, mine: &Mine) -> Option<String> {
    let workspace = shared.me()?.url?;
    mine.message.as_ref().map(|message| jump_link(&workspace, &mine.channel, message))
}

/// Each word is a level, a series, or else a topic.
async fn practice(shared: &Shared, actor: &Actor, words: &[String]) -> Outcome {
    let (known, _) = shared.service.vocabulary();
    let level = words.iter().find(|word| Level::from_name(word).is_some());
    let series = words.iter().find(|word| known.contains(word));
    let topic = words.iter().find(|word| Some(*word) != level && Some(*word) != series);
    let found = shared.service.practise(
        actor,
        series.map(String::as_str),
        topic.map(String::as_str),
        level.map(String::as_str),
    );
    Ok(receive::exercise(&found.await?).into())
}

/// How many traps a search shows: each has a button.
const FOUND: usize = 8;

async fn library(shared: &Shared, actor: &Actor, words: &str) -> Outcome {
    Ok(match shared.service.library_find(actor, words, FOUND).await? {
        Found::One(trap) => text::library(&trap).into(),
        Found::Several(found) => text::library_found(&found).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Asked {
        parse(text, |word| ["memory", "senior"].contains(&word))
    }

    #[test]
    fn what_people_type_is_understood() {
        for (text, asked) in [
            ("", Asked::Practice(vec![])),
            ("  ", Asked::Practice(vec![])),
            ("Senior memory", Asked::Practice(vec!["senior".into(), "memory".into()])),
            (" Today ", Asked::Today),
            ("/today", Asked::Today),
            ("leaderboard", Asked::Leaderboard(Period::Week)),
            ("leaderboard Season", Asked::Leaderboard(Period::Season)),
            ("top all time", Asked::Leaderboard(Period::All)),
            ("stats", Asked::Stats(None)),
            ("stats <@U123|ada>", Asked::Stats(Some("U123".into()))),
            ("stats <@U123>", Asked::Stats(Some("U123".into()))),
            ("stats @ada", Asked::Nobody("@ada".into())),
            ("stats bob", Asked::Nobody("bob".into())),
            ("stats <@> bob", Asked::Nobody("<@> bob".into())),
            ("library The FP32  Tax", Asked::Library("The FP32  Tax".into())),
            ("feeds", Asked::Feed),
            ("privacy", Asked::Privacy(None)),
            ("privacy DELETE", Asked::Privacy(Some(Privacy::Delete))),
            ("community", Asked::Community(Joint::Show)),
            ("community link", Asked::Community(Joint::Link(None))),
            ("community link 7K2M-9QXD", Asked::Community(Joint::Link(Some("7K2M-9QXD".into())))),
            ("community link code:7k2m-9qxd", Asked::Community(Joint::Link(Some("7k2m-9qxd".into())))),
            ("account 7K2M-9QXD", Asked::Account(Joint::Link(Some("7K2M-9QXD".into())))),
            ("account", Asked::Account(Joint::Link(None))),
            ("account unlink", Asked::Account(Joint::Unlink)),
            ("help", Asked::Help),
        ] {
            assert_eq!(read(text), asked, "{text:?}");
        }
    }

    #[test]
    fn what_is_not_understood_names_what_comes_near() {
        assert_eq!(read("leaderbord"), Asked::Unknown("leaderbord".into(), vec!["leaderboard".into()]));
        assert!(matches!(read("Stast"), Asked::Unknown(word, near) if word == "Stast" && near[0] == "stats"));
        assert!(matches!(read("leaderboard year"), Asked::Unknown(_, near) if near.contains(&"season".to_owned())));
        assert!(matches!(read("privacy what"), Asked::Unknown(_, near) if near == ["export", "delete"]));
        assert!(matches!(read("community jion"), Asked::Unknown(word, near) if word == "jion" && near[0] == "link"));
        assert!(matches!(read("<!channel> `x`"), Asked::Unknown(..)));
    }
}
