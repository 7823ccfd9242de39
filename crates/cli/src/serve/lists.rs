//! Settings that can be repeated.

use anyhow::Result;
use claimgate_server::keys::Network;

/// The first list, or the other one if it is empty.
pub(super) fn either<T>(first: Vec<T>, other: Vec<T>) -> Vec<T> {
    match first.is_empty() {
        true => other,
        false => first,
    }
}

/// Networks from their texts.
pub(super) fn networks(texts: &[String]) -> Result<Vec<Network>> {
    texts
        .iter()
        .map(|text| text.parse().map_err(anyhow::Error::from))
        .collect()
}
