//! How long jobs take: their times in earlier runs, and the pace of this one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::programs::shell::target;

/// The least expected seconds of a job that counts into the pace: shorter ones vary too much.
const LEAST: f64 = 10.0;
/// A kept tool that takes fewer seconds was there already.
const FOUND: f64 = 2.0;

/// The durations of jobs when they last ran completely, and the pace of this run.
pub(crate) struct Times {
    last: BTreeMap<String, f64>,
    /// Where they are stored; `None` in tests.
    file: Option<PathBuf>,
    expected: f64,
    actual: f64,
}

impl Times {
    pub(crate) fn load() -> Self {
        let file = target().join("xtask/times.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Self {
            last: serde_json::from_str(&text).unwrap_or_default(),
            file: Some(file),
            ..Self::empty()
        }
    }

    pub(crate) fn empty() -> Self {
        Self {
            last: BTreeMap::new(),
            file: None,
            expected: 0.0,
            actual: 0.0,
        }
    }

    /// The seconds of the job when it last ran, or `takes`.
    pub(crate) fn expected(&self, name: &str, takes: f64) -> f64 {
        self.last.get(name).copied().unwrap_or(takes)
    }

    /// Records the time of a job that did all of its work, and stores it at once, so that an
    /// interrupted run keeps it.
    pub(crate) fn record(&mut self, name: &str, is_kept: bool, expected: f64, seconds: f64) {
        if is_kept && seconds < FOUND {
            return;
        }
        if expected >= LEAST {
            self.expected += expected;
            self.actual += seconds;
        }
        self.last.insert(name.to_owned(), seconds.round());
        self.save();
    }

    /// The ratio of this run's durations to the expected ones.
    pub(crate) fn pace(&self) -> f64 {
        if self.expected < 2.0 * LEAST {
            1.0
        } else {
            (self.actual / self.expected).clamp(0.2, 4.0)
        }
    }

    /// Estimates are optional: if they cannot be written, the next run uses the defaults.
    fn save(&self) {
        let Some(file) = &self.file else { return };
        if let Ok(text) = serde_json::to_string(&self.last) {
            let draft = file.with_extension(format!("{}.new", std::process::id()));
            let _ = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, file));
        }
    }
}

/// The remaining seconds of a job that has run for `elapsed` and reported that a share of its work
/// is done; `None` if it takes longer than expected and does not say how far it is.
pub(crate) fn rest(expected: f64, elapsed: f64, share: Option<f64>) -> Option<f64> {
    let by_time = expected - elapsed;
    let rest = match share {
        Some(share) => {
            let by_share = expected.max(elapsed) * (1.0 - share);
            // A job may call several programs, of which only the current one has reported.
            if by_time > 0.0 {
                (by_time + by_share) / 2.0
            } else {
                by_share
            }
        }
        None if elapsed > 1.2 * expected + 5.0 => return None,
        None => by_time,
    };
    Some(rest.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::{Times, rest};

    #[test]
    fn a_kept_tool_that_was_found_is_not_timed() {
        let mut times = Times::empty();
        times.record("trunk", true, 200.0, 0.1);
        assert_eq!(times.expected("trunk", 200.0), 200.0);
        times.record("trunk", true, 200.0, 250.4);
        assert_eq!(times.expected("trunk", 200.0), 250.0);
    }

    #[test]
    fn short_jobs_do_not_set_the_pace() {
        let mut times = Times::empty();
        for _ in 0..20 {
            times.record("fmt", false, 2.0, 8.0);
        }
        assert_eq!(times.pace(), 1.0);
        times.record("clippy", false, 100.0, 200.0);
        assert_eq!(times.pace(), 2.0);
    }

    #[test]
    fn the_rest_of_a_job() {
        assert_eq!(rest(100.0, 40.0, None), Some(60.0));
        assert_eq!(rest(100.0, 40.0, Some(0.8)), Some(40.0));
        assert_eq!(rest(100.0, 105.0, None), Some(1.0));
        assert_eq!(rest(100.0, 200.0, Some(0.5)), Some(100.0));
        assert_eq!(rest(100.0, 200.0, None), None);
    }
}
