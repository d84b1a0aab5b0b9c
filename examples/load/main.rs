//! Measures what the compiled bot costs, against the simulated Discord of the tests, which runs in this process; the bot runs in
//! another. Prints one JSON object a line.
//!
//! `cargo build --release && cargo run --release --example load -- [SCENARIO…]`; `--help` says what else there is, and
//! docs/performance.md what came out.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its figures are its output, and its user waits for them"
)]

#[path = "../../tests/world/mod.rs"]
mod world;

mod answers;
mod bot;
mod clicks;
mod database;
mod due;
mod history;
mod idle;
mod machine;
mod options;
mod reveal;
mod standings;
mod town;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use options::{Options, Scenario};

/// What stops a measurement.
type Failure = Box<dyn Error + Send + Sync>;
type Outcome<T> = Result<T, Failure>;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    // Whoever ends it is not left with a bot that goes on.
    let measured = tokio::select! {
        measured = measure(&options) => measured,
        () = stopped() => Err("stopped".into()),
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say(&serde_json::json!({"what": "failure", "why": failure.to_string()}));
            ExitCode::FAILURE
        }
    }
}

async fn stopped() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn measure(options: &Options) -> Outcome<()> {
    bot::choose(&options.program())?;
    say(&machine::description()?);
    for scenario in options.scenarios() {
        match scenario {
            Scenario::Answers => answers::measure(options.crowd()).await?,
            Scenario::Idle => idle::measure(options.idle()).await?,
            Scenario::Due => due::measure(options.due()).await?,
            Scenario::Standings => standings::measure(options.standings()).await?,
            Scenario::Reveal => reveal::measure(options.reveal()).await?,
        }
    }
    Ok(())
}

/// One line of the output.
fn say(line: &Value) {
    println!("{line}");
}

/// What it is at, for whoever waits.
fn note(what: &str) {
    eprintln!("{what} …");
}
