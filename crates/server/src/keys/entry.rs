//! The keys of one issuer: one fetch at a time, which continues when a request that waits for it is
//! cancelled.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use claimgate::issuer::discovery_url;
use claimgate::jwt::Jwks;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::cache::{Cache, KeyRequest, Step};
use super::document;
use super::error::KeyError;
use super::fetch::{Answer, Fetcher};
use super::status::IssuerStatus;
use crate::lock::lock;

/// How many requests with an unknown key may wait for an issuer's next fetch.
const MAX_WAITING: usize = 256;

/// Minimum time before a fetch in the background, whatever the configuration.
const MIN_PAUSE: Duration = Duration::from_millis(100);

/// The keys of one issuer.
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
    /// Closed when the fetch that is in flight has ended.
    flight: Option<watch::Receiver<()>>,
    /// Number of the last fetch, so that a timer knows whether it belongs to it.
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

    /// Whether the registration is the same.
    pub(super) fn is_of(&self, url: &str, thumbprints: &[String]) -> bool {
        self.url == url && *self.thumbprints == *thumbprints
    }

    pub(super) async fn keys(self: &Arc<Self>, kid: Option<&str>) -> Result<Arc<Jwks>, KeyError> {
        let request = KeyRequest {
            kid,
            since: Instant::now(),
        };
        loop {
            match self.step(request) {
                Next::Done(result) => return result,
                // The channel closes at the end of the fetch, which is no failure.
                Next::Join(mut flight) => drop(flight.changed().await),
                Next::Wait(until, keys) => match self.waiting.try_acquire() {
                    Ok(_permit) => tokio::time::sleep_until(until).await,
                    Err(_) => return Ok(keys),
                },
            }
        }
    }

    /// What a request has to do next. Begins the fetch, if one is needed.
    fn step(self: &Arc<Self>, request: KeyRequest<'_>) -> Next {
        let now = Instant::now();
        let mut state = self.state();
        let is_fetching = state.flight.is_some();
        match state
            .cache
            .step(request, now, is_fetching, &self.fetcher.config)
        {
            Step::Use(keys) => Next::Done(Ok(keys)),
            Step::UseAndRefresh(keys) => {
                self.begin(&mut state, request, now);
                Next::Done(Ok(keys))
            }
            Step::UseStale(keys) => {
                tracing::debug!(issuer = %self.id, "the issuer cannot be reached: using expired keys");
                Next::Done(Ok(keys))
            }
            Step::Fail(error) => Next::Done(Err(error)),
            Step::Fetch => Next::Join(self.begin(&mut state, request, now)),
            Step::Join => match state.flight.clone() {
                Some(flight) => Next::Join(flight),
                None => Next::Join(self.begin(&mut state, request, now)),
            },
            Step::Wait(until, keys) => Next::Wait(until, keys),
        }
    }

    /// Begins a fetch in a task of its own, so that requests waiting for it may be cancelled.
    fn begin(
        self: &Arc<Self>,
        state: &mut State,
        request: KeyRequest<'_>,
        now: Instant,
    ) -> watch::Receiver<()> {
        let (sender, receiver) = watch::channel(());
        state.cache.begin(request, now);
        state.flight = Some(receiver.clone());
        state.number += 1;
        let flight = Flight {
            entry: Arc::clone(self),
            started: now,
            sender: Some(sender),
        };
        tokio::spawn(async move {
            let result = flight.entry.fetch().await;
            flight.complete(result);
        });
        receiver
    }

    /// Fetches the keys, whatever is cached.
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
            tracing::info!(issuer = %self.id, "the issuer is verified by its thumbprint, not by a trusted authority");
        }
        Ok((document::jwks(&answer)?, answer))
    }

    /// Stores the result of a fetch, and schedules the next one before the keys expire.
    fn complete(self: &Arc<Self>, result: Result<(Jwks, Answer), KeyError>, started: Instant) {
        let now = Instant::now();
        let config = &self.fetcher.config;
        let mut state = self.state();
        match result {
            Ok((keys, answer)) => {
                let lifetime = document::lifetime(&answer.headers, config);
                tracing::debug!(issuer = %self.id, keys = keys.keys().len(), ?lifetime, "fetched the issuer's keys");
                state.cache.succeed(Arc::new(keys), started, now, lifetime);
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                let code = error.code();
                let age = state.cache.age(now).map(|age| age.as_secs());
                tracing::warn!(issuer = %self.id, url = %self.url, code, %error, age, "cannot fetch the issuer's keys");
                state.cache.fail(error, started, now, config);
            }
        }
        state.flight = None;
        // If the fetch was interrupted because the server stops, there is no runtime.
        if let (Some(at), Ok(runtime)) = (state.cache.refresh_at(), Handle::try_current()) {
            runtime.spawn(refresh_later(
                Arc::downgrade(self),
                at.max(now + MIN_PAUSE),
                state.number,
            ));
        }
    }

    /// Fetches the keys again, unless that has happened or they are not in use.
    fn refresh(self: &Arc<Self>, number: u64) {
        let mut state = self.state();
        if state.number == number && state.flight.is_none() && state.cache.is_used() {
            let now = Instant::now();
            self.begin(
                &mut state,
                KeyRequest {
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
        lock(&self.state)
    }
}

enum Next {
    Done(Result<Arc<Jwks>, KeyError>),
    Join(watch::Receiver<()>),
    Wait(Instant, Arc<Jwks>),
}

/// A fetch that is in flight. If it is dropped, the result is an interruption.
struct Flight {
    entry: Arc<Entry>,
    started: Instant,
    sender: Option<watch::Sender<()>>,
}

impl Flight {
    fn complete(mut self, result: Result<(Jwks, Answer), KeyError>) {
        self.end(result);
    }

    fn end(&mut self, result: Result<(Jwks, Answer), KeyError>) {
        if let Some(sender) = self.sender.take() {
            self.entry.complete(result, self.started);
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
