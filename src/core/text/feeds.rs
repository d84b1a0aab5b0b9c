//! What an admin sees of feeds.

use chrono::{DateTime, Utc};

use super::rounds::question;
use super::words::{self, count, it_or_them, list, moment, quoted, series, topic};
use crate::core::calendar::Slot;
use crate::core::card::{Block, Button, Card, Look, Tone};
use crate::core::feed::{Blocked, Checkup, Feed, FeedView, Finding, Order, RevealAfter, SkipReason, State, Waiting};
use crate::core::ids::{Action, FeedStep};
use crate::core::markup::escape;
use crate::core::trap::Trap;

fn channel(feed: &Feed) -> String {
    let id = &feed.settings.channel;
    format!("[the channel](channel:{id})")
}

fn zone(feed: &Feed) -> &'static str {
    words::zone(feed.settings.schedule.zone)
}

/// Channel, times, filter and reveal.
fn facts(view: &FeedView) -> Block {
    let settings = &view.feed.settings;
    let mut facts = vec![
        ("Where".to_owned(), channel(&view.feed)),
        ("When".to_owned(), format!("{}, {}", settings.schedule.describe(), escape(zone(&view.feed)))),
        ("Which".to_owned(), which(view)),
        ("Reveal".to_owned(), reveal_policy(view)),
    ];
    if let Some(role) = &settings.role {
        facts.push(("Pings".to_owned(), format!("[the role](role:{role})")));
    }
    Block::Facts(facts)
}

fn which(view: &FeedView) -> String {
    let filter = &view.feed.settings.filter;
    let mut parts = vec![count(view.pool as u64, "trap", "traps")];
    parts.extend(filter.series.as_deref().map(|s| format!("of {}", series(s))));
    parts.extend(filter.topic.as_deref().map(|t| format!("on {}", topic(t))));
    parts.extend(filter.level.map(|l| format!("for {}", l.as_str())));
    let order = match view.feed.settings.order {
        Order::Mixed => "topics mixed",
        Order::Series => "in the order of the series",
    };
    match view.pool {
        1 => format!("{}, the same at each post", parts.join(" ")),
        // A week of posts would see the first one again.
        few @ 2..7 => format!("{}, {order}; they repeat after {few} posts", parts.join(" ")),
        _ => format!("{}, {order}", parts.join(" ")),
    }
}

fn reveal_policy(view: &FeedView) -> String {
    let when = match view.feed.settings.reveal {
        RevealAfter::Hours(hours) => format!("{} after the post", count(u64::from(hours), "hour", "hours")),
        RevealAfter::NextPost => "with the next post".to_owned(),
    };
    if view.feed.settings.thread { format!("{when}, with a thread") } else { when }
}

/// In which zones slots are told.
#[derive(Clone, Copy)]
enum Zones {
    /// In the feed's, and in the reader's where the platform knows it.
    Both,
    /// In the feed's alone, as a page of its own tells all times.
    Feed,
}

/// The next slots.
fn next(view: &FeedView, now: DateTime<Utc>, zones: Zones) -> String {
    if matches!(view.feed.state, State::Paused) {
        return "Paused: nothing is posted until it is resumed.".to_owned();
    }
    if view.next.is_empty() {
        return "No further slot.".to_owned();
    }
    let lines: Vec<String> = view.next.iter().take(3).map(|slot| slot_line(slot, view, now, zones)).collect();
    lines.join("\n")
}

fn slot_line(slot: &Slot, view: &FeedView, now: DateTime<Utc>, zones: Zones) -> String {
    if slot.at <= now {
        return "- now: today's is due at once".to_owned();
    }
    let local = slot.at.with_timezone(&view.feed.settings.schedule.zone).format("%a %-d %b, %H:%M");
    let zone = escape(zone(&view.feed));
    match zones {
        Zones::Both => format!("- {local} {zone} ({})", moment(slot.at, chrono_tz::UTC)),
        Zones::Feed => format!("- {local} {zone}"),
    }
}

fn settled(title: String, view: &FeedView, now: DateTime<Utc>, zones: Zones) -> Card {
    let mut card = Card::new(title).tone(Tone::Good).block(facts(view)).heading("Next").text(next(view, now, zones));
    if view.zone_assumed {
        card = card.text(format!(
            "No zone was given, so these are UTC. Edit feed {} with your `timezone`, such as `Europe/Berlin`, to change that.",
            view.feed.number
        ));
    }
    card.blocks.extend(often(view));
    card
}

