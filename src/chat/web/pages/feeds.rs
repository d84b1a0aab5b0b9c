//! The admin's page: feeds, their settings, and what can be done by hand.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::feed_form::{Fields, Form, wrong, zones};
use super::{Page, Tab, countdown};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::{Asked, Posted};
use crate::chat::web::gate::to;
use crate::chat::web::render::{card, inline, token};
use crate::core::card::Card;
use crate::core::feed::{FeedView, State};
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::service::Error;

pub(in crate::chat::web) async fn show(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    page(&cx, &asked, None).await
}

/// A form that was refused: the feed's number as in the address (none: the new one), what was typed, and why not.
struct Problem {
    feed: Option<String>,
    fields: Fields,
    refusal: Refusal,
}

impl Problem {
    /// The ids of the form begin with this.
    fn form(&self) -> String {
        self.feed.as_ref().map_or_else(|| NEW.to_owned(), |number| form_of(number))
    }

    /// There is something to mend.
    fn is_mistake(&self) -> bool {
        self.refusal != Refusal::NothingToChange
    }

    /// What the message is about, and the id that it stands by.
    fn wrong(&self) -> (&'static str, String) {
        wrong(&self.form(), &self.refusal)
    }
}

/// What the ids of the form for a new feed begin with.
const NEW: &str = "new";

/// The same for the form of a feed that is there.
fn form_of(number: &str) -> String {
    format!("feed-{number}")
}

