//! The machine, and what the kernel says of a process.

use std::fs;
use std::io::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;

/// The kernel counts a process's time in hundredths of a second (`USER_HZ`), whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// How often the disk is tried.
const WRITES: usize = 50;

/// Where it was measured, and how fast its disk is just now: every answer waits for it.
///
/// # Errors
/// Where the disk takes no file.
pub(crate) fn description() -> Outcome<Value> {
    let disk = disk()?;
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    Ok(json!({
        "what": "machine",
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": model.map_or("", |(_, model)| model),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_average": read("/proc/loadavg").split(' ').next().unwrap_or_default(),
        "fsync_ms_p50": percentile(&disk, 500), "fsync_ms_p99": percentile(&disk, 990),
        "optimised": !cfg!(debug_assertions),
    }))
}

/// How long a page takes to be safe on the disk where the databases are, sorted.
fn disk() -> Outcome<Vec<Duration>> {
    let mut file = tempfile::tempfile()?;
    let mut took = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let since = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        took.push(since.elapsed());
    }
    took.sort_unstable();
    Ok(took)
}

/// What a process and all its threads have used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu {
    pub(crate) user: Duration,
    /// Within the kernel.
    pub(crate) system: Duration,
}

impl Cpu {
    pub(crate) fn all(self) -> Duration {
        self.user + self.system
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self { user: self.user.saturating_sub(before.user), system: self.system.saturating_sub(before.system) }
    }
}

/// So far; `self` is this process.
pub(crate) fn cpu(process: &str) -> Outcome<Cpu> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name stands in brackets and may hold anything; times are the 14th and the 15th field.
    let (_, fields) = stat.rsplit_once(") ").ok_or("a stat without a name")?;
    let times: Vec<u32> = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    let [user, system] = times[..] else { return Err("a stat without times".into()) };
    Ok(Cpu { user: TICK * user, system: TICK * system })
}

/// Resident memory of a process, in mebibytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) all: f64,
    /// Its own, and in no file: what a second process would need again.
    pub(crate) anonymous: f64,
    /// The most that all of it ever was.
    pub(crate) most: f64,
}

/// Now; `self` is this process.
pub(crate) fn memory(process: &str) -> Outcome<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let mebibytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.trim().strip_suffix(" kB"));
        let kibibytes: Option<f64> = line.and_then(|number| number.parse().ok());
        kibibytes.map(|number| rounded(number / 1024.0, 1)).ok_or_else(|| format!("a status without {key}"))
    };
    Ok(Memory { all: mebibytes("VmRSS:")?, anonymous: mebibytes("RssAnon:")?, most: mebibytes("VmHWM:")? })
}

/// Rounded to so many places, as figures are read.
pub(crate) fn rounded(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}

/// In milliseconds, to the microsecond.
pub(crate) fn ms(span: Duration) -> f64 {
    rounded(span.as_secs_f64() * 1e3, 3)
}

/// The time that so many per mille of the spans do not exceed, in milliseconds.
pub(crate) fn percentile(sorted: &[Duration], per_mille: usize) -> f64 {
    let at = (sorted.len() * per_mille).div_ceil(1000).saturating_sub(1);
    sorted.get(at).copied().map_or(0.0, ms)
}
