//! `regex-in-glob`: a pattern is written like a regular expression.

use claimgate::diagnostic::{Basis, Severity};

use super::rules;
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "regex-in-glob",
    severity: Severity::Error,
    basis: Basis::Heuristic,
    title: "A pattern looks like a regular expression, but patterns are not.",
    about: "`^`, `$`, `(a|b)` and `\\d` are ordinary characters in a pattern, so that it does not match what was meant.",
    incident: "Policies are moved from octo-sts or Google Cloud, whose conditions are regular expressions. A deny that is moved like this stops nothing.",
    remedy: "write `*` for any text, without `^` and `$`, and one policy for each alternative",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "^repo:acme/web:ref:refs/heads/(main|release)$" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, claim, pattern) in rules(cx) {
        if let Some(what) = is_regex(&pattern) {
            let message = format!(
                "`{pattern}` looks like a regular expression: {what} has no meaning in a pattern"
            );
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}

/// What shows that a pattern is meant as a regular expression.
fn is_regex(pattern: &str) -> Option<&'static str> {
    let has_group = pattern
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .is_some_and(|(inner, _)| inner.contains('|') || inner.starts_with("?:"));
    let has = |text: &str| pattern.contains(text);
    match () {
        () if pattern.starts_with('^') => Some("`^`"),
        () if pattern.ends_with('$') => Some("`$`"),
        () if has_group => Some("`(…|…)`"),
        () if has("\\d") || has("\\w") || has("\\s") => Some("a class such as `\\d`"),
        () if has("[0-9]") || has("[a-z") || has("[A-Z") || has("[^") => Some("`[…]`"),
        () if pattern.starts_with(".*") || has(".+") => {
            Some("`.*`, which here is at least one character,")
        }
        () => None,
    }
}
