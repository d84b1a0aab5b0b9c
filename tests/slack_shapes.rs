//! What leaves for Slack without a connection: the app's manifest, and every trap of the bank as messages.

#[path = "world/mod.rs"]
mod world;

use std::process::Command;

use serde_json::Value;
use trapline::bank::Bank;
use trapline::chat::slack;
use trapline::core::card::Card;
use trapline::core::feed::Filter;
use trapline::core::ids::{FeedId, RoundId};
use trapline::core::round::{Reveal, Round, Tally};
use trapline::core::text;
use trapline::core::trap::Trap;

use world::slack::limits::message::Payload;

fn printed(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(env!("CARGO_BIN_EXE_trapline")).args(arguments).current_dir(&folder).output();
    let output = output.expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

#[test]
fn the_program_prints_the_manifest_that_is_in_the_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/slack-manifest.yaml");
    assert_eq!(printed(&["invite", "--slack"]), std::fs::read_to_string(path).unwrap());
}

#[test]
fn a_trap_is_shown_as_slack_gets_it() {
    let lines = printed(&["bank"]);
    let id = lines.lines().next().unwrap().split_whitespace().nth(2).unwrap();
    let shown: Value = serde_json::from_str(&printed(&["preview", id, "--for", "slack"])).unwrap();
    assert_eq!(shown[0]["blocks"][0]["type"], "header");
    let revealed: Value =
        serde_json::from_str(&printed(&["preview", id, "--for", "slack", "--state", "revealed"])).unwrap();
    assert!(revealed.as_array().unwrap().len() >= 3);
}

/// All that a channel or a member sees of a trap.
fn cards(trap: &Trap) -> Vec<Card> {
    let order: Vec<usize> = (0..trap.options().len()).collect();
    let round = Round {
        id: RoundId(i64::MAX),
        feed: FeedId(1),
        order: order.clone(),
        trap: trap.clone(),
        late: true,
        extra: false,
        posted_at: chrono::DateTime::UNIX_EPOCH,
        reveal_at: Some(chrono::DateTime::UNIX_EPOCH),
        revealed_at: None,
        zone: chrono_tz::UTC,
    };
    let mut cards =
        vec![text::post(&round, 12, Some("S1")), text::practice(trap, 0, u32::MAX, &order, &Filter::default())];
    let reveal = Reveal { tally: Tally::of(trap, []), round, gains: vec![("<Ann>".into(), 8)] };
    cards.extend([text::post_revealed(&reveal), text::reveal(&reveal)]);
    cards.extend(text::reveal_details(&reveal));
    cards.extend(text::library(trap));
    cards
}

#[test]
fn every_trap_of_the_bank_keeps_to_slacks_limits_in_every_state() {
    let bank = Bank::builtin().unwrap();
    for entry in bank.entries() {
        let trap = entry.trap();
        let Value::Array(messages) = slack::preview(&cards(trap)) else { panic!("messages are a list") };
        for message in &messages {
            let message = message.as_object().unwrap();
            let (payload, doubts) =
                Payload::parse(message).unwrap_or_else(|e| panic!("{}: {e:?}\n{message:?}", trap.id));
            assert_eq!(doubts, Vec::<String>::new(), "{}", trap.id);
            let blocks = serde_json::to_string(&payload.blocks).unwrap();
            assert!(!blocks.contains(r#""text":"…""#), "{}: nothing of it is left out", trap.id);
        }
    }
}