/// A crontab that comes again within the hour is most often a slip: `* 9 * * *` for `0 9 * * *`.
fn often(view: &FeedView) -> Option<Block> {
    let apart = view.next.windows(2).map(|pair| (pair[1].at - pair[0].at).num_minutes()).min()?;
    let minutes = u64::try_from(apart).ok().filter(|apart| *apart < 60)?;
    Some(Block::Text(format!(
        "⚠️ Traps come {} apart here. One a day, at 09:00, is the crontab `0 9 * * *`.",
        count(minutes, "minute", "minutes")
    )))
}

#[must_use]
pub fn feed_added(view: &FeedView, now: DateTime<Utc>) -> Card {
    settled(format!("Feed {} is set", view.feed.number), view, now, Zones::Both)
}

/// As [`feed_added`], for a page that tells all times in the feed's zone.
#[must_use]
pub fn feed_added_here(view: &FeedView, now: DateTime<Utc>) -> Card {
    settled(format!("Feed {} is set", view.feed.number), view, now, Zones::Feed)
}

#[must_use]
pub fn feed_edited(view: &FeedView, now: DateTime<Utc>) -> Card {
    settled(format!("Feed {} is changed", view.feed.number), view, now, Zones::Both)
}

/// As [`feed_edited`], for a page that tells all times in the feed's zone.
#[must_use]
pub fn feed_edited_here(view: &FeedView, now: DateTime<Utc>) -> Card {
    settled(format!("Feed {} is changed", view.feed.number), view, now, Zones::Feed)
}

const NO_FEEDS: &str = "No feeds yet";
const DEFAULTS: &str = "09:00 daily and a reveal after 8 hours are what you get then.";

#[must_use]
pub fn feed_list(views: &[FeedView], now: DateTime<Utc>) -> Card {
    if views.is_empty() {
        return Card::new(NO_FEEDS).text(format!("`/feed add`: a channel is enough. {DEFAULTS}"));
    }
    let mut card = Card::new(count(views.len() as u64, "feed", "feeds"));
    for view in views {
        card = card.text(entry(view, now));
    }
    card
}

fn entry(view: &FeedView, now: DateTime<Utc>) -> String {
    let head = format!(
        "**{}** · {} · {}, {}",
        view.feed.number,
        channel(&view.feed),
        view.feed.settings.schedule.describe(),
        escape(zone(&view.feed))
    );
    format!("{head}  \n{}; reveal {}  \n{}", which(view), reveal_policy(view), state(view, now))
}

/// As [`feed_list`], with buttons for all that can be done: a card for each feed, and one to add another.
#[must_use]
pub fn feed_board(views: &[FeedView], now: DateTime<Utc>) -> Vec<Card> {
    let add = vec![Button::new("Add a feed", Action::FeedAdd).look(Look::Primary)];
    if views.is_empty() {
        let none = Card::new(NO_FEEDS).text(format!("Press **Add a feed**: a channel is enough. {DEFAULTS}"));
        return vec![none.row(add)];
    }
    let mut cards = vec![Card::new(count(views.len() as u64, "feed", "feeds"))];
    cards.extend(views.iter().map(|view| Card::default().text(entry(view, now)).row(controls(view))));
    cards.push(Card::default().block(Block::Divider).row(add));
    cards
}

fn controls(view: &FeedView) -> Vec<Button> {
    let number = view.feed.number;
    let button = |label: &str, step| Button::new(label, Action::Feed { number, step });
    let mut row = vec![button("Edit", FeedStep::Edit)];
    row.push(match view.feed.state {
        State::Paused => button("Resume", FeedStep::Resume),
        State::Active | State::Blocked { .. } => button("Pause", FeedStep::Pause),
    });
    row.extend([button("Preview", FeedStep::Preview), button("Post now", FeedStep::Post)]);
    row.push(button("Reveal now", FeedStep::Reveal).disabled(view.open.is_none()));
    row.push(button("Remove", FeedStep::Remove).look(Look::Danger));
    row
}

