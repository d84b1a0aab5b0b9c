//! Which address leads to which page.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use super::app::App;
use super::failure::{self, Failure};
use super::pages::{archive, channel, feeds, health, help, library, me, practice, sign_in, standings};
use super::{assets, events, gate};

/// The largest body that any form sends, in bytes.
const BODY: usize = 64 * 1024;

pub(super) fn router(app: Arc<App>) -> Router {
    let state = Arc::clone(&app);
    Router::new()
        .route("/", get(channel::show))
        .route("/name", post(me::name))
        .route("/round/{id}", get(archive::round))
        .route("/round/{id}/answer", post(channel::answer))
        .route("/round/{id}/confidence", post(channel::confidence))
        .route("/standings", get(standings::show))
        .route("/archive", get(archive::show))
        .route("/me", get(me::show))
        .route("/me/name", post(me::rename))
        .route("/me/export", get(me::export))
        .route("/me/delete", get(me::confirm_delete).post(me::delete))
        .route("/practice", get(practice::show).post(practice::answer))
        .route("/library", get(library::search))
        .route("/library/{id}", get(library::read))
        .route("/feed", get(feeds::show).post(feeds::add))
        .route("/feed/preview", get(feeds::preview))
        .route("/feed/{number}", post(feeds::edit))
        .route("/feed/{number}/{act}", post(feeds::act))
        .route("/help", get(help::show))
        .route("/signin", get(sign_in::show).post(sign_in::sign_in))
        .route("/events", get(events::follow))
        .route("/healthz", get(health::show))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/assets/{name}", get(assets::asset))
        .fallback(|| async { Failure::Missing })
        .method_not_allowed_fallback(|| async { Failure::Missing })
        .layer(DefaultBodyLimit::max(BODY))
        // From here on upwards: the last is the outermost.
        .layer(from_fn_with_state(Arc::clone(&app), gate::key))
        .layer(from_fn_with_state(Arc::clone(&app), gate::admin))
        .layer(from_fn(gate::origin))
        .layer(from_fn_with_state(Arc::clone(&app), failure::dress))
        .layer(from_fn_with_state(Arc::clone(&app), gate::visitor))
        .layer(from_fn_with_state(app, gate::host))
        .layer(from_fn(gate::headers))
        .with_state(state)
}
