//! `any-environment`: an allow pins jobs with an environment, and not which.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::{Grammar, class};

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::{Class, Texts};

use super::{any_ref, any_repository};

/// The claim that names a job's environment, and the part of claims that is its name.
const PART: &str = "environment";

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
    by_claim(cx);
}

/// Where environments are only in a claim of their own: what an allow requires there is meant to protect.
fn by_claim(cx: &mut Context<'_>) {
    let has_class = |grammar: &Grammar| {
        let mut classes = grammar.outsiders.iter();
        classes.any(|own| own.id == class::OTHER_ENVIRONMENT)
    };
    if !cx.traits().is_ci || cx.grammar().is_none_or(has_class) {
        return;
    }
    for (allow, definition) in cx.allows() {
        let Some((claim, _)) = rule_on(definition, PART) else {
            continue;
        };
        if cx.stranger(allow).is_some() || any_repository::is_wider(cx, allow) {
            continue;
        }
        let named = Texts::from(&cx.plain.said(allow, PART));
        let class = Class {
            is_not: vec![(PART, named)],
            ..Class::default()
        };
        if let Some(witness) = cx.admits(allow, &class) {
            let message = "this admits jobs with any environment";
            let found = Finding::on_rule(allow, claim, RULE.says(message));
            cx.add(found.help("name the environment").witness(witness));
        }
    }
}
