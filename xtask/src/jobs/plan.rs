//! The order of jobs: the longest path first, and no two of a lane at the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::counts::Counts;
use super::job::{Ended, Job, Lane, Outcome};
use super::progress::about;
use super::times::{self, Times};

/// A running job.
struct Started {
    lane: Option<Lane>,
    since: Instant,
    expected: f64,
    is_kept: bool,
    is_partial: bool,
}

/// The remaining jobs.
pub(crate) struct Plan {
    waiting: Vec<Job>,
    running: BTreeMap<&'static str, Started>,
    done: BTreeSet<&'static str>,
    at_once: usize,
    count: usize,
    times: Times,
}

impl Plan {
    pub(crate) fn new(jobs: Vec<Job>, at_once: usize) -> Self {
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

    pub(crate) fn expected(&self, job: &Job) -> f64 {
        self.times.expected(job.name, job.takes)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }

    /// The next job to start: among those that are ready, the one with the longest path to the end.
    pub(crate) fn next(&mut self) -> Option<Job> {
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
    pub(crate) fn ended(&mut self, outcome: &Outcome) -> Vec<Outcome> {
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
    pub(crate) fn summary(&self, share: impl Fn(&str) -> Option<f64>) -> String {
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

    use super::super::counts::Counts;
    use super::super::job::{Ended, Job, Lane, Outcome};
    use super::{Plan, Times};

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
}
