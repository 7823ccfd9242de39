//! `deny-useless`: a deny stops nothing that is not stopped anyway.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, numbers};
use crate::check::finding::{Edit, Finding};
use crate::check::fix::verified;
use crate::check::rule::{Example, Rule};
use crate::questions::{Defect, Issue};

pub(in crate::check) const RULE: Rule = Rule {
    code: "deny-useless",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A deny stops nothing: no allow admits a token that it matches, or other denies stop all of them.",
    about: "A deny that no allow meets is a note: it may be meant for allows to come, and is not removed by `--fix`. One that other denies cover is a warning.",
    incident: "A deny is written with a typing error and protects nothing. It looks like protection for years, and the right one is never added.",
    remedy: "correct its rules if it is meant to stop something, or remove it",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "repo:acme/wbe:ref:refs/tags/*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "repo:acme/web:ref:refs/tags/*" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, deny: usize, issue: Issue) {
    let basis = cx.facts();
    if issue.defect == Defect::DenyDisjoint {
        let message = "this stops nothing: no allow admits a token that it matches";
        let found = Finding::on(deny, RULE.says(message));
        return cx.add(found.basis(basis).shown_by(issue.answer));
    }
    let verb = match issue.because_of.len() {
        1 => "denies",
        _ => "together deny",
    };
    let message = format!(
        "this stops nothing more: {} {verb} every admitted token that it matches",
        numbers(&issue.because_of)
    );
    let mut found = Finding::on(deny, RULE.says(message))
        .severity(Severity::Warning)
        .because_of(&issue.because_of)
        .basis(basis)
        .shown_by(issue.answer);
    let edit = Edit::RemovePolicy { policy: deny };
    found
        .fixes
        .extend(verified(cx, "remove the policy", vec![edit]));
    cx.add(found);
}
