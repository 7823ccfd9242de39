//! `human-identity`: an allow pins a person, who leaves, or an address that is not verified.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "human-identity",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow depends on a person, or on an email address that is not verified.",
    about: "People leave, and rename their accounts; a job that depends on one of them stops, or goes on to work for someone else. An email address counts only with `email_verified`.",
    incident: "Kubernetes requires `email_verified` to be true where it reads `email`, because providers let users enter any address.",
    remedy: "pin the repository or project instead of the person; with `email`, add a rule `\"email_verified\": \"true\"`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main", "actor": "octocat" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, definition) in cx.allows() {
        let people = cx.traits().people.iter();
        let person = people.filter_map(|claim| rule_on(definition, claim)).next();
        let message = match (person, rule_on(definition, "email")) {
            (Some((claim, _)), _) => Some((claim, "this depends on the person who starts the job")),
            (None, Some((claim, pattern)))
                if rule_on(definition, "email_verified").is_none()
                    && !pattern.ends_with("gserviceaccount.com") =>
            {
                Some((claim, "this address counts even if it is not verified"))
            }
            _ => None,
        };
        if let Some((claim, message)) = message {
            cx.add(Finding::on_rule(allow, claim, RULE.says(message)));
        }
    }
}
