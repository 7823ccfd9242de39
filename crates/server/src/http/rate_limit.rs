//! Rate limits: a token bucket per key. Each replica has its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lock::lock;

/// With more buckets than this, and then whenever their number has doubled, full ones are dropped: a
/// full bucket is the same as none.
const SWEEP_AT: usize = 20_000;

/// A rate limit with a bucket per key.
#[derive(Debug)]
pub(crate) struct RateLimit<K> {
    rate: f64,
    burst: f64,
    buckets: Mutex<Buckets<K>>,
}

#[derive(Debug)]
struct Buckets<K> {
    by_key: HashMap<K, Bucket>,
    sweep_at: usize,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl<K: Eq + Hash> RateLimit<K> {
    /// A limit of `rate` per second in the long run and `burst` at once. A rate of zero is no limit.
    #[must_use]
    pub(crate) fn new(rate: f64, burst: f64) -> Self {
        let buckets = Mutex::new(Buckets {
            by_key: HashMap::new(),
            sweep_at: SWEEP_AT,
        });
        Self {
            rate,
            burst: burst.max(1.0),
            buckets,
        }
    }

    /// Takes one from the bucket of a key.
    ///
    /// # Errors
    /// The time until there is one, if the bucket is empty.
    pub(crate) fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        if self.rate <= 0.0 {
            return Ok(());
        }
        let mut buckets = lock(&self.buckets);
        if buckets.by_key.len() >= buckets.sweep_at {
            buckets
                .by_key
                .retain(|_, bucket| self.level(bucket, now) < self.burst);
            buckets.sweep_at = SWEEP_AT.max(2 * buckets.by_key.len());
        }
        let bucket = buckets.by_key.entry(key).or_insert(Bucket {
            level: self.burst,
            at: now,
        });
        let level = self.level(bucket, now);
        let enough = level >= 1.0;
        *bucket = Bucket {
            level: if enough { level - 1.0 } else { level },
            at: now,
        };
        if enough {
            Ok(())
        } else {
            Err(Duration::from_secs_f64((1.0 - level) / self.rate))
        }
    }

    fn level(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        self.rate.mul_add(passed, bucket.level).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::RateLimit;

    #[test]
    fn a_burst_is_taken_and_then_one_at_a_time() {
        let (limit, start) = (RateLimit::new(2.0, 3.0), Instant::now());
        for _ in 0..3 {
            assert_eq!(limit.take("a", start), Ok(()));
        }
        assert_eq!(limit.take("a", start), Err(Duration::from_millis(500)));
        assert_eq!(limit.take("b", start), Ok(()), "another key has its own");
        assert_eq!(limit.take("a", start + Duration::from_millis(500)), Ok(()));
        assert!(limit.take("a", start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn full_buckets_are_dropped_when_there_are_many() {
        let (limit, start) = (RateLimit::new(1.0, 2.0), Instant::now());
        for key in 0..super::SWEEP_AT {
            limit.take(key, start).unwrap();
        }
        limit.take(usize::MAX, start).unwrap();
        let count = || limit.buckets.lock().unwrap().by_key.len();
        assert_eq!(count(), super::SWEEP_AT + 1, "none of them is full yet");
        for key in 0..super::SWEEP_AT {
            limit
                .take(key + super::SWEEP_AT, start + Duration::from_secs(1))
                .unwrap();
        }
        assert!(count() <= super::SWEEP_AT + 1, "{}", count());
    }

    #[test]
    fn a_rate_of_zero_limits_nothing() {
        let (limit, now) = (RateLimit::new(0.0, 1.0), Instant::now());
        assert!((0..100).all(|_| limit.take((), now).is_ok()));
    }
}
