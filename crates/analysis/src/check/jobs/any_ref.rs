//! `any-ref`: an allow admits every branch.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::{GITHUB_ACTIONS, class};

use crate::check::context::{Context, is_admin};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

use super::any_repository;

pub(in crate::check) const RULE: Rule = Rule {
    code: "any-ref",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "An allow admits jobs of every branch.",
    about: "Everyone who can push a branch can run a job on it, with the workflow of that branch, before anyone reviews it. Environments and tags are included where the pattern admits them as well.",
    incident: "The way in that frontdoor's rule FD011 describes: push a branch, change the workflow on it, and use the role of production. What the attackers of tj-actions (CVE-2025-30066) ran was code in jobs of other people's repositories.",
    remedy: "end `sub` with a branch or a protected environment, such as `:ref:refs/heads/main` or `:environment:production`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-*" } }
]"#,
    ),
};

/// Whether findings on tags and environments would say less than what is known: every branch is admitted.
pub(super) fn is_wider(cx: &mut Context<'_>, allow: usize) -> bool {
    any_repository::is_wider(cx, allow) || cx.outsider(allow, &[class::OTHER_BRANCH]).is_some()
}

pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, definition) in cx.allows() {
        if any_repository::is_wider(cx, allow) {
            continue;
        }
        if let Some(witness) = cx.outsider(allow, &[class::OTHER_BRANCH]) {
            let grant = match is_admin(definition) {
                true => "grants admin permission to",
                false => "admits",
            };
            let message = format!("this {grant} jobs of any branch");
            let mut found = Finding::on(allow, RULE.says(message));
            if !cx.is_of(GITHUB_ACTIONS) {
                found = found.help("name the branch that the policy is for");
            }
            cx.add(found.witness(witness));
        }
    }
}
