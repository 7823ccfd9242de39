//! The cached keys of one issuer, and what a request for them has to do next. There is no clock and
//! no network here: times are arguments, and the caller acts on the answer.

use std::sync::Arc;
use std::time::Duration;

use claimgate::jwt::Jwks;
use tokio::time::Instant;

use super::config::KeyConfig;
use super::error::KeyError;

/// The cached keys of one issuer.
#[derive(Debug, Default)]
pub(super) struct Cache {
    cached: Option<CachedKeys>,
    failure: Option<FailedFetch>,
    /// When a fetch began because of an unknown key.
    fetched_for_unknown: Option<Instant>,
    /// Whether the keys were used since they were fetched.
    is_used: bool,
}

/// Keys that were fetched.
#[derive(Debug)]
struct CachedKeys {
    keys: Arc<Jwks>,
    /// When the fetch began.
    started: Instant,
    refresh_at: Instant,
    fresh_until: Instant,
}

/// The last fetch, which failed.
#[derive(Debug)]
struct FailedFetch {
    error: KeyError,
    started: Instant,
    retry_at: Instant,
    /// Number of failures in a row.
    count: u32,
}

/// A request for keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyRequest<'a> {
    /// The key id, if the token has one.
    pub(super) kid: Option<&'a str>,
    /// When the request was made: any fetch that began since then answers it.
    pub(super) since: Instant,
}

/// What a request has to do next.
#[derive(Debug)]
pub(super) enum Step {
    /// Use these keys.
    Use(Arc<Jwks>),
    /// Use these keys, and refresh them in the background.
    UseAndRefresh(Arc<Jwks>),
    /// Use these keys, although they are expired.
    UseStale(Arc<Jwks>),
    /// Give up.
    Fail(KeyError),
    /// Begin a fetch, and wait for it.
    Fetch,
    /// Wait for the fetch that is in flight.
    Join,
    /// Wait until then, because unknown keys cause a limited number of fetches; or use the keys.
    Wait(Instant, Arc<Jwks>),
}

impl Cache {
    /// What a request has to do next.
    pub(super) fn step(
        &mut self,
        request: KeyRequest<'_>,
        now: Instant,
        is_fetching: bool,
        config: &KeyConfig,
    ) -> Step {
        self.is_used = true;
        match &self.cached {
            Some(cached) if cached.started >= request.since => Step::Use(Arc::clone(&cached.keys)),
            Some(cached) if now < cached.fresh_until => {
                self.step_fresh(cached, request, now, is_fetching, config)
            }
            _ if is_fetching => Step::Join,
            cached => match (self.failure_since(request.since, now), cached) {
                (None, _) => Step::Fetch,
                (Some(failure), None) => Step::Fail(failure.error.clone()),
                (Some(failure), Some(cached)) => cached.step_stale(failure, now, config.max_stale),
            },
        }
    }

    fn step_fresh(
        &self,
        cached: &CachedKeys,
        request: KeyRequest<'_>,
        now: Instant,
        is_fetching: bool,
        config: &KeyConfig,
    ) -> Step {
        let keys = || Arc::clone(&cached.keys);
        let is_backing_off = self
            .failure
            .as_ref()
            .is_some_and(|failure| now < failure.retry_at);
        if request.kid.is_none_or(|kid| cached.has(kid)) {
            let is_due = now >= cached.refresh_at && !is_fetching && !is_backing_off;
            return if is_due {
                Step::UseAndRefresh(keys())
            } else {
                Step::Use(keys())
            };
        }
        let was_tried = self
            .failure
            .as_ref()
            .is_some_and(|failure| failure.started >= request.since);
        if was_tried {
            return Step::Use(keys());
        }
        if is_fetching {
            return Step::Join;
        }
        let allowed_again = self
            .fetched_for_unknown
            .map(|began| began + config.unknown_kid_interval);
        let next = allowed_again
            .into_iter()
            .chain(self.failure.as_ref().map(|failure| failure.retry_at))
            .max();
        match next.filter(|next| *next > now) {
            None => Step::Fetch,
            Some(next) if next <= request.since + config.unknown_kid_interval => {
                Step::Wait(next, keys())
            }
            Some(_) => Step::Use(keys()),
        }
    }

