//! Where policies are compiled and evaluated: in place if they are few, else on threads of their own,
//! so that the policies of one organization do not delay the exchanges of others.

use std::sync::Arc;

use claimgate::exchange::{Approval, ExchangeRequest, Refusal, approve};
use claimgate::inspect::Checked;
use claimgate::policy::PolicySet;
use tokio::sync::Semaphore;

/// The most policies that are evaluated in place.
const MANY_POLICIES: usize = 1_000;

/// The largest weight of policies that are evaluated in place: with a token of 64 KiB, two million
/// steps, about two milliseconds.
const LARGE_WEIGHT: u64 = 32;

/// The threads for work on many policies.
#[derive(Debug)]
pub(crate) struct Decisions {
    /// One for each thread.
    permits: Arc<Semaphore>,
}

impl Default for Decisions {
    /// Half of the processors.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            permits: Arc::new(Semaphore::new(processors.div_ceil(2))),
        }
    }
}

impl Decisions {
    /// One thread, for work that exchanges must not wait for.
    pub(crate) fn apart() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(1)),
        }
    }

    /// Decides a request.
    pub(super) async fn approve(
        &self,
        request: &ExchangeRequest,
        checked: Checked,
    ) -> (Result<Approval, Refusal>, Checked) {
        if !is_slow(&checked) {
            return (approve(request, &checked), checked);
        }
        let request = request.clone();
        self.run(move || (approve(&request, &checked), checked))
            .await
    }

    /// Runs slow work on a thread of its own.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even if the request has timed out.
            let _permit = permit;
            work()
        });
        match task.await {
            Ok(result) => result,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// Whether evaluating the policies that decide could take long.
pub(super) fn is_slow(checked: &Checked) -> bool {
    checked
        .issuer()
        .is_some_and(|issuer| is_large(issuer.policies()))
}

fn is_large(policies: &PolicySet) -> bool {
    policies.len() > MANY_POLICIES || policies.weight() > LARGE_WEIGHT
}
