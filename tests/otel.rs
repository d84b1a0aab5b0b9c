//! Traces, as a collector gets them: what was done, how long it took, and nothing of what anybody said.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

#[path = "browser/agent.rs"]
mod agent;

use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use reqwest::StatusCode;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use agent::Agent;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const WEB_KEY: &str = "web-key-of-no-use-anywhere-else";

/// A collector: where it is, and the bodies of all that is sent to it.
async fn collector(tasks: &mut JoinSet<()>) -> (String, mpsc::UnboundedReceiver<Vec<u8>>) {
    let (sent, received) = mpsc::unbounded_channel();
    let take = move |body: Bytes| async move { sent.send(body.to_vec()).map_err(|_| StatusCode::GONE) };
    let router = Router::new().route("/v1/traces", post(take));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, received)
}

#[tokio::test]
async fn an_answer_is_traced_and_what_it_says_is_not() {
    let mut tasks = JoinSet::new();
    let (url, mut received) = collector(&mut tasks).await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_trapline"))
        .env_clear()
        .env("DATABASE_URL", format!("sqlite://{}/trapline.db", folder.path().display()))
        .env("TRAPLINE_HTTP", "127.0.0.1:0")
        .env("TRAPLINE_WEB_KEY", WEB_KEY)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "authorization=a-secret-header")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let said = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it says where it is").unwrap().unwrap();
    let base = said.rsplit(' ').next().unwrap().trim_end_matches('/').to_owned();
    let link = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it gives a link").unwrap().unwrap();
    let admin_key = link.rsplit("admin=").next().unwrap().trim().to_owned();

    let mut member = Agent::new(&base);
    member.get(&format!("/?admin={admin_key}")).await;
    member.post("/name", &[("name", "Mallory-by-name")]).await;
    assert_eq!(member.post("/feed/1/post", &[]).await.status, StatusCode::SEE_OTHER);
    // Whichever kind of trap is the first, it takes one of the two.
    let typed = member.post("/round/1/answer", &[("value", "4242424242")]).await.status;
    let chosen = member.post("/round/1/answer", &[("position", "1")]).await.status;
    assert!([typed, chosen].iter().any(|status| status.is_redirection() || status.is_success()), "{typed} {chosen}");

    // At its end it sends what it has not sent yet.
    let id = program.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert!(tokio::time::timeout(PATIENCE, program.wait()).await.expect("it ends").unwrap().success());
    let mut traces = Vec::new();
    while let Ok(body) = received.try_recv() {
        traces.extend(body);
    }
    let traces = String::from_utf8_lossy(&traces);
    for word in ["service.name", "trapline", "answer", "deliver", "round", "platform", "web"] {
        assert!(traces.contains(word), "no {word} in the traces: {traces}");
    }
    let visitor = member.cookies["trapline_visitor"].clone();
    let secrets = [WEB_KEY, &admin_key, &visitor, "a-secret-header", "Mallory", "4242424242", "Locked in", "position"];
    for secret in secrets {
        assert!(!traces.contains(secret), "the traces hold {secret}: {traces}");
    }
    assert!(!traces.contains("hyper") && !traces.contains("sqlx"), "spans of other crates: {traces}");
}
