//! `cargo xtask test`: selects the steps, runs them, and prints the results.

pub(crate) mod full;
pub(crate) mod lighthouse;
pub(crate) mod names;
pub(crate) mod options;
pub(crate) mod rust;
pub(crate) mod select;
pub(crate) mod steps;

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, bail};

use self::options::Options;
use self::steps::STEPS;
use crate::jobs;
use crate::jobs::counts::Counts;
use crate::jobs::job::{Ended, Job, Outcome};
use crate::programs::shell::{command, output};

/// The disk space that a run may need, in kilobytes.
const DISK_SPACE: u64 = 8_000_000;

/// Selects the tests to run.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Steps to run; by default all of them
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
    /// Run only tests whose name contains this, and build only what they need; for the steps rust,
    /// wasm, browser, clients and npm
    #[arg(short, long, value_name = "NAME", requires = "steps")]
    grep: Option<String>,
    /// Run more cases with new random ones, and also the steps fuzz, load, performance and
    /// screenshots
    #[arg(long)]
    full: bool,
    /// Repeat the browser tests this often; stops at the first failure
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
    /// Run browser tests on the app's development build, which builds in seconds
    #[arg(long, requires = "grep")]
    dev: bool,
    /// List the steps
    #[arg(long)]
    list: bool,
}

impl Arguments {
    /// Runs the selected steps, with all jobs that they need.
    pub(crate) fn run(self) -> Result<()> {
        if self.list {
            for step in &STEPS {
                println!(
                    "{:<12} {}{}",
                    step.name,
                    step.what,
                    if step.is_full { " (--full)" } else { "" }
                );
            }
            return Ok(());
        }
        let chosen = self.chosen()?;
        let options = Options {
            grep: self.grep,
            full: self.full,
            repeat: self.repeat,
            dev: self.dev,
        };
        select::check(&chosen, &options)?;
        check_disk_space()?;
        let jobs = needed(steps::jobs(options)?, &chosen);
        let start = std::time::Instant::now();
        let outcomes = jobs::run(jobs)?;
        let (table, has_failed) = table(&outcomes, start.elapsed());
        println!("{table}");
        if has_failed {
            std::process::exit(1);
        }
        Ok(())
    }

    fn chosen(&self) -> Result<BTreeSet<&'static str>> {
        if self.steps.is_empty() {
            return Ok(STEPS
                .iter()
                .filter(|step| self.full || !step.is_full)
                .map(|step| step.name)
                .collect());
        }
        let find = |name: &String| {
            STEPS
                .iter()
                .find(|step| step.name == name)
                .map(|step| step.name)
        };
        if let Some(unknown) = self.steps.iter().find(|name| find(name).is_none()) {
            let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
            bail!(
                "expected one of the steps {}, found `{unknown}`",
                known.join(", ")
            );
        }
        Ok(self.steps.iter().filter_map(find).collect())
    }
}

/// The selected jobs and those that they need.
fn needed(jobs: Vec<Job>, chosen: &BTreeSet<&'static str>) -> Vec<Job> {
    let mut wanted = chosen.clone();
    // Each job comes after those that it needs, so this visits dependents first.
    for job in jobs.iter().rev() {
        if wanted.contains(job.name()) {
            wanted.extend(job.needs());
        }
    }
    jobs.into_iter()
        .filter(|job| wanted.contains(job.name()))
        .collect()
}

