//! Runs jobs with dependencies, at least two at a time, longest path first.

pub(crate) mod counts;
pub(crate) mod job;
pub(crate) mod log;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod times;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};

use self::counts::Counts;
use self::job::{Ended, Job, Outcome};
use self::log::Log;
use self::plan::Plan;
use self::progress::{Progress, about, clock};
use crate::programs::children;

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

#[cfg(test)]
mod tests {
    use super::{Job, check, run_all};

    fn job(name: &'static str, takes: f64) -> Job {
        Job::new(name, name, takes, |_| Ok(()))
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
