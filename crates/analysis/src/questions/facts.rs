//! The facts that answers assume, in words.

use claimgate::sorted::distinct;
use claimgate_providers::grammar::{Claim, Grammar, Piece};

use super::set::Set;
use crate::answer::Facts;
use crate::query::Space;

/// The facts on the claims that policies use.
pub(super) fn facts<'a, 'b: 'a>(
    space: &Space,
    sets: impl IntoIterator<Item = &'a Set<'b>>,
    grammar: Option<&'static Grammar>,
) -> Facts {
    let Some(grammar) = grammar else {
        return Facts::default();
    };
    let cubes = sets
        .into_iter()
        .flat_map(|set| set.cubes.iter().chain(&set.audiences));
    let paths = cubes.flat_map(|cube| cube.rules.iter().map(|(path, _)| *path));
    let used = paths.filter(|path| space.is_known(*path));
    let used = distinct(used.map(|path| space.name(path)).collect());
    let mut facts: Vec<String> = used
        .iter()
        .flat_map(|path| on_claim(grammar, path))
        .collect();
    facts.extend(grammar.assumptions.iter().map(|text| (*text).to_owned()));
    Facts {
        provider: Some(grammar.name.to_owned()),
        as_of: Some(grammar.as_of.to_owned()),
        sources: grammar
            .sources
            .iter()
            .map(|source| (*source).to_owned())
            .collect(),
        facts,
    }
}

/// What is known of a claim.
fn on_claim(grammar: &Grammar, path: &str) -> Vec<String> {
    let shapes = grammar.shapes.iter();
    let mut claims: Vec<&Claim> = Vec::new();
    for shape in shapes {
        claims.extend(grammar.claims_of(shape).filter(|claim| claim.path == path));
    }
    let in_all = claims.len() == grammar.shapes.len();
    let Some(first) = claims.first() else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    if in_all && claims.iter().all(|claim| claim.is_always) {
        facts.push(format!("every token has `{path}`"));
    }
    if !first.is_many {
        facts.push(format!("`{path}` has one value"));
    }
    let forms = distinct(claims.iter().map(|claim| form(claim)).collect());
    // A claim with one form that is a part says nothing; beside others it does.
    let is_only = forms.len() == 1;
    let is_free = |form: &String| {
        is_only && form.starts_with('{') && form.ends_with('}') && form.matches('{').count() == 1
    };
    facts.extend(
        forms
            .iter()
            .filter(|form| !is_free(form))
            .map(|form| format!("`{path}` can be `{form}`")),
    );
    facts
}

/// A claim's value with the names of its parts in braces.
fn form(claim: &Claim) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Atom(name) => format!("{{{name}}}"),
        _ => String::new(),
    };
    claim.value.iter().map(piece).collect()
}
