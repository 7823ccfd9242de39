//! `boolean-as-text`: a pattern for a claim that is true or false is neither.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::ClaimKind;

use super::{is_alone_sent, kind_of, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "boolean-as-text",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A pattern for a claim that is `true` or `false` matches neither.",
    about: "A boolean is matched by its JSON text, in lower case. `yes`, `1` and `True` never match.",
    incident: "A deny on `ssh-rerun: yes` looks right and stops nothing.",
    remedy: "write `true` or `false`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*", "ref_protected": "True" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*", "ref_protected": "true" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        let is_boolean = kind_of(cx, &claim) == Some(ClaimKind::Boolean);
        if is_boolean && !is_alone_sent(cx, policy, &claim, &pattern) {
            let message = format!("`{claim}` is `true` or `false`, so `{pattern}` never matches");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
