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
mod tests;
