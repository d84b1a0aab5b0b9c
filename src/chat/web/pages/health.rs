//! Is it well, is it ready, what does it do? For health checks and monitors, without a cookie or a key.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::chat::web::app::Cx;
use crate::core::ids::Platform;
use crate::metrics::{self, Now};
use crate::service::vitals::Trouble;

/// 200 while the database answers, else 503. `owed`: messages that wait for their channel.
pub(in crate::chat::web) async fn show(cx: Cx) -> Response {
    let others = (cx.app.health)().into_iter();
    let platforms: Map<String, Value> =
        others.map(|(name, well, said)| (name.to_owned(), json!({ "well": well, "state": said }))).collect();
    match cx.service().owed().await {
        Ok(owed) => {
            let version = env!("CARGO_PKG_VERSION");
            Json(json!({ "status": "ok", "version": version, "owed": owed, "platforms": platforms })).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the health check found the database at fault");
            let said = Json(json!({ "status": "fault", "platforms": platforms }));
            (StatusCode::SERVICE_UNAVAILABLE, said).into_response()
        }
    }
}

/// 200 while the database takes a write, each configured platform is connected, and the scheduler ticks; else 503 with the reasons.
pub(in crate::chat::web) async fn ready(cx: Cx) -> Response {
    let reasons = reasons(&cx).await;
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let said: Vec<Value> = reasons.iter().map(|(part, why)| json!({ "part": part, "why": why })).collect();
    (status, Json(json!({ "ready": reasons.is_empty(), "reasons": said }))).into_response()
}

/// What is not as it should be: which part, and why.
async fn reasons(cx: &Cx) -> Vec<(&'static str, String)> {
    let troubles = cx.service().troubles().await.into_iter().map(|trouble| match trouble {
        Trouble::Database => ("database", "takes no write".to_owned()),
        Trouble::Scheduler => ("scheduler", "has not ticked without a fault for a minute".to_owned()),
    });
    let platforms = (cx.app.health)().into_iter().filter(|(_, well, _)| !well).map(|(name, _, said)| (name, said));
    troubles.chain(platforms).collect()
}

/// In Prometheus' text format.
pub(in crate::chat::web) async fn metrics(cx: Cx) -> Response {
    let others = (cx.app.health)();
    let platforms: Vec<Platform> =
        others.iter().filter_map(|(name, ..)| Platform::from_name(name)).chain([Platform::Web]).collect();
    let waiting = match cx.service().waiting(&platforms).await {
        Ok(waiting) => Some(waiting),
        Err(error) => {
            tracing::error!(%error, "a look at the metrics found the database at fault");
            None
        }
    };
    let now = Now {
        outbox: waiting.map(|waiting| waiting.owed),
        overdue: waiting.map(|waiting| waiting.overdue),
        ticked: cx.service().last_tick(),
        ready: reasons(&cx).await.is_empty(),
        platforms: others.into_iter().map(|(name, well, _)| (name, well)).collect(),
    };
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], cx.service().metrics().text(&now)).into_response()
}
