//! The clients that stand in for a bot: serenity's HTTP, bare HTTP, and a bare gateway socket.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use serenity::http::{Http, HttpBuilder};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::world::World;
use crate::world::hub::PATIENCE;

/// serenity's HTTP client, without its own rate limiter, which would not go through the proxy.
pub(crate) fn serenity_http(world: &World) -> Http {
    HttpBuilder::new(world.discord.token())
        .proxy(world.discord.url())
        .ratelimiter_disabled(true)
        .application_id(world.discord.bot().0.into())
        .build()
}

/// Sends a request with the bot's token; the status and the JSON that come back.
pub(crate) async fn call(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let method = method.parse().expect("an HTTP method");
    let request = reqwest::Client::new()
        .request(method, format!("{}/api/v10{path}", world.discord.url()))
        .header("authorization", format!("Bot {}", world.discord.token()));
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// A message that pings nobody.
pub(crate) fn silent(mut message: Value) -> Value {
    message["allowed_mentions"] = json!({"parse": []});
    message
}

/// A gateway connection.
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) sequence: u64,
}

impl Socket {
    /// Connects and hears HELLO.
    pub(crate) async fn connect(world: &World) -> Self {
        let url = format!("{}/?v=10&encoding=json", world.discord.hub.socket_url);
        let (stream, _) = tokio_tungstenite::connect_async(url).await.expect("the gateway listens");
        let mut socket = Self { stream, sequence: 0 };
        let hello = socket.frame().await;
        assert_eq!(hello["op"], 10);
        assert!(hello["d"]["heartbeat_interval"].is_u64());
        socket
    }

    /// Connects and identifies with the one intent that is needed.
    pub(crate) async fn identified(world: &World) -> (Self, Value) {
        let mut socket = Self::connect(world).await;
        socket.identify(&world.discord.token(), 1).await;
        let ready = socket.event("READY").await;
        (socket, ready)
    }

    pub(crate) async fn identify(&mut self, token: &str, intents: u64) {
        let properties = json!({"os": "linux", "browser": "test", "device": "test"});
        self.say(json!({"op": 2, "d": {"token": token, "intents": intents, "properties": properties}})).await;
    }

    pub(crate) async fn resume(&mut self, world: &World, session: &str, sequence: u64) {
        let data = json!({"token": world.discord.token(), "session_id": session, "seq": sequence});
        self.say(json!({"op": 6, "d": data})).await;
    }

    pub(crate) async fn say(&mut self, frame: Value) {
        self.stream.send(Frame::Text(frame.to_string())).await.expect("the socket is open");
    }

    /// The next JSON frame.
    pub(crate) async fn frame(&mut self) -> Value {
        match self.next().await {
            Some(Frame::Text(text)) => {
                let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                if let Some(sequence) = frame["s"].as_u64() {
                    self.sequence = sequence;
                }
                frame
            }
            other => panic!("not a JSON frame: {other:?}"),
        }
    }

    /// The data of the next event, which must have this name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let frame = self.frame().await;
        assert_eq!((&frame["op"], &frame["t"]), (&json!(0), &json!(name)));
        frame["d"].clone()
    }

    /// The code with which the other side closes; none where it breaks off.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match self.next().await {
                Some(Frame::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Some(_) => {}
                None => return None,
            }
        }
    }

    async fn next(&mut self) -> Option<Frame> {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("a frame in time");
        next.and_then(Result::ok)
    }
}
