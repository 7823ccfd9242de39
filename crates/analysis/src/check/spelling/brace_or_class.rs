//! `brace-or-class`: a pattern has alternatives of shell globs.

use claimgate::diagnostic::{Basis, Severity};

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "brace-or-class",
    severity: Severity::Warning,
    basis: Basis::Heuristic,
    title: "A pattern has alternatives in braces or brackets, which are ordinary characters.",
    about: "`{a,b}` and `[ab]` are alternatives in shells and in picomatch. In a pattern they match themselves.",
    incident: "Infisical and others match with picomatch, where `{main,release}` works. Moved here, the policy matches no branch.",
    remedy: "write one policy for each alternative",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/{main,release}" } }
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
        // The accounts of GitHub apps have names such as `dependabot[bot]`.
        let text = pattern.strip_suffix("[bot]").unwrap_or(&pattern);
        let inner = |open: char, close: char| {
            let (_, rest) = text.split_once(open)?;
            let (inner, _) = rest.split_once(close)?;
            Some(inner.to_owned())
        };
        let has_braces = inner('{', '}').is_some_and(|inner| inner.contains(','));
        let is_class = |text: String| {
            !text.is_empty()
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "!-_".contains(c))
        };
        let has_class = inner('[', ']').is_some_and(is_class);
        if has_braces || has_class {
            let message = format!(
                "braces and brackets in `{pattern}` are ordinary characters, not alternatives"
            );
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
