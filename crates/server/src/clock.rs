//! The time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The current time of the system, in seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// The clock of exchanges, their limits and the audit log: the system's, which tests can put
/// forward. Clones are one clock.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// By how many seconds it was put forward.
    ahead: Arc<AtomicU64>,
}

impl Clock {
    /// The current time, in seconds since 1970.
    #[must_use]
    pub fn now(&self) -> i64 {
        now().saturating_add_unsigned(self.ahead.load(Ordering::Relaxed))
    }

    /// The current time, for measuring durations.
    pub(crate) fn instant(&self) -> Instant {
        Instant::now() + Duration::from_secs(self.ahead.load(Ordering::Relaxed))
    }

    /// Puts the clock forward.
    pub fn advance(&self, seconds: u64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}
