//! Runs jobs with dependencies, at least two at a time, longest path first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::counts::Counts;
use crate::log::{self, Log};
use crate::progress::{Progress, about, clock};
use crate::shell::target;

/// A resource of jobs: jobs in the same lane never run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Cargo in the development profile, which locks its target folder.
    Dev,
    /// Cargo in the app's profile.
    Web,
    /// Debian's package manager.
    System,
}

type Work = Box<dyn FnOnce(&mut Log) -> Result<()> + Send>;

/// A piece of work.
pub(crate) struct Job {
    name: &'static str,
    what: &'static str,
    needs: Vec<&'static str>,
    lane: Option<Lane>,
    /// The expected seconds on two cores, with nothing built yet.
    takes: f64,
    work: Option<Work>,
}

impl Job {
    pub(crate) fn new(
        name: &'static str,
        what: &'static str,
        takes: f64,
        work: impl FnOnce(&mut Log) -> Result<()> + Send + 'static,
    ) -> Self {
        Self {
            name,
            what,
            needs: Vec::new(),
            lane: None,
            takes,
            work: Some(Box::new(work)),
        }
    }

    #[must_use]
    pub(crate) fn after(mut self, needs: &[&'static str]) -> Self {
        self.needs.extend(needs);
        self
    }

    #[must_use]
    pub(crate) fn in_lane(mut self, lane: Lane) -> Self {
        self.lane = Some(lane);
        self
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) fn needs(&self) -> &[&'static str] {
        &self.needs
    }
}

/// How a job ended.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) counts: Counts,
    pub(crate) result: Ended,
}

