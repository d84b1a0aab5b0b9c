//! The HTTP side: authorisation, arguments, rate limits, faults, and then the method.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::{HeaderMap, HeaderName, Method as Verb, Response, Uri, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::Hub;
use super::args::Method;
use super::error::ApiError;
use super::forms::{Call, To};
use super::state::{Recorded, Standing, State};
use super::{methods, respond};
use crate::world::connection::{CuttableListener, Knife};
use crate::world::faults::{self, Met};
use crate::world::http::{self, Reply, text};

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
    verb: Verb,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let Some(to) = To::parse(uri.path()) else {
        hub.change(|state| state.unexpected.push(format!("{verb} {uri}")));
        return http::respond(&Reply { status: 404, body: Value::Null }, HeaderMap::new());
    };
    let call = match Call::read(to, &uri, &headers, &body) {
        Ok(call) => call,
        Err(error) => {
            hub.change(|state| state.violation(format!("{}: {}", uri.path(), error.error)));
            return http::respond(&Reply::ok(error.body()), HeaderMap::new());
        }
    };
    let channel = hub.look(|state| place(state, &call));
    let scopes = hub.look(|state| scope_headers(state, &call));
    if let Err(error) = hub.change(|state| admit(state, &call, &headers)) {
        return finish(&hub, &call, &channel, &Reply::ok(error.body()), scopes);
    }
    let (fault, full) = hub.change(|state| {
        let path = format!("/{}", if channel.is_empty() { "-" } else { &channel });
        (state.faults.take(call.to.name(), &path), state.buckets.count(call.to.name(), &channel))
    });
    if let Some(seconds) = full {
        return too_many(&hub, &call, &channel, seconds);
    }
    match faults::meet(fault, || carry_out(&hub, &call)).await {
        Met::Answered(reply) => finish(&hub, &call, &channel, &reply, scopes),
        Met::TooMany { retry_after, .. } => too_many(&hub, &call, &channel, retry_after.as_secs().max(1)),
        Met::Cut => {
            knife.cut();
            finish(&hub, &call, &channel, &Reply { status: 0, body: Value::Null }, scopes)
        }
        Met::Garbage(status) => {
            record(&hub, &call, &channel, &Reply { status, body: Value::Null });
            http::garbage()
        }
    }
}

/// The channel that a call is about, for faults, limits and reports.
fn place(state: &State, call: &Call) -> String {
    match &call.to {
        To::Response(number) => {
            state.interactions.get(number).and_then(|interaction| interaction.channel.clone()).unwrap_or_default()
        }
        _ => {
            let named = call.channel();
            // A user's id stands for the conversation with them.
            state.conversation(&named).map_or(named, |open| open.id.clone())
        }
    }
}

/// What a call has to have before its method looks at it.
fn admit(state: &mut State, call: &Call, headers: &HeaderMap) -> Result<(), ApiError> {
    let To::Method(name) = &call.to else { return Ok(()) };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    check_token(state, name, token)?;
    let Some(method) = Method::find(name) else {
        state.unexpected.push(name.clone());
        return Err(ApiError::new("unknown_method"));
    };
    for unknown in call.args.keys().filter(|key| !method.knows(key)) {
        state.violations.push(format!("{name} does not know the argument `{unknown}`"));
    }
    if call.json && !method.json && !call.args.is_empty() {
        state.violation(format!("{name} takes no JSON"));
        return Err(ApiError::new("invalid_arguments"));
    }
    if let Some(scope) = method.scope.filter(|&scope| !state.scopes.contains(scope)) {
        return Err(ApiError::missing_scope(scope));
    }
    let missing: Vec<String> =
        method.required.iter().filter(|&&key| !call.args.contains_key(key)).map(missing).collect();
    if !missing.is_empty() {
        state.violation(format!("{name}: {missing:?}"));
        return Err(ApiError::with("invalid_arguments", missing));
    }
    Ok(())
}

fn missing(key: &&str) -> String {
    format!("missing required field: {key}")
}

fn check_token(state: &State, method: &str, token: &str) -> Result<(), ApiError> {
    let wants_app = method == "apps.connections.open";
    Err(ApiError::new(match token {
        "" => "not_authed",
        _ if token == state.app_token && wants_app => return Ok(()),
        _ if token == state.bot_token && !wants_app => match state.standing {
            Standing::Good => return Ok(()),
            Standing::Revoked => "token_revoked",
            Standing::Inactive => "account_inactive",
        },
        _ if token == state.app_token || token == state.bot_token => "not_allowed_token_type",
        _ => "invalid_auth",
    }))
}

fn scope_headers(state: &State, call: &Call) -> HeaderMap {
    let scopes = match call.to.name() {
        "apps.connections.open" => "connections:write".to_owned(),
        _ => state.scopes.iter().cloned().collect::<Vec<_>>().join(","),
    };
    HeaderMap::from_iter([(HeaderName::from_static("x-oauth-scopes"), text(&scopes))])
}

fn carry_out(hub: &Hub, call: &Call) -> Reply {
    hub.change(|state| {
        let done = match &call.to {
            To::Method(method) => methods::route(state, &hub.socket_url, method, call).map(Reply::ok),
            To::Response(number) => respond::respond(state, *number, call).map(Reply::ok),
            To::Upload(file) => methods::files::upload(state, file, &call.bytes).map(Reply::ok),
        };
        done.unwrap_or_else(|error| {
            if error.blames_the_sender() {
                state.violation(format!("{} was refused: {}", call.to.name(), error.body()));
            }
            let status = match (&call.to, error.error) {
                (To::Method(_), _) => 200,
                (_, "expired_url" | "used_url") => 404,
                _ => 400,
            };
            Reply { status, body: error.body() }
        })
    })
}

fn finish(hub: &Hub, call: &Call, channel: &str, reply: &Reply, headers: HeaderMap) -> Response<Body> {
    record(hub, call, channel, reply);
    let reply = Reply { status: if reply.status == 0 { 500 } else { reply.status }, body: reply.body.clone() };
    http::respond(&reply, headers)
}

fn record(hub: &Hub, call: &Call, channel: &str, reply: &Reply) {
    hub.change(|state| {
        let recorded = Recorded {
            method: call.to.name().to_owned(),
            channel: channel.to_owned(),
            args: Value::Object(call.args.clone()),
            status: reply.status,
            error: reply.body.get("error").and_then(Value::as_str).map(str::to_owned),
            at: state.now(),
        };
        state.requests.push(recorded);
    });
}

fn too_many(hub: &Hub, call: &Call, channel: &str, seconds: u64) -> Response<Body> {
    let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text(&seconds.to_string()))]);
    let body = json!({"ok": false, "error": "ratelimited"});
    finish(hub, call, channel, &Reply { status: 429, body }, headers)
}
