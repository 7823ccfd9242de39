//! `admin-wider`: admin permission is granted to tokens that get in no other way.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Issue;

pub(in crate::check) const RULE: Rule = Rule {
    code: "admin-wider",
    severity: Severity::Warning,
    basis: Basis::Proved,
    title: "Admin permission is granted to tokens that no policy without it admits.",
    about: "The policy that grants admin permission is usually the narrowest one. Here it admits tokens that the policies without admin permission do not.",
    incident: "UNC6426 (2026): with one stolen package token an attacker ran a job, exchanged its ID token for a role made for deployments, and was administrator within 72 hours.",
    remedy: "narrow the policy that lists `admin` to the job that needs it",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, allow: usize, issue: Issue) {
    let Some(witness) = issue.answer.witness() else {
        return;
    };
    let message = format!(
        "this grants admin permission to {}, which no policy without admin permission admits",
        token(witness)
    );
    let found = Finding::on(allow, RULE.says(message)).basis(cx.facts());
    cx.add(found.shown_by(issue.answer));
}
