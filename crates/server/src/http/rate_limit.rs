//! Rate limits: a token bucket per key. Each replica has its own.
//!
//! The crate `governor` would do most of this, but the state of its keyed limiters grows with the
//! number of keys, and callers choose ours: an address, a claim. Nor can it take from several
//! buckets at once or from none of them, as a request with an IPv6 address does, which would let
//! a refused request use up the limits of its neighbours.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lock::lock;

/// The most keys with a bucket of their own. With fewer than these, a bucket takes some hundred
/// bytes of memory.
const MAX_KEYS: usize = 50_000;

/// How many buckets the keys beyond [`MAX_KEYS`] share.
const SHARED: usize = 1_024;

/// How often full buckets are dropped, at most, while there are [`MAX_KEYS`]: a full bucket is the
/// same as none.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

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
    /// Empty until there are too many keys.
    shared: Vec<Bucket>,
    /// Chooses a shared bucket, in a way that callers cannot predict.
    hasher: RandomState,
    swept: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl<K: Clone + Eq + Hash> RateLimit<K> {
    /// A limit of `rate` per second, sustained, and `burst` at once. A rate of zero is no limit.
    #[must_use]
    pub(crate) fn new(rate: f64, burst: f64) -> Self {
        let buckets = Mutex::new(Buckets {
            by_key: HashMap::new(),
            shared: Vec::new(),
            hasher: RandomState::new(),
            swept: None,
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
        self.take_all(&[(key, 1.0)], now)
    }

    /// Takes from the buckets of all keys, each as much as its cost, or from none.
    ///
    /// # Errors
    /// The time until all of them have enough.
    pub(crate) fn take_all(&self, costs: &[(K, f64)], now: Instant) -> Result<(), Duration> {
        if self.rate <= 0.0 {
            return Ok(());
        }
        let mut buckets = lock(&self.buckets);
        let missing = costs.iter().map(|(key, cost)| {
            let bucket = *buckets.find(key, self, now);
            cost - self.level(&bucket, now)
        });
        let missing = missing.fold(0.0, f64::max);
        if missing > 0.0 {
            return Err(Duration::from_secs_f64(missing / self.rate));
        }
        for (key, cost) in costs {
            let bucket = buckets.find(key, self, now);
            *bucket = Bucket {
                level: self.level(bucket, now) - cost,
                at: now,
            };
        }
        Ok(())
    }

    /// Whether the bucket of a key has one to take.
    pub(crate) fn has_one(&self, key: &K, now: Instant) -> bool {
        let mut buckets = lock(&self.buckets);
        let bucket = *buckets.find(key, self, now);
        self.rate <= 0.0 || self.level(&bucket, now) >= 1.0
    }

    fn full(&self, now: Instant) -> Bucket {
        Bucket {
            level: self.burst,
            at: now,
        }
    }

    fn level(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        self.rate.mul_add(passed, bucket.level).min(self.burst)
    }
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// The bucket of a key: its own, or with too many keys one that it shares.
    fn find(&mut self, key: &K, limit: &RateLimit<K>, now: Instant) -> &mut Bucket {
        let is_new = !self.by_key.contains_key(key);
        if is_new && self.by_key.len() >= MAX_KEYS {
            self.sweep(limit, now);
        }
        if is_new && self.by_key.len() >= MAX_KEYS {
            self.shared.resize(SHARED, limit.full(now));
            let place = usize::try_from(self.hasher.hash_one(key) % SHARED as u64);
            return &mut self.shared[place.unwrap_or_default()];
        }
        self.by_key
            .entry(key.clone())
            .or_insert_with(|| limit.full(now))
    }

    fn sweep(&mut self, limit: &RateLimit<K>, now: Instant) {
        let is_due = |swept| now.saturating_duration_since(swept) >= SWEEP_INTERVAL;
        if self.swept.is_none_or(is_due) {
            self.swept = Some(now);
            self.by_key
                .retain(|_, bucket| limit.level(bucket, now) < limit.burst);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{MAX_KEYS, RateLimit, SHARED};

    fn count<K>(limit: &RateLimit<K>) -> usize {
        limit.buckets.lock().unwrap().by_key.len()
    }

    #[test]
    fn a_burst_is_taken_and_then_one_at_a_time() {
        let (limit, start) = (RateLimit::new(2.0, 3.0), Instant::now());
        for _ in 0..3 {
            assert!(limit.has_one(&"a", start));
            assert_eq!(limit.take("a", start), Ok(()));
        }
        assert_eq!(limit.take("a", start), Err(Duration::from_millis(500)));
        assert!(!limit.has_one(&"a", start));
        assert_eq!(limit.take("b", start), Ok(()), "another key has its own");
        assert_eq!(limit.take("a", start + Duration::from_millis(500)), Ok(()));
        assert!(limit.take("a", start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn several_are_taken_at_once_or_none_is() {
        let (limit, now) = (RateLimit::new(1.0, 2.0), Instant::now());
        for key in ["a", "b"] {
            assert_eq!(limit.take_all(&[(key, 1.0), ("all", 0.5)], now), Ok(()));
        }
        assert_eq!(limit.take("a", now), Ok(()));
        let refused = limit.take_all(&[("a", 1.0), ("all", 0.5)], now);
        assert_eq!(refused, Err(Duration::from_secs(1)));
        for key in ["b", "c"] {
            assert_eq!(limit.take_all(&[(key, 1.0), ("all", 0.5)], now), Ok(()));
        }
        assert!(limit.take_all(&[("d", 1.0), ("all", 0.5)], now).is_err());
        assert_eq!(
            limit.take_all(&[("d", 2.0)], now),
            Ok(()),
            "d was left alone"
        );
    }

    #[test]
    fn full_buckets_are_dropped_when_there_are_many() {
        let (limit, start) = (RateLimit::new(1.0, 2.0), Instant::now());
        for key in 0..MAX_KEYS {
            limit.take(key, start).unwrap();
        }
        assert_eq!(count(&limit), MAX_KEYS);
        limit
            .take(usize::MAX, start + Duration::from_secs(1))
            .unwrap();
        assert_eq!(count(&limit), 1);
    }

    #[test]
    fn keys_beyond_the_bound_share_buckets_and_are_limited_all_the_same() {
        let (limit, now) = (RateLimit::new(1.0, 2.0), Instant::now());
        let taken = (0..MAX_KEYS + 20 * SHARED).filter(|key| limit.take(*key, now).is_ok());
        let taken = taken.count();
        assert_eq!(count(&limit), MAX_KEYS);
        assert_eq!(taken, MAX_KEYS + 2 * SHARED, "two for each shared bucket");
        assert!(limit.take(0, now).is_ok(), "old keys keep their own");
    }

    #[test]
    fn a_rate_of_zero_limits_nothing() {
        let (limit, now) = (RateLimit::new(0.0, 1.0), Instant::now());
        assert!((0..100).all(|_| limit.take((), now).is_ok() && limit.has_one(&(), now)));
    }
}
