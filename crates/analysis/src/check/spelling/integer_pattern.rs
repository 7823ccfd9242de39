//! `integer-pattern`: a pattern for an integer has a wildcard.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::{PartKind, parts};
use claimgate_providers::grammar::ClaimKind;

use super::{kind_of, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "integer-pattern",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A pattern for a number has a wildcard, which matches digits.",
    about: "A number is matched by its digits: `5*` admits 5, 50 and 512.",
    incident: "A range is meant, such as all numbers from 50 to 59, and any longer number that begins alike is admitted.",
    remedy: "write the whole number, or one policy for each",
    found_in: Example::at(
        "https://accounts.google.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "100000000000000000001", "google.compute_engine.project_number": "12345*" } }
]"#,
    ),
    not_in: Example::at(
        "https://accounts.google.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "100000000000000000001", "google.compute_engine.project_number": "123456789012" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        let parts = parts(&pattern, cx.dialect);
        let is_wild = |kind| matches!(kind, PartKind::Many | PartKind::Optional);
        let has_wildcard = parts.iter().any(|part| is_wild(part.kind));
        let is_any = parts.iter().all(|part| is_wild(part.kind));
        if has_wildcard && !is_any && kind_of(cx, &claim) == Some(ClaimKind::Integer) {
            let message =
                format!("`{claim}` is a number, and `{pattern}` is matched against its digits");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
