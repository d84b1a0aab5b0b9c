//! Composition root: the one place that names every adapter.

use std::io::Write;
use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::config::Config;

mod commands;
mod run;

/// What ends a command early: one sentence for whoever typed it.
#[derive(Debug)]
pub struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs one command to its end.
pub async fn main(cli: Cli) -> ExitCode {
    let done = match cli.command.unwrap_or(Command::Run { quiet: false }) {
        Command::Run { quiet } => run::run(quiet).await,
        Command::Check { paths, json } => commands::check(&paths, json),
        Command::Bank { json } => commands::bank(json),
        Command::Preview { id, shape, state } => commands::preview(&id, shape, state),
        Command::Figure { id, dark, png, variant } => commands::figure(&id, dark, png, variant),
        Command::Guide { dir } => commands::guide(&dir),
        Command::Invite { slack: true } => commands::manifest(),
        Command::Invite { slack: false } => commands::invite(),
        Command::Admin => commands::admin().await,
        Command::Backup { file } => commands::backup(&file).await,
        Command::Restore { file } => commands::restore(&file).await,
        Command::Recount { check } => commands::recount(check).await,
        Command::Healthcheck => commands::healthcheck().await,
    };
    crate::telemetry::stop().await;
    done.unwrap_or_else(|Failure(why)| {
        // Nothing is left to do when standard error itself is closed.
        let _ = writeln!(std::io::stderr(), "trapline: {why}");
        ExitCode::FAILURE
    })
}

/// Prints a line; a closed pipe (`trapline bank | head`) is no failure.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn config() -> Result<Config, Failure> {
    let config = Config::load()?;
    crate::telemetry::start(&config.log);
    Ok(config)
}
