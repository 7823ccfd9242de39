//! Runs cases.

use claimgate::claims::Claims;
use claimgate::explain::{
    Explanation, NearestMiss, Outcome, PolicyEvidence, PolicyOutcome, ReasonCode, render_text,
};
use claimgate::inspect::{Options, explain_claims};
use claimgate::jwt::{TokenError, check_validity};
use claimgate::policy::Decision;
use claimgate::sorted::distinct;
use claimgate::text::list;

use super::case_report::{CaseDecision, CaseReport, Failure};
use super::claims::claims;
use super::file::{Case, Expectation, NearestExpectation, PolicyName, TestFile};
use super::subject::TestSubject;
use super::titles;

/// The code of a case whose decision differs from the expected one.
const DIFFERS: &str = "case-failed";

/// The code of a case whose claims are not known.
const UNKNOWN_CLAIMS: &str = "case-claims-unknown";

/// Decides on a case and compares. `file` has the samples and the time; the case need not be one of
/// its cases. The identifier and the path are for the caller to set.
///
/// ```
/// use claimgate::explain::Outcome;
/// use claimgate::issuer::IssuerDefinition;
/// use claimgate::json::Value;
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{Decision, PolicyDefinition, TokenType};
/// use claimgate_analysis::policy_tests::{TestFile, TestSubject, run_case};
///
/// let file = r#"{"cases": [{"name": "web", "claims": {"sub": "repo:acme/web:pull_request"}, "expect": "denied"}]}"#;
/// let file = TestFile::read(&Value::parse(file).unwrap())?;
/// let allow = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "repo:acme/*");
/// let issuer = IssuerDefinition { policies: vec![allow], ..IssuerDefinition::default() };
/// let report = run_case(&file.cases[0], &file, &TestSubject::new(issuer, Dialect::Pulumi)?);
/// assert!(!report.passed);
/// assert_eq!(report.failures[0].message, "expected denied, found allowed by policy 1");
/// # Ok::<(), claimgate::diagnostic::Diagnostics>(())
/// ```
#[must_use]
pub fn run_case(case: &Case, file: &TestFile, subject: &TestSubject) -> CaseReport {
    run(case, file, subject).report
}

/// The result of a case, and the indices of the policies that it covers.
pub(super) struct Ran {
    pub(super) report: CaseReport,
    pub(super) covered: Vec<usize>,
}

pub(super) fn run(case: &Case, file: &TestFile, subject: &TestSubject) -> Ran {
    let mut ran = Ran {
        report: CaseReport {
            id: case.name.clone(),
            name: case.name.clone(),
            path: String::new(),
            place: None,
            passed: false,
            failures: Vec::new(),
            request: case.request.clone(),
            decision: None,
            explanation: None,
        },
        covered: Vec::new(),
    };
    let report = &mut ran.report;
    match claims(&case.token, file, subject) {
        Err(why) => report.failures.push(Failure::new(UNKNOWN_CLAIMS, why)),
        Ok(claims) => {
            let (decision, explanation) = decide(claims, case, file, subject);
            report.failures = compare(&case.expect, &decision, subject);
            if let Some(explanation) = &explanation {
                ran.covered = covered(explanation);
            }
            let explain = || explanation.as_ref().map(render_text);
            report.explanation = if report.failures.is_empty() {
                None
            } else {
                explain()
            };
            report.decision = Some(decision);
        }
    }
    report.passed = report.failures.is_empty();
    ran
}

/// The decision on claims, with its explanation if it is not about their times.
fn decide(
    claims: Claims,
    case: &Case,
    file: &TestFile,
    subject: &TestSubject,
) -> (CaseDecision, Option<Explanation>) {
    let options = Options {
        hints: subject.hints,
        ..Options::at(file.now.unwrap_or_default())
    };
    let times = file
        .now
        .map_or(Ok(()), |now| check_validity(&claims, now, options.leeway));
    if let Err(error) = times {
        return (refused(&error), None);
    }
    let audiences = subject.definition.audiences.as_deref();
    let explanation = explain_claims(
        claims,
        audiences,
        &subject.compiled,
        &case.request,
        &options,
    );
    let grant = explanation.grant.as_ref();
    let decision = CaseDecision {
        decision: explanation.decision,
        code: explanation.reason.code.as_str().to_owned(),
        summary: explanation.summary.clone(),
        policies: explanation.reason.policies.clone(),
        role: grant.and_then(|grant| grant.role_id.clone()),
        nearest: explanation.nearest_miss.clone(),
    };
    (decision, Some(explanation))
}

