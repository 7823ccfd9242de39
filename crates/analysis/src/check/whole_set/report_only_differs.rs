//! `report-only-differs`: enforcing the report-only policies would refuse tokens that are admitted.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::difference;

pub(in crate::check) const RULE: Rule = Rule {
    code: "report-only-differs",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "Enforcing a report-only deny would refuse tokens that are admitted today.",
    about: "The finding shows one of them. If it is one that should be refused, remove `reportOnly`; otherwise correct the deny first. Without the finding, enforcing it changes nothing.",
    incident: "A deny is enforced on a Friday because the audit log was empty: the job that it stops runs once a month.",
    remedy: "enforce the deny if tokens such as this one should be refused, or narrow it",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } },
  { "decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": { "event_name": "pull_request*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": { "ref": "refs/tags/*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let all = cx.policies();
    if !all.iter().any(|policy| policy.report_only) {
        return;
    }
    let enforced = cx.model.clone().enforced();
    let kinds = difference(cx.model, &enforced).kinds;
    let mut found: Vec<Finding> = Vec::new();
    for change in kinds.into_iter().flat_map(|kind| kind.closed) {
        let denies = change.refused_by.iter().copied();
        let Some(deny) = denies
            .into_iter()
            .find(|deny| all.get(*deny).is_some_and(|policy| policy.report_only))
        else {
            continue;
        };
        if found.iter().any(|own| own.policies.contains(&deny)) {
            continue;
        }
        let message = format!("enforcing this would refuse {}", token(&change.witness));
        let own = Finding::on(deny, RULE.says(message)).because_of(&[change.policy]);
        found.push(own.basis(cx.facts()).witness(change.witness));
    }
    found.into_iter().for_each(|own| cx.add(own));
}
