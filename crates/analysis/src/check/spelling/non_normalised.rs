//! `non-normalised`: a pattern has letters that are composed of two characters.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::text::look_alike::is_combining;

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "non-normalised",
    severity: Severity::Warning,
    basis: Basis::Heuristic,
    title: "A pattern writes a letter as two characters.",
    about: "`é` can be one character or `e` with a combining accent. Patterns compare characters, and most systems send the one character (NFC).",
    incident: "macOS writes file names in the form with two characters: a name that is copied from there looks the same and never matches.",
    remedy: "retype the letter",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:cafe\u0301" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:caf\u00e9" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        if pattern.chars().any(is_combining) {
            let message =
                format!("`{pattern}` writes a letter as two characters, with a combining mark");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
