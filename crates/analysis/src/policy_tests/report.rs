//! The results of a file of tests. Every output format is written from them alone.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::explain::Outcome;
use claimgate::json::places::Place;
use serde::{Deserialize, Serialize};

use super::case_report::{CaseReport, Failure};
use super::coverage::Coverage;
use crate::answer::{Facts, Witness};

/// The results of a file of tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestReport {
    /// The name of the file.
    pub file: String,
    /// The URL of the issuer; empty if it is not known.
    pub issuer: String,
    /// Whether all tests passed, and all policies are covered if they have to be.
    pub passed: bool,
    /// What is wrong with the file, if it cannot be run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FileError>,
    /// The results of the cases, in their order.
    pub cases: Vec<CaseReport>,
    /// The results of the properties, in their order.
    pub properties: Vec<PropertyReport>,
    /// Which policies the cases cover.
    pub coverage: Coverage,
    /// What properties assume about the issuer's tokens.
    pub facts: Facts,
}

/// What is wrong with a file of tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileError {
    /// What is wrong.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// Its line and column, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// The result of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PropertyReport {
    /// Stable identifier: the name of the file, `#` and that of the property.
    pub id: String,
    /// The name of the property.
    pub name: String,
    /// Where it is in the file: `properties[0]`.
    pub path: String,
    /// Its line and column, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether it passed.
    pub passed: bool,
    /// Whether it is not known if it holds.
    pub undecided: bool,
    /// Why it did not pass.
    pub failures: Vec<Failure>,
    /// Tokens on which it does not hold.
    pub counterexamples: Vec<Counterexample>,
    /// The findings that there should not be, with paths from `policies[0]`.
    pub findings: Vec<Diagnostic>,
}

/// A token on which a property does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Counterexample {
    /// What the policies should decide on it.
    pub expect: Outcome,
    /// What it is, as a noun phrase: `another repository of yours`. Empty if the property says it.
    pub title: String,
    /// The token.
    pub witness: Witness,
}

impl TestReport {
    /// The report on a file that cannot be run.
    #[must_use]
    pub fn unreadable(name: &str, errors: Diagnostics) -> Self {
        let error = |diagnostic| FileError {
            diagnostic,
            place: None,
        };
        Self {
            file: name.to_owned(),
            errors: errors.into_iter().map(error).collect(),
            ..Self::default()
        }
    }

    /// The same, which fails unless cases cover all policies.
    #[must_use]
    pub fn requiring_coverage(mut self) -> Self {
        self.passed &= self.coverage.require();
        self
    }

    /// How many tests passed, and how many there are.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let cases = self.cases.iter().map(|case| case.passed);
        let properties = self.properties.iter().map(|property| property.passed);
        let all = cases.chain(properties);
        (all.clone().filter(|passed| *passed).count(), all.count())
    }
}
