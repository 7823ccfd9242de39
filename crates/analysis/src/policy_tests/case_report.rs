//! The results of cases.

use std::borrow::Cow;

use claimgate::explain::{NearestMiss, Outcome};
use claimgate::json::places::Place;
use claimgate::policy::RequestedToken;
use serde::{Deserialize, Serialize};

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Failure {
    /// Stable code: `docs/errors.md` lists them all.
    pub code: Cow<'static, str>,
    /// What was expected and what was found, a lowercase sentence.
    pub message: String,
}

impl Failure {
    /// A failure with that code.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }
}

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CaseReport {
    /// Stable identifier: the name of the file, `#` and that of the case.
    pub id: String,
    /// The name of the case.
    pub name: String,
    /// Where it is in the file: `cases[0]`.
    pub path: String,
    /// Its line and column, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether it passed.
    pub passed: bool,
    /// Why it did not.
    pub failures: Vec<Failure>,
    /// The request.
    pub request: RequestedToken,
    /// What was decided; `None` if the claims are not known.
    pub decision: Option<CaseDecision>,
    /// The whole explanation of the decision as text, if the case failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// What was decided on a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CaseDecision {
    /// The decision.
    pub decision: Outcome,
    /// The code of the reason: `default-deny`, or that of a failed check of the token's times.
    pub code: String,
    /// The decision in one sentence.
    pub summary: String,
    /// Indices of the policies that decided, from 0.
    pub policies: Vec<usize>,
    /// The role of the token, if it gets one.
    pub role: Option<String>,
    /// After a default denial: the allow that needs the fewest changes.
    pub nearest: Option<NearestMiss>,
}
