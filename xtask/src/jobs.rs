//! Runs jobs with dependencies, at least two at a time, longest path first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use crate::children;
use crate::counts::Counts;
use crate::log::{self, Log};
use crate::progress::{Progress, about, clock};
use crate::times::{self, Times};

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
    /// Whether it sets up a tool that is kept for later runs.
    is_kept: bool,
    /// Whether it does only a part of its work in this run.
    is_partial: bool,
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
            is_kept: false,
            is_partial: false,
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

    /// Marks a job that sets up a tool, and usually finds it there.
    #[must_use]
    pub(crate) fn kept(mut self) -> Self {
        self.is_kept = true;
        self
    }

    /// Marks a job that takes another time than usual, because of the options of this run.
    #[must_use]
    pub(crate) fn partial_if(mut self, is_partial: bool) -> Self {
        self.is_partial = is_partial;
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
            progress.tick(&plan.summary(|name| progress.share(name)));
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
    children::wait_if_ending();
    Ok(outcomes)
}

/// Runs all jobs, none of which may fail. The error has only their names, since [`run`] has shown
/// what failed.
pub(crate) fn run_all(jobs: Vec<Job>) -> Result<()> {
    let outcomes = run(jobs)?;
    let failed = outcomes
        .iter()
        .filter(|outcome| matches!(outcome.result, Ended::Failed(_)))
        .map(|outcome| format!("`{}`", outcome.name))
        .collect::<Vec<_>>();
    if failed.is_empty() {
        return Ok(());
    }
    bail!("{} failed", failed.join(" and "))
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
    let line = format!("▸ {} (about {})", job.what, about(plan.expected(job)));
    progress.line(&line);
    progress.begin(job.name, job.what);
}

fn report(progress: &Progress, outcome: &Outcome) {
    if children::is_ending() {
        return;
    }
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

/// A running job.
struct Started {
    lane: Option<Lane>,
    since: Instant,
    expected: f64,
    is_kept: bool,
    is_partial: bool,
}

/// The remaining jobs.
struct Plan {
    waiting: Vec<Job>,
    running: BTreeMap<&'static str, Started>,
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

    fn expected(&self, job: &Job) -> f64 {
        self.times.expected(job.name, job.takes)
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
            .filter_map(|started| started.lane)
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
            Started {
                lane: job.lane,
                since: Instant::now(),
                expected: self.expected(&job),
                is_kept: job.is_kept,
                is_partial: job.is_partial,
            },
        );
        Some(job)
    }

    /// Records the end of a job; returns the outcomes of jobs that cannot run any more.
    fn ended(&mut self, outcome: &Outcome) -> Vec<Outcome> {
        let started = self.running.remove(outcome.name);
        if matches!(outcome.result, Ended::Done) {
            if let Some(started) = started.filter(|started| !started.is_partial) {
                let seconds = outcome.wall.as_secs_f64();
                self.times
                    .record(outcome.name, started.is_kept, started.expected, seconds);
            }
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
        self.expected(job) + after.fold(0.0, f64::max)
    }

    /// The progress of all jobs together, with the expected remaining time. `share` is the part of
    /// a running job that is done, if it says so.
    fn summary(&self, share: impl Fn(&str) -> Option<f64>) -> String {
        let pace = self.times.pace();
        let mut overdue = Vec::new();
        let mut running = Vec::new();
        for (name, started) in &self.running {
            let elapsed = started.since.elapsed().as_secs_f64();
            match times::rest(started.expected * pace, elapsed, share(name)) {
                Some(rest) => running.push(rest),
                None => overdue.push(*name),
            }
        }
        let seconds = |job: &Job| self.expected(job) * pace;
        let waiting: f64 = self.waiting.iter().map(seconds).sum();
        let longest = self
            .waiting
            .iter()
            .map(|job| self.path_seconds(job) * pace)
            .chain(running.iter().copied())
            .fold(0.0, f64::max);
        let total = (running.iter().sum::<f64>() + waiting) / self.at_once as f64;
        let left = total.max(longest);
        let done = self.count - self.waiting.len() - self.running.len();
        let left = match (overdue.is_empty(), left > 0.0) {
            (true, _) => format!("about {} left", about(left)),
            (false, true) => format!(
                "longer than expected: {}; about {} for the others",
                overdue.join(", "),
                about(left)
            ),
            (false, false) => format!("longer than expected: {}", overdue.join(", ")),
        };
        format!("{done} of {} done, {left}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Counts, Ended, Job, Lane, Outcome, Plan, Times, check, run_all};

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
        plan.times = Times::empty();
        assert_eq!(begun(&mut plan), ["first", "long"]);
        plan.ended(&outcome("first", Ended::Done));
        assert_eq!(begun(&mut plan), ["last"]);
        plan.ended(&outcome("long", Ended::Done));
        assert_eq!(begun(&mut plan), ["short"], "`other` waits for the lane");
    }

    #[test]
    fn only_complete_and_successful_runs_are_timed() {
        let expected = |result, is_partial| {
            let mut plan = Plan::new(vec![job("a", 30.0).partial_if(is_partial)], 1);
            plan.times = Times::empty();
            begun(&mut plan);
            plan.ended(&outcome("a", result));
            plan.expected(&job("a", 30.0))
        };
        assert_eq!(expected(Ended::Done, false), 1.0);
        assert_eq!(expected(Ended::Done, true), 30.0);
        let failed = Ended::Failed(anyhow::anyhow!("it failed"));
        assert_eq!(expected(failed, false), 30.0);
    }

    #[test]
    fn a_job_that_takes_longer_than_expected_is_named() {
        let mut plan = Plan::new(vec![job("a", 100.0), job("b", 60.0)], 1);
        plan.times = Times::empty();
        assert_eq!(plan.summary(|_| None), "0 of 2 done, about 3 min left");
        begun(&mut plan);
        plan.running.get_mut("a").unwrap().since -= Duration::from_secs(1000);
        assert_eq!(
            plan.summary(|_| None),
            "0 of 2 done, longer than expected: a; about 60 s for the others"
        );
        assert_eq!(
            plan.summary(|_| Some(0.94)),
            "0 of 2 done, about 2 min left"
        );
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
        plan.times = Times::empty();
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
    fn the_error_of_a_job_is_shown_once() {
        let failing = Job::new("failing-test-job", "a job", 1.0, |_| {
            anyhow::bail!("the cause")
        });
        let error = run_all(vec![failing]).unwrap_err();
        assert_eq!(format!("{error:#}"), "`failing-test-job` failed");
    }

    #[test]
    fn a_job_that_needs_an_unknown_one_is_refused() {
        assert!(check(&[job("a", 1.0).after(&["b"])]).is_err());
        assert!(check(&[job("a", 1.0), job("a", 1.0)]).is_err());
        assert!(check(&[job("b", 1.0), job("a", 1.0).after(&["b"])]).is_ok());
    }
}
