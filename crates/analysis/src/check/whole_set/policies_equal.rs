//! `policies-equal`: two policies match the same tokens and do the same.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;

use crate::check::context::{Context, numbers};
use crate::check::finding::{Edit, Finding};
use crate::check::fix::verified;
use crate::check::rule::{Example, Rule};
use crate::model::PolicyModel;
use crate::questions::{Issue, Relation, difference};

pub(in crate::check) const RULE: Rule = Rule {
    code: "policies-equal",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "Two policies match the same tokens and grant the same.",
    about: "They may be written differently. Of two equal ones, the later has the finding.",
    incident: "Policies are merged from two branches, and each change from then on has to be made twice. The one that is forgotten decides.",
    remedy: "remove one of them",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/*" } },
  { "decision": "allow", "tokenType": "organization", "rules": { "sub": "repo:acme/web:ref:refs/heads/**", "aud": "acme" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/*" } },
  { "decision": "allow", "tokenType": "team", "teamName": "web", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/*" } }
]"#,
    ),
};

/// Whether the one policy that covers an allow is covered by it as well, and grants the same.
pub(super) fn is_equal(cx: &Context<'_>, allow: usize, issue: &Issue) -> bool {
    let [other] = issue.because_of[..] else {
        return false;
    };
    let (Some(one), Some(other)) = (cx.policies().get(allow), cx.policies().get(other)) else {
        return false;
    };
    let grants = |own: &PolicyDefinition| {
        let mut own = own.clone();
        own.rules.clear();
        own.name = None;
        own.note = None;
        own
    };
    let alone = |policy: &PolicyDefinition| {
        let issuer = IssuerDefinition {
            policies: vec![policy.clone()],
            ..cx.issuer.clone()
        };
        PolicyModel::new(&issuer, cx.dialect).ok()
    };
    let (Some(a), Some(b)) = (alone(one), alone(other)) else {
        return false;
    };
    grants(one) == grants(other) && difference(&a, &b).relation == Relation::Equivalent
}

pub(super) fn add(cx: &mut Context<'_>, allow: usize, issue: Issue) {
    let message = format!("this is the same as {}", numbers(&issue.because_of));
    let mut found = Finding::on(allow, RULE.says(message))
        .because_of(&issue.because_of)
        .basis(cx.facts())
        .shown_by(issue.answer);
    let edit = Edit::RemovePolicy { policy: allow };
    found
        .fixes
        .extend(verified(cx, "remove the policy", vec![edit]));
    cx.add(found);
}
