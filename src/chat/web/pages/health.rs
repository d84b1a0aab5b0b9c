//! Is it well? For health checks, without a cookie or a key.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::chat::web::app::Cx;

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
