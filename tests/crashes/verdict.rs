//! What must hold at the end of a campaign.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};
use tokio::process::Command;
use trapline::core::ids::{Confidence, RoundId};
use trapline::core::pick;
use trapline::core::trap::Trap;

use crate::ledger::{Ledger, Said};
use crate::points::Outside;
use crate::side::{SaidThere, Side};
use crate::world::audit;

/// The figures of what was found.
///
/// # Panics
/// With everything that does not hold.
pub(crate) async fn check(database: &Path, side: &impl Side, ledger: &Ledger) -> String {
    audit::check(database).await;
    let recount = Command::new(env!("CARGO_BIN_EXE_trapline"))
        .env_clear()
        .env("DATABASE_URL", format!("sqlite://{}", database.display()))
        .args(["recount", "--check"])
        .output()
        .await
        .expect("the program runs");
    assert!(recount.status.success(), "a recount differs:\n{}", String::from_utf8_lossy(&recount.stdout));

    let mut conn = Outside::new(database).connect().await;
    let said = side.said();
    let (rounds, mut complaints) = rounds(&mut conn, &said).await;
    complaints.extend(messages(&mut conn, said.keys()).await);
    complaints.extend(slots(&mut conn).await);
    complaints.extend(ledger.complaints(&answers(&mut conn).await));
    conn.close().await.expect("the database closes");
    assert!(complaints.is_empty(), "after the campaign:\n- {}", complaints.join("\n- "));
    format!("rounds: {rounds}, messages: {}", said.len())
}

/// Each round has one post and one reveal, but for one whose post was given up before anybody saw it.
async fn rounds(conn: &mut SqliteConnection, said: &SaidThere) -> (usize, Vec<String>) {
    let rows = sqlx::query(
        "SELECT r.id, o.state = 'dropped' AND r.extra = 0 FROM rounds r
         LEFT JOIN outbox o ON o.round = r.id AND o.kind = 'post' ORDER BY r.id",
    )
    .fetch_all(conn)
    .await
    .expect("rounds");
    let mut counts: BTreeMap<RoundId, (u32, u32)> = rows.iter().map(|row| (RoundId(row.get(0)), (0, 0))).collect();
    for (round, is_reveal) in said.values().flatten() {
        let (posts, reveals) = counts.entry(*round).or_default();
        *if *is_reveal { reveals } else { posts } += 1;
    }
    let unseen: BTreeSet<RoundId> =
        rows.iter().filter(|row| row.get::<bool, _>(1)).map(|row| RoundId(row.get(0))).collect();
    let expected = |round| if unseen.contains(round) { (0, 0) } else { (1, 1) };
    let wrong = counts.iter().filter(|(round, counts)| **counts != expected(round));
    (rows.len(), wrong.map(|(round, counts)| format!("round {round}: (posts, reveals) are {counts:?}")).collect())
}

/// What is in the channels is what was recorded, message by message.
async fn messages(conn: &mut SqliteConnection, said: impl Iterator<Item = &(String, String)>) -> Vec<String> {
    let rows = sqlx::query("SELECT channel, message FROM outbox WHERE state = 'done' AND message IS NOT NULL")
        .fetch_all(conn)
        .await
        .expect("the outbox");
    let recorded: BTreeSet<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let said: BTreeSet<(String, String)> = said.cloned().collect();
    let twice = said.difference(&recorded).map(|message| format!("{message:?} was sent and not recorded"));
    let lost = recorded.difference(&said).map(|message| format!("{message:?} was recorded and is not there"));
    twice.chain(lost).collect()
}

/// Every minute has its round, or is known to have been missed.
async fn slots(conn: &mut SqliteConnection) -> Vec<String> {
    let slots: Vec<i64> = sqlx::query_scalar(
        "SELECT slot_at FROM rounds WHERE extra = 0 UNION SELECT slot_at FROM skipped_slots ORDER BY 1",
    )
    .fetch_all(conn)
    .await
    .expect("slots");
    assert!(!slots.is_empty(), "the clock's feed has had a slot");
    let gaps = slots.windows(2).filter(|pair| pair[1] - pair[0] != 60_000);
    gaps.map(|pair| format!("nothing is known of the slots between {} and {}", pair[0], pair[1])).collect()
}

/// What members said, by the position that they saw.
async fn answers(conn: &mut SqliteConnection) -> BTreeMap<(String, RoundId), Said> {
    let rows = sqlx::query(
        "SELECT c.external_id, a.round, a.said, a.confidence, r.seed, v.json FROM answers a JOIN rounds r ON r.id = a.round
         JOIN trap_versions v ON v.digest = r.version JOIN accounts c ON c.member = a.member",
    )
    .fetch_all(conn)
    .await
    .expect("answers");
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let trap: Trap = serde_json::from_str(row.get(5)).expect("a trap");
        let order = pick::shuffle(trap.options().len(), row.get::<i64, _>(4).cast_unsigned());
        let shown = order.iter().position(|index| *index as f64 == row.get::<f64, _>(2)).expect("an option");
        let confidence = Confidence::ALL[usize::try_from(row.get::<i64, _>(3)).expect("0, 1 or 2")];
        ((row.get(0), RoundId(row.get(1))), (u8::try_from(shown).expect("few options"), confidence))
    };
    rows.iter().map(read).collect()
}
