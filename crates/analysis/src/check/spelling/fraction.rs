//! `fraction`: a pattern for an integer has a fraction.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::ClaimKind;

use super::{kind_of, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "fraction",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A pattern for a number has a fraction.",
    about: "An integer never has one, and a claim with a fraction matches no rule. In Pulumi's dialect the `.` matches any digit besides: `1.0` admits 120.",
    incident: "Vault truncates numbers with a fraction when it compares them; here they match nothing, so that no rounding decides.",
    remedy: "write the integer",
    found_in: Example::at(
        "https://accounts.google.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "100000000000000000001", "google.compute_engine.project_number": "12345678901.0" } }
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
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_fraction = pattern
            .split_once('.')
            .is_some_and(|(a, b)| digits(a) && digits(b));
        if is_fraction && kind_of(cx, &claim) == Some(ClaimKind::Integer) {
            let message = format!("`{claim}` is an integer and never `{pattern}`");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
