//! Findings on how patterns and claims are written.

pub(super) mod array_claim;
pub(super) mod boolean_as_text;
pub(super) mod brace_or_class;
pub(super) mod case_never;
pub(super) mod claim_of_other_provider;
pub(super) mod claim_unknown;
pub(super) mod dot_is_wildcard;
pub(super) mod duplicate_rule_meaning;
pub(super) mod fraction;
pub(super) mod integer_pattern;
pub(super) mod invisible_character;
pub(super) mod look_alike;
pub(super) mod name_too_long;
pub(super) mod non_normalised;
pub(super) mod pattern_normal_form;
pub(super) mod question_is_optional;
pub(super) mod regex_in_glob;
pub(super) mod url_slash;
pub(super) mod whitespace;

use claimgate_providers::grammar::{ClaimKind, Piece, Words};

use super::Find;
use super::context::Context;
use super::whole_set::never_matches_provider::is_sent;
use crate::pin::is_same_claim;
use crate::sent::{claims_of, is_sent_claim, known_claims};

pub(super) const FIND: &[Find] = &[
    dot_is_wildcard::find,
    question_is_optional::find,
    regex_in_glob::find,
    brace_or_class::find,
    whitespace::find,
    invisible_character::find,
    look_alike::find,
    non_normalised::find,
    claim_unknown::find,
    claim_of_other_provider::find,
    case_never::find,
    boolean_as_text::find,
    integer_pattern::find,
    fraction::find,
    array_claim::find,
    pattern_normal_form::find,
    name_too_long::find,
    url_slash::find,
    duplicate_rule_meaning::find,
];

/// The rules of all policies: the policy's index, the claim path and the pattern.
fn rules(cx: &Context<'_>) -> Vec<(usize, String, String)> {
    let policies = cx.policies().iter().enumerate();
    let rules = policies.flat_map(|(index, policy)| {
        policy
            .rules
            .iter()
            .map(move |(claim, pattern)| (index, claim.clone(), pattern.clone()))
    });
    rules.collect()
}

/// The type of a claim, if it is known: a text that is `true` or `false` counts as a boolean.
fn kind_of(cx: &Context<'_>, claim: &str) -> Option<ClaimKind> {
    let grammar = cx.grammar()?;
    let own = claims_of(grammar).find(|own| is_same_claim(own.path, claim))?;
    let is_boolean = |words: Words| matches!(words, Words::OneOf(list) if list.iter().all(|text| ["true", "false"].contains(text)));
    let words = match own.value {
        [Piece::Atom(name)] => grammar.atom(name).map(|atom| atom.words),
        _ => None,
    };
    match words {
        Some(words) if is_boolean(words) => Some(ClaimKind::Boolean),
        Some(Words::Integer) => Some(ClaimKind::Integer),
        _ => Some(own.kind),
    }
}

/// Whether the provider sends a token in which a claim matches, whatever the policy's other rules.
fn is_alone_sent(cx: &Context<'_>, policy: usize, claim: &str, pattern: &str) -> bool {
    let rule = (claim.to_owned(), pattern.to_owned());
    cx.policies()
        .get(policy)
        .is_none_or(|own| is_sent(cx, own, &rule))
}