fn refused(error: &TokenError) -> CaseDecision {
    CaseDecision {
        decision: Outcome::Denied,
        code: error.code().to_owned(),
        summary: format!("denied: {error}"),
        policies: Vec::new(),
        role: None,
        nearest: None,
    }
}

/// The policies that made the decision: allows that allowed, denies that denied, and report-only
/// denies that would have.
fn covered(explanation: &Explanation) -> Vec<usize> {
    let code = explanation.reason.code;
    let has_decided = |policy: &&PolicyEvidence| match policy.decision {
        Decision::Allow => code == ReasonCode::AllowMatched,
        Decision::Deny if policy.report_only => explanation.report.is_some(),
        Decision::Deny => code == ReasonCode::DenyMatched,
    };
    let matched = explanation
        .policies
        .iter()
        .filter(|policy| policy.outcome == PolicyOutcome::Matched);
    matched.filter(has_decided).map(|own| own.index).collect()
}

/// How a decision differs from what is expected.
fn compare(expect: &Expectation, found: &CaseDecision, subject: &TestSubject) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut fail = |message: String| failures.push(Failure::new(DIFFERS, message));
    if expect.decision != found.decision {
        let expected = titles::word(expect.decision);
        fail(format!("expected {expected}, found {}", found.summary));
    }
    if let Some(code) = expect.code.as_ref().filter(|code| **code != found.code) {
        fail(format!(
            "expected the code `{code}`, found `{}`",
            found.code
        ));
    }
    if let Some(expected) = &expect.policies {
        policies(expected, found, subject).unwrap_or_else(&mut fail);
    }
    if let Some(expected) = expect.role.as_ref().filter(|role| **role != found.role) {
        let role = |role: &Option<String>| match role {
            Some(role) => format!("the role `{role}`"),
            None => "no role".to_owned(),
        };
        fail(format!(
            "expected {}, found {}",
            role(expected),
            role(&found.role)
        ));
    }
    if let Some(expected) = &expect.nearest {
        nearest(expected, found.nearest.as_ref(), subject).unwrap_or_else(&mut fail);
    }
    failures
}

fn policies(
    expected: &[PolicyName],
    found: &CaseDecision,
    subject: &TestSubject,
) -> Result<(), String> {
    let all = expected.iter().map(|name| name.find(subject.policies()));
    let expected = distinct(all.collect::<Result<Vec<_>, _>>()?);
    if expected == found.policies {
        return Ok(());
    }
    let (expected, found) = (list::policies(&expected), list::policies(&found.policies));
    Err(format!("expected {expected} to decide, found {found}"))
}

fn nearest(
    expected: &NearestExpectation,
    found: Option<&NearestMiss>,
    subject: &TestSubject,
) -> Result<(), String> {
    let policy = expected.policy.find(subject.policies())?;
    let wanted = list::policies(&[policy]);
    let Some(found) = found else {
        return Err(format!("expected {wanted} as the nearest miss, found none"));
    };
    if found.policy != policy {
        let found = list::policies(&[found.policy]);
        return Err(format!(
            "expected {wanted} as the nearest miss, found {found}"
        ));
    }
    let Some(claims) = &expected.claims else {
        return Ok(());
    };
    let changes = found.changes.iter().map(|change| change.claim.clone());
    let (claims, found) = (distinct(claims.clone()), distinct(changes.collect()));
    if claims == found {
        return Ok(());
    }
    let named = |claims: Vec<String>| match claims.is_empty() {
        true => "none".to_owned(),
        false => {
            let quoted: Vec<_> = claims.iter().map(|claim| format!("`{claim}`")).collect();
            list::enumerate(&quoted)
        }
    };
    let (claims, found) = (named(claims), named(found));
    Err(format!(
        "expected the nearest miss to fail on {claims}, found {found}"
    ))
}
