//! The channel: today's trap, or the latest reveal; and answering.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::question::{self, Problem};
use super::{Page, Tab, archive, countdown, field_error, reveal, standings};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Posted;
use crate::chat::web::gate::to;
use crate::chat::web::render::{card, token};
use crate::core::ids::{Confidence, Period, Platform, RoundId};
use crate::core::refusal::Refusal;
use crate::core::round::{Given, Mine, Reveal};
use crate::core::text;
use crate::service::Error;

pub(in crate::chat::web) async fn show(cx: Cx) -> Result<Response, Failure> {
    page(&cx, Trouble::default()).await
}

/// What the page says about the form that was just sent.
#[derive(Default)]
pub(super) struct Trouble {
    pub(super) answer: Option<Problem>,
    /// The name that was typed, and why it can't be.
    pub(super) name: Option<(String, Markup)>,
}

/// What there is to see: traps to answer, or when the next one comes.
enum Now {
    Open(Vec<Mine>),
    Nothing(Refusal),
}

pub(super) async fn page(cx: &Cx, trouble: Trouble) -> Result<Response, Failure> {
    let now = match cx.service().today(&cx.actor()).await {
        Ok(open) => Now::Open(open),
        Err(Error::Refused(refusal)) => Now::Nothing(refusal),
        Err(fault) => return Err(fault.into()),
    };
    let latest = cx.service().archive(&cx.actor(), 0, 1).await?.pop();
    let own = match &latest {
        Some(latest) => archive::own_outcome(cx, latest.round.id, 3).await?,
        None => None,
    };
    let status = match (&trouble.answer, &trouble.name) {
        (None, None) => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let aside = standings::aside(&cx.service().leaderboard(&cx.actor(), Period::Week, 0).await?);
    let main = html! {
        @match &now {
            Now::Open(open) => (opened(cx, open, latest.as_ref(), &trouble)),
            Now::Nothing(refusal) => (between(cx, refusal, latest.as_ref(), own.as_ref(), &trouble)),
        }
    };
    Ok(Page::new("Today", Tab::Today, main).aside(aside).status(status).live(state(&now, latest.as_ref())).show(cx))
}

/// Tells one state of the channel from the next, for pages that follow along.
fn state(now: &Now, latest: Option<&Reveal>) -> String {
    let open: Vec<String> = match now {
        Now::Open(open) => open.iter().map(|mine| mine.round.id.to_string()).collect(),
        Now::Nothing(_) => Vec::new(),
    };
    let revealed = latest.map_or_else(String::new, |latest| latest.round.id.to_string());
    format!("{} {revealed}", open.join(","))
}

fn opened(cx: &Cx, open: &[Mine], latest: Option<&Reveal>, trouble: &Trouble) -> Markup {
    html! {
        h1 { @if open.len() == 1 { "Today's trap" } @else { "Open traps" } }
        @if cx.visitor.name.is_none() { (name_form(cx, trouble)) }
        @for mine in open { (question::article(cx, mine, trouble.answer.as_ref())) }
        @if let Some(latest) = latest {
            p.latest { "Last reveal: " a href=(format!("/round/{}", latest.round.id)) { (latest.round.trap.title) } }
        }
    }
}

fn between(cx: &Cx, refusal: &Refusal, latest: Option<&Reveal>, own: Option<&Markup>, trouble: &Trouble) -> Markup {
    html! {
        h1 { @if latest.is_some() { "Latest reveal" } @else { "No trap yet" } }
        @if let Refusal::NothingOpen { next: Some(at) } = refusal {
            p.state { span { "Next trap " (countdown(*at, cx.now(), latest.map_or(chrono_tz::UTC, |l| l.round.zone))) } a href="/practice" { "Practise one meanwhile" } }
        } @else {
            (card(&text::refusal(refusal), &cx.csrf(), 2))
        }
        @if cx.visitor.name.is_none() { (name_form(cx, trouble)) }
        @if let Some(latest) = latest { (reveal::article(latest, own, 2)) }
    }
}

/// Asks a visitor for a name, once.
fn name_form(cx: &Cx, trouble: &Trouble) -> Markup {
    let typed = trouble.name.as_ref().map(|(typed, _)| typed.as_str());
    html! {
        form.card.open.name method="post" action="/name" {
            (token(&cx.csrf()))
            label for="name" { "Pick a name to answer" }
            div.row {
                input id="name" name="name" autocomplete="nickname" required maxlength="32" value=[typed]
                    autofocus[typed.is_some()] aria-invalid=[typed.map(|_| "true")] aria-describedby=(if typed.is_some() { "name-error" } else { "name-hint" });
                button.primary type="submit" { "Join" }
            }
            (field_error("name", trouble.name.as_ref().map(|(_, message)| message)))
            p.small id="name-hint" { "Others see it in the standings. This browser remembers it; there is no account." }
        }
    }
}

pub(in crate::chat::web) async fn answer(cx: Cx, Path(id): Path<String>, posted: Posted) -> Result<Response, Failure> {
    let round = round_id(&id)?;
    if cx.visitor.name.is_none() {
        return Err(Failure::Nameless);
    }
    let given = given(&posted);
    let _receipt = cx.service().metrics().receipt(Platform::Web);
    match cx.service().answer(&cx.actor(), round, &given).await {
        Ok(_) => Ok(to(&format!("/#receipt-{round}"))),
        Err(Error::Refused(refusal @ (Refusal::BadNumber { .. } | Refusal::OtherUnit { .. }))) => {
            let message = card(&text::refusal(&refusal), &cx.csrf(), 3);
            let answer = Some(Problem { round, given: posted.get("value").to_owned(), message });
            page(&cx, Trouble { answer, name: None }).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::chat::web) async fn confidence(
    cx: Cx,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Failure> {
    let round = round_id(&id)?;
    let confidence = Confidence::from_name(posted.get("confidence")).ok_or(Failure::Unreadable)?;
    let _receipt = cx.service().metrics().receipt(Platform::Web);
    cx.service().set_confidence(&cx.actor(), round, confidence).await?;
    Ok(to(&format!("/#receipt-{round}")))
}

/// The answer of a form: an option's position, or a number as typed.
pub(super) fn given(posted: &Posted) -> Given {
    match posted.filled("position") {
        Some(position) => Given::Position(position.parse().unwrap_or(u8::MAX)),
        None => Given::Typed(posted.get("value").to_owned()),
    }
}

/// An address with anything but a number in it leads nowhere.
pub(super) fn round_id(text: &str) -> Result<RoundId, Failure> {
    text.parse().map(RoundId).map_err(|_| Failure::Missing)
}
