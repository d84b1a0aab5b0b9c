//! The key, where one is set.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::{Page, Tab, field_error};
use crate::chat::web::app::Cx;
use crate::chat::web::failure::Failure;
use crate::chat::web::forms::Posted;
use crate::chat::web::gate::{set_cookie, to};
use crate::chat::web::render::token;
use crate::chat::web::security::same;
use crate::chat::web::visitor;

pub(in crate::chat::web) async fn show(cx: Cx) -> Response {
    if cx.visitor.signed_in { to("/") } else { page(&cx, None) }
}

/// 401 with a form; `problem`: a status of its own, and what went wrong.
pub(in crate::chat::web) fn page(cx: &Cx, problem: Option<(StatusCode, &str)>) -> Response {
    let message = problem.map(|(_, said)| html! { p { (said) } });
    let main = html! {
        h1 { "Sign in" }
        form.card.open method="post" action="/signin" {
            (token(&cx.csrf()))
            label for="key" { "Key of this page" }
            div.row {
                input id="key" name="key" type="password" autocomplete="current-password" required
                    aria-invalid=[problem.map(|_| "true")] aria-describedby=[problem.map(|_| "key-error")];
                button.primary type="submit" { "Sign in" }
            }
            (field_error("key", message.as_ref()))
            p.small { "Whoever runs this page has it." }
        }
    };
    let status = problem.map_or(StatusCode::UNAUTHORIZED, |(status, _)| status);
    Page::new("Sign in", Tab::None, main).status(status).show(cx)
}

pub(in crate::chat::web) async fn sign_in(cx: Cx, posted: Posted) -> Result<Response, Failure> {
    let Some(key) = cx.app.key() else { return Ok(to("/")) };
    let now = cx.now();
    if !cx.app.guesses.may_guess(now) {
        let said = "Too many wrong keys. Wait a minute, then try again.";
        return Ok(page(&cx, Some((StatusCode::TOO_MANY_REQUESTS, said))));
    }
    if !same(posted.get("key").trim(), key.trim()) {
        cx.app.guesses.was_wrong(now);
        return Ok(page(&cx, Some((StatusCode::UNAUTHORIZED, "That is not the key."))));
    }
    let mut response = to("/");
    set_cookie(&mut response, &visitor::key_cookie(&cx.app.seals, key));
    Ok(response)
}
