//! What each request passes before its handler: host, origin, who it is, whether they may come in.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

use super::app::{App, Cx};
use super::failure::Failure;
use super::forms::Asked;
use super::pages::sign_in;
use super::security::{harden, is_local_host, is_same_origin, same};
use super::visitor::{self, Visitor};

/// Without a key only this machine is served, so only its own names are: a page elsewhere whose name resolves here is not.
pub(super) async fn host(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if app.key.is_none() && !is_local_host(named) {
        let said = "This page is served as localhost or 127.0.0.1 only.\n";
        return (StatusCode::MISDIRECTED_REQUEST, [(header::CONTENT_TYPE, "text/plain")], said).into_response();
    }
    next.run(request).await
}

pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    harden(response.headers_mut());
    response
}

/// Says who asks, for the handlers; gives a cookie to who has none.
pub(super) async fn visitor(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let visitor = Visitor::of(request.headers(), &app.seals, app.key());
    let fresh = visitor.is_new.then(|| visitor.id_cookie());
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    if let Some(cookie) = fresh {
        set_cookie(&mut response, &cookie);
    }
    response
}

pub(super) fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// A request that changes something must come from a page of ours.
pub(super) async fn origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same_origin(request.headers()) { next.run(request).await } else { Failure::Forged.into_response() }
}

/// What a health check or a monitor may see without a key: states, counts and times, and nothing of anybody.
const OPEN: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Where a key is set, nobody sees more than the sign-in page without it.
pub(super) async fn key(cx: Cx, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_open = OPEN.contains(&path) || path == "/signin" || path.starts_with("/assets/");
    if cx.visitor.signed_in || is_open { next.run(request).await } else { sign_in::page(&cx, None) }
}

/// `/?admin=KEY` makes its visitor the admin, and takes the key out of the address bar.
pub(super) async fn admin(cx: Cx, asked: Asked, request: Request, next: Next) -> Response {
    let Some(given) = asked.filled("admin").filter(|_| request.uri().path() == "/") else {
        return next.run(request).await;
    };
    let now = cx.now();
    if !cx.app.guesses.may_guess(now) {
        return (StatusCode::TOO_MANY_REQUESTS, "Too many wrong keys. Wait a minute, then try again.\n")
            .into_response();
    }
    if !same(given, cx.app.admin_key.expose_secret()) {
        cx.app.guesses.was_wrong(now);
        return Failure::OldLink.into_response();
    }
    let mut response = to("/");
    set_cookie(&mut response, &visitor::admin_cookie(&cx.app.seals));
    response
}

/// On to a page, by GET.
pub(super) fn to(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}
