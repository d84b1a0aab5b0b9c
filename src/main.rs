//! Parses the arguments and calls the command.

use std::process::ExitCode;

use clap::Parser;
use trapline::{app, cli::Cli};

// One thread: what the program does is wait for others. Threads of its own would mostly wake each other (see docs/performance.md).
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    app::main(Cli::parse()).await
}
