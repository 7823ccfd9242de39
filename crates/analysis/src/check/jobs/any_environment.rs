//! `any-environment`: an allow pins jobs with an environment, and not which.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

use super::any_ref;

pub(in crate::check) const RULE: Rule = Rule {
    code: "any-environment",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "An allow admits jobs with any environment.",
    about: "The author of a job names its environment, and one that does not exist is created, without reviewers or branch rules. Only a named environment is as protected as its settings are.",
    incident: "OH-MY-DC (Unit 42): a policy for `environment:*` is meant to require a protected environment, and a job with `environment: x` gets in.",
    remedy: "name the environment, such as `:environment:production`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:production" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let open = cx.open_to(class::OTHER_ENVIRONMENT, |cx, allow, _| {
        // Where any branch is admitted, an environment protects nothing anyway.
        !any_ref::is_wider(cx, allow)
    });
    for (allow, _, witness) in open {
        let message = "this admits jobs with any environment";
        cx.add(Finding::on(allow, RULE.says(message)).witness(witness));
    }
}
