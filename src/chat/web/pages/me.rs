//! A member's own record, name and data.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::channel::{self, Trouble};
use super::standings::capital;
use super::{Page, Tab, field_error};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Posted;
use crate::chat::web::gate::{set_cookie, to};
use crate::chat::web::render::{blocks, card, token};
use crate::chat::web::visitor;
use crate::core::ids::Confidence;
use crate::core::refusal::Refusal;
use crate::core::score::Stats;
use crate::core::text;
use crate::service::Error;
use crate::service::privacy::Deleted;

pub(in crate::chat::web) async fn show(cx: Cx) -> Result<Response, Failure> {
    page(&cx, None).await
}

/// `problem`: the name that was typed, and why it can't be.
async fn page(cx: &Cx, problem: Option<(String, Markup)>) -> Result<Response, Failure> {
    let stats = cx.service().stats(&cx.actor(), None).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let main = html! {
        h1 { @match &cx.visitor.name { Some(name) => (name), None => "Me" } }
        @if stats.answers == 0 { p { "You have no revealed answers here yet." } } @else { (record(&stats)) }
        (name_form(cx, problem.as_ref()))
        section.card.plain #privacy {
            h2 { "Your data" }
            p { "All that is kept about you here, to take along or to have deleted." }
            div.buttons {
                a.button href="/me/export" download { "Download as JSON" }
                a.button.danger href="/me/delete" { "Delete …" }
            }
        }
    };
    Ok(Page::new("Me", Tab::Me, main).status(status).show(cx))
}

fn record(stats: &Stats) -> Markup {
    html! {
        dl.facts.big {
            (fact("Points", &stats.points.to_string().replace('-', "−")))
            (fact("Right", &format!("{} of {} ({})", stats.right, stats.answers, percent(stats.right, stats.answers))))
            (fact("Baits taken", &stats.baits.to_string()))
            @for (feed, streak) in &stats.streaks {
                @let of = if stats.streaks.len() == 1 { String::new() } else { format!(", feed {feed}") };
                (fact(&format!("Streak{of}"), &format!("{} (best {})", streak.current, streak.best)))
                (fact(&format!("Freezes in hand{of}"), &streak.freezes.to_string()))
            }
            (ranks(stats))
        }
        (calibration(stats))
        @if !stats.mistakes.is_empty() {
            section {
                h2 { "Beliefs that cost points" }
                ul.plainlist { @for (belief, times) in stats.mistakes.iter().take(8) { li { (belief.strip_suffix('.').unwrap_or(belief)) " (" (times) "×)" } } }
            }
        }
    }
}

/// Where the member stands, in one line for all periods.
fn ranks(stats: &Stats) -> Markup {
    // A place is not torn from its period.
    let place = |period, rank| format!("{} {}", ordinal(rank), text::period(period)).replace(' ', "\u{a0}");
    let places: Vec<String> = stats.ranks.iter().map(|(period, rank)| place(*period, *rank)).collect();
    html! { @if !places.is_empty() { div.whole { dt { "Rank" } dd { (places.join(", ")) } } } }
}

/// `1st`, `2nd`, `3rd`, `4th`.
fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

