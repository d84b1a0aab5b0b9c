//! What the program counts of itself, for Prometheus.
//!
//! A label's value is one of a few words that are written here or in `core`: no name, no text and no answer can become one.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::core::ids::Platform;

/// The media type of what [`Metrics::text`] makes.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

type Labels<const N: usize> = [(&'static str, &'static str); N];
/// One histogram for each platform, made when it is first asked for.
type ByPlatform = Family<Labels<1>, Histogram, fn() -> Histogram>;
/// In seconds; not a number where it is not known.
type Seconds = Gauge<f64, AtomicU64>;

const PLATFORMS: [Platform; 3] = [Platform::Discord, Platform::Slack, Platform::Web];

/// Seconds: from a tenth of the least that a commit takes to Discord's three seconds.
const RECEIPT: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0];
/// Seconds: a turn of the scheduler, the five minutes from which a post says that it is late, the longest catch-up window.
const LATENESS: [f64; 11] = [0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 21_600.0, 86_400.0];

/// The counters and gauges of one program. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    answers: Family<Labels<1>, Counter>,
    receipts: ByPlatform,
    posts: Family<Labels<2>, Counter>,
    skipped: Counter,
    lateness: Histogram,
    limited: Family<Labels<1>, Counter>,
    faults: Family<Labels<1>, Counter>,
    batches: Histogram,
    outbox: Seconds,
    overdue: Seconds,
    ticked: Seconds,
    ready: Gauge,
    up: Family<Labels<1>, Gauge>,
}

/// What became of one try to deliver a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Post {
    Delivered,
    /// Tried again after a pause.
    Retried,
    /// The channel refuses; its feed is blocked until it heals.
    Refused,
    /// Given up.
    Dropped,
}

impl Post {
    const ALL: [Self; 4] = [Self::Delivered, Self::Retried, Self::Refused, Self::Dropped];

    fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Retried => "retried",
            Self::Refused => "refused",
            Self::Dropped => "dropped",
        }
    }
}

/// What the program does over and over, and tries again where it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Rounds and reveals that are due.
    Tick,
    /// Messages that are owed.
    Deliver,
    /// Live counts.
    Refresh,
}

impl Task {
    const ALL: [Self; 3] = [Self::Tick, Self::Deliver, Self::Refresh];

    /// As labels and logs name it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::Deliver => "deliver",
            Self::Refresh => "refresh",
        }
    }
}

/// What is looked up when somebody asks for the metrics, as opposed to counted as it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Now {
    /// Messages owed to channels that take them; none where the database can't say.
    pub outbox: Option<u32>,
    /// How far the most overdue post is behind its slot; zero where none is, none where the database can't say.
    pub overdue: Option<TimeDelta>,
    /// The scheduler's last turn without a fault; none before the first.
    pub ticked: Option<DateTime<Utc>>,
    pub ready: bool,
    /// By name: whether each configured platform is connected.
    pub platforms: Vec<(&'static str, bool)>,
}

/// A receipt that somebody waits for: measured from here until this is dropped.
pub struct Receipt {
    since: Instant,
    seconds: Histogram,
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.seconds.observe(self.since.elapsed().as_secs_f64());
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("trapline");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program's version", build);
        let mut inner = Inner {
            registry,
            answers: Family::default(),
            receipts: Family::new_with_constructor(|| Histogram::new(RECEIPT)),
            posts: Family::default(),
            skipped: Counter::default(),
            lateness: Histogram::new(LATENESS),
            limited: Family::default(),
            faults: Family::default(),
            batches: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            outbox: Gauge::default(),
            overdue: Gauge::default(),
            ticked: Gauge::default(),
            ready: Gauge::default(),
            up: Family::default(),
        };
        inner.register();
        inner.begin();
        Self(Arc::new(inner))
    }
}

impl Inner {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("answers", "Answers that were stored, changed ones included", self.answers.clone());
        registry.register(
            "receipt_duration_seconds",
            "From the arrival of an answer to the end of its receipt's delivery",
            self.receipts.clone(),
        );
        registry.register("posts", "Tries to deliver a post, by what became of them", self.posts.clone());
        registry.register("slots_skipped", "Slots that were recorded as skipped", self.skipped.clone());
        registry.register(
            "post_lateness_seconds",
            "How far delivered posts were behind their slots",
            self.lateness.clone(),
        );
        registry.register("rate_limited", "Calls that a platform answered with 429", self.limited.clone());
        registry.register("faults", "Turns of the scheduler's loops that ended in a fault", self.faults.clone());
        registry.register("write_batch_size", "Answers that shared one transaction", self.batches.clone());
        registry.register(
            "outbox_depth",
            "Messages that are owed and not settled, those of blocked feeds and of platforms that are off apart",
            self.outbox.clone(),
        );
        registry.register(
            "post_overdue_seconds",
            "How far the most overdue post is behind its slot, those of blocked feeds and of platforms that are off apart",
            self.overdue.clone(),
        );
        registry.register(
            "scheduler_last_tick_timestamp_seconds",
            "When the scheduler last did all that was due",
            self.ticked.clone(),
        );
        registry.register("ready", "Whether /readyz says that all is well", self.ready.clone());
        registry.register("platform_up", "Whether a configured platform is connected", self.up.clone());
    }

    /// Counters that begin at zero: what was never counted differs from what is not there.
    fn begin(&self) {
        for task in Task::ALL {
            drop(self.faults.get_or_create(&[("task", task.word())]));
        }
        for platform in PLATFORMS {
            let platform = [label(platform)];
            drop(self.answers.get_or_create(&platform));
            drop(self.receipts.get_or_create(&platform));
            drop(self.limited.get_or_create(&platform));
            for post in Post::ALL {
                drop(self.posts.get_or_create(&[platform[0], ("outcome", post.word())]));
            }
        }
    }
}

