//! Which policies the cases of a file cover.

use claimgate::policy::Decision;
use serde::{Deserialize, Serialize};

use super::case_report::Failure;
use super::subject::TestSubject;
use super::titles;

/// The code of a policy that no case covers.
const NOT_COVERED: &str = "policy-not-covered";

/// Which policies some case made decide: an allow that allowed, a deny that denied, or a report-only
/// deny that would have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Coverage {
    /// All policies, in their order.
    pub policies: Vec<PolicyCoverage>,
    /// Whether all of them have to be covered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_required: bool,
    /// If so: that a policy is not, for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
}

/// Whether cases cover a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PolicyCoverage {
    /// Its index, from 0.
    pub index: usize,
    /// ``policy 2 (`main`): allow organization``, counted from 1.
    pub title: String,
    /// Whether it allows or denies.
    pub decision: Decision,
    /// How many cases made it decide.
    pub cases: usize,
}

impl Coverage {
    /// The coverage by cases that cover these policies.
    pub(super) fn new<'a>(
        subject: &TestSubject,
        cases: impl IntoIterator<Item = &'a [usize]>,
    ) -> Self {
        let definitions = subject.policies().iter().enumerate();
        let mut policies: Vec<PolicyCoverage> = definitions
            .map(|(index, definition)| PolicyCoverage {
                index,
                title: titles::policy(index, definition, subject.is_report_only(definition)),
                decision: definition.decision,
                cases: 0,
            })
            .collect();
        for index in cases.into_iter().flatten() {
            if let Some(policy) = policies.get_mut(*index) {
                policy.cases += 1;
            }
        }
        Self {
            policies,
            ..Self::default()
        }
    }

    /// Requires that cases cover all policies: whether they do.
    pub(super) fn require(&mut self) -> bool {
        self.is_required = true;
        let failure = |policy: &PolicyCoverage| {
            let message = format!(
                "expected a case in which it decides, found none: {}",
                policy.title
            );
            Failure::new(NOT_COVERED, message)
        };
        self.failures = self.missing().map(failure).collect();
        self.failures.is_empty()
    }

    /// The policies that no case made decide.
    pub fn missing(&self) -> impl Iterator<Item = &PolicyCoverage> {
        self.policies.iter().filter(|policy| policy.cases == 0)
    }
}
