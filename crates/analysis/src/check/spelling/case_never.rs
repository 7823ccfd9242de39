//! `case-never`: a pattern has upper case where the provider sends lower case.

use claimgate::diagnostic::{Basis, Severity};

use super::{is_alone_sent, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "case-never",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A pattern has upper case where the provider sends only lower case.",
    about: "Patterns tell upper case from lower case, and some claims have only one of them: events of GitHub, names in Kubernetes.",
    incident: "aws-actions/configure-aws-credentials#318: `Not authorized`, because of the case of a name.",
    remedy: "write it in lower case",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*", "event_name": "Push" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*", "event_name": "push" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if cx.grammar().is_none() {
        return;
    }
    for (policy, claim, pattern) in rules(cx) {
        let lower = pattern.to_ascii_lowercase();
        if lower != pattern
            && !is_alone_sent(cx, policy, &claim, &pattern)
            && is_alone_sent(cx, policy, &claim, &lower)
        {
            let message = format!(
                "{} sends `{claim}` in lower case only, so `{pattern}` never matches",
                cx.provider()
            );
            let help = format!("write `{lower}`");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)).help(help));
        }
    }
}
