//! `allow-dead`: denies match every token that an allow matches.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, numbers};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Issue;

pub(in crate::check) const RULE: Rule = Rule {
    code: "allow-dead",
    severity: Severity::Error,
    basis: Basis::Proved,
    title: "An allow never allows anything, because denies match every token that it matches.",
    about: "A deny wins over every allow. One deny may cover the allow, or several together; the finding names a least set of them, and has the proof.",
    incident: "Jobs fail after a deny is added in a hurry, and the way out is often to remove the deny, with what it protects against.",
    remedy: "narrow the denies, or remove the allow",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "repo:acme/web:ref:refs/heads/*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "repo:acme/web:ref:refs/heads/main", "actor": "mallory" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, allow: usize, issue: Issue) {
    let (verb, together) = match issue.because_of.len() {
        1 => ("denies", ""),
        _ => ("deny", " together"),
    };
    let message = format!(
        "this allows nothing: {}{together} {verb} every token that it matches",
        numbers(&issue.because_of)
    );
    let is_proved = cx.bare.is_effective(allow).is_no();
    let basis = if is_proved { Basis::Proved } else { cx.facts() };
    let found = Finding::on(allow, RULE.says(message)).because_of(&issue.because_of);
    cx.add(found.basis(basis).shown_by(issue.answer));
}
