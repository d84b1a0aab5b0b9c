//! The clients that stand in for an app: bare HTTP, and a bare socket of Socket Mode.

use futures::{SinkExt as _, StreamExt as _};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::world::World;
use crate::world::hub::PATIENCE;

/// Calls a method with the bot's token and JSON.
pub(crate) async fn call(world: &World, method: &str, args: Value) -> Value {
    let request = post(world, method, &world.slack.bot_token()).json(&args);
    request.send().await.expect("an answer").json().await.expect("JSON")
}

/// Calls a method with the bot's token and a form, as reading methods want it.
pub(crate) async fn ask(world: &World, method: &str, args: &[(&str, &str)]) -> Value {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> = args.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
    let request = post(world, method, &world.slack.bot_token())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(pairs.join("&"));
    request.send().await.expect("an answer").json().await.expect("JSON")
}

/// A call under construction.
pub(crate) fn post(world: &World, method: &str, token: &str) -> RequestBuilder {
    let url = format!("{}/{method}", world.slack.url());
    Client::new().post(url).header("authorization", format!("Bearer {token}"))
}

/// Posts to a response address; the status and the JSON that come back.
pub(crate) async fn respond(url: &Value, args: Value) -> (u16, Value) {
    let url = url.as_str().expect("an address");
    let answer = Client::new().post(url).json(&args).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// A connection of Socket Mode.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    /// Asks for an address, connects and hears hello.
    pub(crate) async fn open(world: &World) -> Self {
        let mut socket = Self::connect(&address(world).await).await.expect("the address serves");
        let hello = socket.frame().await;
        assert_eq!(hello["type"], "hello");
        assert_eq!(hello["connection_info"]["app_id"], "A0TRAPLINE");
        socket
    }

    /// Connects; none where the address is refused.
    pub(crate) async fn connect(url: &str) -> Option<Self> {
        let (stream, _) = tokio_tungstenite::connect_async(url).await.ok()?;
        Some(Self { stream })
    }

    pub(crate) async fn say(&mut self, frame: Value) {
        self.stream.send(Frame::Text(frame.to_string())).await.expect("the socket is open");
    }

    /// The next JSON frame.
    pub(crate) async fn frame(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Frame::Text(text)) => return serde_json::from_str(&text).expect("frames are JSON"),
                Some(Frame::Ping(_) | Frame::Pong(_)) => {}
                other => panic!("not a JSON frame: {other:?}"),
            }
        }
    }

    /// The next envelope, acknowledged.
    pub(crate) async fn hear(&mut self) -> Value {
        let envelope = self.frame().await;
        self.say(json!({"envelope_id": envelope["envelope_id"]})).await;
        envelope
    }

    /// The next envelope, acknowledged with a payload.
    pub(crate) async fn answer(&mut self, payload: Value) -> Value {
        let envelope = self.frame().await;
        self.say(json!({"envelope_id": envelope["envelope_id"], "payload": payload})).await;
        envelope
    }

    /// Waits until the other side has closed or is gone.
    pub(crate) async fn closed(&mut self) {
        while self.next().await.is_some_and(|frame| !matches!(frame, Frame::Close(_))) {}
    }

    async fn next(&mut self) -> Option<Frame> {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("a frame in time");
        next.and_then(Result::ok)
    }
}

/// An address for one connection.
pub(crate) async fn address(world: &World) -> String {
    let answer = post(world, "apps.connections.open", &world.slack.app_token()).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    answer["url"].as_str().unwrap_or_else(|| panic!("no address: {answer}")).to_owned()
}
