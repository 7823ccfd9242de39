//! One issuer's keys at work: one fetch at a time, which nobody who goes away takes along.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use claimgate::issuer::discovery_url;
use claimgate::jwt::Jwks;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::cache::{Cache, Step, Want};
use super::fetch::{Answer, Fetcher};
use super::{IssuerStatus, KeyError, document};

/// How many requests may wait for one issuer's next fetch because they name a key that is not
/// known.
const MAX_WAITING: usize = 256;

/// The shortest pause before keys are fetched with nobody waiting for them, whatever is configured.
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// One issuer's keys.
pub(super) struct Entry {
    id: String,
    url: String,
    thumbprints: Arc<[String]>,
    fetcher: Arc<Fetcher>,
    state: Mutex<State>,
    waiting: Semaphore,
    fetches: AtomicU64,
    failures: AtomicU64,
}

#[derive(Default)]
struct State {
    cache: Cache,
    /// Closed when the fetch that is under way has ended.
    flight: Option<watch::Receiver<()>>,
    /// Counts the fetches, so that a timer knows whether it is still the last one's.
    number: u64,
}

impl Entry {
    pub(super) fn new(
        fetcher: &Arc<Fetcher>,
        id: &str,
        url: &str,
        thumbprints: Vec<String>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            url: url.to_owned(),
            thumbprints: thumbprints.into(),
            fetcher: Arc::clone(fetcher),
            state: Mutex::default(),
            waiting: Semaphore::new(MAX_WAITING),
            fetches: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// Whether it is of this issuer as it is registered now.
    pub(super) fn is_of(&self, url: &str, thumbprints: &[String]) -> bool {
        self.url == url && *self.thumbprints == *thumbprints
    }

    pub(super) async fn keys(self: &Arc<Self>, kid: Option<&str>) -> Result<Arc<Jwks>, KeyError> {
        let want = Want {
            kid,
            since: Instant::now(),
        };
        loop {
            match self.step(want) {
                Next::Done(result) => return result,
                // It ends by being closed, which is no failure.
                Next::Join(mut flight) => drop(flight.changed().await),
                Next::Wait(until, keys) => match self.waiting.try_acquire() {
                    Ok(_permit) => tokio::time::sleep_until(until).await,
                    Err(_) => return Ok(keys),
                },
            }
        }
    }

    /// What a request has to do next; a fetch that has to begin has begun.
    fn step(self: &Arc<Self>, want: Want<'_>) -> Next {
        let now = Instant::now();
        let mut state = self.state();
        let is_fetching = state.flight.is_some();
        match state
            .cache
            .step(want, now, is_fetching, &self.fetcher.config)
        {
            Step::Take(keys) => Next::Done(Ok(keys)),
            Step::TakeAndRefresh(keys) => {
                self.begin(&mut state, want, now);
                Next::Done(Ok(keys))
            }
            Step::TakeStale(keys) => {
                tracing::debug!(issuer = %self.id, "the issuer cannot be reached: its last good keys are used");
                Next::Done(Ok(keys))
            }
            Step::Fail(error) => Next::Done(Err(error)),
            Step::Fetch => Next::Join(self.begin(&mut state, want, now)),
            Step::Join => match state.flight.clone() {
                Some(flight) => Next::Join(flight),
                None => Next::Join(self.begin(&mut state, want, now)),
            },
            Step::Wait(until, keys) => Next::Wait(until, keys),
        }
    }

    /// Begins a fetch of its own: whoever waits for it may go away.
    fn begin(
        self: &Arc<Self>,
        state: &mut State,
        want: Want<'_>,
        now: Instant,
    ) -> watch::Receiver<()> {
        let (sender, receiver) = watch::channel(());
        state.cache.begin(want, now);
        state.flight = Some(receiver.clone());
        state.number += 1;
        let flight = Flight {
            entry: Arc::clone(self),
            begun: now,
            sender: Some(sender),
        };
        tokio::spawn(async move {
            let result = flight.entry.fetch().await;
            flight.land(result);
        });
        receiver
    }

    /// The keys, fetched once whatever is known of them.
    pub(super) async fn fetch(&self) -> Result<(Jwks, Answer), KeyError> {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        self.fetcher.in_time(&self.url, self.documents()).await
    }

    async fn documents(&self) -> Result<(Jwks, Answer), KeyError> {
        let address = discovery_url(&self.url);
        let discovery = self
            .fetcher
            .document(&address, "as the issuer's URL", &self.thumbprints)
            .await?;
        let jwks_uri = document::jwks_uri(&discovery, &self.url)?;
        let answer = self
            .fetcher
            .document(&jwks_uri, "as `jwks_uri`", &self.thumbprints)
            .await?;
        if discovery.by_thumbprint || answer.by_thumbprint {
            tracing::info!(issuer = %self.id, "no trusted authority vouches for the issuer; its thumbprint does");
        }
        Ok((document::jwks(&answer)?, answer))
    }

    /// Takes the result of a fetch, and sees to it that there is a next one before the keys are
    /// over.
    fn land(self: &Arc<Self>, result: Result<(Jwks, Answer), KeyError>, begun: Instant) {
        let now = Instant::now();
        let config = &self.fetcher.config;
        let mut state = self.state();
        match result {
            Ok((keys, answer)) => {
                let lifetime = document::lifetime(&answer.headers, config);
                tracing::debug!(issuer = %self.id, keys = keys.keys().len(), ?lifetime, "fetched the issuer's keys");
                state.cache.succeed(Arc::new(keys), begun, now, lifetime);
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                let code = error.code();
                let age = state.cache.age(now).map(|age| age.as_secs());
                tracing::warn!(issuer = %self.id, url = %self.url, code, %error, age, "cannot fetch the issuer's keys");
                state.cache.fail(error, begun, now, config);
            }
        }
        state.flight = None;
        // There is no runtime any more where a fetch was broken off because the server ends.
        if let (Some(at), Ok(runtime)) = (state.cache.refresh_at(), Handle::try_current()) {
            runtime.spawn(refresh_later(
                Arc::downgrade(self),
                at.max(now + MIN_PAUSE),
                state.number,
            ));
        }
    }

    /// Fetches the keys anew, unless somebody else has or nobody wants them.
    fn refresh(self: &Arc<Self>, number: u64) {
        let mut state = self.state();
        if state.number == number && state.flight.is_none() && state.cache.is_used() {
            let now = Instant::now();
            self.begin(
                &mut state,
                Want {
                    kid: None,
                    since: now,
                },
                now,
            );
        }
    }

    pub(super) fn status(&self) -> IssuerStatus {
        let now = Instant::now();
        let state = self.state();
        IssuerStatus {
            id: self.id.clone(),
            url: self.url.clone(),
            fetches: self.fetches.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            age: state.cache.age(now),
            is_stale: state.cache.is_stale(now),
            error: state.cache.error().cloned(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Next {
    Done(Result<Arc<Jwks>, KeyError>),
    Join(watch::Receiver<()>),
    Wait(Instant, Arc<Jwks>),
}

/// A fetch that is under way. If it is broken off, that is its result.
struct Flight {
    entry: Arc<Entry>,
    begun: Instant,
    sender: Option<watch::Sender<()>>,
}

impl Flight {
    fn land(mut self, result: Result<(Jwks, Answer), KeyError>) {
        self.end(result);
    }

    fn end(&mut self, result: Result<(Jwks, Answer), KeyError>) {
        if let Some(sender) = self.sender.take() {
            self.entry.land(result, self.begun);
            drop(sender);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let url = self.entry.url.clone();
        self.end(Err(KeyError::Interrupted { url }));
    }
}

async fn refresh_later(entry: Weak<Entry>, at: Instant, number: u64) {
    tokio::time::sleep_until(at).await;
    if let Some(entry) = entry.upgrade() {
        entry.refresh(number);
    }
}
