//! Tokens that are revoked, and an app that is thrown out: feeds wait, the process goes on.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::sockets::open_round;
use crate::world::slack::state::Standing;

#[tokio::test]
async fn a_token_that_is_revoked_blocks_feeds_until_it_is_good_again() {
    let (office, _post) = open_round().await;
    office.world.slack.uninstall();
    office.world.slack.socket().quiet().await;
    office.world.clock.set_to("2026-03-03T09:00:00Z");
    office.world.slack.requested("chat.postMessage", 2).await;
    for minute in ["09:05", "09:30", "10:30"] {
        office.world.clock.set_to(&format!("2026-03-03T{minute}:00Z"));
        office.backstage.settle().await;
    }
    assert_eq!(office.channel.messages().len(), 1, "nothing goes out");
    assert_eq!(blocked(&office.backstage.database()).await, 1, "the feed keeps the reason");
    office.world.slack.revoke(Standing::Good);
    office.world.clock.set_to("2026-03-03T13:00:00Z");
    office.channel.expect_message().await;
    office.backstage.settle().await;
    assert_eq!(blocked(&office.backstage.database()).await, 0);
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(!board.text().contains("Blocked"), "{}", board.text());
    office.finish().await;
}

/// How many feeds wait for somebody to mend something.
async fn blocked(database: &Path) -> i64 {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    let mut connection = options.connect().await.expect("the database opens");
    let query = "SELECT count(*) FROM feeds WHERE blocked IS NOT NULL";
    let count = sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a count");
    connection.close().await.expect("the database closes");
    count
}

#[tokio::test]
async fn a_token_that_is_bad_from_the_start_ends_nothing() {
    let (mut office, _post) = open_round().await;
    office.stop().await;
    office.world.slack.revoke(Standing::Inactive);
    office.backstage.launch();
    office.world.slack.requested("auth.test", 2).await;
    office.world.clock.set_to("2026-03-03T09:00:00Z");
    // Its admin can't be told while the token is bad, and need not be once it is good.
    office.world.slack.requested("conversations.open", 1).await;
    assert_eq!(office.channel.messages().len(), 1);
    office.world.slack.revoke(Standing::Good);
    office.world.slack.socket().begun(2).await;
    office.world.clock.set_to("2026-03-03T11:00:00Z");
    office.channel.expect_message().await;
    office.finish().await;
}
