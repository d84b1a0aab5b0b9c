//! Logs: to standard error, for people on a terminal, for machines elsewhere. With the feature `otel`, traces too.

use std::fmt::{self, Write};
use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::format::{self, FormatFields};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogSettings};

#[cfg(feature = "otel")]
mod otel;

/// These write bodies, headers, frames and interaction tokens into their messages and spans. Whatever `RUST_LOG` asks of them, they
/// say no more than this.
const QUIET: [(&str, Level); 6] = [
    ("hyper", Level::INFO),
    ("reqwest", Level::INFO),
    ("serenity", Level::WARN),
    ("tungstenite", Level::INFO),
    ("tokio_tungstenite", Level::INFO),
    // Tells where it has put files on the way, which are somewhere else by then.
    ("mdbook_html", Level::WARN),
];

/// Starts the logs. A second call in one process changes nothing.
pub fn start(settings: &LogSettings) {
    let on_terminal = std::io::stderr().is_terminal();
    let format = settings.format.unwrap_or(if on_terminal { LogFormat::Pretty } else { LogFormat::Json });
    let (filter, unreadable) = match EnvFilter::try_new(&settings.filter) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("info"), Some(error)),
    };
    let started = match format {
        LogFormat::Pretty => {
            let lines = tracing_subscriber::fmt::layer().with_target(false).compact().fmt_fields(one_line());
            begin(lines.with_ansi(on_terminal).with_writer(std::io::stderr), filter)
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
            begin(lines.with_current_span(false).with_span_list(false).with_writer(std::io::stderr), filter)
        }
    };
    if !started {
        tracing::debug!("logs had been started before");
    }
    if let Some(error) = unreadable {
        tracing::warn!(%error, "RUST_LOG can't be read as a filter; it is `info` instead");
    }
}

/// Whether these are the first logs of the process.
fn begin<L>(lines: L, wanted: EnvFilter) -> bool
where
    L: Layer<tracing_subscriber::Registry> + Send + Sync,
{
    let all = tracing_subscriber::registry().with(lines.with_filter(wanted.and(filter_fn(is_discreet))));
    #[cfg(feature = "otel")]
    let all = all.with(otel::layer());
    all.try_init().is_ok()
}

/// Sends what is still to be sent, at the end of the process.
pub async fn stop() {
    #[cfg(feature = "otel")]
    otel::stop().await;
}

/// Whether an event or span may be written at all.
fn is_discreet(of: &Metadata<'_>) -> bool {
    let within =
        |room: &str| of.target().strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    QUIET.iter().all(|(room, most)| !within(room) || of.level() <= most)
}

/// Fields for people. What a platform, a pack or a member has put into a value can neither begin a line of its own nor steer the
/// terminal. (JSON escapes by itself.)
fn one_line() -> impl for<'w> FormatFields<'w> + Send + Sync + 'static {
    format::debug_fn(|writer, field, value| {
        let mut line = OneLine(writer);
        match field.name() {
            "message" => write!(line, "{value:?}"),
            name => write!(line, "{name}={value:?}"),
        }
    })
    .delimited(" ")
}

struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            if c.is_control() || is_steering(c) {
                write!(self.0, "{}", c.escape_default())?;
            } else {
                self.0.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Characters that turn the direction of writing, or end a line without being control characters.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of what happens meanwhile.
    fn written(filter: &str, happens: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let lines = tracing_subscriber::fmt::layer()
            .with_target(false)
            .with_ansi(false)
            .compact()
            .fmt_fields(one_line())
            .with_writer(move || writer.clone());
        let filter = EnvFilter::new(filter).and(filter_fn(is_discreet));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines.with_filter(filter)), happens);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_value_begins_no_line_of_its_own_and_steers_no_terminal() {
        let name = "Mallory\r\n2026-01-01 ERROR all is lost\u{1b}[2J\u{202e}\u{85}";
        let log = written("info", || tracing::warn!(%name, other = ?name, "hello\n{name}"));
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.trim_end().chars().any(|c| c.is_control() || is_steering(c)), "{log}");
        assert!(log.contains("Mallory\\r\\n2026") && log.contains("hello\\nMallory"), "{log}");
    }

    #[test]
    fn whatever_is_asked_for_who_talks_of_tokens_stays_quiet() {
        let all = "trace,hyper=trace,tungstenite::protocol=trace,serenity::http=trace";
        let log = written(all, || {
            tracing::debug!(target: "hyper::proto", "a secret");
            tracing::trace!(target: "tungstenite::protocol", "a secret");
            tracing::info!(target: "serenity::http", "a secret");
            tracing::warn!(target: "serenity::http", "no secret");
            tracing::trace!(target: "hyperactive", "no secret");
        });
        assert!(!log.contains("a secret") && log.lines().count() == 2, "{log}");
    }
}
