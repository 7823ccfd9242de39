//! `never-matches-provider`: the provider sends no token that a policy matches.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::expected::nearest;
use claimgate::issuer::IssuerDefinition;
use claimgate::policy::PolicyDefinition;
use claimgate::sorted::distinct;
use claimgate::text::list;
use claimgate_providers::grammar::{Claim, Grammar, Piece, Words};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::model::PolicyModel;
use crate::pin::is_same_claim;
use crate::questions::{Analysis, Issue};
use crate::sent::claims_of;

/// The most values that are listed.
const MOST_LISTED: usize = 5;

pub(in crate::check) const RULE: Rule = Rule {
    code: "never-matches-provider",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "The provider sends no token that the policy matches.",
    about: "A subject has one form, and not parts of several: GitHub writes the environment or the branch into `sub`, never both. The help shows the form that comes nearest.",
    incident: "A deny with `repo:acme/web:refs/heads/main` in place of `repo:acme/web:ref:refs/heads/main` never stops anything. Public repositories have many such policies, copied from the time of other subjects.",
    remedy: "write the claim in the form in which the provider sends it, which the help shows",
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
            let sent = |near: &str| is_sent(cx, definition, &(claim.clone(), near.to_owned()));
            let advice = match near_value(cx, (claim, pattern), sent) {
                Some(near) => Some(format!("did you mean `{near}`?")),
                None => cx.grammar().and_then(|own| form(own, claim, pattern)),
            };
            match advice {
                Some(advice) => found.help(advice),
                None => found,
            }
        }
        None => {
            let message = format!("{provider} sends no token that matches all of these rules");
            let near = definition.rules.iter().enumerate();
            let near = near.map(|(place, (claim, pattern))| {
                let fits = |near: &str| {
                    let mut rules = definition.rules.clone();
                    if let Some((_, own)) = rules.get_mut(place) {
                        near.clone_into(own);
                    }
                    are_sent(cx, definition, rules)
                };
                let near = near_value(cx, (claim, pattern), fits)?;
                Some(format!("did you mean `{near}` in `{claim}`?"))
            });
            let help = near.flatten().next().unwrap_or_else(|| {
                "each rule matches some tokens, but no token matches all: write several policies, or remove a rule".to_owned()
            });
            Finding::on(policy, RULE.says(message)).help(help)
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
    are_sent(cx, definition, vec![rule.clone()])
}

/// Whether the provider sends a token that these rules match, in place of the policy's own.
fn are_sent(cx: &Context<'_>, definition: &PolicyDefinition, rules: Vec<(String, String)>) -> bool {
    let policy = PolicyDefinition {
        rules,
        ..definition.clone()
    };
    let issuer = IssuerDefinition {
        policies: vec![policy],
        ..cx.issuer.clone()
    };
    let model = PolicyModel::new(&issuer, cx.dialect);
    model.is_ok_and(|model| !Analysis::new(&model).is_satisfiable(0).is_no())
}

/// A pattern that is near to one of a rule, and that fits.
fn near_value(
    cx: &Context<'_>,
    (claim, pattern): (&str, &str),
    fits: impl Fn(&str) -> bool,
) -> Option<String> {
    let grammar = cx.grammar()?;
    let forms = || claims_of(grammar).filter(|own| is_same_claim(own.path, claim));
    let starts = forms().filter_map(|own| match own.value {
        [Piece::Text(start), Piece::Atom(_)] => Some(format!("{start}{pattern}")),
        _ => None,
    });
    // The refs of GitHub and others, whether the claim's form says so or not.
    let refs = ["refs/heads/", "refs/tags/"].map(|start| format!("{start}{pattern}"));
    let texts = forms().flat_map(|own| listed(grammar, own));
    let word = nearest(pattern, &texts.collect::<Vec<_>>()).map(str::to_owned);
    let others = [
        pattern.trim_end_matches('/').to_owned(),
        pattern.replacen(":refs/", ":ref:refs/", 1),
        pattern.to_ascii_lowercase(),
    ];
    let near = word.into_iter().chain(others).chain(starts).chain(refs);
    let mut near = near.filter(|near| near != pattern);
    near.find(|near| fits(near))
}

/// The values of a claim that has only a few.
fn listed(grammar: &'static Grammar, claim: &Claim) -> Vec<&'static str> {
    match claim.value {
        [Piece::Atom(name)] => match grammar.atom(name).map(|atom| atom.words) {
            Some(Words::OneOf(texts)) => texts.to_vec(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// What the provider sends in a claim: "its tokens have `repo:OWNER/REPOSITORY:pull_request`".
fn form(grammar: &'static Grammar, claim: &str, pattern: &str) -> Option<String> {
    let claims: Vec<&Claim> = claims_of(grammar)
        .filter(|own| is_same_claim(own.path, claim))
        .collect();
    let texts = claims.iter().flat_map(|own| listed(grammar, own));
    let texts = distinct(texts.collect());
    if !texts.is_empty() {
        let texts = texts.iter().map(|text| format!("`{text}`"));
        let texts = list::either(texts.collect::<Vec<_>>().iter(), MOST_LISTED);
        return Some(format!("its tokens have {texts}"));
    }
    let best = claims
        .iter()
        .rev()
        .max_by_key(|own| close(own.value, pattern))?;
    let has_text = |piece: &Piece| matches!(piece, Piece::Text(_));
    match (best.value, best.value.iter().any(has_text)) {
        (value, true) => Some(format!("its tokens have `{}`", written(value))),
        ([Piece::Atom(name)], false) => {
            let atom = grammar.atom(name)?;
            match atom.words {
                Words::Integer => Some("its tokens have a decimal number".to_owned()),
                _ => {
                    let typical = atom.samples.first().filter(|text| !text.is_empty())?;
                    Some(format!("its tokens have a value such as `{typical}`"))
                }
            }
        }
        _ => None,
    }
}

/// How many characters of a claim's form a pattern has, in their order.
fn close(pieces: &[Piece], pattern: &str) -> usize {
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(*text),
        _ => None,
    });
    let mut rest = pattern;
    let found = texts.map(|text| match rest.split_once(text) {
        Some((_, after)) => {
            rest = after;
            text.len()
        }
        None => 0,
    });
    found.sum()
}

/// A claim's form with placeholders: `repo:OWNER/REPOSITORY:pull_request`. What may follow a part without a text
/// between them is in brackets.
fn written(pieces: &[Piece]) -> String {
    let mut written = String::new();
    let mut is_after_atom = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) => written += text,
            Piece::Atom(_) if is_after_atom => written += "[:...]",
            Piece::Atom(name) => written += &name.to_ascii_uppercase(),
            _ => {}
        }
        is_after_atom = matches!(piece, Piece::Atom(_));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_without_a_text_between_them_are_told_apart() {
        let called = [
            Piece::Text("repo@"),
            Piece::Atom("called_at"),
            Piece::Atom("more"),
        ];
        assert_eq!(written(&called), "repo@CALLED_AT[:...]");
    }
}
