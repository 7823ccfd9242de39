//! `invisible-character`: a pattern or claim path has characters that cannot be seen.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::text::hidden::hidden_in;

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "invisible-character",
    severity: Severity::Warning,
    basis: Basis::Proved,
    title: "A rule has characters that cannot be seen.",
    about: "Zero-width characters, no-break spaces and marks of direction are part of a pattern, and no claim has them. The message names them by code point.",
    incident: "A pattern is copied from a chat, which puts U+200B into long words: it looks right in every review and never matches.",
    remedy: "retype the pattern",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web\u200b:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        let mut hidden = hidden_in(&pattern);
        hidden.extend(hidden_in(&claim));
        if let Some((code, name)) = hidden.first() {
            let message = format!("this rule has an invisible character: {code}, {name}");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
