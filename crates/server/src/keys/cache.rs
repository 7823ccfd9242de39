//! What is known of one issuer's keys, and what a request for them has to do next. No clock and no
//! network: times are arguments, and whoever asks does what the answer says.

use std::sync::Arc;
use std::time::Duration;

use claimgate::jwt::Jwks;
use tokio::time::Instant;

use super::{KeyConfig, KeyError};

/// What is known of one issuer's keys.
#[derive(Debug, Default)]
pub(super) struct Cache {
    held: Option<Held>,
    failure: Option<Failure>,
    /// When a fetch was begun for a key that was not known.
    asked: Option<Instant>,
    /// Whether anybody wanted keys since they were fetched.
    is_used: bool,
}

/// Keys that were fetched.
#[derive(Debug)]
struct Held {
    keys: Arc<Jwks>,
    /// When the fetch was begun.
    begun: Instant,
    refresh_at: Instant,
    fresh_until: Instant,
}

/// The failure of the last fetch.
#[derive(Debug)]
struct Failure {
    error: KeyError,
    begun: Instant,
    retry_at: Instant,
    /// How many in a row.
    count: u32,
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want<'a> {
    /// The key, if the token names one.
    pub(super) kid: Option<&'a str>,
    /// When it was asked for: what was begun since then is an answer, whatever it is.
    pub(super) since: Instant,
}

/// What a request has to do next.
#[derive(Debug)]
pub(super) enum Step {
    /// Take these keys.
    Take(Arc<Jwks>),
    /// Take these keys, and have them fetched anew meanwhile.
    TakeAndRefresh(Arc<Jwks>),
    /// Take these keys, which should have been fetched anew long ago.
    TakeStale(Arc<Jwks>),
    /// Give up.
    Fail(KeyError),
    /// Begin a fetch, and wait for it.
    Fetch,
    /// Wait for the fetch that is under way.
    Join,
    /// Wait until then: an unknown key may not make more fetches than that. Who cannot wait takes
    /// the keys.
    Wait(Instant, Arc<Jwks>),
}

impl Cache {
    /// What is to be done next at `now`, while a fetch is under way or not.
    pub(super) fn step(
        &mut self,
        want: Want<'_>,
        now: Instant,
        is_fetching: bool,
        config: &KeyConfig,
    ) -> Step {
        self.is_used = true;
        match &self.held {
            Some(held) if held.begun >= want.since => Step::Take(Arc::clone(&held.keys)),
            Some(held) if now < held.fresh_until => {
                self.step_fresh(held, want, now, is_fetching, config)
            }
            _ if is_fetching => Step::Join,
            held => match (self.failure_since(want.since, now), held) {
                (None, _) => Step::Fetch,
                (Some(failure), None) => Step::Fail(failure.error.clone()),
                (Some(failure), Some(held)) => held.step_stale(failure, now, config.max_stale),
            },
        }
    }

    fn step_fresh(
        &self,
        held: &Held,
        want: Want<'_>,
        now: Instant,
        is_fetching: bool,
        config: &KeyConfig,
    ) -> Step {
        let keys = || Arc::clone(&held.keys);
        let is_backing_off = self
            .failure
            .as_ref()
            .is_some_and(|failure| now < failure.retry_at);
        if want.kid.is_none_or(|kid| held.has(kid)) {
            let is_due = now >= held.refresh_at && !is_fetching && !is_backing_off;
            return if is_due {
                Step::TakeAndRefresh(keys())
            } else {
                Step::Take(keys())
            };
        }
        let was_tried = self
            .failure
            .as_ref()
            .is_some_and(|failure| failure.begun >= want.since);
        if was_tried {
            return Step::Take(keys());
        }
        if is_fetching {
            return Step::Join;
        }
        let allowed_again = self.asked.map(|asked| asked + config.unknown_kid_interval);
        let next = allowed_again
            .into_iter()
            .chain(self.failure.as_ref().map(|failure| failure.retry_at))
            .max();
        match next.filter(|next| *next > now) {
            None => Step::Fetch,
            Some(next) if next <= want.since + config.unknown_kid_interval => {
                Step::Wait(next, keys())
            }
            Some(_) => Step::Take(keys()),
        }
    }

    /// The last failure, if it answers for a fetch of now.
    fn failure_since(&self, since: Instant, now: Instant) -> Option<&Failure> {
        self.failure
            .as_ref()
            .filter(|failure| failure.begun >= since || now < failure.retry_at)
    }

