//! Metrics for Prometheus, in its [text
//! format](https://prometheus.io/docs/instrumenting/exposition_formats/).

use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The first part of every name.
const PREFIX: &str = "claimgate";

/// Upper bounds of the buckets for the duration of exchanges, in seconds.
const BOUNDS: [f64; 12] = [
    0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0,
];

/// The server's metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    exchanges: Family<ExchangeLabels, Counter>,
    requests: Family<RequestLabels, Counter>,
    limited: Counter,
    reported: Counter,
    exchange_times: Histogram,
    /// Refusals that were not recorded.
    omitted: Family<OmittedLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ExchangeLabels {
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OmittedLabels {
    /// Whether the token's signature is genuine.
    genuine: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

impl Metrics {
    /// Metrics that are all zero, with those of the issuers' keys.
    pub(crate) fn new(keys: impl Collector) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix(PREFIX),
            exchanges: Family::default(),
            requests: Family::default(),
            limited: Counter::default(),
            reported: Counter::default(),
            omitted: Family::default(),
            exchange_times: Histogram::new(BOUNDS),
        };
        metrics.register(keys)
    }

    /// Names and describes the metrics. The registry adds `_total` to the names of counters, and a
    /// period to each description.
    fn register(mut self, keys: impl Collector) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "exchanges",
            "Token exchanges by their code; `granted` is a success",
            self.exchanges.clone(),
        );
        registry.register(
            "requests",
            "Responses by route and status",
            self.requests.clone(),
        );
        registry.register(
            "rate_limited",
            "Requests refused by rate limits",
            self.limited.clone(),
        );
        registry.register(
            "reported_denials",
            "Grants that report-only policies would have denied",
            self.reported.clone(),
        );
        registry.register(
            "refusals_omitted",
            "Refusals over the audit log's budgets: counted, not recorded",
            self.omitted.clone(),
        );
        registry.register(
            "exchange_duration_seconds",
            "Duration of exchanges",
            self.exchange_times.clone(),
        );
        registry.register_collector(Box::new(keys));
        self
    }

    /// Counts an exchange.
    pub(crate) fn exchange(&self, code: &'static str, took: Duration) {
        self.exchanges.get_or_create(&ExchangeLabels { code }).inc();
        self.exchange_times.observe(took.as_secs_f64());
    }

    /// Counts a request that was refused by a rate limit.
    pub(crate) fn limited(&self) {
        self.limited.inc();
    }

    /// Counts a grant that a report-only policy would have denied.
    pub(crate) fn reported(&self) {
        self.reported.inc();
    }

    /// Counts a refusal that the audit log does not record.
    pub(crate) fn omitted(&self, is_genuine: bool) {
        let genuine = if is_genuine { "true" } else { "false" };
        self.omitted.get_or_create(&OmittedLabels { genuine }).inc();
    }

    /// Counts a response. `route` is the pattern of the route, of which there are few.
    pub(crate) fn request(&self, route: &str, status: u16) {
        let route = route.to_owned();
        self.requests
            .get_or_create(&RequestLabels { route, status })
            .inc();
    }

    /// All metrics as text.
    pub(crate) fn response(&self) -> Response {
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => ([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response(),
            Err(error) => {
                tracing::error!(%error, "the metrics cannot be written");
                axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
