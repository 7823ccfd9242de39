//! `whitespace`: a pattern begins or ends with white space.

use claimgate::diagnostic::{Basis, Severity};

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "whitespace",
    severity: Severity::Warning,
    basis: Basis::Proved,
    title: "A pattern begins or ends with white space.",
    about: "White space counts. Claims hardly ever begin or end with it, so the rule matches nothing.",
    incident: "A pattern is copied from a web page with a space at its end. The tests of octo-sts for identifiers have this case.",
    remedy: "remove the white space",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main " } }
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
        if pattern.trim() != pattern {
            let message = format!("`{pattern}` begins or ends with white space, which counts");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