/// A table of the results, ending with the line `N passed, N failed`; and whether all passed.
fn table(outcomes: &[Outcome], wall: Duration) -> (String, bool) {
    let mut lines = vec![format!(
        "\n{:<14} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "step", "seconds", "CPU s", "passed", "failed", "skipped"
    )];
    let mut all = Counts::default();
    let (mut cpu, mut has_failed) = (0, false);
    for outcome in outcomes {
        let mut counts = outcome.counts.clone();
        let note = match &outcome.result {
            Ended::Done => String::new(),
            Ended::LeftOut(because) => format!("  not run, because {because} failed"),
            Ended::Failed(_) => {
                has_failed = true;
                // A check that fails outside a test counts as one failure.
                counts.failed = counts.failed.max(1);
                "  FAILED".to_owned()
            }
        };
        let number = |count: u64| {
            if count == 0 {
                "-".to_owned()
            } else {
                count.to_string()
            }
        };
        lines.push(format!(
            "{:<14} {:>7} {:>7} {:>7} {:>7} {:>8}{note}",
            outcome.name,
            outcome.wall.as_secs(),
            outcome.cpu.as_secs(),
            number(counts.passed),
            number(counts.failed),
            number(counts.skips()),
        ));
        cpu += outcome.cpu.as_secs();
        all.add(&counts);
    }
    lines.push(format!(
        "{:<14} {:>7} {cpu:>7} {:>7} {:>7} {:>8}",
        "all",
        wall.as_secs(),
        all.passed,
        all.failed,
        all.skips()
    ));
    if !all.skipped.is_empty() {
        lines.push("\nskipped:".to_owned());
        lines.extend(
            all.skipped
                .iter()
                .map(|(reason, count)| format!("  {count} × {reason}")),
        );
    }
    lines.push(format!("\n{} passed, {} failed", all.passed, all.failed));
    (lines.join("\n"), has_failed)
}

/// Checks for free disk space: on a full disk the linker dies of a bus error, which does not say
/// why.
fn check_disk_space() -> Result<()> {
    let Some(text) = output(&mut command("df", &["-Pk", "."])) else {
        return Ok(());
    };
    let kilobytes = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    match kilobytes {
        Some(free) if free < DISK_SPACE => bail!(
            "expected {} GB of free disk, found {:.1}; everything in `target` can be rebuilt",
            DISK_SPACE / 1_000_000,
            free as f64 / 1e6
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::options::Options;
    use super::steps::{self, STEPS};
    use super::{needed, table};
    use crate::jobs::counts::Counts;
    use crate::jobs::job::{Ended, Job, Outcome};

    #[test]
    fn every_step_has_a_job_and_every_need_comes_before() {
        let options = Options {
            repeat: 1,
            ..Options::default()
        };
        let jobs = steps::jobs(options).unwrap();
        let mut known = BTreeSet::new();
        for job in &jobs {
            assert!(
                job.needs().iter().all(|need| known.contains(need)),
                "{}: {:?}",
                job.name(),
                job.needs()
            );
            assert!(known.insert(job.name()), "{} twice", job.name());
        }
        for step in &STEPS {
            assert!(known.contains(step.name), "{}", step.name);
        }
    }

    #[test]
    fn a_step_brings_what_it_needs_and_nothing_else() {
        let job = |name, needs: &[&'static str]| Job::new(name, name, 1.0, |_| Ok(())).after(needs);
        let jobs = vec![
            job("a", &[]),
            job("b", &["a"]),
            job("c", &[]),
            job("d", &["b"]),
        ];
        let names: Vec<_> = needed(jobs, &BTreeSet::from(["d"]))
            .iter()
            .map(Job::name)
            .collect();
        assert_eq!(names, ["a", "b", "d"]);
    }

    #[test]
    fn the_last_line_counts() {
        let outcome = |name, passed, result| Outcome {
            name,
            wall: Duration::from_secs(3),
            cpu: Duration::from_secs(5),
            counts: Counts {
                passed,
                ..Counts::default()
            },
            result,
        };
        let (text, has_failed) = table(
            &[
                outcome("rust", 40, Ended::Done),
                outcome("npm", 2, Ended::Done),
            ],
            Duration::ZERO,
        );
        assert!(
            text.ends_with("\n42 passed, 0 failed") && !has_failed,
            "{text}"
        );
        let failed = outcome("clippy", 0, Ended::Failed(anyhow::anyhow!("a lint")));
        let (text, has_failed) = table(
            &[failed, outcome("rust", 0, Ended::LeftOut("clippy"))],
            Duration::ZERO,
        );
        assert!(
            text.ends_with("\n0 passed, 1 failed") && has_failed,
            "{text}"
        );
        assert!(text.contains("not run, because clippy failed"), "{text}");
    }
}
