//! Waits for what comes about by itself. A machine that is slow makes a test slow, and not fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

const DEADLINE: Duration = Duration::from_secs(60);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Waits until `is_so`; `what` says what did not happen where it takes too long.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(
            started.elapsed() < DEADLINE,
            "waited {DEADLINE:?} in vain: {what}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits until each worker has counted up by `more`. No worker ends meanwhile, unless it fails.
pub(crate) async fn progress(counts: &[Arc<AtomicUsize>], more: usize, workers: &mut JoinSet<()>) {
    for count in counts {
        let seen = count.load(Ordering::SeqCst);
        eventually("each worker goes on", async || {
            if let Some(ended) = workers.try_join_next() {
                ended.unwrap();
                panic!("a worker has ended before its time");
            }
            count.load(Ordering::SeqCst) >= seen + more
        })
        .await;
    }
}
