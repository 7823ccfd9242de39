//! `question-is-optional`: in Pulumi's dialect a `?` matches one character or none.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::{Dialect, PartKind, parts};

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "question-is-optional",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A `?` in a pattern matches one character or none.",
    about: "In AWS and in shells `?` is exactly one character. In Pulumi's dialect the shorter value matches as well: `v?` admits `v`.",
    incident: "`node-?` is meant for `node-1` to `node-9`, and admits `node-` too, which a template with an empty variable makes.",
    remedy: "write `.` for exactly one character, or keep it",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-?" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-." } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if cx.dialect != Dialect::Pulumi {
        return;
    }
    for (policy, claim, pattern) in rules(cx) {
        let parts = parts(&pattern, cx.dialect);
        if !parts.iter().any(|part| part.kind == PartKind::Optional) {
            continue;
        }
        let kept = parts.iter().filter(|part| part.kind != PartKind::Optional);
        let shorter: String = kept.map(|part| part.text.as_str()).collect();
        let message = format!("each `?` in `{pattern}` matches one character or none");
        let help = format!("it also accepts `{shorter}`; write `.` for exactly one character");
        cx.add(Finding::on_rule(policy, &claim, RULE.says(message)).help(help));
    }
}
