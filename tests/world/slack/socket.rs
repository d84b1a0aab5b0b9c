//! Socket Mode's wire: a real WebSocket at an address that `apps.connections.open` gave. Its state is in [`super::sockets`].

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::Hub;
use super::outcomes;
use super::sockets::{CONNECTIONS, Connection, Down};
use super::state::State;

/// How often the machine's clock is looked at, where the scenario follows it.
const SWEEP: Duration = Duration::from_millis(500);

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = hub.stop.cancelled() => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(run(stream, hub.clone()));
                }
            }
        }
    }
}

/// Sends again what is not acknowledged in time, whenever the clock moves.
pub async fn sweep(hub: Arc<Hub>) {
    let mut moves = hub.look(|state| state.clock.moves());
    loop {
        tokio::select! {
            () = hub.stop.cancelled() => return,
            _ = moves.changed() => {}
            () = tokio::time::sleep(SWEEP) => {}
        }
        let due = |state: &State| !state.sockets.overdue(state.now()).is_empty();
        if hub.look(due) {
            hub.change(|state| {
                let now = state.now();
                for late in state.sockets.sweep(now) {
                    let label = state.interactions.get(&late).map(|late| late.label.clone()).unwrap_or_default();
                    state.violation(format!("not acknowledged within 3 s: {label}"));
                }
            });
        }
    }
}

async fn run(stream: TcpStream, hub: Arc<Hub>) {
    #[expect(clippy::result_large_err, reason = "the handshake's callback is to have this type")]
    let admit = |request: &Request, response: Response| admit(&hub, request, response);
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(stream, admit).await else { return };
    let (sink, frames) = socket.split();
    let (down, orders) = mpsc::unbounded_channel();
    let number = hub.change(|state| {
        state.sockets.count += 1;
        let number = state.sockets.count;
        let open = state.sockets.connections.len() + 1;
        if open > CONNECTIONS {
            state.violation(format!("{open} connections at once; an app may have {CONNECTIONS}"));
        }
        let _ = down.send(Down::Send(hello(state, open)));
        let now = state.now();
        state.sockets.join(Connection { number, down, leaving: false }, now);
        number
    });
    tokio::select! {
        () = hub.stop.cancelled() => {}
        () = write(sink, orders) => {}
        () = read(frames, &hub) => {}
    }
    hub.change(|state| {
        let now = state.now();
        state.sockets.leave(number, now);
    });
}

/// Each address serves one connection.
#[expect(clippy::result_large_err, reason = "the handshake's callback is to have this type")]
fn admit(hub: &Hub, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    let query = request.uri().query().unwrap_or_default();
    let ticket = query.split('&').find_map(|pair| pair.strip_prefix("ticket=")).unwrap_or_default();
    if hub.change(|state| state.sockets.tickets.remove(ticket)) {
        return Ok(response);
    }
    let mut refused = ErrorResponse::new(None);
    *refused.status_mut() = axum::http::StatusCode::UNAUTHORIZED.as_u16().try_into().expect("a status");
    Err(refused)
}

fn hello(state: &State, open: usize) -> Value {
    let debug = json!({"host": "wss-fake", "started": "2026-03-02 08:00:00.000", "build_number": 1, "approximate_connection_time": 18060});
    json!({"type": "hello", "num_connections": open, "debug_info": debug, "connection_info": {"app_id": state.app}})
}

async fn read(mut frames: SplitStream<WebSocketStream<TcpStream>>, hub: &Hub) {
    loop {
        hub.unmuted().await;
        match frames.next().await {
            Some(Ok(Frame::Text(text))) => hear(hub, &text),
            Some(Ok(Frame::Pong(_))) => hub.change(|state| state.sockets.pongs += 1),
            Some(Ok(Frame::Close(_)) | Err(_)) | None => return,
            Some(Ok(_)) => {}
        }
    }
}

/// The program says nothing but that it has got an envelope.
fn hear(hub: &Hub, text: &str) {
    let frame: Result<Value, _> = serde_json::from_str(text);
    hub.change(|state| match &frame {
        Ok(frame) if frame["envelope_id"].is_string() => outcomes::acknowledged(state, frame),
        _ => state.violation(format!("the socket hears what is no acknowledgement: {text}")),
    });
}

async fn write(mut sink: SplitSink<WebSocketStream<TcpStream>, Frame>, mut orders: mpsc::UnboundedReceiver<Down>) {
    while let Some(order) = orders.recv().await {
        let frame = match order {
            Down::Send(frame) => Frame::Text(frame.to_string()),
            Down::Ping => Frame::Ping(b"are you there".to_vec()),
            // The other side answers the close; its reader ends this connection.
            Down::Close => Frame::Close(None),
            Down::Drop => return,
        };
        if sink.send(frame).await.is_err() {
            return;
        }
    }
}