fn label(platform: Platform) -> (&'static str, &'static str) {
    ("platform", platform.as_str())
}

impl Metrics {
    pub fn answered(&self, platform: Platform) {
        self.0.answers.get_or_create(&[label(platform)]).inc();
    }

    /// Begins to measure a receipt.
    #[must_use]
    pub fn receipt(&self, platform: Platform) -> Receipt {
        Receipt { since: Instant::now(), seconds: self.0.receipts.get_or_create_owned(&[label(platform)]) }
    }

    pub fn post(&self, platform: Platform, what: Post) {
        self.0.posts.get_or_create(&[label(platform), ("outcome", what.word())]).inc();
    }

    pub fn skipped(&self, slots: u32) {
        self.0.skipped.inc_by(slots.into());
    }

    /// A post was delivered so far behind its slot.
    pub fn lateness(&self, behind: TimeDelta) {
        self.0.lateness.observe(seconds(behind));
    }

    pub fn limited(&self, platform: Platform) {
        self.0.limited.get_or_create(&[label(platform)]).inc();
    }

    /// A turn has ended in a fault.
    pub fn fault(&self, task: Task) {
        self.0.faults.get_or_create(&[("task", task.word())]).inc();
    }

    /// So many small writes shared one transaction.
    pub fn batch(&self, writes: usize) {
        self.0.batches.observe(f64::from(u32::try_from(writes).unwrap_or(u32::MAX)));
    }

    /// Everything in Prometheus' text format.
    #[must_use]
    pub fn text(&self, now: &Now) -> String {
        let Inner { outbox, overdue, ticked, ready, up, registry, .. } = &*self.0;
        outbox.set(now.outbox.map_or(f64::NAN, f64::from));
        overdue.set(now.overdue.map_or(f64::NAN, seconds));
        ticked.set(now.ticked.map_or(0.0, |at| Duration::from_millis(unsigned(at.timestamp_millis())).as_secs_f64()));
        ready.set(now.ready.into());
        for &(platform, connected) in &now.platforms {
            up.get_or_create(&[("platform", platform)]).set(connected.into());
        }
        let mut text = String::new();
        prometheus_text::encode(&mut text, registry).expect("writing into a String does not fail");
        text
    }
}

/// A clock that was put back makes a post early, which is not late.
fn seconds(span: TimeDelta) -> f64 {
    span.to_std().unwrap_or_default().as_secs_f64()
}

fn unsigned(ms: i64) -> u64 {
    u64::try_from(ms).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Now {
        let ticked = DateTime::from_timestamp_millis(1_500);
        let platforms = vec![("discord", true), ("slack", false)];
        Now { outbox: Some(3), overdue: Some(TimeDelta::minutes(6)), ticked, ready: false, platforms }
    }

    #[test]
    fn what_happens_is_counted_and_what_is_looked_up_is_told() {
        let metrics = Metrics::default();
        metrics.answered(Platform::Slack);
        metrics.post(Platform::Discord, Post::Retried);
        metrics.skipped(2);
        metrics.lateness(TimeDelta::seconds(-3));
        metrics.lateness(TimeDelta::minutes(6));
        metrics.limited(Platform::Discord);
        metrics.fault(Task::Tick);
        metrics.batch(40);
        drop(metrics.receipt(Platform::Web));
        let text = metrics.text(&now());
        for line in [
            r#"trapline_answers_total{platform="slack"} 1"#,
            r#"trapline_answers_total{platform="web"} 0"#,
            r#"trapline_posts_total{platform="discord",outcome="retried"} 1"#,
            "trapline_slots_skipped_total 2",
            r#"trapline_post_lateness_seconds_bucket{le="0.5"} 1"#,
            r#"trapline_post_lateness_seconds_bucket{le="300"} 1"#,
            r#"trapline_post_lateness_seconds_bucket{le="900"} 2"#,
            r#"trapline_rate_limited_total{platform="discord"} 1"#,
            r#"trapline_write_batch_size_bucket{le="32"} 0"#,
            r#"trapline_write_batch_size_bucket{le="64"} 1"#,
            r#"trapline_receipt_duration_seconds_count{platform="web"} 1"#,
            r#"trapline_faults_total{task="tick"} 1"#,
            r#"trapline_faults_total{task="deliver"} 0"#,
            "trapline_outbox_depth 3.0",
            "trapline_post_overdue_seconds 360.0",
            "trapline_scheduler_last_tick_timestamp_seconds 1.5",
            "trapline_ready 0",
            r#"trapline_platform_up{platform="discord"} 1"#,
            r#"trapline_platform_up{platform="slack"} 0"#,
            concat!("trapline_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.lines().any(|l| l == line), "no `{line}` in\n{text}");
        }
    }

    #[test]
    fn what_the_database_can_not_say_is_no_number() {
        let text = Metrics::default().text(&Now { outbox: None, overdue: None, ..now() });
        assert!(text.contains("trapline_outbox_depth NaN") && text.contains("trapline_post_overdue_seconds NaN"));
    }
}
