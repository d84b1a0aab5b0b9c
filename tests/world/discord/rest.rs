//! The HTTP side: authorisation, rate limits, faults, and then the route.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, Method, Response, Uri, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::Hub;
use super::error::{self, ApiError};
use super::ratelimit::Verdict;
use super::routes;
use super::state::{Recorded, State};
use super::upload::{self, File};
use crate::world::connection::{CuttableListener, Knife};
use crate::world::faults::{self, Met};
use crate::world::http::{self, respond, text};

pub use crate::world::http::Reply;

const BASE: &str = "/api/v10";

/// A request that has been read.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Below `/api/v10`.
    pub path: String,
    pub query: BTreeMap<String, String>,
    /// Null where there was none.
    pub body: Value,
    pub files: Vec<File>,
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        Self { status: error.status, body: error.body() }
    }
}

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let listener = CuttableListener { listener, stop: hub.stop.child_token() };
    let service = Router::new().fallback(handle).with_state(hub).into_make_service_with_connect_info::<Knife>();
    // Without end but by the task's own; an error of accept is retried inside.
    let _ = axum::serve(listener, service).await;
}

async fn handle(
    Shared(hub): Shared<Arc<Hub>>,
    ConnectInfo(knife): ConnectInfo<Knife>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let request = match read(&method, &uri, &headers, &body) {
        Ok(request) => request,
        Err(error) => {
            hub.change(|state| state.violation(format!("{method} {uri}: {}", error.message)));
            return respond(&error.into(), HeaderMap::new());
        }
    };
    let refused = hub.change(|state| refuse_unauthorised(state, &request, &headers));
    if let Some(error) = refused {
        return finish(&hub, &request, &error.into(), HeaderMap::new());
    }
    let (fault, verdict) = hub.change(|state| {
        (state.faults.take(&request.method, &request.path), state.buckets.count(&request.method, &request.path))
    });
    let headers = limit_headers(&verdict);
    if let Some(refused) = verdict.refused {
        return too_many(&hub, &request, headers, verdict.reset_after.as_secs_f64(), refused.global);
    }
    match faults::meet(fault, || carry_out(&hub, &request)).await {
        Met::Answered(reply) => finish(&hub, &request, &reply, headers),
        Met::TooMany { retry_after, global } => too_many(&hub, &request, headers, retry_after.as_secs_f64(), global),
        Met::Cut => cut(&hub, &request, &knife),
        Met::Garbage(status) => {
            record(&hub, &request, status);
            http::garbage()
        }
    }
}

fn read(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Result<Request, ApiError> {
    let path = uri.path().strip_prefix(BASE).ok_or_else(error::no_such_route)?;
    let query = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let (body, files) = upload::read(headers, body)?;
    Ok(Request {
        method: method.to_string(),
        path: path.to_owned(),
        query: query.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        body,
        files,
    })
}

/// Routes with an interaction's token in the path need no other authorisation.
fn refuse_unauthorised(state: &State, request: &Request, headers: &HeaderMap) -> Option<ApiError> {
    if request.path.starts_with("/interactions/") || request.path.starts_with("/webhooks/") {
        return None;
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    (given != format!("Bot {}", state.token)).then(error::unauthorised)
}

fn carry_out(hub: &Hub, request: &Request) -> Reply {
    hub.change(|state| {
        let gateway_url = hub.socket_url.clone();
        routes::route(state, &gateway_url, request).unwrap_or_else(|error| {
            if error.blames_the_sender() {
                let Request { method, path, .. } = request;
                state.violation(format!("{method} {path} was refused: {}", error.body()));
            }
            error.into()
        })
    })
}

fn finish(hub: &Hub, request: &Request, reply: &Reply, headers: HeaderMap) -> Response<Body> {
    record(hub, request, reply.status);
    respond(reply, headers)
}

fn cut(hub: &Hub, request: &Request, knife: &Knife) -> Response<Body> {
    knife.cut();
    record(hub, request, 0);
    Response::new(Body::empty())
}

fn record(hub: &Hub, request: &Request, status: u16) {
    let Request { method, path, query, body, .. } = request.clone();
    hub.change(|state| {
        let at = state.now();
        state.requests.push(Recorded { method, path, query, body, status, at });
    });
}

fn too_many(hub: &Hub, request: &Request, mut headers: HeaderMap, seconds: f64, global: bool) -> Response<Body> {
    headers.insert("retry-after", text(&seconds.ceil().to_string()));
    headers.insert("x-ratelimit-scope", text(if global { "global" } else { "user" }));
    if global {
        headers.insert("x-ratelimit-global", text("true"));
    }
    let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global});
    finish(hub, request, &Reply { status: 429, body }, headers)
}

fn limit_headers(verdict: &Verdict) -> HeaderMap {
    let seconds = verdict.reset_after.as_secs_f64();
    let reset = std::time::UNIX_EPOCH.elapsed().map_or(0.0, |now| now.as_secs_f64()) + seconds;
    let bucket = verdict.bucket.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    HeaderMap::from_iter([
        (header::HeaderName::from_static("x-ratelimit-limit"), text(&verdict.limit.to_string())),
        (header::HeaderName::from_static("x-ratelimit-remaining"), text(&verdict.remaining.to_string())),
        (header::HeaderName::from_static("x-ratelimit-reset"), text(&format!("{reset:.3}"))),
        (header::HeaderName::from_static("x-ratelimit-reset-after"), text(&format!("{seconds:.3}"))),
        (header::HeaderName::from_static("x-ratelimit-bucket"), text(&bucket)),
    ])
}
