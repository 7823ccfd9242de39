//! `docs/keys.md` compared with the source.

use std::collections::BTreeSet;
use std::path::PathBuf;

use claimgate_server::keys::KeyConfig;

/// A file of the repository.
fn file(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of the table with that header.
fn rows(header: &str) -> Vec<Vec<String>> {
    let page = file("docs/keys.md");
    let mut lines = page.lines().skip_while(|line| *line != header).skip(2);
    let cells = |line: &str| {
        line.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let rows: Vec<_> = lines
        .by_ref()
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect();
    assert!(!rows.is_empty(), "docs/keys.md has a table {header}");
    rows
}

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let source = file("crates/server/src/keys/error.rs");
    let codes = source
        .split('"')
        .filter(|text| text.starts_with("keys-") && !text.contains(' '));
    let codes: BTreeSet<String> = codes.map(|code| format!("`{code}`")).collect();
    let page: Vec<String> = rows("| code | what it means | how to fix it |")
        .into_iter()
        .map(|row| row[0].clone())
        .collect();
    assert_eq!(page.iter().cloned().collect::<BTreeSet<_>>(), codes);
    assert_eq!(page.len(), codes.len(), "each is listed once");
}

#[test]
fn limits_are_those_of_the_code() {
    let config = KeyConfig::default();
    let seconds = |duration: std::time::Duration| match duration.as_secs() {
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    };
    let values = |header: &str| {
        rows(header)
            .into_iter()
            .map(|row| row[1].clone())
            .collect::<Vec<_>>()
    };
    let bytes = |count: usize| format!("{count} bytes");
    let limits = [
        seconds(config.timeout),
        bytes(config.max_bytes),
        bytes(64 * 1024),
        config.max_redirects.to_string(),
    ];
    assert_eq!(values("| limit | value |"), limits);
    let kept = [
        config.min_max_age,
        config.max_max_age,
        config.default_max_age,
        config.unknown_kid_interval,
        config.retry_interval,
        config.max_retry_interval,
        config.max_stale,
    ];
    assert_eq!(values("| what | value |"), kept.map(seconds));
}
