//! Requests that come to nothing: what went wrong, as a page.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::app::Cx;
use super::pages::{Page, Tab};
use super::render;
use super::security::random_hex;
use crate::core::card::Card;
use crate::core::refusal::Refusal;
use crate::core::text;
use crate::service::Error;

/// Why there is no page. It becomes one in [`dress`], which knows who asks.
#[derive(Debug)]
pub(super) enum Failure {
    Refused(Refusal),
    /// The log has the cause under an id, the visitor the id.
    Fault(Error),
    Missing,
    /// An admin's link with a key that is not, or is no longer, this page's.
    OldLink,
    /// A form without its token, or from a page of somebody else's.
    Forged,
    /// An answer before a name was picked.
    Nameless,
    /// Not a request that a page of ours makes.
    Unreadable,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::Refused(refusal),
            fault @ Error::Fault(_) => Self::Fault(fault),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => status_of(refusal),
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Missing => StatusCode::NOT_FOUND,
            Self::OldLink | Self::Forged => StatusCode::FORBIDDEN,
            Self::Nameless => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::RoundUnknown | Refusal::UnknownTrap { .. } | Refusal::UnknownFeed { .. } => StatusCode::NOT_FOUND,
        Refusal::TrapOpen | Refusal::NotAdmin => StatusCode::FORBIDDEN,
        Refusal::RoundOver => StatusCode::CONFLICT,
        Refusal::NotSaved => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Turns a failure that a handler left into the page that says so; other responses pass.
pub(super) async fn dress(cx: Cx, request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Arc<Failure>>() {
        Some(failure) => page(&cx, &failure, &path),
        None => response,
    }
}

fn page(cx: &Cx, failure: &Failure, path: &str) -> Response {
    let (title, card) = match failure {
        Failure::Refused(refusal @ Refusal::NotAdmin) => (refusal_title(refusal), text::not_admin_here()),
        Failure::Refused(refusal) => (refusal_title(refusal), text::refusal(refusal)),
        Failure::OldLink => ("An old link", text::old_admin_link()),
        Failure::Fault(error) => {
            let id = random_hex::<4>();
            tracing::error!(fault = id, path, %error, "a page failed");
            ("Something went wrong", text::fault(&id))
        }
        Failure::Missing => ("Not found", Card::default().text("There is no such page here.")),
        Failure::Forged => (
            "Please send that again",
            Card::default().text("This form had grown stale, or did not come from this page. Go back, reload, and send it again; nothing was changed."),
        ),
        Failure::Nameless => ("A name first", Card::default().text("Pick a name before you answer; nothing was saved.")),
        Failure::Unreadable => ("Not understood", Card::default().text("That request can't be read; nothing was changed.")),
    };
    let hint = matches!(failure, Failure::Refused(Refusal::NotAdmin));
    let main = html! {
        h1 { (title) }
        (render::card(&card, &cx.csrf(), 2))
        @if hint { p { "Whoever opens the link that the program printed at its start is the admin of this page." } }
        p { a.button href="/" { "Back to today's trap" } }
    };
    Page::new(title, Tab::None, main).status(failure.status()).show(cx)
}

fn refusal_title(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::RoundOver => "Too late",
        Refusal::RoundUnknown | Refusal::UnknownTrap { .. } | Refusal::UnknownFeed { .. } => "Not found",
        Refusal::TrapOpen => "Still open",
        Refusal::NotAdmin => "For the admin only",
        _ => "That did not work",
    }
}
