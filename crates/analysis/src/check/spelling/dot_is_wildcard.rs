//! `dot-is-wildcard`: in Pulumi's dialect a `.` matches any one character.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::{Piece, Words};

use crate::answer::Witness;
use crate::check::context::shown;
use crate::check::context::{Context, policy_of, rule_on, with_plain_dots};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::pin::is_same_claim;
use crate::questions::Class;

pub(in crate::check) const RULE: Rule = Rule {
    code: "dot-is-wildcard",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A `.` in a pattern matches any one character.",
    about: "In Pulumi's dialect `.` is a wildcard. It is a warning where the provider sends another character at this place: `release-1.2` admits a branch `release-1x2`, which anyone who can push may create.",
    incident: "`octo.org` in place of a name admits `octoxorg`, which a stranger registers.",
    remedy: "write `\\.` for a dot, which other systems do not read, or keep it",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-1.2" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/release-1\\.2" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for found in cx.take_heuristic(RULE.code) {
        let policy = policy_of(&found.path);
        let claim = found
            .path
            .split_once("].rules.")
            .map(|(_, claim)| claim.to_owned());
        let open = match (policy, &claim) {
            (Some(policy), Some(claim)) => other_value(cx, policy, claim),
            _ => None,
        };
        let (Some(policy), Some(claim), Some(witness)) = (policy, claim, open) else {
            cx.add_heuristic([found]);
            continue;
        };
        let message = format!(
            "a `.` matches any character: `{}` is admitted",
            shown(&witness, &claim)
        );
        let found = Finding::on_rule(policy, &claim, RULE.says(message));
        cx.add(
            found
                .severity(Severity::Warning)
                .basis(cx.facts())
                .witness(witness),
        );
    }
}

/// A token that an allow admits with another character in place of a dot, if the provider restricts
/// the claim's values.
fn other_value(cx: &mut Context<'_>, policy: usize, claim: &str) -> Option<Witness> {
    let (_, definition) = cx
        .allows()
        .into_iter()
        .find(|(allow, _)| *allow == policy)?;
    if is_free(cx, claim) || cx.stranger(policy).is_some() {
        return None;
    }
    let (own, pattern) = rule_on(definition, claim)?;
    if !has_open_dot(pattern) {
        return None;
    }
    let dotted = [(own.clone(), with_plain_dots(pattern, cx.dialect))];
    let class = Class {
        not: &dotted,
        ..Class::default()
    };
    let answer = cx.analysis.admits(policy, &class);
    cx.yes(policy, answer)
}

/// Whether a pattern has another dot than those of workflow files, which GitHub requires.
fn has_open_dot(pattern: &str) -> bool {
    let fixed = ["/.github/workflows/", ".yml", ".yaml"];
    let rest = fixed
        .iter()
        .fold(pattern.to_owned(), |rest, text| rest.replace(text, ""));
    rest.contains('.')
}

/// Whether nothing is known of a claim's values.
fn is_free(cx: &Context<'_>, claim: &str) -> bool {
    let Some(grammar) = cx.grammar() else {
        return true;
    };
    let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
    let mut all = of_shapes.chain(grammar.claims);
    let is_restricted = |piece: &Piece| match piece {
        Piece::Atom(name) => grammar
            .atom(name)
            .is_some_and(|atom| atom.words != Words::Any),
        _ => true,
    };
    !all.any(|own| is_same_claim(own.path, claim) && own.value.iter().any(is_restricted))
}
