//! How SQLite goes about each query: none reads a table that grows for ever from end to end.

use std::fs;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

use crate::database::connect;
use crate::stage::Stage;

/// What may be read whole: there is little of it, or it is read once in a blue moon.
const SMALL: [&str; 7] =
    ["CONSTANT", "feeds", "invitations", "meta", "communities", "sqlite_sequence", "sqlite_schema"];
/// Parts of a query that are queries themselves: what they read has steps of its own in the plan.
const PARTS: [&str; 4] = ["(subquery-", "sums", "first", "shown"];
/// What a restore says it has brought back: everything is counted, and somebody waits for it.
const RESTORED: &str = "SELECT (SELECT count(*) FROM feeds";
/// Indexes of what is still open or owed, which is little.
const OPEN: [&str; 4] = ["rounds_open", "rounds_due", "rounds_slot_at", "outbox_owed"];

/// Each query of the store, as builds know it.
fn queries() -> Vec<String> {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.sqlx")).expect("queries are described");
    let query = |file: fs::DirEntry| {
        let text = fs::read_to_string(file.path()).expect("the file is there");
        let described: Value = serde_json::from_str(&text).expect("JSON");
        let query = described["query"].as_str().expect("the query");
        // Some begin or end their transaction.
        query.trim_start_matches("BEGIN IMMEDIATE;").trim_end_matches("; COMMIT").to_owned()
    };
    files.map(|file| query(file.expect("the file is there"))).collect()
}

#[tokio::test]
async fn no_query_reads_all_that_ever_was() {
    let stage = Stage::new().await;
    let file = stage.url();
    let mut conn = connect(file.trim_start_matches("sqlite://")).await;
    let queries = queries();
    assert!(queries.len() > 100, "they are all there");
    for query in queries.into_iter().filter(|query| !query.trim_start().starts_with(RESTORED)) {
        // A new parent is checked against its children only while some violation is open, which none ever is.
        let keys = if query.starts_with("INSERT") { "OFF" } else { "ON" };
        sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA foreign_keys = {keys}")))
            .execute(&mut conn)
            .await
            .expect("it is set");
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"))).fetch_all(&mut conn).await;
        for step in plan.expect("each query fits the database") {
            let step: String = step.get("detail");
            let Some(read) = step.strip_prefix("SCAN ") else {
                // Thousands of feeds have a slot at nine o'clock.
                assert!(!step.contains("rounds_slot_at (slot_at"), "{step}\n{query}");
                // A hundred thousand may stand in one period.
                assert!(!step.contains("USING INDEX standings_rank"), "the index alone is to be read: {step}\n{query}");
                continue;
            };
            let is_part = PARTS.iter().any(|part| read.starts_with(part));
            let is_small = SMALL.iter().any(|table| read.split(' ').next() == Some(table));
            let is_open = OPEN.iter().any(|index| read.ends_with(index));
            assert!(is_small || is_open || is_part, "{step}\n{query}");
        }
    }
}
