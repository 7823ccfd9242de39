//! What Prometheus reads.

use std::collections::BTreeMap;

use claimgate_server::config::Config;
use claimgate_server::{Asset, Assets};
use serde_json::json;

use crate::support::Database;
use crate::support::site::{Site, config};

/// Names, types and descriptions, which dashboards and alerts depend on.
const FAMILIES: &str = "\
# HELP claimgate_exchanges_total Token exchanges by their code; `granted` is a success.
# TYPE claimgate_exchanges_total counter
# HELP claimgate_requests_total Responses by route and status.
# TYPE claimgate_requests_total counter
# HELP claimgate_rate_limited_total Requests refused by rate limits.
# TYPE claimgate_rate_limited_total counter
# HELP claimgate_reported_denials_total Grants that report-only policies would have denied.
# TYPE claimgate_reported_denials_total counter
# HELP claimgate_exchange_duration_seconds Duration of exchanges.
# TYPE claimgate_exchange_duration_seconds histogram
# HELP claimgate_issuer_key_fetches_total Fetches of an issuer's keys.
# TYPE claimgate_issuer_key_fetches_total counter
# HELP claimgate_issuer_key_failures_total Fetches of an issuer's keys that failed.
# TYPE claimgate_issuer_key_failures_total counter
# HELP claimgate_issuer_key_age_seconds Time since an issuer's keys were fetched.
# TYPE claimgate_issuer_key_age_seconds gauge
# HELP claimgate_issuer_keys_stale Whether a refresh of an issuer's keys is overdue.
# TYPE claimgate_issuer_keys_stale gauge
";

/// The metrics of a server by their names with labels.
async fn scrape(site: &Site) -> BTreeMap<String, f64> {
    let text = site.get("/metrics", &site.root).await.text;
    let metrics = text.lines().filter(|line| !line.starts_with('#'));
    metrics
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn metrics_have_the_names_types_and_format_that_prometheus_expects() {
    let database = Database::sqlite();
    let site = Site::start(config(&database.url)).await;
    // A family is listed once it has a metric.
    site.exchange("no token", "organization", "")
        .await
        .expect(400);
    let answer = site.get("/metrics", &site.root).await;
    assert_eq!(
        answer.headers["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let comments = answer.text.lines().filter(|line| line.starts_with('#'));
    let comments: String = comments.map(|line| format!("{line}\n")).collect();
    assert_eq!(comments, FAMILIES);
}

#[tokio::test]
async fn exchanges_are_counted_by_code_and_their_time_in_buckets() {
    let database = Database::sqlite();
    let (site, issuer, _) = Site::with_issuer(config(&database.url)).await;
    for _ in 0..2 {
        let token = issuer.token(json!({}));
        site.granted(&token, "organization", "").await;
    }
    site.exchange("no token", "organization", "")
        .await
        .expect(400);
    let metrics = scrape(&site).await;
    assert_eq!(metrics["claimgate_exchanges_total{code=\"granted\"}"], 2.0);
    assert_eq!(
        metrics["claimgate_requests_total{route=\"/api/oauth/token\",status=\"400\"}"],
        1.0
    );
    let name = "claimgate_exchange_duration_seconds";
    let bounds = [
        "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
        "1", "5", "+Inf",
    ];
    let counts = bounds.map(|bound| metrics[&format!("{name}_bucket{{le=\"{bound}\"}}")]);
    assert!(counts.is_sorted(), "{counts:?}");
    assert_eq!((counts[12], metrics[&format!("{name}_count")]), (3.0, 3.0));
    assert!(metrics[&format!("{name}_sum")] > 0.0);
    assert_eq!(metrics["claimgate_rate_limited_total"], 0.0);
}

#[tokio::test]
async fn paths_that_match_nothing_are_counted_apart_from_the_app() {
    static APP: [Asset; 1] = [Asset {
        path: "index.html",
        mime: "text/html",
        digest: "0",
        is_named_by_content: false,
        plain: b"<html>",
        gzip: b"",
        brotli: b"",
    }];
    let database = Database::sqlite();
    let assets = Assets {
        files: &APP,
        ..Assets::default()
    };
    let site = Site::start(Config {
        assets,
        ..config(&database.url)
    })
    .await;
    for (path, status) in [
        ("/", 200),
        ("/playground", 200),
        ("/missing.js", 404),
        ("/api", 404),
        ("/api/none/of/these", 404),
        ("/api/capabilities", 200),
    ] {
        assert_eq!(site.get(path, "").await.status, status, "{path}");
    }
    let metrics = scrape(&site).await;
    let count = |route, status| {
        metrics[&format!("claimgate_requests_total{{route=\"{route}\",status=\"{status}\"}}")]
    };
    assert_eq!(count("app", 200), 2.0);
    assert_eq!(count("unmatched", 404), 3.0);
    assert_eq!(count("/api/capabilities", 200), 1.0);
    let of_requests = |name: &&String| name.starts_with("claimgate_requests_total");
    assert_eq!(metrics.keys().filter(of_requests).count(), 3);
}
