//! The frame that every page stands in, and the small parts that several pages share.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::app::Cx;
use super::assets::STYLE;
use super::render::card;
use crate::core::card::Card;
use crate::core::round::{Reveal, Round};

pub(super) mod archive;
pub(super) mod channel;
mod feed_form;
pub(super) mod feeds;
pub(super) mod health;
pub(super) mod help;
pub(super) mod library;
pub(super) mod me;
pub(super) mod practice;
mod question;
mod reveal;
mod select;
pub(super) mod sign_in;
pub(super) mod standings;

/// Cards as a page of their own that needs no server: the style is in it, and its buttons lead nowhere.
#[must_use]
pub fn preview(cards: &[Card]) -> String {
    alone(&html! { @for one in cards { (card(one, "", 2)) } })
}

/// An open round as the channel shows it to a member, as a page of its own.
#[must_use]
pub fn preview_open(round: &Round) -> String {
    alone(&question::preview(round))
}

/// A revealed round as the channel shows it, as a page of its own.
#[must_use]
pub fn preview_revealed(reveal: &Reveal) -> String {
    alone(&reveal::article(reveal, None, 2))
}

fn alone(content: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Preview · Trapline" }
                style { (PreEscaped(STYLE)) }
            }
            body { div.columns { main { h1 { "Preview" } (content) } } }
        }
    }
    .into_string()
}

/// Which entry of the navigation is the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Today,
    Standings,
    Archive,
    Practice,
    Library,
    Me,
    Feed,
    Help,
    None,
}

/// A page, ready to be put into the frame.
pub(super) struct Page {
    title: String,
    tab: Tab,
    main: Markup,
    aside: Option<Markup>,
    status: StatusCode,
    /// What the page shows, if it is to follow what happens: another value is worth another look.
    state: Option<String>,
}

impl Page {
    pub(super) fn new(title: impl Into<String>, tab: Tab, main: Markup) -> Self {
        Self { title: title.into(), tab, main, aside: None, status: StatusCode::OK, state: None }
    }

    pub(super) fn aside(mut self, aside: Markup) -> Self {
        self.aside = Some(aside);
        self
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn live(mut self, state: String) -> Self {
        self.state = Some(state);
        self
    }

    pub(super) fn show(self, cx: &Cx) -> Response {
        (self.status, frame(&self, cx)).into_response()
    }
}

fn frame(page: &Page, cx: &Cx) -> Markup {
    let assets = &cx.app.assets;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (page.title) " · Trapline" }
                link rel="icon" type="image/svg+xml" href=(assets.icon);
                link rel="stylesheet" href=(assets.style);
                script src=(assets.script) defer {}
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href="/" { img src=(assets.icon) alt="" width="28" height="28"; "Trapline" }
                    @if cx.visitor.signed_in { (navigation(page.tab, cx)) }
                }
                div.columns #content data-now=(cx.now().timestamp_millis()) data-state=[&page.state] {
                    main #main tabindex="-1" { (page.main) }
                    @if let Some(aside) = &page.aside { aside aria-label="Standings" { (aside) } }
                }
                p.hidden #announcer role="status" aria-live="polite" {}
            }
        }
    }
}

fn navigation(current: Tab, cx: &Cx) -> Markup {
    let entry = |tab: Tab, path: &str, name: &str| {
        html! { li { a href=(path) aria-current=[(tab == current).then_some("page")] { (name) } } }
    };
    html! {
        nav aria-label="Pages" {
            ul {
                (entry(Tab::Today, "/", "Today"))
                (entry(Tab::Standings, "/standings", "Standings"))
                (entry(Tab::Archive, "/archive", "Archive"))
                (entry(Tab::Practice, "/practice", "Practice"))
                (entry(Tab::Library, "/library", "Library"))
            }
        }
        nav.own aria-label="You and this page" {
            ul {
                @if cx.visitor.admin { (entry(Tab::Feed, "/feed", "Feed")) }
                (entry(Tab::Help, "/help", "Help"))
                (entry(Tab::Me, "/me", "Me"))
            }
        }
    }
}

/// `3 have locked in`.
pub(super) fn locked_in(answered: u32) -> String {
    match answered {
        0 => "Nobody has locked in yet".to_owned(),
        1 => "1 has locked in".to_owned(),
        n => format!("{n} have locked in"),
    }
}

/// An instant to come: how far off, and in the feed's zone. The script keeps the distance current.
pub(super) fn countdown(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Markup {
    html! {
        span data-countdown=(at.timestamp_millis()) { (distance(at - now)) }
        " (" (local_time(at, zone)) ")"
    }
}

/// An instant in a zone, with the zone's abbreviation.
pub(super) fn local_time(at: DateTime<Utc>, zone: Tz) -> Markup {
    let local = at.with_timezone(&zone);
    html! { time datetime=(at.to_rfc3339()) { (local.format("%a %-d %b, %H:%M %Z")) } }
}

/// A date in a zone.
pub(super) fn local_date(at: DateTime<Utc>, zone: Tz) -> Markup {
    let local = at.with_timezone(&zone);
    html! { time datetime=(local.format("%Y-%m-%d")) { (local.format("%a %-d %b %Y")) } }
}

/// `in 7 h 59 min`; as `app.js` says it.
fn distance(left: TimeDelta) -> String {
    // Rounded up: "in 0 min" would be wrong for a minute.
    let minutes = (left.num_seconds() + 59) / 60;
    match (minutes / 60, minutes % 60) {
        _ if minutes <= 0 => "any moment".to_owned(),
        (0, minutes) => format!("in {minutes} min"),
        (hours, 0) if hours < 48 => format!("in {hours} h"),
        (hours, minutes) if hours < 48 => format!("in {hours} h {minutes} min"),
        (hours, _) => format!("in {} days", (hours + 12) / 24),
    }
}

/// A message by a field that was not filled in well; `id` ties it to its input.
pub(super) fn field_error(id: &str, message: Option<&Markup>) -> Markup {
    html! { @if let Some(message) = message { div.error id=(format!("{id}-error")) role="alert" { (message) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_rounded_up_to_what_is_true() {
        let said = |seconds| distance(TimeDelta::seconds(seconds));
        assert_eq!(said(-5), "any moment");
        assert_eq!(said(1), "in 1 min");
        assert_eq!(said(60), "in 1 min");
        assert_eq!(said(61), "in 2 min");
        assert_eq!(said(8 * 3600), "in 8 h");
        assert_eq!(said(8 * 3600 - 60), "in 7 h 59 min");
        assert_eq!(said(72 * 3600), "in 3 days");
    }
}
