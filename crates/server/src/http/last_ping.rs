//! When the database last answered a probe.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lock::lock;

/// How long an answer of the database counts, so that probes from many addresses do not become as
/// many queries.
const INTERVAL: Duration = Duration::from_secs(1);

/// When the database last answered a probe.
#[derive(Debug, Default)]
pub(crate) struct LastPing(Mutex<Option<Instant>>);

impl LastPing {
    /// Whether it answered within the last second.
    pub(super) fn is_recent(&self) -> bool {
        lock(&self.0).is_some_and(|last| last.elapsed() < INTERVAL)
    }

    /// Notes that it has answered.
    pub(super) fn set(&self) {
        *lock(&self.0) = Some(Instant::now());
    }
}
