//! `deny-case`: a deny stops a name in one spelling, and the provider ignores case in names.

use std::collections::BTreeSet;

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::grammar::Grammar;

use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::model::kinds_of;
use crate::questions::{Class, Texts};

pub(in crate::check) const RULE: Rule = Rule {
    code: "deny-case",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "A deny stops a name in one spelling only, and the provider ignores case in names.",
    about: "Patterns tell upper case from lower case. GitHub does not in names of owners, repositories and environments, nor GitLab in names of groups and projects: they write them as their owner or the workflow does.",
    incident: "aws-actions/configure-aws-credentials#318: `Octo-Org` in the policy and `octo-org` in the token. For an allow that is a refusal; for a deny it is a hole.",
    remedy: "allow only the right names instead of denying others, or deny by an identifier such as `repository_id`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "environment": "staging" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:environment:production" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "repository_id": "74" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let Some(grammar) = cx.grammar() else {
        return;
    };
    for (deny, definition) in cx.denies() {
        for part in cx.traits().ignores_case {
            let named = cx.analysis.said(deny, part).named;
            let other: Vec<String> = named.iter().filter_map(|name| other_case(name)).collect();
            if !other.is_empty() {
                add(cx, grammar, (deny, definition), part, &other);
            }
        }
    }
}

fn add(
    cx: &mut Context<'_>,
    grammar: &'static Grammar,
    (deny, definition): (usize, &PolicyDefinition),
    part: &'static str,
    other: &[String],
) {
    // Rules on other claims stay; those on the name are replaced by the other spelling.
    let names: BTreeSet<_> = claims_with(grammar, part).collect();
    let rest: Vec<_> = definition
        .rules
        .iter()
        .filter(|(claim, _)| !names.contains(claim.as_str()))
        .cloned()
        .collect();
    for (allow, own) in cx.allows() {
        debug_assert!(own.decision == Decision::Allow);
        let is_of_kind = kinds_of(own).first() == kinds_of(definition).first();
        if !is_of_kind || cx.analysis.are_apart(allow, deny) {
            continue;
        }
        let class = Class {
            rules: &rest,
            is: vec![(part, Texts::exact(other.iter().cloned()))],
            ..Class::default()
        };
        let is_met = cx.analysis.overlap(allow, deny).is_yes();
        let answer = is_met.then(|| cx.analysis.admits(allow, &class));
        if let Some(witness) = answer.and_then(|answer| cx.yes(allow, answer)) {
            let message = format!(
                "this denies the {part} in one spelling only, and {} ignores case: {} gets past it",
                cx.provider(),
                token(&witness)
            );
            let found = Finding::on(deny, RULE.says(message)).because_of(&[allow]);
            return cx.add(found.witness(witness));
        }
    }
}

/// The claims that have a part, by their paths.
fn claims_with(
    grammar: &'static Grammar,
    part: &'static str,
) -> impl Iterator<Item = &'static str> {
    let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
    let all = grammar.claims.iter().chain(of_shapes);
    let has = move |piece: &claimgate_providers::grammar::Piece| {
        *piece == claimgate_providers::grammar::Piece::Atom(part)
    };
    all.filter(move |claim| claim.value.iter().any(has))
        .map(|claim| claim.path)
}

/// The same name with its first letter in the other case.
fn other_case(name: &str) -> Option<String> {
    let at = name.find(|c: char| c.is_ascii_alphabetic())?;
    let (before, rest) = name.split_at_checked(at)?;
    let mut chars = rest.chars();
    let first = chars.next()?;
    let other = match first.is_ascii_uppercase() {
        true => first.to_ascii_lowercase(),
        false => first.to_ascii_uppercase(),
    };
    Some(format!("{before}{other}{}", chars.as_str()))
}
