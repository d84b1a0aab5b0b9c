//! What is suggested while an option is typed. Nothing here fails: where something can't be found out, there are
//! fewer suggestions.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serenity::all::{AutocompleteChoice, ChannelId, CreateAutocompleteResponse};

use super::Shared;
use super::commands::Context;
use super::payload::{cut, limit, units};
use super::permissions::{self, Channel};
use super::respond::Asked;
use crate::core::calendar::{self, Days};
use crate::core::feed::{FeedView, Order};
use crate::core::refusal::Refusal;
use crate::core::trap::Level;
use crate::service::Actor;

/// Discord waits three seconds for suggestions; they are of no use to somebody who types on.
const PATIENCE: Duration = Duration::from_secs(2);
/// A suggestion does without a channel's name where Discord takes longer to tell it.
const NAMING: Duration = Duration::from_millis(700);

/// Words that stand for several days.
const DAYS: [&str; 9] =
    ["daily", "weekdays", "weekends", "mon,wed,fri", "tue,thu", "mon", "wed", "fri", "mon,tue,wed,thu"];

pub(super) async fn time(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    same(calendar::times_like(typed, limit::CHOICES))
}

pub(super) async fn timezone(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    same(calendar::zones_like(typed, limit::CHOICES))
}

pub(super) async fn days(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    same(days_like(typed))
}

/// The usual lists that hold what was typed; else that, where it is a list of days of one's own, or the nearest one.
fn days_like(typed: &str) -> Vec<String> {
    let fitting = like(typed, DAYS);
    if !fitting.is_empty() {
        return fitting;
    }
    match Days::parse(typed) {
        Ok(days) => vec![days.to_string()],
        Err(Refusal::BadDays { near, .. }) => near,
        Err(_) => Vec::new(),
    }
}

pub(super) async fn order(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    same(like(typed, Order::ALL.map(Order::as_str)))
}

pub(super) async fn level(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    same(like(typed, Level::ALL.map(Level::as_str).into_iter().chain(any(ctx))))
}

pub(super) async fn series(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let (series, _) = ctx.framework.user_data.service.vocabulary();
    same(like(typed, series.iter().map(String::as_str).chain(any(ctx))))
}

pub(super) async fn topic(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let (_, topics) = ctx.framework.user_data.service.vocabulary();
    same(like(typed, topics.iter().map(String::as_str).chain(any(ctx))))
}

pub(super) async fn library(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let service = &ctx.framework.user_data.service;
    let found =
        within(actor(ctx), async |actor| service.library_search(&actor, typed, limit::CHOICES).await.ok()).await;
    let choices = found.unwrap_or_default();
    respond(choices.into_iter().map(|(trap, line)| AutocompleteChoice::new(name(&line), trap.as_str())).collect())
}

/// Feeds by number, with channel and time.
pub(super) async fn feed(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let shared = ctx.framework.user_data;
    let found = within(actor(ctx), async |actor| {
        let views = shared.service.feeds(&actor).await.ok()?;
        let labels = views.iter().take(limit::CHOICES).map(|view| label(shared, view));
        Some(futures::future::join_all(labels).await)
    })
    .await;
    let typed = typed.trim().to_lowercase();
    let mut choices = found.unwrap_or_default();
    choices.retain(|(number, label)| number.to_string() == typed || label.to_lowercase().contains(&typed));
    respond(choices.into_iter().map(|(number, label)| AutocompleteChoice::new(name(&label), number)).collect())
}

async fn label(shared: &Shared, view: &FeedView) -> (i64, String) {
    let settings = &view.feed.settings;
    let channel = shared.names.of(shared, &settings.channel).await;
    let zone = settings.schedule.zone.name();
    (view.feed.number, format!("{} · {channel} · {}, {zone}", view.feed.number, settings.schedule.describe()))
}

/// Clearing a filter is for those who change one.
fn any(ctx: Context<'_>) -> Option<&'static str> {
    (ctx.command().name == "edit").then_some("any")
}

fn actor(ctx: Context<'_>) -> Option<Actor> {
    Asked::from(ctx.interaction).actor
}

async fn within<T, W>(actor: Option<Actor>, work: impl FnOnce(Actor) -> W) -> Option<T>
where
    W: Future<Output = Option<T>> + Send,
{
    tokio::time::timeout(PATIENCE, work(actor?)).await.ok().flatten()
}

/// The words that hold what was typed, those that begin with it first.
fn like<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let typed = typed.trim().to_lowercase();
    let (mut first, rest): (Vec<&str>, Vec<&str>) =
        words.into_iter().filter(|word| word.contains(&typed)).partition(|word| word.starts_with(&typed));
    first.extend(rest);
    first.into_iter().map(ToOwned::to_owned).collect()
}

fn same<T: Into<String>>(values: Vec<T>) -> CreateAutocompleteResponse {
    let choices = values.into_iter().map(Into::into).filter(|value: &String| units(value) <= limit::CHOICE);
    respond(choices.map(|value| AutocompleteChoice::new(value.clone(), value)).collect())
}

fn respond(mut choices: Vec<AutocompleteChoice>) -> CreateAutocompleteResponse {
    choices.truncate(limit::CHOICES);
    CreateAutocompleteResponse::new().set_choices(choices)
}

/// A suggestion's label: never empty, never too long.
fn name(text: &str) -> String {
    let text = cut(text.trim(), limit::CHOICE);
    if text.is_empty() { "…".to_owned() } else { text }
}

/// Names of channels for labels: without a cache of guilds, they are asked for once. A stale one does no harm.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashMap<String, String>>);

/// Names kept; when there are more, all are forgotten.
const NAMES: usize = 2000;

impl Names {
    pub(super) fn learn(&self, channel: &Channel) {
        if let Some(name) = &channel.name {
            let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if names.len() >= NAMES {
                names.clear();
            }
            names.insert(channel.id.to_string(), format!("#{name}"));
        }
    }

    fn known(&self, id: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    async fn of(&self, shared: &Shared, id: &str) -> String {
        if let Some(name) = self.known(id) {
            return name;
        }
        if let Some(channel) = id.parse().ok().filter(|id| *id > 0).map(ChannelId::new)
            && let Ok(Ok(channel)) = tokio::time::timeout(NAMING, permissions::fetch(&shared.rest, channel)).await
        {
            self.learn(&channel);
        }
        self.known(id).unwrap_or_else(|| format!("channel {id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_it_comes_first() {
        assert_eq!(like("MI", ["staff-mix", "mid", "mixed"]), ["mid", "mixed", "staff-mix"]);
        assert_eq!(like("", ["b", "a"]), ["b", "a"]);
        assert!(like("x", ["b", "a"]).is_empty());
    }

    #[test]
    fn only_days_are_suggested_as_days() {
        assert_eq!(days_like("mon-thu"), ["mon,tue,wed,thu"]);
        assert_eq!(days_like("sun, sat, fri"), ["fri,sat,sun"]);
        assert_eq!(days_like("week")[..1], ["weekdays"]);
        assert_eq!(days_like("tuseday")[..1], ["tue"]);
        assert!(!days_like("xyzzy").contains(&"xyzzy".to_owned()));
    }

    #[test]
    fn suggestions_keep_to_the_limits() {
        let many: Vec<String> = (0..40).map(|n| n.to_string()).chain(["x".repeat(101)]).collect();
        let value = serde_json::to_value(same(many)).unwrap();
        assert_eq!(value["choices"].as_array().unwrap().len(), limit::CHOICES);
        assert_eq!(name("  "), "…");
        assert!(units(&name(&"long word ".repeat(20))) <= limit::CHOICE);
    }
}
