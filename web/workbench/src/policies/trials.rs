//! Policies tried on the tests of an issuer: decisions before and now, and whether they are as
//! expected.

use std::collections::BTreeMap;

use claimgate::diagnostic::Diagnostic;
use claimgate::explain::Outcome;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use claimgate_formats::{Sample, outcome_word};

use super::samples::{Decided, Ready};
use super::severities::Severities;
use crate::analysis::idle::Idle;
use crate::issuers::storage::{StoredIssuer, compile_policies};

/// A test with the decisions of the saved and the edited policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The sample.
    pub sample: Sample,
    /// Why its claims cannot be read.
    pub problem: Option<String>,
    /// The decision of the saved policies.
    pub before: Option<Decided>,
    /// The decision of the edited policies.
    pub now: Option<Decided>,
}

impl Trial {
    /// The test of a sample.
    pub fn new(ready: &Ready, before: Option<Decided>, now: Option<Decided>) -> Self {
        Self {
            sample: ready.sample.clone(),
            problem: ready.claims.as_ref().err().cloned(),
            before,
            now,
        }
    }

    /// The tests of an issuer, decided by its policies and by these.
    pub fn of_change(issuer: &StoredIssuer, policies: &[PolicyDefinition]) -> Vec<Self> {
        let compile =
            |policies| compile_policies(policies, issuer.report_only, Dialect::Pulumi).ok();
        let (old, new) = (compile(&issuer.policies), compile(policies));
        let trial = |sample| {
            let ready = Ready::of(sample, issuer.audiences.as_deref());
            let [before, now] =
                [&old, &new].map(|set| set.as_ref().and_then(|set| ready.decide(set)));
            Self::new(&ready, before, now)
        };
        issuer.samples.iter().map(trial).collect()
    }

    /// Whether the two decisions differ.
    pub fn changes(&self) -> bool {
        outcome(self.before.as_ref()) != outcome(self.now.as_ref())
    }

    /// The change of the decision: `allowed, was denied`.
    pub fn turn(&self) -> String {
        format!(
            "{}, was {}",
            word(self.now.as_ref()),
            word(self.before.as_ref())
        )
    }

    /// Whether the decision is the expected one; none if no decision is expected.
    pub fn passes(&self) -> Option<bool> {
        let expected = self.sample.expect?;
        Some(outcome(self.now.as_ref()) == Some(expected))
    }

    /// What is wrong with the decision: `denied, expected allowed`.
    pub fn miss(&self) -> Option<String> {
        let expected = self.sample.expect?;
        (self.passes() == Some(false)).then(|| {
            format!(
                "{}, expected {}",
                word(self.now.as_ref()),
                outcome_word(expected)
            )
        })
    }
}

fn outcome(decided: Option<&Decided>) -> Option<Outcome> {
    decided.map(|decided| decided.outcome)
}

fn word(decided: Option<&Decided>) -> &'static str {
    decided.map_or("undecided", |decided| outcome_word(decided.outcome))
}

/// How many tests are as expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As expected.
    pub passed: usize,
    /// With an expected decision.
    pub expecting: usize,
}

impl Tally {
    /// Counts tests.
    pub fn of(trials: &[Trial]) -> Self {
        let results = || trials.iter().filter_map(Trial::passes);
        Self {
            passed: results().filter(|passes| *passes).count(),
            expecting: results().count(),
        }
    }

    /// Whether all are as expected.
    pub const fn is_good(self) -> bool {
        self.passed == self.expecting
    }

    /// `14 of 14 as expected`; none if no decision is expected.
    pub fn sentence(self) -> Option<String> {
        let Self { passed, expecting } = self;
        (expecting > 0).then(|| format!("{passed} of {expecting} as expected"))
    }
}

/// What is known of one policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The tests that it decides.
    pub hits: usize,
    /// Its findings.
    pub findings: Severities,
    /// Its errors.
    pub errors: usize,
    /// Whether it has no effect.
    pub is_idle: bool,
}