    /// Remembers that a fetch begins. Only one for a key that is not known counts against the
    /// limit.
    pub(super) fn begin(&mut self, want: Want<'_>, now: Instant) {
        let is_for_unknown_key =
            |held: &Held| now < held.fresh_until && want.kid.is_some_and(|kid| !held.has(kid));
        if self.held.as_ref().is_some_and(is_for_unknown_key) {
            self.asked = Some(now);
        }
    }

    /// Takes the keys of a fetch.
    pub(super) fn succeed(
        &mut self,
        keys: Arc<Jwks>,
        begun: Instant,
        now: Instant,
        lifetime: Duration,
    ) {
        let refresh_at = now + lifetime.mul_f64(0.8);
        self.held = Some(Held {
            keys,
            begun,
            refresh_at,
            fresh_until: now + lifetime,
        });
        self.failure = None;
        self.is_used = false;
    }

    /// Takes the failure of a fetch. The next one is not begun at once.
    pub(super) fn fail(
        &mut self,
        error: KeyError,
        begun: Instant,
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
        self.failure = Some(Failure {
            error,
            begun,
            retry_at: now + pause,
            count,
        });
    }

    /// When keys should be fetched without anybody waiting for them; never if there are none yet.
    pub(super) fn refresh_at(&self) -> Option<Instant> {
        let held = self.held.as_ref()?;
        Some(
            self.failure
                .as_ref()
                .map_or(held.refresh_at, |failure| failure.retry_at),
        )
    }

    /// Whether anybody wanted the keys since they were fetched.
    pub(super) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Whether keys should have been fetched anew by now, or for the first time.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        self.held
            .as_ref()
            .map_or(self.failure.is_some(), |held| now >= held.fresh_until)
    }

    /// How old the keys are.
    pub(super) fn age(&self, now: Instant) -> Option<Duration> {
        self.held
            .as_ref()
            .map(|held| now.saturating_duration_since(held.begun))
    }

    /// Why the last fetch has failed, if it has.
    pub(super) fn error(&self) -> Option<&KeyError> {
        self.failure.as_ref().map(|failure| &failure.error)
    }
}

impl Held {
    fn has(&self, kid: &str) -> bool {
        self.keys
            .keys()
            .iter()
            .any(|key| key.kid.as_deref() == Some(kid))
    }

