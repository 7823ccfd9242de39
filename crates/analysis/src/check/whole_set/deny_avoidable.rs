//! `deny-avoidable`: a token without the claim that a deny rests on passes by it.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;
use claimgate_providers::grammar::{Grammar, Shape};

use crate::answer::Witness;
use crate::check::context::{Context, numbers, rule_on};
use crate::check::finding::{Edit, Finding};
use crate::check::fix::verified;
use crate::check::rule::{Example, Rule};
use crate::model::kinds_of;
use crate::pin::is_same_claim;
use crate::questions::Class;

pub(in crate::check) const RULE: Rule = Rule {
    code: "deny-avoidable",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A deny relies on a claim that tokens may lack: a token without it gets past the deny.",
    about: "A rule on a missing claim does not match, so the deny does not match either. The allow that the deny is meant to restrict has to require the claim. Where nothing is known of the provider's tokens it is a warning.",
    incident: "AWS documents the same trap for keys that are missing in a request. A deny on `ref_protected: false` stops unprotected branches, until a token comes without `ref_protected`.",
    remedy: "require the claim in the allow, by a rule with `*`, or allow only the right values instead of denying the others",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "ref_protected": "false" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:*", "ref_protected": "*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "ref_protected": "false" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (deny, definition) in cx.denies() {
        for (claim, _) in &definition.rules {
            let Some(shapes) = shapes_that_may_lack(cx, claim) else {
                continue;
            };
            add(cx, (deny, definition), claim, &shapes);
        }
    }
}

fn add(
    cx: &mut Context<'_>,
    (deny, definition): (usize, &PolicyDefinition),
    claim: &str,
    shapes: &[&'static str],
) {
    let rest: Vec<_> = definition
        .rules
        .iter()
        .filter(|(own, _)| own != claim)
        .cloned()
        .collect();
    let (mut allows, mut first) = (Vec::new(), None);
    for (allow, own) in cx.allows() {
        let is_met = kinds_of(own).first() == kinds_of(definition).first();
        if !is_met || rule_on(own, claim).is_some() || cx.analysis.are_apart(allow, deny) {
            continue;
        }
        if !cx.analysis.overlap(allow, deny).is_yes() {
            continue;
        }
        let class = Class {
            rules: &rest,
            shapes,
            without: Some(claim),
            ..Class::default()
        };
        let answer = cx.analysis.admits(allow, &class);
        if let Some(witness) = cx.yes(allow, answer) {
            allows.push(allow);
            first = first.or(Some(witness));
        }
    }
    if let Some(witness) = first {
        report(cx, deny, claim, &allows, witness);
    }
}

fn report(cx: &mut Context<'_>, deny: usize, claim: &str, allows: &[usize], witness: Witness) {
    let allows_named = numbers(allows);
    let message = match allows.len() {
        1 => format!(
            "a token without `{claim}` gets past this deny: {allows_named} does not require the claim"
        ),
        _ => format!(
            "a token without `{claim}` gets past this deny: {allows_named} do not require the claim"
        ),
    };
    let severity = match cx.grammar() {
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let mut found = Finding::on_rule(deny, claim, RULE.says(message))
        .severity(severity)
        .basis(cx.facts())
        .because_of(allows)
        .witness(witness);
    let edit = |policy: &usize| Edit::SetRule {
        policy: *policy,
        claim: claim.to_owned(),
        pattern: "*".to_owned(),
    };
    let title = format!("require `{claim}` in {allows_named}");
    found
        .fixes
        .extend(verified(cx, title, allows.iter().map(edit).collect()));
    cx.add(found);
}

/// Whether some tokens always have a claim and others never: those of jobs with an environment and without.
/// What a deny on it is meant for has it.
fn says_what_it_is(grammar: &Grammar, claim: &str) -> bool {
    let is_always = |shape: &Shape| {
        let mut claims = shape.claims.iter();
        claims.any(|own| own.is_always && is_same_claim(own.path, claim))
    };
    let is_never = |shape: &Shape| shape.absent.iter().any(|own| is_same_claim(own, claim));
    grammar.shapes.iter().any(is_always) && grammar.shapes.iter().any(is_never)
}

/// The shapes of tokens that may have or lack a claim; `None` if each always has it, or never.
fn shapes_that_may_lack(cx: &Context<'_>, claim: &str) -> Option<Vec<&'static str>> {
    let always = ["iss", "exp"].iter().any(|own| is_same_claim(own, claim));
    let Some(grammar) = cx.grammar() else {
        return (!always).then(Vec::new);
    };
    let is_named_by_users = grammar.has_named_by_users(claim);
    let may_lack = |shape: &&Shape| {
        let mut claims = grammar.claims_of(shape);
        is_named_by_users || claims.any(|own| !own.is_always && is_same_claim(own.path, claim))
    };
    if says_what_it_is(grammar, claim) {
        return None;
    }
    let shapes: Vec<_> = grammar
        .shapes
        .iter()
        .filter(may_lack)
        .map(|shape| shape.name)
        .collect();
    (!shapes.is_empty() && !always).then_some(shapes)
}
