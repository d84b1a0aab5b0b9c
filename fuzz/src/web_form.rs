//! A form of the web channel, sent by its admin, whose browser need not be one: a path, then the fields as a body.
//!
//! The server is the real one, on a port of its own. Its database goes on from one request to the next, and begins anew now and
//! then, so that it does not grow without end.

use std::cell::RefCell;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use trapline::bank::Bank;
use trapline::chat::web::{Web, WebConfig};
use trapline::ports::Clock;
use trapline::service::Service;
use trapline::store::Store;

/// As many requests go to one database.
const REQUESTS: usize = 500;
/// The most that a page is, in bytes.
const LONGEST: u64 = 4 << 20;

const ADMIN_KEY: &str = "0123456789abcdef0123456789abcdef";
const VISITOR: &str = "fedcba9876543210fedcba9876543210";
const TRAPS: [(&str, &[u8]); 3] = [
    ("misconceptions.toml", include_bytes!("../../tests/fixtures/bank/good/misconceptions.toml")),
    ("memory/007-training-memory.md", include_bytes!("../../tests/fixtures/bank/good/memory/007-training-memory.md")),
    (
        "memory/012-queue-or-capacity.md",
        include_bytes!("../../tests/fixtures/bank/good/memory/012-queue-or-capacity.md"),
    ),
];

thread_local! {
    static SITE: RefCell<Option<Site>> = const { RefCell::new(None) };
}

/// # Panics
/// Where the server breaks, says more than fits a page, or tells its key.
pub fn web_form(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (path, fields) = text.split_once('\n').map_or((&*text, None), |(path, fields)| (path, Some(fields)));
    // What no client can put there would end the line, or the path.
    let path: String = path.chars().filter(char::is_ascii_graphic).collect();
    SITE.with_borrow_mut(|kept| {
        let mut site = kept.take_if(|site| site.asked < REQUESTS).unwrap_or_else(Site::open);
        let answer = site.ask(&format!("/{}", path.trim_start_matches('/')), fields);
        assert!(answer.status < 500, "{path} answers {}: {}", answer.status, answer.said);
        assert!(!answer.said.contains(ADMIN_KEY), "{path} tells the admin's key");
        *kept = Some(site);
    });
}

struct Answer {
    status: u16,
    /// Head and body.
    said: String,
}

struct Noon;

impl Clock for Noon {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_539_200, 0).expect("a time of our days")
    }
}

/// A server, and a browser that its admin has opened.
struct Site {
    asked: usize,
    address: String,
    cookies: String,
    token: String,
    /// Ends with the site.
    _server: JoinSet<()>,
    runtime: Runtime,
    _folder: TempDir,
}

impl Site {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("trapline.db").display());
        let (bank, report) = Bank::of_files(&TRAPS);
        assert!(!report.has_errors(), "{report}");
        let mut server = JoinSet::new();
        let address = runtime.block_on(async {
            let store = Store::open(&url, [7; 32]).await.expect("a database");
            let service = Service::new(store, Arc::new(bank), Arc::new(Noon));
            service.ensure_local_feed("Europe/Berlin").await.expect("a feed");
            let config = WebConfig { listen: ([127, 0, 0, 1], 0).into(), key: None::<SecretString> };
            let web = Web::bind(config, service.clone(), ADMIN_KEY.into(), Arc::new(Vec::new)).await;
            let web = web.expect("a port");
            let (address, chat) = (web.local_addr().to_string(), web.chat());
            server.spawn(web.run(CancellationToken::new()));
            service.tick().await.expect("a round");
            while service.deliver(chat.as_ref()).await.expect("a post") > 0 {}
            address
        });
        let cookies = format!("trapline_visitor={VISITOR}; trapline_name=416461");
        let mut site =
            Self { asked: 0, address, cookies, token: String::new(), _server: server, runtime, _folder: folder };
        site.sign_in();
        site
    }

    fn sign_in(&mut self) {
        let head = self.ask(&format!("/?admin={ADMIN_KEY}"), None).said;
        let cookie = head.split("trapline_admin=").nth(1).and_then(|rest| rest.split(';').next()).expect("a cookie");
        self.cookies.push_str(&format!("; trapline_admin={cookie}"));
        let page = self.ask("/feed", None).said;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        self.token = token.expect("a form has a token").to_owned();
    }

    /// Sends fields by POST, or asks for a page by GET.
    fn ask(&mut self, path: &str, fields: Option<&str>) -> Answer {
        self.asked += 1;
        let method = if fields.is_some() { "POST" } else { "GET" };
        let body = fields.map(|fields| format!("csrf={}&{fields}", self.token)).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            self.cookies,
            body.len()
        );
        let said = self.runtime.block_on(exchange(&self.address, &(head + &body))).expect("loopback holds");
        let status = said.get(9..12).and_then(|digits| digits.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("{method} {path} is not answered: {said}")), said }
    }
}

/// All that is answered, but for a page that follows along: of that, the head.
async fn exchange(address: &str, request: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut said = Vec::new();
    let mut part = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut part).await?;
        said.extend_from_slice(&part[..read]);
        let follows = said.windows(17).take(1_000).any(|text| text == b"text/event-stream");
        if read == 0 || follows {
            return Ok(String::from_utf8_lossy(&said).into_owned());
        }
        assert!(said.len() as u64 <= LONGEST, "a page has no end");
    }
}
