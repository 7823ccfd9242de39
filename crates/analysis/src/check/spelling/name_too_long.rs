//! `name-too-long`: a subject is longer than other systems accept.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "name-too-long",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A subject is longer than other systems accept.",
    about: "Google Cloud accepts subjects of up to 127 bytes, octo-sts of up to 255. It matters once the same job is to get access there.",
    incident: "Semaphore added a claim `sub127` for Google's limit.",
    remedy: "shorten the names, or pin other claims there",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web-service-web-service-web-service-web-service-web-service-web-service-web-service-web-service-web-service-web-service-web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

/// The most bytes of a subject that Google Cloud accepts.
const MOST: usize = 127;

pub(super) fn find(cx: &mut Context<'_>) {
    for (policy, definition) in cx.allows() {
        if let Some((claim, pattern)) = rule_on(definition, "sub")
            && pattern.len() > MOST
        {
            let message = format!(
                "this subject has {} bytes: Google Cloud accepts {MOST}",
                pattern.len()
            );
            cx.add(Finding::on_rule(policy, claim, RULE.says(message)));
        }
    }
}
