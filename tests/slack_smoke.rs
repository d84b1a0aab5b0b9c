//! scratch
#![allow(dead_code, unreachable_pub)]
#[path = "world"]
mod world {
    pub mod clock;
    pub mod connection;
    pub mod faults;
    pub mod http;
    pub mod hub;
    pub mod ratelimit;
    pub mod slack;
    pub mod traps;
    pub mod upload;
}

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use trapline::chat::slack::{Slack as Adapter, SlackConfig};
use trapline::ports::Chats;
use trapline::scheduler;
use trapline::service::Service;
use trapline::store::Store;
use world::clock::{TestClock, instant};
use world::slack::Slack;
use world::traps::{CHOICES, NUMBERS, bank};

#[tokio::test(flavor = "multi_thread")]
async fn smoke() {
    tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_test_writer().init();
    let clock = Arc::new(TestClock::at(instant("2026-03-02T08:00:00Z")));
    let slack = Slack::start(clock.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite://{}/t.db", folder.path().display()), [7; 32]).await.unwrap();
    let service = Service::new(store.clone(), bank(), clock.clone());
    let shutdown = CancellationToken::new();
    let adapter = Adapter::connect(
        SlackConfig {
            bot_token: SecretString::from(slack.bot_token()),
            app_token: SecretString::from(slack.app_token()),
            api_url: Some(slack.url().to_owned()),
        },
        service.clone(),
    )
    .unwrap();
    let mut status = adapter.status();
    let chats = Chats::new(vec![adapter.chat()]);
    let program = tokio::spawn({
        let shutdown = shutdown.clone();
        async move { tokio::join!(adapter.run(shutdown.clone()), scheduler::run(service, chats, shutdown)) }
    });
    tokio::time::timeout(Duration::from_secs(10), async {
        while !matches!(&*status.borrow(), trapline::chat::slack::Status::Ready { .. }) {
            status.changed().await.unwrap();
        }
    })
    .await
    .unwrap();
    let space = slack.workspace();
    let channel = space.channel("traps");
    let admin = space.admin("Ada");
    let bob = space.member("Bob");
    let board = admin.slash(&channel, "/trap", "feed").await;
    println!("BOARD\n{}", board.text());
    let modal = admin.click(board.message(), "Add a feed").await;
    println!("MODAL\n{}", modal.modal().text());
    let bad = admin.submit(&modal, &[("Time zone", "Berln"), ("Series", CHOICES)]).await;
    println!("ERRORS {:?}", bad.errors());
    let added = admin.submit(&modal, &[("Time zone", "UTC"), ("Series", CHOICES)]).await;
    println!("ADDED\n{}", added.text());
    clock.set_to("2026-03-02T09:00:00Z");
    let post = channel.expect_message().await;
    println!("POST\n{}\n{:?}", post.text(), post.buttons().iter().map(|b| b.label.clone()).collect::<Vec<_>>());
    let receipt = bob.click(&post, "A").await;
    println!("RECEIPT\n{}", receipt.text());
    let sure = bob.click(receipt.message(), "Certain").await;
    println!("SURE\n{} {}", sure.text(), sure.message().ts == receipt.message().ts);
    let home = bob.open_home().await;
    println!("HOME\n{}", home.text());
    let clicked = bob.click_in(&home, "B").await;
    println!("HOME2\n{}", clicked.view().text());
    for words in
        ["today", "leaderboard", "stats", "library bat", "help", "doctor", "privacy", "nonsense", "", "privacy export"]
    {
        println!("/trap {words}\n{}", admin.slash(&channel, "/trap", words).await.text());
    }
    println!("DM {}", admin.expect_direct_message().await.file());
    clock.set_to("2026-03-02T17:00:00Z");
    let reveal = channel.thread(&post).expect_message().await;
    println!("REVEAL\n{}", reveal.text());
    for _ in 0..2 {
        println!("MORE\n{}", channel.thread(&post).expect_message().await.text());
    }
    println!("POST NOW\n{}", post.now().text());
    println!("MINE\n{}", bob.click(&reveal, "How did I do?").await.text());
    println!("DOCTOR\n{}", admin.slash(&channel, "/trap", "doctor").await.text());
    shutdown.cancel();
    program.await.unwrap();
    store.close().await;
    let _ = NUMBERS;
    slack.finish();
}
