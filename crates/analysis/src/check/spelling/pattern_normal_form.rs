//! `pattern-normal-form`: a pattern has wildcards that change nothing.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::{Dialect, PartKind, parts};

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::fix::with_rule;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "pattern-normal-form",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A pattern has wildcards that change nothing.",
    about: "`**` is `*`, and so is `*?`: one `*` matches any text, the empty one included.",
    incident: "A reader takes `**` for what it is in shells, where it differs from `*`, and `release/*` for one segment.",
    remedy: "write one `*`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-**" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        let shorter = normal(&pattern, cx.dialect);
        if shorter == pattern {
            continue;
        }
        let message = format!("`{pattern}` matches the same as `{shorter}`");
        let mut found = Finding::on_rule(policy, &claim, RULE.says(message));
        let title = format!("write `{shorter}`");
        let fix = with_rule(cx, title, policy, (&claim, &shorter));
        found.fixes.extend(fix);
        cx.add(found);
    }
}

/// The pattern with `*` alone where it is next to others of any length.
fn normal(pattern: &str, dialect: Dialect) -> String {
    let parts = parts(pattern, dialect);
    let is_wild = |kind| matches!(kind, PartKind::Many | PartKind::Optional | PartKind::One);
    let mut text = String::new();
    for run in parts.chunk_by(|a, b| is_wild(a.kind) && is_wild(b.kind)) {
        let has_many = run.iter().any(|part| part.kind == PartKind::Many);
        let mut is_written = false;
        for part in run {
            let is_extra = match part.kind {
                PartKind::Optional => has_many,
                PartKind::Many => std::mem::replace(&mut is_written, true),
                _ => false,
            };
            if !is_extra {
                text.push_str(&part.text);
            }
        }
    }
    text
}