    fn step_stale(&self, failure: &Failure, now: Instant, max_stale: Duration) -> Step {
        let over = now.saturating_duration_since(self.fresh_until);
        if over < max_stale {
            return Step::TakeStale(Arc::clone(&self.keys));
        }
        let hours = now.saturating_duration_since(self.begun).as_secs() / 3600;
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
    struct Tried {
        cache: Cache,
        start: Instant,
        config: KeyConfig,
    }

    impl Tried {
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
            let mut tried = Self::new();
            tried.succeed("a", 0);
            tried
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
                Want {
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
                .step(Want { kid, since }, now, is_fetching, &self.config)
            {
                Step::Take(_) => "take".to_owned(),
                Step::TakeAndRefresh(_) => "take and refresh".to_owned(),
                Step::TakeStale(_) => "take stale".to_owned(),
                Step::Fail(error) => error.code().to_owned(),
                Step::Fetch => "fetch".to_owned(),
                Step::Join => "join".to_owned(),
                Step::Wait(until, _) => format!("wait until {}", (until - self.start).as_secs()),
            }
        }
    }

    #[test]
    fn without_keys_they_are_fetched_once() {
        let mut tried = Tried::new();
        assert_eq!(tried.step(None, 0, 0, false), "fetch");
        assert_eq!(tried.step(Some("a"), 1, 1, true), "join");
        assert_eq!(tried.cache.refresh_at(), None);
    }

    #[test]
    fn known_keys_are_taken_and_refreshed_before_they_are_over() {
        let mut tried = Tried::with_keys();
        assert!(!tried.cache.is_used());
        assert_eq!(tried.step(Some("a"), 79, 79, false), "take");
        assert!(tried.cache.is_used());
        assert_eq!(tried.step(None, 79, 79, false), "take");
        assert_eq!(tried.step(Some("a"), 80, 80, false), "take and refresh");
        assert_eq!(tried.step(Some("a"), 80, 80, true), "take");
        assert_eq!(tried.step(Some("a"), 99, 99, true), "take");
        assert_eq!(tried.step(Some("a"), 100, 100, false), "fetch");
        assert_eq!(tried.step(Some("a"), 100, 100, true), "join");
        assert_eq!(tried.cache.refresh_at(), Some(tried.at(80)));
    }

    #[test]
    fn an_unknown_key_is_asked_for_once_it_is_asked_after() {
        let mut tried = Tried::with_keys();
        assert_eq!(tried.step(Some("b"), 10, 10, false), "fetch");
        assert_eq!(tried.step(Some("b"), 10, 10, true), "join");
        tried.begin("b", 10);
        tried.succeed("a", 10);
        // Fetched since then, and not there: nobody knows it.
        assert_eq!(tried.step(Some("b"), 10, 11, false), "take");
        // Fetched before: it may be there by now, and is asked for when that is allowed again.
        assert_eq!(tried.step(Some("b"), 11, 11, false), "wait until 15");
        assert_eq!(tried.step(Some("b"), 11, 15, false), "fetch");
    }

    #[test]
    fn keys_that_are_over_at_once_are_an_answer_to_who_asked_for_them() {
        let mut tried = Tried::new();
        let now = tried.at(10);
        tried.cache.succeed(keys("a"), now, now, Duration::ZERO);
        assert_eq!(tried.step(None, 10, 10, false), "take");
        assert_eq!(tried.step(None, 11, 11, false), "fetch");
    }

    #[test]
    fn only_fetches_for_unknown_keys_count_against_the_limit() {
        let mut tried = Tried::with_keys();
        tried.begin("a", 10);
        tried.succeed("a", 10);
        assert_eq!(tried.step(Some("b"), 11, 11, false), "fetch");
    }

    #[test]
    fn a_fetch_that_was_begun_before_the_question_is_no_answer_to_it() {
        let mut tried = Tried::with_keys();
        let (begun, now) = (tried.at(10), tried.at(12));
        tried
            .cache
            .succeed(keys("a"), begun, now, Duration::from_secs(100));
        assert_eq!(tried.step(Some("b"), 11, 12, false), "fetch");
        assert_eq!(tried.step(Some("b"), 10, 12, false), "take");
    }

    #[test]
    fn fresh_keys_are_taken_through_an_outage() {
        let mut tried = Tried::with_keys();
        tried.fail(80);
        assert_eq!(tried.step(Some("a"), 80, 80, false), "take");
        assert_eq!(tried.step(Some("a"), 81, 81, false), "take and refresh");
        assert_eq!(tried.cache.refresh_at(), Some(tried.at(81)));
        // An unknown key waits for the next attempt, if that is soon.
        assert_eq!(tried.step(Some("b"), 79, 80, false), "take");
        let mut later = Tried::with_keys();
        later.fail(80);
        later.fail(81);
        assert_eq!(later.step(Some("b"), 82, 82, false), "wait until 83");
        for second in 83..90 {
            later.fail(second);
        }
        assert_eq!(later.step(Some("b"), 90, 90, false), "take");
    }

    #[test]
    fn the_last_good_keys_are_kept_through_an_outage_and_not_for_ever() {
        let mut tried = Tried::with_keys();
        tried.fail(99);
        assert_eq!(tried.step(Some("a"), 101, 101, false), "fetch");
        tried.fail(101);
        assert_eq!(tried.step(Some("a"), 101, 102, false), "take stale");
        assert_eq!(tried.step(Some("b"), 102, 102, false), "take stale");
        assert!(tried.cache.is_stale(tried.at(102)));
        tried.fail(1099);
        assert_eq!(tried.step(Some("a"), 1099, 1099, false), "take stale");
        assert_eq!(tried.step(Some("a"), 1099, 1100, false), "keys-outdated");
        tried.succeed("a", 1200);
        assert_eq!(tried.step(Some("a"), 1200, 1200, false), "take");
        assert!(!tried.cache.is_stale(tried.at(1200)));
    }

    #[test]
    fn failures_without_keys_are_told_and_not_repeated_at_once() {
        let mut tried = Tried::new();
        tried.fail(10);
        assert_eq!(tried.step(None, 10, 10, false), "keys-interrupted");
        assert_eq!(tried.step(None, 10, 12, false), "keys-interrupted");
        assert_eq!(tried.step(None, 11, 11, false), "fetch");
    }

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut tried = Tried::with_keys();
        let mut pauses = Vec::new();
        for second in [100, 200, 300, 400, 500, 600, 700] {
            tried.fail(second);
            pauses.push((tried.cache.refresh_at().unwrap() - tried.at(second)).as_secs());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30]);
        for second in 800..900 {
            tried.fail(second);
        }
        assert_eq!(
            (tried.cache.refresh_at().unwrap() - tried.at(899)).as_secs(),
            30
        );
    }
}
