//! Counts passed, failed and skipped tests in the output of test runners.

use std::collections::BTreeMap;

/// The test counts of a job.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// Skipped tests, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// `ignored` tests, whose reason appears on a line before the summary.
    pub(crate) ignored: u64,
}

/// The programs that run tests; each has a form of its own for its results.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Runner {
    /// `cargo test`, also with the runner of wasm-bindgen.
    Cargo,
    Nextest {
        /// Whether a name selects the tests: then those that do not run are not skipped.
        is_filtered: bool,
    },
    /// Node's test runner.
    Node,
    Lighthouse,
}

impl Counts {
    /// Reads a line of a runner's output, which contains the output of the tests as well.
    pub(crate) fn line(&mut self, runner: Runner, line: &str) {
        let line = line.trim();
        if runner != Runner::Lighthouse && self.not_run(line) {
            return;
        }
        match runner {
            Runner::Cargo => self.cargo_test(line),
            Runner::Nextest { is_filtered } => self.nextest(line, is_filtered),
            Runner::Node => self.node(line),
            Runner::Lighthouse => {
                let (passed, failed) = plain(line).unwrap_or_default();
                self.passed += passed;
                self.failed += failed;
            }
        }
    }

    /// Tests and steps that skip something print so themselves, one line each.
    pub(crate) fn not_run(&mut self, line: &str) -> bool {
        let reason = line.strip_prefix("NOT RUN: ");
        if let Some(reason) = reason {
            self.skipped.entry(reason.to_owned()).or_insert(1);
        }
        reason.is_some()
    }

    /// Adds the counts of another job.
    pub(crate) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        for (reason, count) in &other.skipped {
            self.skip(reason, *count);
        }
    }

    /// The number of skipped tests.
    pub(crate) fn skips(&self) -> u64 {
        self.skipped.values().sum()
    }

    fn skip(&mut self, reason: &str, count: u64) {
        *self.skipped.entry(reason.to_owned()).or_default() += count;
    }

    /// `﹣ all agree (0.06ms) # no vectors`, `ℹ pass 7`, `ℹ fail 0`
    fn node(&mut self, line: &str) {
        let number = |word: &str| line.strip_prefix(word)?.parse::<u64>().ok();
        if let Some((_, reason)) = line
            .strip_prefix('\u{fe63}')
            .and_then(|rest| rest.split_once(" # "))
        {
            self.node_skip(reason);
        } else if let Some(number) = number("\u{2139} pass ") {
            self.passed += number;
        } else if let Some(number) = number("\u{2139} fail ") {
            self.failed += number;
        }
    }

    /// `# SKIP` alone has no reason.
    fn node_skip(&mut self, reason: &str) {
        let reason = reason.strip_prefix("SKIP").unwrap_or(reason).trim();
        let reason = reason.strip_prefix("NOT RUN: ").unwrap_or(reason);
        match reason {
            // A test that the filter excludes is not skipped.
            "test name does not match pattern" => {}
            "" => self.skip("no reason given", 1),
            _ => self.skip(reason, 1),
        }
    }

    /// `test a ... ignored, takes a minute`, and
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s`
    fn cargo_test(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += before(rest, " passed");
            self.failed += before(rest, " failed");
            let without_reason =
                before(rest, " ignored").saturating_sub(std::mem::take(&mut self.ignored));
            if without_reason > 0 {
                self.skip("ignored, no reason given", without_reason);
            }
        } else if let Some((_, reason)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.split_once("... ignored, "))
        {
            self.skip(reason, 1);
            self.ignored += 1;
        }
    }

    /// `Summary [   1.2s] 12 tests run: 11 passed, 1 failed, 2 skipped`
    fn nextest(&mut self, line: &str, is_filtered: bool) {
        if !line.starts_with("Summary [") || !line.contains(" run: ") {
            return;
        }
        self.passed += before(line, " passed");
        self.failed += before(line, " failed");
        let skipped = before(line, " skipped");
        if skipped > 0 && !is_filtered {
            self.skip("ignored", skipped);
        }
    }
}

/// `5 passed, 0 failed`, alone on a line.
fn plain(line: &str) -> Option<(u64, u64)> {
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

/// The number before a word.
fn before(line: &str, word: &str) -> u64 {
    let number = line
        .split_once(word)
        .and_then(|(before, _)| before.rsplit(|c: char| !c.is_ascii_digit()).next());
    number.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Counts, Runner};

    fn read(runner: Runner, lines: &[&str]) -> (u64, u64, Vec<(String, u64)>) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.line(runner, line));
        (
            counts.passed,
            counts.failed,
            counts.skipped.into_iter().collect(),
        )
    }

    fn skip(reason: &str, count: u64) -> Vec<(String, u64)> {
        vec![(reason.to_owned(), count)]
    }

    #[test]
    fn cargo_test() {
        let lines = [
            "test a::b ... ok",
            "test a::slow ... ignored, takes a minute",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        ];
        assert_eq!(
            read(Runner::Cargo, &lines),
            (14, 1, skip("takes a minute", 1))
        );
        assert_eq!(
            read(
                Runner::Cargo,
                &["test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured"]
            )
            .2,
            skip("ignored, no reason given", 2)
        );
    }

    #[test]
    fn wasm_bindgen_test() {
        assert_eq!(
            read(
                Runner::Cargo,
                &[
                    "test result: ok. 5 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s"
                ]
            ),
            (5, 0, vec![])
        );
    }

    #[test]
    fn node() {
        let lines = [
            "✔ a name (3.2ms)",
            "﹣ all agree (0.06ms) # no vectors in /x",
            "ℹ tests 8",
            "ℹ pass 7",
            "ℹ fail 0",
            "ℹ skipped 1",
        ];
        assert_eq!(
            read(Runner::Node, &lines),
            (7, 0, skip("no vectors in /x", 1))
        );
    }

    #[test]
    fn a_plain_line() {
        assert_eq!(
            read(
                Runner::Lighthouse,
                &["5 passed, 1 failed", "of 5 passed, 1 failed"]
            ),
            (5, 1, vec![])
        );
    }

    #[test]
    fn nextest() {
        let line = "     Summary [   0.006s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped";
        assert_eq!(
            read(Runner::Nextest { is_filtered: false }, &[line]),
            (11, 1, skip("ignored", 2))
        );
        let filtered = Runner::Nextest { is_filtered: true };
        assert_eq!(read(filtered, &[line]), (11, 1, vec![]));
    }

    #[test]
    fn a_test_that_reports_a_skip_counts_once() {
        let line = "NOT RUN: the tests on PostgreSQL, because it is not installed";
        assert_eq!(
            read(Runner::Cargo, &[line, line]),
            (
                0,
                0,
                skip("the tests on PostgreSQL, because it is not installed", 1)
            )
        );
    }

    #[test]
    fn the_output_of_a_test_is_not_a_result() {
        let lines = ["5 passed, 1 failed", "the log says NOT RUN: everything"];
        for runner in [Runner::Cargo, Runner::Node] {
            assert_eq!(read(runner, &lines), (0, 0, vec![]));
        }
        let others = ["\u{2139} pass 7", "test result: ok. 3 passed; 0 failed"];
        assert_eq!(read(Runner::Cargo, &others), (3, 0, vec![]));
        assert_eq!(read(Runner::Node, &others), (7, 0, vec![]));
    }
}
