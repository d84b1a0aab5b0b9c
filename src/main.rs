//! Parses the arguments and calls the command.

use std::process::ExitCode;

use clap::Parser;
use trapline::{app, cli::Cli};

#[tokio::main]
async fn main() -> ExitCode {
    app::main(Cli::parse()).await
}