async fn page(cx: &Cx, asked: &Asked, problem: Option<Problem>) -> Result<Response, Failure> {
    let views = cx.service().feeds(&cx.actor()).await?;
    let zone = views.first().map_or("UTC", |view| view.feed.settings.schedule.zone.name());
    let main = html! {
        h1 { "Feed settings" }
        @if let Some(problem) = problem.as_ref().filter(|problem| problem.is_mistake()) { (unsaved(problem)) }
        @if let Some(done) = done(asked, &views, cx) { div.receipt { (card(&done, &cx.csrf(), 2)) } }
        @for view in &views { (feed(cx, view, views.len() == 1, problem.as_ref())) }
        (new_feed(cx, zone, views.is_empty(), problem.as_ref()))
        (zones())
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = match &problem {
        Some(problem) if problem.is_mistake() => "Not saved: feed settings",
        Some(_) => "Nothing changed: feed settings",
        None => "Feed settings",
    };
    Ok(Page::new(title, Tab::Feed, main).status(status).show(cx))
}

/// At the top of the page, which leads on to what is wrong.
fn unsaved(problem: &Problem) -> Markup {
    let (field, id) = problem.wrong();
    html! {
        section.card.bad {
            p { strong { "Not saved." } " What you typed is kept below; see " a href=(format!("#{id}")) { (field) } "." }
        }
    }
}

/// What was just done, in the words of every platform.
fn done(asked: &Asked, views: &[FeedView], cx: &Cx) -> Option<Card> {
    let number: i64 = asked.filled("feed")?.parse().ok()?;
    let view = views.iter().find(|view| view.feed.number == number);
    let now = cx.now();
    Some(match asked.filled("done")? {
        "add" => text::feed_added_here(view?, now),
        "edit" => text::feed_edited_here(view?, now),
        "pause" => text::feed_paused(view?),
        "resume" => text::feed_resumed_here(view?, now),
        "remove" if view.is_none() => text::feed_gone(number),
        "post" => text::feed_posted(number),
        "reveal" => text::feed_revealed(number),
        _ => return None,
    })
}

fn feed(cx: &Cx, view: &FeedView, only: bool, problem: Option<&Problem>) -> Markup {
    let number = view.feed.number.to_string();
    let problem = problem.filter(|problem| problem.feed.as_deref() == Some(&number));
    let fields = problem.map_or_else(|| Fields::of(&view.feed.settings), |problem| problem.fields.clone());
    let form = Form {
        id: &form_of(&number),
        action: &format!("/feed/{number}"),
        submit: "Save",
        fields: &fields,
        refusal: problem.map(|problem| &problem.refusal),
    };
    html! {
        section.card.plain {
            h2 { "Feed " (number) }
            (status(cx, view))
            (acts(cx, view))
            details open[only || problem.is_some()] {
                summary { "Settings" }
                (form.show(cx))
            }
        }
    }
}

fn status(cx: &Cx, view: &FeedView) -> Markup {
    let schedule = &view.feed.settings.schedule;
    html! {
        p {
            (inline(&schedule.describe())) ", " (text::zone(schedule.zone)) " · "
            @match view.pool { 1 => "1 trap fits", n => { (n) " traps fit" } }
            @if matches!(view.feed.state, State::Paused) { " · " strong { "paused" } }
        }
        @if !view.next.is_empty() {
            h3 { "Next" }
            ol.slots { @for slot in view.next.iter().take(3) { li { (countdown(slot.at, cx.now(), schedule.zone)) } } }
        }
    }
}

fn acts(cx: &Cx, view: &FeedView) -> Markup {
    let number = view.feed.number;
    let act = |name: &str, label: &str| {
        html! {
            form.inline method="post" action=(format!("/feed/{number}/{name}")) {
                (token(&cx.csrf()))
                button type="submit" { (label) }
            }
        }
    };
    html! {
        div.buttons {
            (act("post", "Post now"))
            @if matches!(view.feed.state, State::Paused) { (act("resume", "Resume")) } @else { (act("pause", "Pause")) }
            a.button href=(format!("/feed/preview?feed={number}")) { "Preview" }
        }
        @if view.open.is_some() {
            (ask_once_more("Reveal now", REVEALED, &act("reveal", "Reveal it")))
        }
        (ask_once_more("Remove this feed", REMOVED, &act("remove", "Remove it")))
    }
}

const REVEALED: &str = "Everybody sees which answer was right, and the points count. That can't be taken back.";
const REMOVED: &str = "Nothing more is posted. Its history and its points stay.";

/// What is not done by a single tap: `act` comes to light with what it does.
fn ask_once_more(what: &str, effect: &str, act: &Markup) -> Markup {
    html! { details.confirm { summary { (what) } p { (effect) } (act) } }
}

fn new_feed(cx: &Cx, zone: &str, is_first: bool, problem: Option<&Problem>) -> Markup {
    let problem = problem.filter(|problem| problem.feed.is_none());
    let fields = problem.map_or_else(|| Fields::fresh(zone), |problem| problem.fields.clone());
    let form = Form {
        id: NEW,
        action: "/feed",
        submit: "Add the feed",
        fields: &fields,
        refusal: problem.map(|problem| &problem.refusal),
    };
    html! {
        details.card.plain open[is_first || problem.is_some()] {
            summary { @if is_first { "Add a feed" } @else { "Add another feed" } }
            (form.show(cx))
        }
    }
}

pub(in crate::chat::web) async fn add(cx: Cx, posted: Posted) -> Result<Response, Failure> {
    let fields = Fields::posted(&posted);
    let added = match fields.draft() {
        Ok(draft) => cx.service().feed_add(&cx.actor(), &draft).await,
        Err(refusal) => Err(refusal.into()),
    };
    settled(&cx, added, None, fields, "add").await
}

pub(in crate::chat::web) async fn edit(
    cx: Cx,
    Path(number): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let fields = Fields::posted(&posted);
    let edited = match fields.draft() {
        Ok(draft) => cx.service().feed_edit(&cx.actor(), &number, &draft).await,
        Err(refusal) => Err(refusal.into()),
    };
    settled(&cx, edited, Some(number), fields, "edit").await
}

/// On to the receipt, or back to the form with what is wrong.
async fn settled(
    cx: &Cx,
    result: Result<FeedView, Error>,
    feed: Option<String>,
    fields: Fields,
    done: &str,
) -> Result<Response, Failure> {
    match result {
        Ok(view) => Ok(to(&format!("/feed?done={done}&feed={}", view.feed.number))),
        Err(Error::Refused(refusal @ (Refusal::NotAdmin | Refusal::UnknownFeed { .. }))) => Err(refusal.into()),
        Err(Error::Refused(refusal)) => page(cx, &Asked::default(), Some(Problem { feed, fields, refusal })).await,
        Err(fault) => Err(fault.into()),
    }
}

pub(in crate::chat::web) async fn act(
    cx: Cx,
    Path((number, act)): Path<(String, String)>,
    _posted: Posted,
) -> Result<Response, Failure> {
    let (service, actor) = (cx.service(), cx.actor());
    match act.as_str() {
        "pause" => drop(service.feed_pause(&actor, &number).await?),
        "resume" => drop(service.feed_resume(&actor, &number).await?),
        "post" => drop(service.feed_post(&actor, &number).await?),
        "reveal" => drop(service.feed_reveal(&actor, &number).await?),
        "remove" => drop(service.feed_remove(&actor, &number).await?),
        _ => return Err(Failure::Missing),
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Ok(to(&format!("/feed?done={act}&feed={digits}")))
}

pub(in crate::chat::web) async fn preview(cx: Cx, asked: Asked) -> Result<Response, Failure> {
    let number = match asked.filled("feed") {
        Some(number) => number.to_owned(),
        None => cx.service().feeds(&cx.actor()).await?.first().map_or_else(String::new, |v| v.feed.number.to_string()),
    };
    let (view, trap) = cx.service().feed_preview(&cx.actor(), &number).await?;
    let main = html! {
        h1 { "What would come next" }
        (card(&text::feed_preview(&view, &trap), &cx.csrf(), 2))
        p { a.button href="/feed" { "Back to the settings" } }
    };
    Ok(Page::new("Preview", Tab::Feed, main).show(&cx))
}
