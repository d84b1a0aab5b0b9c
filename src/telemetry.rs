//! Logs: to standard error, for people on a terminal, for machines elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogSettings};

/// Starts the logs. A second call in one process changes nothing.
pub fn start(settings: &LogSettings) {
    // These write bodies, headers and interaction tokens into their messages and spans; a wide `RUST_LOG=debug` must not
    // bring a token into the logs.
    let quiet = [
        "hyper=info",
        "reqwest=info",
        "serenity=warn",
        "serenity::gateway::ws=error",
        "tungstenite=info",
        "tokio_tungstenite=info",
        // Tells where it has put files on the way, which are somewhere else by then.
        "mdbook_html=warn",
    ];
    let mut filter = EnvFilter::try_new(&settings.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in quiet {
        if let Ok(directive) = directive.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let format =
        settings.format.unwrap_or(if std::io::stderr().is_terminal() { LogFormat::Pretty } else { LogFormat::Json });
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Pretty => builder.with_target(false).compact().finish().try_init(),
        LogFormat::Json => {
            builder.json().flatten_event(true).with_current_span(false).with_span_list(false).finish().try_init()
        }
    };
    if started.is_err() {
        tracing::debug!("logs had been started before");
    }
}