    /// The last failure, if it stands for a fetch at this time.
    fn failure_since(&self, since: Instant, now: Instant) -> Option<&FailedFetch> {
        self.failure
            .as_ref()
            .filter(|failure| failure.started >= since || now < failure.retry_at)
    }

    /// Notes that a fetch begins. Only one for an unknown key counts against the limit.
    pub(super) fn begin(&mut self, request: KeyRequest<'_>, now: Instant) {
        let is_for_unknown_key = |cached: &CachedKeys| {
            now < cached.fresh_until && request.kid.is_some_and(|kid| !cached.has(kid))
        };
        if self.cached.as_ref().is_some_and(is_for_unknown_key) {
            self.fetched_for_unknown = Some(now);
        }
    }

    /// Stores the keys of a fetch.
    pub(super) fn succeed(
        &mut self,
        keys: Arc<Jwks>,
        started: Instant,
        now: Instant,
        lifetime: Duration,
    ) {
        let refresh_at = now + lifetime.mul_f64(0.8);
        self.cached = Some(CachedKeys {
            keys,
            started,
            refresh_at,
            fresh_until: now + lifetime,
        });
        self.failure = None;
        self.is_used = false;
    }

    /// Stores the failure of a fetch, and delays the next one.
    pub(super) fn fail(
        &mut self,
        error: KeyError,
        started: Instant,
        now: Instant,
        config: &KeyConfig,
    ) {
        let count = self
            .failure
            .as_ref()
            .map_or(0, |failure| failure.count)
            .saturating_add(1);
        let pause = config
            .retry_interval
            .saturating_mul(1 << (count - 1).min(16))
            .min(config.max_retry_interval);
        self.failure = Some(FailedFetch {
            error,
            started,
            retry_at: now + pause,
            count,
        });
    }

    /// When keys should be fetched in the background; never if there are none yet.
    pub(super) fn refresh_at(&self) -> Option<Instant> {
        let cached = self.cached.as_ref()?;
        Some(
            self.failure
                .as_ref()
                .map_or(cached.refresh_at, |failure| failure.retry_at),
        )
    }

    /// Whether the keys were used since they were fetched.
    pub(super) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Whether a fetch is overdue.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        self.cached
            .as_ref()
            .map_or(self.failure.is_some(), |cached| now >= cached.fresh_until)
    }

    /// The age of the keys.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        self.cached
            .as_ref()
            .map(|cached| now.saturating_duration_since(cached.started))
    }

    /// The error of the last fetch, if it failed.
    pub(super) fn error(&self) -> Option<&KeyError> {
        self.failure.as_ref().map(|failure| &failure.error)
    }
}

impl CachedKeys {
    fn has(&self, kid: &str) -> bool {
        self.keys
            .keys()
            .iter()
            .any(|key| key.kid.as_deref() == Some(kid))
    }