fn state(view: &FeedView, now: DateTime<Utc>) -> String {
    match &view.feed.state {
        State::Active => {
            let next = view.next.first().map_or_else(
                || "No further slot.".to_owned(),
                |slot| {
                    if slot.at <= now {
                        "Due now.".to_owned()
                    } else {
                        format!("Next: {}.", moment(slot.at, view.feed.settings.schedule.zone))
                    }
                },
            );
            format!("{next}{}", skipped(view))
        }
        State::Paused => "Paused.".to_owned(),
        State::Blocked { reason, .. } => format!("⚠️ Blocked: {}", why(reason)),
    }
}

fn skipped(view: &FeedView) -> String {
    view.last_skipped.map_or_else(String::new, |(slot, reason)| {
        let why = match reason {
            SkipReason::TooLate => "I was away for too long",
            SkipReason::Superseded => "a newer one took its place",
            SkipReason::EmptyPool => "no trap was left that fits the filter",
            SkipReason::Undelivered => "the channel did not take its post",
        };
        format!(" Skipped {}: {why}.", slot.local.format("%a %-d %b, %H:%M"))
    })
}

#[must_use]
pub fn feed_paused(view: &FeedView) -> Card {
    Card::new(format!("Feed {} is paused", view.feed.number)).text(match view.feed.settings.reveal {
        RevealAfter::Hours(_) => {
            "Nothing is posted until it is resumed. An open round is still revealed, and no streak breaks."
        }
        RevealAfter::NextPost => {
            "Nothing is posted until it is resumed, and no streak breaks. \
                 An open round is revealed with the first post after that; `/feed reveal` does it sooner."
        }
    })
}

#[must_use]
pub fn feed_resumed(view: &FeedView, now: DateTime<Utc>) -> Card {
    resumed(view, now, Zones::Both)
}

/// As [`feed_resumed`], for a page that tells all times in the feed's zone.
#[must_use]
pub fn feed_resumed_here(view: &FeedView, now: DateTime<Utc>) -> Card {
    resumed(view, now, Zones::Feed)
}

fn resumed(view: &FeedView, now: DateTime<Utc>, zones: Zones) -> Card {
    Card::new(format!("Feed {} goes on", view.feed.number))
        .tone(Tone::Good)
        .heading("Next")
        .text(next(view, now, zones))
}

#[must_use]
pub fn feed_removed(view: &FeedView) -> Card {
    feed_gone(view.feed.number)
}

/// As [`feed_removed`], where no more than its number is known any more.
#[must_use]
pub fn feed_gone(number: i64) -> Card {
    Card::new(format!("Feed {number} is removed"))
        .text("Its history and its points stay. An open round is still revealed.")
}

/// What the feed would post next, without the right answer.
#[must_use]
pub fn feed_preview(view: &FeedView, trap: &Trap) -> Card {
    let order: Vec<usize> = (0..trap.options().len()).collect();
    let sorted = alphabetical(trap, order);
    let shuffled = if sorted.is_empty() { "" } else { ", with its options shuffled" };
    question(trap, &sorted, &trap.headline).tone(Tone::Open).small(format!(
        "Feed {} posts this at its next time{shuffled}. If you post one by hand before then, it is a different trap.",
        view.feed.number
    ))
}

/// The order of the file often starts with the right option; by their text it says nothing.
fn alphabetical(trap: &Trap, mut order: Vec<usize>) -> Vec<usize> {
    let options = trap.options();
    order.sort_by(|&a, &b| options[a].text.cmp(&options[b].text));
    order
}

#[must_use]
pub fn feed_posted(number: i64) -> Card {
    Card::new(format!("Feed {number}: a trap is on its way"))
        .tone(Tone::Good)
        .text("It pays points as usual. The schedule and the streaks are not touched.")
}

#[must_use]
pub fn feed_revealed(number: i64) -> Card {
    Card::new(format!("Feed {number}: the reveal is on its way")).tone(Tone::Good).text("Points are official now.")
}

/// Each feed with what is wrong and how to mend it.
#[must_use]
pub fn doctor(checkups: &[Checkup], now: DateTime<Utc>) -> Card {
    if checkups.is_empty() {
        return Card::new(NO_FEEDS).text("There is nothing to check yet: begin with `/feed add`.");
    }
    let ill = checkups.iter().filter(|c| !is_well(c)).count();
    let mut card = match ill {
        0 => Card::new("All is well").tone(Tone::Good),
        n => Card::new(format!("{} with trouble", count(n as u64, "feed", "feeds"))).tone(Tone::Warning),
    };
    for checkup in checkups {
        card = card.text(format!(
            "**Feed {}** in {}: {}",
            checkup.view.feed.number,
            channel(&checkup.view.feed),
            diagnosis(checkup, now)
        ));
    }
    card
}

