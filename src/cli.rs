//! The command line: what each command takes, and nothing about how it is done.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::core::trap::Trap;

/// One machine-learning interview trap a day for a study group's chat channel.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the bot: Discord and Slack where their tokens are set, and the local web channel (the default)
    Run {
        /// Print nothing, and so no admin link, where what is printed is kept: what is to be said is logged
        #[arg(long)]
        quiet: bool,
    },
    /// Check trap files or folders; without a path, the built-in bank
    Check {
        /// Files or folders
        paths: Vec<PathBuf>,
        /// Print the findings as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Print the bank: a line a trap, or all of it with --json
    Bank {
        /// Print every trap with its canonical numbers, as a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show a trap as a platform would get it
    Preview {
        /// The trap's id, such as `sampling-buffer`
        id: String,
        /// The platform
        #[arg(long = "for", value_enum, default_value_t = Shape::Web)]
        shape: Shape,
        /// Before or after the reveal
        #[arg(long, value_enum, default_value_t = Stage::Open)]
        state: Stage,
    },
    /// Draw a trap's figure as SVG, or as PNG with --png
    Figure {
        /// The trap's id, such as `sampling-buffer`
        id: String,
        /// For a dark ground
        #[arg(long)]
        dark: bool,
        /// As the PNG that a chat gets
        #[arg(long)]
        png: bool,
        /// Which of the trap's variants, from 1
        #[arg(long, default_value_t = 1)]
        variant: usize,
    },
    /// Write the bank as a study book, to read in a browser, on paper or on an e-reader
    Guide {
        /// The folder: new, empty, or with an earlier guide, which is replaced
        dir: PathBuf,
    },
    /// Print the link that adds the bot to a Discord server, with the least permissions; or Slack's manifest
    Invite {
        /// Print the manifest by which an admin creates the app in a Slack workspace
        #[arg(long)]
        slack: bool,
    },
    /// Print the link that makes whoever opens it the admin of the local web channel
    Admin,
    /// Copy the database to a new file while the bot runs
    Backup {
        /// The file to make; it must not exist
        file: PathBuf,
    },
    /// Put a backup in the database's place while the bot is stopped; what was there is kept beside it
    Restore {
        /// A file that `trapline backup` made; it stays as it is
        file: PathBuf,
    },
    /// Count standings and streaks anew from the answers while the bot is stopped, and print what differed
    Recount {
        /// Change nothing; exit code 1 where something differs
        #[arg(long)]
        check: bool,
    },
    /// Ask the running bot whether it is well; exit code 0 if so
    Healthcheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// The payloads as JSON
    Discord,
    /// The payloads as JSON
    Slack,
    /// The page as HTML
    Web,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    Open,
    Revealed,
}

/// A line of `trapline bank`.
#[must_use]
pub fn bank_line(trap: &Trap) -> String {
    format!("{:<24} {:>3}  {:<28} {}", trap.series, trap.number, trap.id, trap.headline)
}
