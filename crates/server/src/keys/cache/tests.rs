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