pub(crate) enum Ended {
    Done,
    Failed(anyhow::Error),
    /// Not run, because the job of that name failed.
    LeftOut(&'static str),
}

/// Runs all jobs; a failed one prevents only those that need it.
pub(crate) fn run(jobs: Vec<Job>) -> Result<Vec<Outcome>> {
    check(&jobs)?;
    let at_once = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(2, 4);
    let progress = Arc::new(Progress::new());
    let mut plan = Plan::new(jobs, at_once);
    let mut outcomes = Vec::new();
    std::thread::scope(|scope| {
        let (sender, ended) = mpsc::channel();
        while !plan.is_done() {
            while let Some(mut job) = plan.next() {
                announce(&progress, &plan, &job);
                let (sender, progress) = (sender.clone(), Arc::clone(&progress));
                scope.spawn(move || {
                    let outcome = perform(&mut job, progress);
                    let _ = sender.send(outcome);
                });
            }
            progress.tick(&plan.summary());
            match ended.recv_timeout(Duration::from_millis(250)) {
                Ok(outcome) => {
                    progress.end(outcome.name);
                    report(&progress, &outcome);
                    outcomes.extend(plan.ended(&outcome));
                    outcomes.push(outcome);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    progress.clear();
    plan.times.save();
    Ok(outcomes)
}

/// The first failure, for runs in which nothing may fail.
pub(crate) fn run_all(jobs: Vec<Job>) -> Result<()> {
    for outcome in run(jobs)? {
        if let Ended::Failed(error) = outcome.result {
            return Err(error.context(format!("`{}` failed", outcome.name)));
        }
    }
    Ok(())
}

/// Runs one piece of work without a progress display, with its output in the log of that name.
pub(crate) fn quietly<T>(
    name: &'static str,
    work: impl FnOnce(&mut Log) -> Result<T>,
) -> Result<T> {
    work(&mut Log::create(name, Arc::new(Progress::new()))?)
}

fn check(jobs: &[Job]) -> Result<()> {
    let mut known = BTreeSet::new();
    for job in jobs {
        if let Some(missing) = job.needs.iter().find(|need| !known.contains(**need)) {
            bail!(
                "expected the job `{missing}` before `{}`, which needs it, found none",
                job.name
            );
        }
        if !known.insert(job.name) {
            bail!("expected one job `{}`, found two", job.name);
        }
    }
    Ok(())
}

fn announce(progress: &Progress, plan: &Plan, job: &Job) {
    let line = format!("▸ {} (about {})", job.what, about(plan.times.expected(job)));
    progress.line(&line);
    progress.begin(job.name, job.what);
}

fn report(progress: &Progress, outcome: &Outcome) {
    match &outcome.result {
        Ended::Failed(error) => {
            progress.line(&format!(
                "✗ {} failed after {}",
                outcome.name,
                clock(outcome.wall)
            ));
            progress.line(&format!(
                "{error:#}\n  the whole log: {}",
                log::path(outcome.name).display()
            ));
        }
        _ => progress.line(&format!("✓ {} in {}", outcome.name, clock(outcome.wall))),
    }
}

fn perform(job: &mut Job, progress: Arc<Progress>) -> Outcome {
    let start = Instant::now();
    let mut outcome = Outcome {
        name: job.name,
        wall: Duration::ZERO,
        cpu: Duration::ZERO,
        counts: Counts::default(),
        result: Ended::Done,
    };
    // A panic in a job counts as its failure; the other jobs continue.
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| -> Result<()> {
        let work = job
            .work
            .take()
            .ok_or_else(|| anyhow!("`{}` was begun twice", job.name))?;
        let mut log = Log::create(job.name, progress)?;
        let result = work(&mut log);
        (outcome.counts, outcome.cpu) = (log.counts, log.cpu);
        result
    }));
    if let Err(error) = result.unwrap_or_else(|_| Err(anyhow!("`{}` panicked", job.name))) {
        outcome.result = Ended::Failed(error);
    }
    outcome.wall = start.elapsed();
    outcome
}

/// The remaining jobs.
struct Plan {
    waiting: Vec<Job>,
    running: BTreeMap<&'static str, (Option<Lane>, Instant, f64)>,
    done: BTreeSet<&'static str>,
    at_once: usize,
    count: usize,
    times: Times,
}

impl Plan {
    fn new(jobs: Vec<Job>, at_once: usize) -> Self {
        let count = jobs.len();
        Self {
            waiting: jobs,
            running: BTreeMap::new(),
            done: BTreeSet::new(),
            at_once,
            count,
            times: Times::load(),
        }
    }

    fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    /// The next job to start: among those that are ready, the one with the longest path to the end.
    fn next(&mut self) -> Option<Job> {
        if self.running.len() >= self.at_once {
            return None;
        }
        let lanes: BTreeSet<_> = self
            .running
            .values()
            .filter_map(|(lane, ..)| *lane)
            .collect();
        let can_begin = |job: &Job| {
            job.needs.iter().all(|need| self.done.contains(need))
                && job.lane.is_none_or(|lane| !lanes.contains(&lane))
        };
        let ready = self
            .waiting
            .iter()
            .enumerate()
            .filter(|(_, job)| can_begin(job));
        let (index, _) =
            ready.max_by(|(_, a), (_, b)| self.path_seconds(a).total_cmp(&self.path_seconds(b)))?;
        let job = self.waiting.remove(index);
        self.running.insert(
            job.name,
            (job.lane, Instant::now(), self.times.expected(&job)),
        );
        Some(job)
    }

    /// Records the end of a job; returns the outcomes of jobs that cannot run any more.
    fn ended(&mut self, outcome: &Outcome) -> Vec<Outcome> {
        if let Some((_, _, expected)) = self.running.remove(outcome.name) {
            self.times
                .record(outcome.name, expected, outcome.wall.as_secs_f64());
        }
        if matches!(outcome.result, Ended::Done) {
            self.done.insert(outcome.name);
            return Vec::new();
        }
        let mut left_out = Vec::new();
        let mut gone = BTreeSet::from([outcome.name]);
        while let Some(index) = self
            .waiting
            .iter()
            .position(|job| job.needs.iter().any(|need| gone.contains(need)))
        {
            let job = self.waiting.remove(index);
            gone.insert(job.name);
            let result = Ended::LeftOut(outcome.name);
            let (wall, cpu, counts) = (Duration::ZERO, Duration::ZERO, Counts::default());
            left_out.push(Outcome {
                name: job.name,
                wall,
                cpu,
                counts,
                result,
            });
        }
        left_out
    }

    /// The seconds from the start of a job to the end of the last one that needs it.
    fn path_seconds(&self, job: &Job) -> f64 {
        let after = self
            .waiting
            .iter()
            .filter(|other| other.needs.contains(&job.name))
            .map(|other| self.path_seconds(other));
        self.times.expected(job) + after.fold(0.0, f64::max)
    }

    /// The progress of all jobs together, with the expected remaining time.
    fn summary(&self) -> String {
        let pace = self.times.pace();
        let left = |(_, since, expected): &(_, Instant, f64)| {
            (expected * pace - since.elapsed().as_secs_f64()).max(3.0)
        };
        let running: Vec<f64> = self.running.values().map(left).collect();
        let waiting: f64 = self
            .waiting
            .iter()
            .map(|job| self.times.expected(job) * pace)
            .sum();
        let longest = self
            .waiting
            .iter()
            .map(|job| self.path_seconds(job) * pace)
            .fold(0.0, f64::max);
        let longest_running = running.iter().copied().fold(0.0, f64::max);
        let total = (running.iter().sum::<f64>() + waiting) / self.at_once as f64;
        let left = total.max(longest).max(longest_running);
        format!(
            "{} of {} done, about {} left",
            self.count - self.waiting.len() - self.running.len(),
            self.count,
            about(left)
        )
    }
}

/// The durations of jobs in the last run, and the pace of this one.
struct Times {
    last: BTreeMap<String, f64>,
    expected: f64,
    actual: f64,
}

impl Times {
    fn file() -> PathBuf {
        target().join("xtask/times.json")
    }

    fn load() -> Self {
        let text = std::fs::read_to_string(Self::file()).unwrap_or_default();
        Self {
            last: serde_json::from_str(&text).unwrap_or_default(),
            expected: 0.0,
            actual: 0.0,
        }
    }

    fn expected(&self, job: &Job) -> f64 {
        self.last.get(job.name).copied().unwrap_or(job.takes)
    }

    fn record(&mut self, name: &str, expected: f64, seconds: f64) {
        self.expected += expected;
        self.actual += seconds;
        self.last.insert(name.to_owned(), seconds.round());
    }

    /// The ratio of this run's durations to the expected ones.
    fn pace(&self) -> f64 {
        if self.expected < 20.0 {
            1.0
        } else {
            (self.actual / self.expected).clamp(0.2, 4.0)
        }
    }

    /// Estimates are optional: if they cannot be written, the next run uses the defaults.
    fn save(&self) {
        if let Ok(text) = serde_json::to_string(&self.last) {
            let _ = std::fs::write(Self::file(), text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Counts, Ended, Job, Lane, Outcome, Plan, check};

    fn job(name: &'static str, takes: f64) -> Job {
        Job::new(name, name, takes, |_| Ok(()))
    }

    fn outcome(name: &'static str, result: Ended) -> Outcome {
        Outcome {
            name,
            wall: Duration::from_secs(1),
            cpu: Duration::ZERO,
            counts: Counts::default(),
            result,
        }
    }

    fn begun(plan: &mut Plan) -> Vec<&'static str> {
        std::iter::from_fn(|| plan.next().map(|job| job.name())).collect()
    }

    #[test]
    fn the_longest_path_comes_first_and_lanes_are_respected() {
        let jobs = vec![
            job("short", 1.0),
            job("long", 5.0),
            job("first", 1.0).in_lane(Lane::Dev),
            job("last", 9.0).after(&["first"]).in_lane(Lane::Dev),
            job("other", 8.0).in_lane(Lane::Dev),
        ];
        let mut plan = Plan::new(jobs, 2);
        plan.times.last.clear();
        assert_eq!(begun(&mut plan), ["first", "long"]);
        plan.ended(&outcome("first", Ended::Done));
        assert_eq!(begun(&mut plan), ["last"]);
        plan.ended(&outcome("long", Ended::Done));
        assert_eq!(begun(&mut plan), ["short"], "`other` waits for the lane");
    }

    #[test]
    fn jobs_that_need_a_failed_one_are_left_out_and_the_others_run() {
        let jobs = vec![
            job("a", 1.0),
            job("b", 1.0).after(&["a"]),
            job("c", 1.0).after(&["b"]),
            job("d", 0.5),
        ];
        let mut plan = Plan::new(jobs, 1);
        plan.times.last.clear();
        assert_eq!(begun(&mut plan), ["a"]);
        let failed = outcome("a", Ended::Failed(anyhow::anyhow!("it failed")));
        let left_out: Vec<_> = plan
            .ended(&failed)
            .into_iter()
            .map(|outcome| outcome.name)
            .collect();
        assert_eq!(left_out, ["b", "c"]);
        assert_eq!(begun(&mut plan), ["d"]);
    }

    #[test]
    fn a_job_that_needs_an_unknown_one_is_refused() {
        assert!(check(&[job("a", 1.0).after(&["b"])]).is_err());
        assert!(check(&[job("a", 1.0), job("a", 1.0)]).is_err());
        assert!(check(&[job("b", 1.0), job("a", 1.0).after(&["b"])]).is_ok());
    }
}
