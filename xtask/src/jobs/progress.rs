//! The progress display: running jobs, their state, and the expected remaining time.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// The interval of progress lines in a log without a terminal.
const REPORT: Duration = Duration::from_secs(60);

/// The display, shared by the jobs' threads.
pub(crate) struct Progress {
    bars: Option<MultiProgress>,
    state: Mutex<State>,
}

struct State {
    running: BTreeMap<&'static str, Running>,
    /// The line at the bottom.
    overall: Option<ProgressBar>,
    reported: Instant,
}

struct Running {
    what: &'static str,
    since: Instant,
    detail: String,
    /// The share of the work of its current program that is done, if that says so.
    share: Option<f64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        let overall = bars.as_ref().map(|bars| bar(bars, "{msg}"));
        Self {
            bars,
            state: Mutex::new(State {
                running: BTreeMap::new(),
                overall,
                reported: Instant::now(),
            }),
        }
    }

    /// Prints a permanent line.
    pub(crate) fn line(&self, line: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(line)),
            None => println!("{line}"),
        }
    }

    pub(crate) fn begin(&self, name: &'static str, what: &'static str) {
        let bar = self
            .bars
            .as_ref()
            .map(|bars| bar(bars, "  {spinner} {msg}"));
        let running = Running {
            what,
            since: Instant::now(),
            detail: String::new(),
            share: None,
            bar,
        };
        self.with(|state| drop(state.running.insert(name, running)));
        self.tick("");
    }

    pub(crate) fn end(&self, name: &str) {
        if let Some(bar) = self
            .with(|state| state.running.remove(name))
            .and_then(|running| running.bar)
        {
            bar.finish_and_clear();
        }
    }

    /// Sets the state of a job, in its own words, and the share of the work that is done.
    pub(crate) fn detail(&self, name: &str, detail: &str, share: Option<f64>) {
        self.with(|state| {
            if let Some(running) = state.running.get_mut(name) {
                detail.clone_into(&mut running.detail);
                running.share = share;
            }
        });
    }

    pub(crate) fn share(&self, name: &str) -> Option<f64> {
        self.with(|state| state.running.get(name).and_then(|running| running.share))
    }

    /// Redraws the display, with the summary of all jobs.
    pub(crate) fn tick(&self, overall: &str) {
        let report = self.with(|state| {
            for running in state.running.values() {
                if let Some(bar) = &running.bar {
                    bar.set_message(running.text());
                    bar.tick();
                }
            }
            if let Some(bar) = &state.overall {
                bar.set_message(overall.to_owned());
                bar.tick();
                return None;
            }
            if state.reported.elapsed() < REPORT || state.running.is_empty() {
                return None;
            }
            state.reported = Instant::now();
            let texts: Vec<_> = state.running.values().map(Running::text).collect();
            Some(texts.join("; "))
        });
        if let Some(report) = report {
            println!("  … {report}; {overall}");
        }
    }

    /// Removes the temporary lines.
    pub(crate) fn clear(&self) {
        if let Some(bars) = &self.bars {
            let _ = bars.clear();
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(
            &mut self
                .state
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}

impl Running {
    fn text(&self) -> String {
        let separator = if self.detail.is_empty() { "" } else { ": " };
        format!(
            "{}{separator}{} ({})",
            self.what,
            self.detail,
            clock(self.since.elapsed())
        )
    }
}

fn bar(bars: &MultiProgress, template: &str) -> ProgressBar {
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    bars.add(ProgressBar::new_spinner().with_style(style))
}

/// `0:07`, `12:30`.
pub(crate) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// An expected time, rounded to what the estimate supports.
pub(crate) fn about(seconds: f64) -> String {
    match seconds {
        ..10.0 => "a few seconds".to_owned(),
        ..90.0 => format!("{} s", (seconds / 10.0).round() * 10.0),
        _ => format!("{} min", (seconds / 60.0).round()),
    }
}

#[cfg(test)]
mod tests {
    use super::{about, clock};
    use std::time::Duration;

    #[test]
    fn times() {
        assert_eq!(
            [7, 90, 750].map(|seconds| clock(Duration::from_secs(seconds))),
            ["0:07", "1:30", "12:30"]
        );
        assert_eq!(
            [3.0, 44.0, 89.0, 95.0, 400.0].map(about),
            ["a few seconds", "40 s", "90 s", "2 min", "7 min"]
        );
    }
}
