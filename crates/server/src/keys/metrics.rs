//! The state of issuers' keys as metrics.

use std::fmt::Write;

use super::status::IssuerStatus;
use crate::http::metrics::{escape_label, write_family};

/// All metrics as text, in the format of Prometheus.
pub(super) fn render(statuses: &mut [IssuerStatus]) -> String {
    statuses.sort_by(|one, other| one.id.cmp(&other.id));
    let mut text = String::new();
    let mut family =
        |name: &str, kind: &str, help: &str, value: &dyn Fn(&IssuerStatus) -> Option<u64>| {
            write_family(&mut text, name, kind, help);
            for status in &*statuses {
                if let Some(value) = value(status) {
                    // Writing to a string cannot fail.
                    let _ = writeln!(
                        text,
                        "{name}{{issuer=\"{}\"}} {value}",
                        escape_label(&status.id)
                    );
                }
            }
        };
    let fetches = "Fetches of an issuer's keys.";
    family(
        "claimgate_issuer_key_fetches_total",
        "counter",
        fetches,
        &|status| Some(status.fetches),
    );
    let failures = "Fetches of an issuer's keys that failed.";
    family(
        "claimgate_issuer_key_failures_total",
        "counter",
        failures,
        &|status| Some(status.failures),
    );
    let age = "How long ago an issuer's keys were fetched.";
    family(
        "claimgate_issuer_key_age_seconds",
        "gauge",
        age,
        &|status| status.age.map(|age| age.as_secs()),
    );
    let stale = "Whether an issuer's keys should have been fetched by now.";
    family("claimgate_issuer_keys_stale", "gauge", stale, &|status| {
        Some(status.is_stale.into())
    });
    text
}
