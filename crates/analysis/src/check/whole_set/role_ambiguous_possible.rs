//! `role-ambiguous-possible`: two allows give different roles to one token, which is refused.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, numbers, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Issue;

pub(in crate::check) const RULE: Rule = Rule {
    code: "role-ambiguous-possible",
    severity: Severity::Error,
    basis: Basis::Proved,
    title: "Two allows give different roles to the same token, which is therefore refused.",
    about: "A token that two allows with different roles match is refused with `role-ambiguous`. So adding an allow can take access away.",
    incident: "Someone adds a policy for a further role, and deployments that worked are refused: no policy denies them, and each one by itself allows them.",
    remedy: "make the rules exclude each other, or give both the same role",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "roleID": "deployer", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } },
  { "decision": "allow", "tokenType": "organization", "roleID": "reader", "rules": { "aud": "acme", "sub": "repo:acme/web:pull_request" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "roleID": "deployer", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "allow", "tokenType": "organization", "roleID": "reader", "rules": { "aud": "acme", "sub": "repo:acme/web:pull_request" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, first: usize, issue: Issue) {
    let Some(witness) = issue.answer.witness() else {
        return;
    };
    let message = format!(
        "{} give different roles to the same token, which is therefore refused: {}",
        numbers(&issue.policies),
        token(witness)
    );
    let found = Finding::on(first, RULE.says(message)).also(issue.policies.iter().copied());
    cx.add(found.basis(cx.facts()).shown_by(issue.answer));
}