    fn step_stale(&self, failure: &FailedFetch, now: Instant, max_stale: Duration) -> Step {
        let over = now.saturating_duration_since(self.fresh_until);
        if over < max_stale {
            return Step::UseStale(Arc::clone(&self.keys));
        }
        let hours = now.saturating_duration_since(self.started).as_secs() / 3600;
        Step::Fail(KeyError::Outdated {
            hours,
            problem: Box::new(failure.error.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(kid: &str) -> Arc<Jwks> {
        Arc::new(
            Jwks::parse(&format!(
                r#"{{"keys": [{{"kty": "RSA", "kid": "{kid}"}}]}}"#
            ))
            .unwrap(),
        )
    }

    fn error() -> KeyError {
        KeyError::Interrupted {
            url: "https://ci.example".to_owned(),
        }
    }

    /// A cache and its clock, in seconds.
    struct Fixture {
        cache: Cache,
        start: Instant,
        config: KeyConfig,
    }

    impl Fixture {
        fn new() -> Self {
            let config = KeyConfig {
                unknown_kid_interval: Duration::from_secs(5),
                retry_interval: Duration::from_secs(1),
                max_retry_interval: Duration::from_secs(30),
                max_stale: Duration::from_secs(1000),
                ..KeyConfig::default()
            };
            Self {
                cache: Cache::default(),
                start: Instant::now(),
                config,
            }
        }

        /// With key `a`, fetched at second 0 for 100 seconds.
        fn with_keys() -> Self {
            let mut fixture = Self::new();
            fixture.succeed("a", 0);
            fixture
        }

        fn at(&self, seconds: u64) -> Instant {
            self.start + Duration::from_secs(seconds)
        }

        fn succeed(&mut self, kid: &str, at: u64) {
            let now = self.at(at);
            self.cache
                .succeed(keys(kid), now, now, Duration::from_secs(100));
        }

        fn fail(&mut self, at: u64) {
            let now = self.at(at);
            self.cache.fail(error(), now, now, &self.config);
        }

        fn begin(&mut self, kid: &str, at: u64) {
            let now = self.at(at);
            self.cache.begin(
                KeyRequest {
                    kid: Some(kid),
                    since: now,
                },
                now,
            );
        }

        fn step(&mut self, kid: Option<&str>, since: u64, now: u64, is_fetching: bool) -> String {
            let (since, now) = (self.at(since), self.at(now));
            match self
                .cache
                .step(KeyRequest { kid, since }, now, is_fetching, &self.config)
            {
                Step::Use(_) => "use".to_owned(),
                Step::UseAndRefresh(_) => "use and refresh".to_owned(),
                Step::UseStale(_) => "use stale".to_owned(),
                Step::Fail(error) => error.code().to_owned(),
                Step::Fetch => "fetch".to_owned(),
                Step::Join => "join".to_owned(),
                Step::Wait(until, _) => format!("wait until {}", (until - self.start).as_secs()),
            }
        }
    }

    #[test]
    fn without_keys_they_are_fetched_once() {
        let mut fixture = Fixture::new();
        assert_eq!(fixture.step(None, 0, 0, false), "fetch");
        assert_eq!(fixture.step(Some("a"), 1, 1, true), "join");
        assert_eq!(fixture.cache.refresh_at(), None);
    }

    #[test]
    fn known_keys_are_used_and_refreshed_before_they_expire() {
        let mut fixture = Fixture::with_keys();
        assert!(!fixture.cache.is_used());
        assert_eq!(fixture.step(Some("a"), 79, 79, false), "use");
        assert!(fixture.cache.is_used());
        assert_eq!(fixture.step(None, 79, 79, false), "use");
        assert_eq!(fixture.step(Some("a"), 80, 80, false), "use and refresh");
        assert_eq!(fixture.step(Some("a"), 80, 80, true), "use");
        assert_eq!(fixture.step(Some("a"), 99, 99, true), "use");
        assert_eq!(fixture.step(Some("a"), 100, 100, false), "fetch");
        assert_eq!(fixture.step(Some("a"), 100, 100, true), "join");
        assert_eq!(fixture.cache.refresh_at(), Some(fixture.at(80)));
    }

    #[test]
    fn an_unknown_key_is_fetched_at_limited_intervals() {
        let mut fixture = Fixture::with_keys();
        assert_eq!(fixture.step(Some("b"), 10, 10, false), "fetch");
        assert_eq!(fixture.step(Some("b"), 10, 10, true), "join");
        fixture.begin("b", 10);
        fixture.succeed("a", 10);
        // It was fetched since then and is missing: it does not exist.
        assert_eq!(fixture.step(Some("b"), 10, 11, false), "use");
        // It was fetched before: it may exist by now, and is fetched when that is allowed again.
        assert_eq!(fixture.step(Some("b"), 11, 11, false), "wait until 15");
        assert_eq!(fixture.step(Some("b"), 11, 15, false), "fetch");
    }

    #[test]
    fn keys_that_expire_at_once_answer_the_request_that_fetched_them() {
        let mut fixture = Fixture::new();
        let now = fixture.at(10);
        fixture.cache.succeed(keys("a"), now, now, Duration::ZERO);
        assert_eq!(fixture.step(None, 10, 10, false), "use");
        assert_eq!(fixture.step(None, 11, 11, false), "fetch");
    }

    #[test]
    fn only_fetches_for_unknown_keys_count_against_the_limit() {
        let mut fixture = Fixture::with_keys();
        fixture.begin("a", 10);
        fixture.succeed("a", 10);
        assert_eq!(fixture.step(Some("b"), 11, 11, false), "fetch");
    }

    #[test]
    fn a_fetch_that_started_before_the_request_does_not_answer_it() {
        let mut fixture = Fixture::with_keys();
        let (started, now) = (fixture.at(10), fixture.at(12));
        fixture
            .cache
            .succeed(keys("a"), started, now, Duration::from_secs(100));
        assert_eq!(fixture.step(Some("b"), 11, 12, false), "fetch");
        assert_eq!(fixture.step(Some("b"), 10, 12, false), "use");
    }

    #[test]
    fn fresh_keys_are_used_during_an_outage() {
        let mut fixture = Fixture::with_keys();
        fixture.fail(80);
        assert_eq!(fixture.step(Some("a"), 80, 80, false), "use");
        assert_eq!(fixture.step(Some("a"), 81, 81, false), "use and refresh");
        assert_eq!(fixture.cache.refresh_at(), Some(fixture.at(81)));
        // An unknown key waits for the next attempt, if that is soon.
        assert_eq!(fixture.step(Some("b"), 79, 80, false), "use");
        let mut later = Fixture::with_keys();
        later.fail(80);
        later.fail(81);
        assert_eq!(later.step(Some("b"), 82, 82, false), "wait until 83");
        for second in 83..90 {
            later.fail(second);
        }
        assert_eq!(later.step(Some("b"), 90, 90, false), "use");
    }

    #[test]
    fn stale_keys_are_used_during_an_outage_for_a_limited_time() {
        let mut fixture = Fixture::with_keys();
        fixture.fail(99);
        assert_eq!(fixture.step(Some("a"), 101, 101, false), "fetch");
        fixture.fail(101);
        assert_eq!(fixture.step(Some("a"), 101, 102, false), "use stale");
        assert_eq!(fixture.step(Some("b"), 102, 102, false), "use stale");
        assert!(fixture.cache.is_stale(fixture.at(102)));
        fixture.fail(1099);
        assert_eq!(fixture.step(Some("a"), 1099, 1099, false), "use stale");
        assert_eq!(fixture.step(Some("a"), 1099, 1100, false), "keys-outdated");
        fixture.succeed("a", 1200);
        assert_eq!(fixture.step(Some("a"), 1200, 1200, false), "use");
        assert!(!fixture.cache.is_stale(fixture.at(1200)));
    }

    #[test]
    fn failures_without_keys_are_reported_and_not_retried_at_once() {
        let mut fixture = Fixture::new();
        fixture.fail(10);
        assert_eq!(fixture.step(None, 10, 10, false), "keys-interrupted");
        assert_eq!(fixture.step(None, 10, 12, false), "keys-interrupted");
        assert_eq!(fixture.step(None, 11, 11, false), "fetch");
    }

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let mut fixture = Fixture::with_keys();
        let mut pauses = Vec::new();
        for second in [100, 200, 300, 400, 500, 600, 700] {
            fixture.fail(second);
            pauses.push((fixture.cache.refresh_at().unwrap() - fixture.at(second)).as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        for second in 800..900 {
            fixture.fail(second);
        }
        assert_eq!(
            (fixture.cache.refresh_at().unwrap() - fixture.at(899)).as_secs(),
            30
        );
    }
}