fn fact(label: &str, value: &str) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// How often each confidence was right, beside what it takes to pay.
fn calibration(stats: &Stats) -> Markup {
    html! {
        section {
            h2 { "When you said …" }
            div.scroll role="region" aria-label="Confidence" tabindex="0" {
                table {
                    caption { "How often you were right, by how sure you said you were" }
                    thead { tr { th scope="col" { "You said" } th.amount scope="col" { "Right" } th scope="col" { "Share" } th scope="col" { "Pays best" } } }
                    tbody {
                        @for (confidence, (answers, right)) in Confidence::ALL.into_iter().zip(stats.by_confidence) {
                            tr {
                                th scope="row" { (capital(text::confidence(confidence))) }
                                @if answers > 0 {
                                    td.amount { (right) " of " (answers) }
                                    td { (share(right, answers)) }
                                } @else {
                                    td.amount { "–" }
                                    td { "not yet" }
                                }
                                td { (pays_best(confidence)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn share(right: u32, answers: u32) -> Markup {
    let width = f64::from(right) * 100.0 / f64::from(answers.max(1));
    html! {
        div.bar.right {
            svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track width="100" height="10" {}
                rect.all width=(format!("{width:.1}")) height="10" {}
            }
            span { (percent(right, answers)) }
        }
    }
}

/// Where each confidence has the best expected points (see `core::score::points`).
fn pays_best(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Guess => "below 50%",
        Confidence::Sure => "50 to 80%",
        Confidence::Certain => "above 80%",
    }
}

fn percent(part: u32, whole: u32) -> String {
    format!("{:.0}%", f64::from(part) / f64::from(whole.max(1)) * 100.0)
}

fn name_form(cx: &Cx, problem: Option<&(String, Markup)>) -> Markup {
    let value = problem.map(|(typed, _)| typed.as_str()).or(cx.visitor.name.as_deref());
    html! {
        form.card.plain method="post" action="/me/name" {
            h2 { "Your name" }
            (token(&cx.csrf()))
            label for="name" { "Name, as others see it" }
            div.row {
                input id="name" name="name" autocomplete="nickname" required maxlength="32" value=[value]
                    autofocus[problem.is_some()] aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| "name-error")];
                button type="submit" { "Save" }
            }
            (field_error("name", problem.map(|(_, message)| message)))
        }
    }
}

/// The first name, from the channel.
pub(in crate::chat::web) async fn name(cx: Cx, posted: Posted) -> Result<Response, Failure> {
    match set_name(&cx, posted.get("name"), "/").await? {
        Ok(response) => Ok(response),
        Err(message) => {
            let name = Some((posted.get("name").to_owned(), message));
            channel::page(&cx, Trouble { name, answer: None }).await
        }
    }
}

pub(in crate::chat::web) async fn rename(cx: Cx, posted: Posted) -> Result<Response, Failure> {
    match set_name(&cx, posted.get("name"), "/me").await? {
        Ok(response) => Ok(response),
        Err(message) => page(&cx, Some((posted.get("name").to_owned(), message))).await,
    }
}

/// Keeps the name and goes on to `next`, or says why it can't be.
async fn set_name(cx: &Cx, name: &str, next: &str) -> Result<Result<Response, Markup>, Failure> {
    match cx.service().rename(&cx.actor(), name).await {
        Ok(kept) => {
            let mut response = to(next);
            set_cookie(&mut response, &visitor::name_cookie(&kept));
            Ok(Ok(response))
        }
        Err(Error::Refused(refusal @ (Refusal::BadName { .. } | Refusal::NameTaken { .. }))) => {
            Ok(Err(card(&text::refusal(&refusal), &cx.csrf(), 3)))
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::chat::web) async fn export(cx: Cx) -> Result<Response, Failure> {
    let document = cx.service().export(&cx.actor()).await?;
    let headers =
        [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"trapline-my-data.json\"")];
    Ok((headers, format!("{document:#}\n")).into_response())
}

pub(in crate::chat::web) async fn confirm_delete(cx: Cx) -> Response {
    let main = html! {
        h1 { "Your data" }
        (card(&text::privacy_confirm(), &cx.csrf(), 2))
        p { a.button href="/me" { "Keep it" } }
    };
    Page::new("Delete your data", Tab::Me, main).show(&cx)
}

pub(in crate::chat::web) async fn delete(cx: Cx, _posted: Posted) -> Result<Response, Failure> {
    let Deleted { answers, reveals } = cx.service().delete(&cx.actor()).await?;
    let main = html! {
        h1 { "Your data" }
        (card(&text::privacy_deleted(answers, reveals), &cx.csrf(), 2))
        (blocks("This browser has forgotten your name too. `/today` is where a new one begins.", 2))
    };
    let mut response = Page::new("Deleted", Tab::Me, main).show(&cx);
    for cookie in visitor::forget() {
        set_cookie(&mut response, &cookie);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals_are_said_as_people_say_them() {
        let said = [1, 2, 3, 4, 11, 12, 13, 21, 112, 1003].map(ordinal);
        assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th", "1003rd"]);
    }
}
