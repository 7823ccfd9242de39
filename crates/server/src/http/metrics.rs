//! Metrics for Prometheus, in its [text
//! format](https://prometheus.io/docs/instrumenting/exposition_formats/).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::lock::lock;

/// Upper bounds of the histogram's buckets, in microseconds.
const BOUNDS: [u64; 12] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
];

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Exchanges by their code; the codes are few.
    exchanges: Mutex<BTreeMap<String, u64>>,
    /// Requests by route and status.
    requests: Mutex<BTreeMap<String, BTreeMap<u16, u64>>>,
    exchange_times: Histogram,
    limited: AtomicU64,
    reported: AtomicU64,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Metrics {
    /// Counts an exchange.
    pub(crate) fn exchange(&self, code: &str, took: Duration) {
        let mut exchanges = lock(&self.exchanges);
        match exchanges.get_mut(code) {
            Some(count) => *count += 1,
            None => {
                exchanges.insert(code.to_owned(), 1);
            }
        }
        drop(exchanges);
        self.exchange_times.observe(took);
    }

    /// Counts a request that was refused by a rate limit.
    pub(crate) fn limited(&self) {
        self.limited.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a grant that a report-only policy would have denied.
    pub(crate) fn reported(&self) {
        self.reported.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a response. `route` is the pattern of the route, of which there are few.
    pub(crate) fn request(&self, route: &str, status: u16) {
        let mut requests = lock(&self.requests);
        if let Some(by_status) = requests.get_mut(route) {
            *by_status.entry(status).or_default() += 1;
        } else {
            requests.insert(route.to_owned(), BTreeMap::from([(status, 1)]));
        }
    }

    /// All metrics as text.
    #[must_use]
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        write_family(
            &mut text,
            "claimgate_exchanges_total",
            "counter",
            "Token exchanges by their code; `granted` is a success.",
        );
        for (code, count) in &*lock(&self.exchanges) {
            let _ = writeln!(
                text,
                "claimgate_exchanges_total{{code=\"{}\"}} {count}",
                escape_label(code)
            );
        }
        write_family(
            &mut text,
            "claimgate_requests_total",
            "counter",
            "Answers by route and status.",
        );
        for (route, by_status) in &*lock(&self.requests) {
            let route = escape_label(route);
            for (status, count) in by_status {
                let _ = writeln!(
                    text,
                    "claimgate_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}"
                );
            }
        }
        let singles = [
            (
                "claimgate_rate_limited_total",
                "Requests that were one too many.",
                &self.limited,
            ),
            (
                "claimgate_reported_denials_total",
                "Grants that a policy which only reports would have denied.",
                &self.reported,
            ),
        ];
        for (name, help, count) in singles {
            write_family(&mut text, name, "counter", help);
            let _ = writeln!(text, "{name} {}", count.load(Ordering::Relaxed));
        }
        self.exchange_times.render(
            &mut text,
            "claimgate_exchange_duration_seconds",
            "How long exchanges took.",
        );
        text
    }
}

impl Histogram {
    fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            if micros <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
                break;
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn render(&self, text: &mut String, name: &str, help: &str) {
        write_family(text, name, "histogram", help);
        let count = self.count.load(Ordering::Relaxed);
        let mut below = 0;
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            below += bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{}\"}} {below}", seconds(*bound));
        }
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(
            text,
            "{name}_sum {}",
            seconds(self.micros.load(Ordering::Relaxed))
        );
        let _ = writeln!(text, "{name}_count {count}");
    }
}

/// Writes the lines before a family of metrics.
pub(crate) fn write_family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// The value of a label, escaped.
pub(crate) fn escape_label(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;

    #[test]
    fn counts_are_rendered_and_buckets_add_up() {
        let metrics = Metrics::default();
        metrics.exchange("granted", Duration::from_micros(300));
        metrics.exchange("granted", Duration::from_millis(2));
        metrics.exchange("denied", Duration::from_secs(60));
        metrics.request("/api/orgs/{org}", 200);
        let text = metrics.render();
        for line in [
            "claimgate_exchanges_total{code=\"granted\"} 2",
            "claimgate_requests_total{route=\"/api/orgs/{org}\",status=\"200\"} 1",
            "claimgate_exchange_duration_seconds_bucket{le=\"0.000250\"} 0",
            "claimgate_exchange_duration_seconds_bucket{le=\"0.000500\"} 1",
            "claimgate_exchange_duration_seconds_bucket{le=\"5.000000\"} 2",
            "claimgate_exchange_duration_seconds_bucket{le=\"+Inf\"} 3",
            "claimgate_exchange_duration_seconds_sum 60.002300",
            "claimgate_rate_limited_total 0",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
