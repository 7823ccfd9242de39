//! `immutable-subject-missed`: a rule on GitHub's `sub` matches only its form without identifiers.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::GITHUB_ACTIONS;

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "immutable-subject-missed",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A rule on GitHub's `sub` matches only the form without identifiers.",
    about: "Repositories that were created, renamed or moved since 2026-07-15 send `repo:OWNER@ID/REPOSITORY@ID:…`; older ones can opt in. Their jobs are refused by a rule for `repo:OWNER/REPOSITORY:…`. It is a note, since most repositories are older: one finding for all policies of the issuer.",
    incident: "A repository is moved to another organization and back, and its deployments are refused from then on, although owner and name are the same as ever.",
    remedy: "add a policy for the form with identifiers, such as `repo:acme@65/web@74:ref:refs/heads/main`, or pin `repository_id` and `ref` instead of `sub`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository": "acme/web", "ref": "refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if !cx.is_of(GITHUB_ACTIONS) {
        return;
    }
    let subject = |policy: &claimgate::policy::PolicyDefinition| {
        rule_on(policy, "sub").map(|(_, pattern)| pattern.clone())
    };
    let subjects: Vec<(usize, String)> = cx
        .allows()
        .into_iter()
        .filter_map(|(allow, own)| Some((allow, subject(own)?)))
        .collect();
    let has_ids = |subject: &str| {
        subject.strip_prefix("repo:").is_some_and(|rest| {
            rest.split([':', '/'])
                .next()
                .unwrap_or_default()
                .contains(['@', '*', '?'])
        })
    };
    let is_covered = subjects.iter().any(|(_, subject)| has_ids(subject));
    let names: Vec<usize> = subjects
        .iter()
        .filter(|(_, subject)| subject.starts_with("repo:") && !has_ids(subject))
        .map(|(allow, _)| *allow)
        .collect();
    let Some(first) = names.first().copied().filter(|_| !is_covered) else {
        return;
    };
    let message = "tokens of repositories created, renamed or moved since 2026-07-15 have identifiers in `sub`, and do not match this";
    cx.add(Finding::on_rule(first, "sub", RULE.says(message)).also(names));
}
