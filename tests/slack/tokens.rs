//! Tokens that are revoked, and an app that is thrown out: feeds wait, the process goes on.

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
    office.world.slack.revoke(Standing::Good);
    office.world.clock.set_to("2026-03-03T13:00:00Z");
    office.channel.expect_message().await;
    office.backstage.settle().await;
    let board = office.admin.slash(&office.channel, "/trap", "feed").await;
    assert!(!board.text().contains("Blocked"), "{}", board.text());
    office.finish().await;
}
