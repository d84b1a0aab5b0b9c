//! The server: how many may be connected at one time, how long each may take, and how it ends.
//!
//! Strangers may reach it. Whoever says nothing, or says it slowly, must take from the rest of the program neither its files nor
//! its end.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What visitors may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Connections at one time; whoever comes next waits until another has gone.
    pub(super) connections: usize,
    /// From the start of a connection, or the end of a request on it, to the end of the next request's header.
    pub(super) header: Duration,
    /// From the end of a request's header to the start of its response; the request's body comes within this.
    pub(super) request: Duration,
    /// For requests in hand when the server stops.
    pub(super) farewell: Duration,
}

impl Limits {
    pub(super) const USUAL: Self = Self {
        // A process may usually open 1,024 files: half of them stay for platforms and the database.
        connections: 512,
        header: Duration::from_secs(10),
        request: Duration::from_secs(30),
        farewell: Duration::from_secs(5),
    };
}

/// After a connection could not be taken, most likely for want of files.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers requests until `shutdown`, then finishes those in hand, as far as they are done in time.
pub(super) async fn serve(listener: TcpListener, router: Router, limits: Limits, shutdown: CancellationToken) {
    let service = TowerToHyperService::new(router.layer(from_fn_with_state(limits.request, in_time)));
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < limits.connections;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => {}
            taken = listener.accept(), if has_room => match taken {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, service.clone(), limits.header, shutdown.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "the web channel can't take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
    drop(listener);
    let done = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.farewell, done).await.is_err() {
        tracing::debug!(connections = connections.len(), "visitors of the web channel are cut off");
        connections.shutdown().await;
    }
}

async fn connection(
    stream: TcpStream,
    service: TowerToHyperService<Router>,
    header: Duration,
    shutdown: CancellationToken,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(header);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = shutdown.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection to the web channel has failed");
    }
}

/// A response that goes on for longer, such as the events, is not held to this: its start is.
async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let response = tokio::time::timeout(limit, next.run(request)).await;
    response.unwrap_or_else(|_| StatusCode::REQUEST_TIMEOUT.into_response())
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Longer than anything here takes.
    const LONG: Duration = Duration::from_secs(20);
    const SHORT: Duration = Duration::from_millis(100);
    const PATIENT: Limits = Limits { connections: 2, header: LONG, request: LONG, farewell: LONG };

    struct Server {
        address: std::net::SocketAddr,
        stop: CancellationToken,
        task: JoinSet<()>,
    }

    impl Server {
        async fn start(limits: Limits) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let echo = async |body: String| body;
            let router = Router::new().route("/", get("hello")).route("/echo", post(echo));
            let (stop, mut task) = (CancellationToken::new(), JoinSet::new());
            task.spawn(serve(listener, router, limits, stop.clone()));
            Self { address, stop, task }
        }

        /// A connection on which this much of a request has been sent.
        async fn send(&self, request: &str) -> TcpStream {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(request.as_bytes()).await.unwrap();
            stream
        }

        /// What is answered until the connection ends.
        async fn answer(&self, request: &str) -> String {
            rest(self.send(request).await).await
        }

        async fn ends(mut self) {
            self.stop.cancel();
            tokio::time::timeout(LONG, self.task.join_next()).await.expect("it ends").unwrap().unwrap();
        }
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut said = Vec::new();
        // A connection that is cut off has nothing more to say.
        let _ = tokio::time::timeout(LONG, stream.read_to_end(&mut said)).await.expect("the connection ends");
        String::from_utf8(said).unwrap()
    }

    const HELLO: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    const HALF_A_BODY: &str = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf";

    #[tokio::test]
    async fn whoever_says_nothing_or_half_of_it_is_closed() {
        let server = Server::start(Limits { header: SHORT, request: SHORT, ..PATIENT }).await;
        for said in ["", "G", "GET / HTTP/1.1\r\nhost: x\r\n"] {
            assert_eq!(server.answer(said).await, "", "after {said:?}");
        }
        assert!(server.answer("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.ends_with("hello"), "and idle after that");
        assert!(server.answer(HALF_A_BODY).await.starts_with("HTTP/1.1 408 "));
        server.ends().await;
    }

    #[tokio::test]
    async fn no_more_are_let_in_than_there_is_room_for() {
        let server = Server::start(PATIENT).await;
        let (one, two) = (server.send("").await, server.send("G").await);
        let mut third = server.send(HELLO).await;
        let waits = tokio::time::timeout(SHORT, third.readable()).await;
        assert!(waits.is_err(), "the third waits");
        drop(one);
        let mut said = String::new();
        tokio::time::timeout(LONG, third.read_to_string(&mut said)).await.expect("there is room").unwrap();
        assert!(said.ends_with("hello"), "{said}");
        drop(two);
        server.ends().await;
    }

    #[tokio::test]
    async fn at_the_end_requests_in_hand_are_finished_and_nobody_is_waited_for_in_vain() {
        let server = Server::start(PATIENT).await;
        let mut slow = server.send(HALF_A_BODY).await;
        // Whoever is answered has been let in, and so has who came before.
        assert!(server.answer(HELLO).await.ends_with("hello"));
        let Server { stop, mut task, .. } = server;
        stop.cancel();
        slow.write_all(b" full").await.unwrap();
        assert!(rest(slow).await.ends_with("half full"));
        tokio::time::timeout(LONG, task.join_next()).await.expect("it ends").unwrap().unwrap();

        let server = Server::start(Limits { farewell: SHORT, ..PATIENT }).await;
        let silent = server.send("G").await;
        assert!(server.answer(HELLO).await.ends_with("hello"));
        server.ends().await;
        assert_eq!(rest(silent).await, "");
    }
}
