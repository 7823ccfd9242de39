//! A file of tests.

use claimgate::claims::{Claims, Value};
use claimgate::explain::Outcome;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, RequestedToken};

use super::property::Property;

/// A file of tests for the policies of one issuer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestFile {
    /// A remark, without effect.
    pub note: Option<String>,
    /// The policies; `None` if the caller knows them.
    pub policies: Option<PolicySource>,
    /// The URL of the issuer: which one of the policies' file, or that of policies without an issuer.
    pub issuer: Option<String>,
    /// The audiences that the issuer accepts, for policies that are in the test file.
    pub audiences: Option<Vec<String>>,
    /// The provider whose facts are assumed, in place of the one that the issuer's URL
    /// tells; empty for none.
    pub provider: Option<String>,
    /// The dialect of patterns, in place of the one that the policies' file states.
    pub dialect: Option<Dialect>,
    /// The time at which tokens are presented, in seconds since 1970. Without it, the times in tokens
    /// are not checked.
    pub now: Option<i64>,
    /// What is one's own: `github-actions:acme/web`.
    pub mine: Option<String>,
    /// Claims that cases start from, by their names.
    pub samples: Vec<(String, Claims)>,
    /// The cases.
    pub cases: Vec<Case>,
    /// The properties.
    pub properties: Vec<Property>,
}

/// Where the tested policies are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// In the file of this name, relative to the test file.
    File(String),
    /// In the test file.
    Inline(Vec<PolicyDefinition>),
}

/// A token, a request and what is expected of the decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name, unique in the file.
    pub name: String,
    /// A remark, without effect.
    pub note: Option<String>,
    /// The token.
    pub token: CaseToken,
    /// The request.
    pub request: RequestedToken,
    /// What is expected. What it does not state may be anything.
    pub expect: Expectation,
}

/// The claims of a case.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseToken {
    /// All of them.
    Claims(Claims),
    /// Those of a sample, changed.
    Sample {
        /// The name of a sample of the file, of the policies' issuer, or of a form of the provider's
        /// tokens.
        name: String,
        /// Values by claim path, which replace or add claims.
        with: Vec<(String, Value)>,
        /// The paths of claims that are removed.
        without: Vec<String>,
    },
}

/// What is expected of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The decision.
    pub decision: Outcome,
    /// The code of the reason: `default-deny`.
    pub code: Option<String>,
    /// The policies that decide, in any order.
    pub policies: Option<Vec<PolicyName>>,
    /// The role of the token: `Some(None)` if it should have none.
    pub role: Option<Option<String>>,
    /// The nearest miss.
    pub nearest: Option<NearestExpectation>,
}

impl Expectation {
    /// Expects a decision, whatever the reason.
    #[must_use]
    pub fn of(decision: Outcome) -> Self {
        Self {
            decision,
            code: None,
            policies: None,
            role: None,
            nearest: None,
        }
    }
}

/// A policy of the tested ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyName {
    /// Its number, from 1, as messages have it.
    Number(usize),
    /// Its `name`.
    Name(String),
}

/// What is expected of the nearest miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearestExpectation {
    /// The policy.
    pub policy: PolicyName,
    /// The claims whose rules do not match, in any order.
    pub claims: Option<Vec<String>>,
}