/// The facts of `count` policies.
pub fn facts<'a>(
    count: usize,
    trials: &[Trial],
    findings: impl IntoIterator<Item = &'a Diagnostic>,
    idle: &BTreeMap<usize, Idle>,
    errors: &[Diagnostic],
) -> Vec<Facts> {
    let mut facts = vec![Facts::default(); count];
    for decided in trials.iter().filter_map(|trial| trial.now.as_ref()) {
        for place in &decided.policies {
            if let Some(facts) = facts.get_mut(*place) {
                facts.hits += 1;
            }
        }
    }
    for finding in findings {
        if let Some(facts) = place(finding).and_then(|place| facts.get_mut(place)) {
            facts.findings.add(finding.severity);
        }
    }
    for place in idle.keys() {
        if let Some(facts) = facts.get_mut(*place) {
            facts.is_idle = true;
        }
    }
    for error in errors {
        if let Some(facts) = place(error).and_then(|place| facts.get_mut(place)) {
            facts.errors += 1;
        }
    }
    facts
}

/// The place of the policy that a diagnostic is about, counted from 0.
fn place(diagnostic: &Diagnostic) -> Option<usize> {
    let (place, _) = diagnostic.path.strip_prefix("policies[")?.split_once(']')?;
    place.parse().ok()
}

#[cfg(test)]
mod tests {
    use claimgate::diagnostic::Severity;

    use super::*;

    fn trial(now: Outcome, expect: Option<Outcome>) -> Trial {
        let decided = |outcome| Decided {
            outcome,
            summary: String::new(),
            policies: vec![1],
        };
        let sample = Sample {
            expect,
            ..Sample::blank("s".to_owned())
        };
        Trial::new(
            &Ready::of(&sample, None),
            Some(decided(Outcome::Allowed)),
            Some(decided(now)),
        )
    }

    #[test]
    fn a_test_passes_if_the_decision_is_the_expected_one() {
        let miss = trial(Outcome::Denied, Some(Outcome::Allowed));
        assert_eq!(miss.miss().as_deref(), Some("denied, expected allowed"));
        assert_eq!(
            (miss.changes(), miss.turn().as_str()),
            (true, "denied, was allowed")
        );
        let pass = trial(Outcome::Allowed, Some(Outcome::Allowed));
        assert_eq!((pass.passes(), pass.miss()), (Some(true), None));
        let open = trial(Outcome::Allowed, None);
        assert_eq!((open.passes(), open.miss()), (None, None));
        let tally = Tally::of(&[miss, pass, open]);
        assert_eq!(tally.sentence().as_deref(), Some("1 of 2 as expected"));
        assert!(!tally.is_good());
        assert_eq!(Tally::default().sentence(), None);
    }

    #[test]
    fn a_test_that_cannot_be_decided_does_not_pass() {
        let sample = Sample {
            expect: Some(Outcome::Denied),
            ..Sample::blank("s".to_owned())
        };
        let trial = Trial::new(&Ready::of(&sample, None), None, None);
        assert_eq!(trial.miss().as_deref(), Some("undecided, expected denied"));
    }

    #[test]
    fn policies_know_their_tests_findings_and_errors() {
        let idle = Idle {
            phrase: "duplicate of",
            because_of: vec![1],
        };
        let found = facts(
            2,
            &[trial(Outcome::Allowed, None)],
            &[
                Diagnostic::note("x", "x")
                    .severity(Severity::Warning)
                    .at("policies[0].rules.sub"),
                Diagnostic::note("x", "x").at("policies[1]"),
            ],
            &BTreeMap::from([(0, idle.clone()), (9, idle)]),
            &[
                Diagnostic::error("policies[1]", "x", "x"),
                Diagnostic::error("policies[9]", "x", "x"),
                Diagnostic::error("", "x", "x"),
            ],
        );
        let of = |hits, findings, errors, is_idle| Facts {
            hits,
            findings: Severities::of([findings]),
            errors,
            is_idle,
        };
        let (warning, note) = (Severity::Warning, Severity::Note);
        assert_eq!(found, [of(0, warning, 0, true), of(1, note, 1, false)]);
    }
}
