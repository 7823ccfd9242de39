//! `allow-redundant`: other allows grant at least as much to every token that an allow matches.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, names_pull_requests, numbers};
use crate::check::finding::{Edit, Finding};
use crate::check::fix::verified;
use crate::check::rule::{Example, Rule};
use crate::questions::Issue;

pub(in crate::check) const RULE: Rule = Rule {
    code: "allow-redundant",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "An allow adds nothing: other allows grant at least as much to every token that it matches.",
    about: "It can be removed without refusing any token. As long as it is there, narrowing or removing one of the two does not take access away.",
    incident: "A repository is to lose its access: its policy is removed, and a forgotten one with a wildcard still admits it.",
    remedy: "remove it, or narrow the wider allow",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/api:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, allow: usize, issue: Issue) {
    let (verb, together) = match issue.because_of.len() {
        1 => ("allows", ""),
        _ => ("allow", " together"),
    };
    let message = format!(
        "this adds nothing: {}{together} {verb} every token that it matches",
        numbers(&issue.because_of)
    );
    let mut found = Finding::on(allow, RULE.says(message))
        .because_of(&issue.because_of)
        .basis(cx.facts())
        .shown_by(issue.answer);
    // One that names pull requests says that they are meant: without it, a deny of them would be a fix.
    let is_meant = cx.policies().get(allow).is_some_and(names_pull_requests);
    if !is_meant {
        let edit = Edit::RemovePolicy { policy: allow };
        found
            .fixes
            .extend(verified(cx, "remove the policy", vec![edit]));
    }
    cx.add(found);
}
