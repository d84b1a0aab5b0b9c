//! From what an admin typed to the settings of a feed.

use chrono_tz::Tz;

use crate::bank::Bank;
use crate::core::calendar::{Rule, Schedule};
use crate::core::feed::{Draft, Filter, Order, RevealAfter, Settings};
use crate::core::refusal::Refusal;
use crate::service::words::{FilterWords, nearest};

/// Settings, and whether the admin named the zone.
#[derive(Debug)]
pub(super) struct Drafted {
    pub(super) settings: Settings,
    pub(super) zone_named: bool,
}

/// The settings of a new feed. `zone`: its zone if none was named.
///
/// # Errors
/// Any refusal about a part of the draft; `ChannelUnseen` without a channel.
pub(super) fn new(bank: &Bank, draft: &Draft, zone: Tz) -> Result<Drafted, Refusal> {
    let channel = draft.channel.clone().ok_or_else(|| Refusal::ChannelUnseen { channel: String::new() })?;
    let zone = named(&draft.timezone).unwrap_or_else(|| zone.name());
    let schedule = Schedule::parse(draft.time.as_deref(), draft.days.as_deref(), draft.cron.as_deref(), zone)?;
    let base = Settings {
        channel,
        schedule,
        filter: Filter::default(),
        order: Order::default(),
        reveal: RevealAfter::Hours(super::REVEAL_HOURS),
        role: None,
        thread: true,
    };
    over(bank, draft, base)
}

/// The settings of a feed after an edit.
///
/// # Errors
/// Any refusal about a part of the draft.
pub(super) fn changed(bank: &Bank, draft: &Draft, old: &Settings) -> Result<Drafted, Refusal> {
    let channel = draft.channel.clone().unwrap_or_else(|| old.channel.clone());
    let schedule = reschedule(draft, &old.schedule)?;
    over(bank, draft, Settings { channel, schedule, ..old.clone() })
}

/// A part of the schedule that was not typed stays as it is.
fn reschedule(draft: &Draft, old: &Schedule) -> Result<Schedule, Refusal> {
    let zone = named(&draft.timezone).unwrap_or_else(|| old.zone.name());
    let (time, days, cron) = (named(&draft.time), named(&draft.days), named(&draft.cron));
    if time.is_none() && days.is_none() && cron.is_none() {
        return Ok(Schedule { zone: crate::core::calendar::zone_named(zone)?, ..old.clone() });
    }
    if cron.is_some() {
        return Schedule::parse(time, days, cron, zone);
    }
    let stored = old.stored();
    let (old_days, old_time) = match &old.rule {
        Rule::Daily { .. } => stored.split_once(' ').unzip(),
        Rule::Cron(_) => (None, None),
    };
    Schedule::parse(time.or(old_time), days.or(old_days), None, zone)
}

fn over(bank: &Bank, draft: &Draft, base: Settings) -> Result<Drafted, Refusal> {
    let words =
        FilterWords { series: draft.series.as_deref(), topic: draft.topic.as_deref(), level: draft.level.as_deref() };
    let settings = Settings {
        filter: words.apply(bank, &base.filter)?,
        order: draft.order.as_deref().map_or(Ok(base.order), order_named)?,
        reveal: draft.reveal_after.map_or(Ok(base.reveal), reveal_after)?,
        role: draft.role.clone().map_or(base.role, |role| Some(role).filter(|role| !role.trim().is_empty())),
        thread: draft.thread.unwrap_or(base.thread),
        ..base
    };
    Ok(Drafted { settings, zone_named: named(&draft.timezone).is_some() })
}

/// A blank text is an absent one.
fn named(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn order_named(given: &str) -> Result<Order, Refusal> {
    let known = Order::ALL.map(|order| order.as_str().to_owned());
    Order::from_name(&given.trim().to_lowercase())
        .ok_or_else(|| Refusal::UnknownOrder { given: given.to_owned(), near: nearest(given, &known) })
}

fn reveal_after(hours: i64) -> Result<RevealAfter, Refusal> {
    RevealAfter::from_hours(hours).ok_or_else(|| Refusal::BadRevealAfter { given: hours.to_string() })
}
