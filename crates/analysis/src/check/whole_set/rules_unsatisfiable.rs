//! `rules-unsatisfiable`: no token of any provider can match all rules of a policy.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Issue;

pub(in crate::check) const RULE: Rule = Rule {
    code: "rules-unsatisfiable",
    severity: Severity::Error,
    basis: Basis::Proved,
    title: "No token can match all rules of a policy.",
    about: "A claim is either a value or an object: rules on `a` and on `a.b` exclude each other. Or `iss`, or the audiences of the issuer, contradict a rule.",
    incident: "A deny that can never match is no protection, and nothing tells: every token passes by it.",
    remedy: "remove one of the rules that exclude each other, or write two policies",
    found_in: Example::at(
        "https://ci.example.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "job": "deploy", "job.id": "7" } }
]"#,
    ),
    not_in: Example::at(
        "https://ci.example.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "job.name": "deploy", "job.id": "7" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, policy: usize, issue: Issue) {
    let message = "this never matches: no token can match all of its rules";
    cx.add(Finding::on(policy, RULE.says(message)).shown_by(issue.answer));
}
