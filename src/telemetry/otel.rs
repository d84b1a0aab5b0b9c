//! Traces for OpenTelemetry, sent by OTLP over HTTP to where `OTEL_EXPORTER_OTLP_ENDPOINT` says; built with the feature `otel` only.
//!
//! What is traced are the program's own spans, and its own log lines within them: other crates' spans hold what they send.

use std::env;
use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

use super::is_discreet;

/// Either of these switches the traces on. The exporter reads them itself, and its other settings by their standard names.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
const NAME: &str = "OTEL_SERVICE_NAME";
/// A collector that takes longer is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

/// The traces, where a collector is named.
pub(super) fn layer<S>() -> Option<impl Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if !ENDPOINTS.into_iter().any(is_set) {
        return None;
    }
    let exporter = SpanExporter::builder().with_http().with_http_client(Courier::here()?).build().ok()?;
    let resource = Resource::builder();
    let resource = if is_set(NAME) { resource } else { resource.with_service_name(env!("CARGO_PKG_NAME")) };
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
    let tracer = PROVIDER.get_or_init(|| provider).tracer(env!("CARGO_PKG_NAME"));
    let traces = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false).with_threads(false);
    Some(traces.with_filter(filter_fn(is_traced)))
}

/// Spans of ours, and what is logged within them.
fn is_traced(of: &Metadata<'_>) -> bool {
    let most = if of.is_span() { Level::DEBUG } else { Level::INFO };
    of.target().starts_with(env!("CARGO_PKG_NAME")) && *of.level() <= most && is_discreet(of)
}

/// Sends what has not been sent yet, and ends.
pub(super) async fn stop() {
    // It blocks until the collector has answered, for which the runtime must go on.
    let stopped = tokio::task::spawn_blocking(|| PROVIDER.get().map(SdkTracerProvider::shutdown)).await;
    if let Ok(Some(Err(error))) = stopped {
        tracing::warn!(%error, "the last traces were not sent");
    }
}

/// Carries requests by the client that the program has anyway, on its runtime: the exporter works on a thread outside of it.
#[derive(Debug)]
struct Courier {
    client: reqwest::Client,
    runtime: Handle,
}

impl Courier {
    fn here() -> Option<Self> {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().ok()?;
        Some(Self { client, runtime: Handle::try_current().ok()? })
    }
}

#[async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let answer = client.execute(request.try_into()?).await?;
            let (status, body) = (answer.status(), answer.bytes().await?);
            Ok::<_, HttpError>(Response::builder().status(status).body(body)?)
        };
        self.runtime.spawn(exchange).await?
    }
}