fn is_well(checkup: &Checkup) -> bool {
    checkup.missing.is_empty()
        && checkup.trouble.is_none()
        && checkup.view.pool > 0
        && checkup.view.waiting.is_none()
        && !matches!(checkup.view.feed.state, State::Blocked { .. })
}

fn diagnosis(checkup: &Checkup, now: DateTime<Utc>) -> String {
    let mut lines = Vec::new();
    if !checkup.missing.is_empty() {
        let names: Vec<String> = checkup.missing.iter().map(|name| format!("**{}**", escape(name))).collect();
        let them = it_or_them(&names);
        lines.push(format!("I lack {} there. Give {them} to my role in the channel's settings.", list(&names, "and")));
    }
    if let State::Blocked { reason, .. } = &checkup.view.feed.state {
        let in_the_way = !checkup.missing.is_empty() || checkup.trouble.is_some();
        let next =
            if in_the_way { "I try again by myself." } else { "Nothing is in the way any more: I try again now." };
        lines.push(format!("Blocked: {} {next}", why(reason)));
    } else if let Some(Waiting { since, why }) = &checkup.view.waiting {
        let since = moment(*since, checkup.view.feed.settings.schedule.zone);
        lines.push(format!("A message has been waiting since {since}: {} I try again by myself.", quoted(why)));
    }
    if checkup.view.pool == 0 {
        lines.push("No trap fits its filter any more: edit it.".to_owned());
    }
    let is_said = |found: &&Finding| matches!(&checkup.view.feed.state, State::Blocked { reason, .. } if found.blocks.as_ref() == Some(reason));
    lines.extend(checkup.trouble.iter().filter(|found| !is_said(found)).map(|found| escape(&found.said)));
    if lines.is_empty() { format!("well. {}", state(&checkup.view, now)) } else { lines.join("  \n") }
}

fn why(reason: &Blocked) -> String {
    match reason {
        Blocked::Permission { missing } if missing.is_empty() => "I may not post there.".to_owned(),
        Blocked::Permission { missing } => {
            let names: Vec<String> = missing.iter().map(|name| format!("**{}**", escape(name))).collect();
            format!("I lack {}.", list(&names, "and"))
        }
        Blocked::ChannelGone => "the channel is gone.".to_owned(),
        Blocked::ChannelUnseen => {
            "the channel is gone, or it is private and I am not in it: invite me there with `/invite`.".to_owned()
        }
        Blocked::ChannelArchived => "the channel is archived.".to_owned(),
        Blocked::NotInChannel => "I am not in it. Invite me there with `/invite`.".to_owned(),
        Blocked::NotInPlace => "I was removed, or my token was revoked.".to_owned(),
        Blocked::Other { said } => format!("I was told: {}", quoted(said)),
    }
}

/// What the bot's token may not do, where a platform grants that as a whole.
#[must_use]
pub fn scopes_missing(names: &[String]) -> Card {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.replace('`', ""))).collect();
    Card::new("My token may do too little").tone(Tone::Warning).text(format!(
        "It lacks {}. Put the manifest into the app's settings anew and install it again.",
        list(&names, "and")
    ))
}

/// A platform takes the bot's token no more, in its own word.
#[must_use]
pub fn token_refused(word: &str) -> Card {
    Card::new("My token is refused").tone(Tone::Warning).text(format!(
        "Slack says {}. Install the app again, and have whoever runs me put in its new token.",
        quoted(word)
    ))
}

/// To the admin, once, when a feed's channel refuses.
#[must_use]
pub fn blocked(view: &FeedView, reason: &Blocked) -> Card {
    Card::new(format!("Feed {} can't post", view.feed.number))
        .tone(Tone::Warning)
        .text(format!("In {}: {}", channel(&view.feed), why(reason)))
        .text(
            "I go on trying and will post again as soon as I can. `/doctor` in the [server](place:) says what to mend.",
        )
        .small("You get this once, because you set the feed up.")
}
