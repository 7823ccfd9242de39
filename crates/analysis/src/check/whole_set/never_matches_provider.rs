//! `never-matches-provider`: the provider sends no token that a policy matches.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;
use claimgate_providers::grammar::{Grammar, Piece};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::model::PolicyModel;
use crate::pin::is_same_claim;
use crate::questions::{Analysis, Issue};

pub(in crate::check) const RULE: Rule = Rule {
    code: "never-matches-provider",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "The provider sends no token that the policy matches.",
    about: "A subject has one form, and not parts of several: GitHub writes the environment or the branch into `sub`, never both. The help shows the form that comes nearest.",
    incident: "A deny with `repo:acme/web:refs/heads/main` in place of `repo:acme/web:ref:refs/heads/main` never stops anything. Public repositories have many such policies, copied from the time of other subjects.",
    remedy: "write the claim as the provider does",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn add(cx: &mut Context<'_>, policy: usize, issue: Issue) {
    let Some(definition) = cx.policies().get(policy) else {
        return;
    };
    let provider = cx.provider();
    let alone = definition
        .rules
        .iter()
        .find(|rule| !is_sent(cx, definition, rule));
    let found = match alone {
        Some((claim, pattern)) => {
            let message = format!("{provider} sends no token whose `{claim}` matches `{pattern}`");
            let found = Finding::on_rule(policy, claim, RULE.says(message));
            match cx
                .grammar()
                .and_then(|grammar| nearest(grammar, claim, pattern))
            {
                Some(form) => found.help(format!("its tokens have `{form}`")),
                None => found,
            }
        }
        None => {
            let message = format!("{provider} sends no token that matches all of these rules");
            Finding::on(policy, RULE.says(message)).help(
                "each rule matches some tokens, but no token matches all: write several policies, or remove a rule",
            )
        }
    };
    cx.add(found.shown_by(issue.answer));
}

/// Whether the provider sends a token that one rule matches.
pub(in crate::check) fn is_sent(
    cx: &Context<'_>,
    definition: &PolicyDefinition,
    rule: &(String, String),
) -> bool {
    let policy = PolicyDefinition {
        rules: vec![rule.clone()],
        ..definition.clone()
    };
    let issuer = IssuerDefinition {
        policies: vec![policy],
        ..cx.issuer.clone()
    };
    let model = PolicyModel::new(&issuer, cx.dialect);
    model.is_ok_and(|model| !Analysis::new(&model).is_satisfiable(0).is_no())
}

/// The form of the claim that begins most like a pattern: `repo:OWNER/REPOSITORY:pull_request`.
fn nearest(grammar: &Grammar, claim: &str, pattern: &str) -> Option<String> {
    let of_shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
    let claims = of_shapes
        .chain(grammar.claims)
        .filter(|own| is_same_claim(own.path, claim));
    let close = |pieces: &[Piece]| {
        let texts = pieces.iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(*text),
            _ => None,
        });
        let mut rest = pattern;
        texts
            .map(|text| match rest.split_once(text) {
                Some((_, after)) => {
                    rest = after;
                    text.len()
                }
                None => 0,
            })
            .sum::<usize>()
    };
    let best = claims.rev().max_by_key(|own| close(own.value))?;
    let has_text = best
        .value
        .iter()
        .any(|piece| matches!(piece, Piece::Text(_)));
    has_text.then(|| {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Atom(name) => name.to_ascii_uppercase(),
            _ => String::new(),
        };
        best.value.iter().map(piece).collect()
    })
}
