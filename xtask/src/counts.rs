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

impl Counts {
    /// Reads a line of a runner's output.
    pub(crate) fn line(&mut self, line: &str) {
        let line = line.trim();
        // Tests that skip something print so themselves, one line each.
        if let Some((_, reason)) = line.split_once("NOT RUN: ") {
            self.skipped
                .entry(reason.trim_end_matches(['`', '"', '\'']).to_owned())
                .or_insert(1);
        } else if let Some(rest) = line.strip_prefix("test result: ") {
            self.cargo_test(rest);
        } else if let Some((_, reason)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.split_once("... ignored, "))
        {
            self.skip(reason, 1);
            self.ignored += 1;
        } else if let Some((_, reason)) = line
            .strip_prefix('\u{fe63}')
            .and_then(|rest| rest.split_once(" # "))
        {
            self.node_skip(reason);
        } else if let Some(number) = line
            .strip_prefix("\u{2139} pass ")
            .and_then(|number| number.parse::<u64>().ok())
        {
            self.passed += number;
        } else if let Some(number) = line
            .strip_prefix("\u{2139} fail ")
            .and_then(|number| number.parse::<u64>().ok())
        {
            self.failed += number;
        } else if let Some((passed, failed)) = plain(line) {
            self.passed += passed;
            self.failed += failed;
        } else if line.starts_with("Summary [") && line.contains(" run: ") {
            self.nextest(line);
        }
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

    /// `# SKIP` alone has no reason, and a test that prints `NOT RUN` is already counted.
    fn node_skip(&mut self, reason: &str) {
        let reason = reason.strip_prefix("SKIP").unwrap_or(reason).trim();
        // A test that the filter excludes is not skipped.
        if reason != "test name does not match pattern" {
            self.skip(
                if reason.is_empty() {
                    "no reason given"
                } else {
                    reason
                },
                1,
            );
        }
    }

    /// `ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.1s`
    fn cargo_test(&mut self, rest: &str) {
        self.passed += before(rest, " passed");
        self.failed += before(rest, " failed");
        let without_reason =
            before(rest, " ignored").saturating_sub(std::mem::take(&mut self.ignored));
        if without_reason > 0 {
            self.skip("ignored, no reason given", without_reason);
        }
    }

    /// `Summary [   1.2s] 12 tests run: 11 passed, 1 failed, 2 skipped`
    fn nextest(&mut self, line: &str) {
        self.passed += before(line, " passed");
        self.failed += before(line, " failed");
        let skipped = before(line, " skipped");
        if skipped > 0 {
            self.skip("ignored or filtered out", skipped);
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
    use super::Counts;

    fn read(lines: &[&str]) -> (u64, u64, Vec<(String, u64)>) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.line(line));
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
        assert_eq!(read(&lines), (14, 1, skip("takes a minute", 1)));
        assert_eq!(
            read(&["test result: ok. 0 passed; 0 failed; 2 ignored; 0 measured"]).2,
            skip("ignored, no reason given", 2)
        );
    }

    #[test]
    fn wasm_bindgen_test() {
        assert_eq!(
            read(&[
                "test result: ok. 5 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.01s"
            ]),
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
        assert_eq!(read(&lines), (7, 0, skip("no vectors in /x", 1)));
    }

    #[test]
    fn a_plain_line() {
        assert_eq!(
            read(&["5 passed, 1 failed", "of 5 passed, 1 failed"]),
            (5, 1, vec![])
        );
    }

    #[test]
    fn nextest() {
        let line = "     Summary [   0.006s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped";
        assert_eq!(read(&[line]), (11, 1, skip("ignored or filtered out", 2)));
    }

    #[test]
    fn a_test_that_reports_a_skip_counts_once() {
        let line = "NOT RUN: the tests on PostgreSQL, because it is not installed";
        assert_eq!(
            read(&[line, line]),
            (
                0,
                0,
                skip("the tests on PostgreSQL, because it is not installed", 1)
            )
        );
    }
}
