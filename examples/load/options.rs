//! What is measured, and how much of it.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::world::process;

/// Measures the bot under load; prints one JSON object a line.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// What to measure; all, unless some are named.
    scenarios: Vec<Scenario>,
    /// Everything tiny: shows that it works, and measures nothing.
    #[arg(long)]
    smoke: bool,
    /// Standings over ten million answers too, which takes minutes to prepare and gigabytes of disk.
    #[arg(long)]
    full: bool,
    /// The compiled bot; that of the same build, unless another is named to be compared with it.
    #[arg(long)]
    program: Option<PathBuf>,
    /// Answers offered a second.
    #[arg(long, default_value_t = 500.0)]
    rate: f64,
    /// How long they are offered, in seconds.
    #[arg(long, default_value_t = 15.0)]
    seconds: f64,
    /// Answers of the past, on top of which answers are measured a second time; 0: not a second time.
    #[arg(long, default_value_t = 1_000_000)]
    history: u64,
    /// Answers under way at once at saturation.
    #[arg(long, default_value_t = 64)]
    in_flight: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// CPU and latency of answers, offered at a rate and as fast as they are taken, on a new database and on a full one.
    Answers,
    /// Memory and CPU with so many guilds, and how soon it is ready.
    Idle,
    /// Feeds that are all due in one minute.
    Due,
    /// Pages of the leaderboard over so many answers.
    Standings,
    /// The reveal of a round that many have answered.
    Reveal,
}

/// How much of what the scenario of answers does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) guilds: usize,
    /// Open in each guild.
    pub(crate) rounds: usize,
    /// Answers a second.
    pub(crate) rate: f64,
    /// Answers offered at that rate.
    pub(crate) offered: usize,
    /// Answers at saturation.
    pub(crate) saturating: usize,
    pub(crate) in_flight: usize,
    /// Answers of the past that are put into the database before both are measured again; 0: they are not.
    pub(crate) history: u64,
    /// Without answers.
    pub(crate) idle_seconds: f64,
}

impl Options {
    /// In the order in which they are named.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        if self.scenarios.is_empty() { Scenario::value_variants().to_vec() } else { self.scenarios.clone() }
    }

    pub(crate) fn program(&self) -> PathBuf {
        self.program.clone().unwrap_or_else(process::program)
    }

    pub(crate) fn crowd(&self) -> Crowd {
        if self.smoke {
            let (rate, offered, saturating) = (50.0, 20, 20);
            let (history, idle_seconds) = (1_000, 0.1);
            return Crowd { guilds: 2, rounds: 3, rate, offered, saturating, in_flight: 4, history, idle_seconds };
        }
        // A count of some thousands.
        let offered = (self.rate * self.seconds).max(1.0) as usize;
        Crowd {
            guilds: 10,
            rounds: 6,
            rate: self.rate,
            offered,
            saturating: 2 * offered,
            in_flight: self.in_flight,
            history: self.history,
            idle_seconds: 5.0,
        }
    }

    /// In how many guilds it idles, one after the other, and for how many seconds each time.
    pub(crate) fn idle(&self) -> (Vec<usize>, f64) {
        if self.smoke { (vec![1, 20], 0.1) } else { (vec![1, 1_000, 20_000], 10.0) }
    }

    /// How many feeds are due at once, and in how many minutes: where nothing is measured, they are overdue.
    pub(crate) fn due(&self) -> (usize, i64) {
        if self.smoke { (5, -1) } else { (1_500, 1) }
    }

    /// Over how many answers the leaderboard is asked for, one after the other, and how often.
    pub(crate) fn standings(&self) -> (Vec<u64>, usize) {
        match (self.smoke, self.full) {
            (true, _) => (vec![300], 2),
            (false, false) => (vec![10_000, 1_000_000], 100),
            (false, true) => (vec![10_000, 1_000_000, 10_000_000], 100),
        }
    }

    /// How many have answered the round that is revealed.
    pub(crate) fn reveal(&self) -> u64 {
        if self.smoke { 20 } else { 5_000 }
    }
}
