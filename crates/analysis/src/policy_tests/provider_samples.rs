//! Typical tokens of a provider, as samples that cases start from.

use claimgate::claims::{Claims, Value};
use claimgate_providers::grammar::{Claim, Grammar, Piece};

use crate::mine::Mine;
use crate::query::{insert_claim, json_claim};

/// How long after it was issued a sample expires, in seconds.
const LIFETIME: i64 = 300;

/// A sample for each form of the provider's tokens, by its name. Names of what is one's own are those
/// that `mine` states; all other parts are the provider's typical ones. They have times only if the time
/// of the tests is known.
pub(super) fn provider_samples(
    grammar: &'static Grammar,
    url: &str,
    mine: Option<&Mine>,
    now: Option<i64>,
) -> Vec<(String, Claims)> {
    let mut names = mine.map(|mine| mine.stated(grammar)).unwrap_or_default();
    let own: Vec<(&str, String)> = grammar
        .mine
        .iter()
        .filter_map(|part| Some((*part, names.pop()?)))
        .collect();
    let text = |name: &str| {
        let atom = grammar.atom(name);
        let usual = atom.and_then(|atom| atom.mostly).unwrap_or(name);
        let own = own.iter().find(|(part, _)| *part == usual);
        let typical = || atom?.samples.first().map(|own| (*own).to_owned());
        own.map(|(_, value)| value.clone())
            .or_else(typical)
            .unwrap_or_default()
    };
    let samples = grammar.shapes.iter().map(|shape| {
        let mut members = Vec::new();
        for claim in grammar.claims_of(shape) {
            let path = claim_path(claim);
            let value: String = claim
                .value
                .iter()
                .map(|piece| written(piece, &text))
                .collect();
            insert_claim(&mut members, &path, json_claim(vec![value], claim.kind));
        }
        if !url.is_empty() {
            members.push(("iss".to_owned(), Value::String(url.to_owned())));
        }
        let times = now.map(|now| {
            [
                ("iat", now),
                ("nbf", now),
                ("exp", now.saturating_add(LIFETIME)),
            ]
        });
        for (name, time) in times.into_iter().flatten() {
            members.push((name.to_owned(), Value::Integer(time.into())));
        }
        (shape.name.to_owned(), members)
    });
    samples
        .filter_map(|(name, members)| {
            Some((name, Claims::from_value(Value::Object(members)).ok()?))
        })
        .collect()
}

fn written(piece: &Piece, text: &impl Fn(&str) -> String) -> String {
    match piece {
        Piece::Text(text) => (*text).to_owned(),
        Piece::Atom(name) => text(name),
        _ => String::new(),
    }
}

fn claim_path(claim: &Claim) -> Vec<String> {
    claimgate::claim_path::ClaimPath::parse(claim.path)
        .map(|path| path.segments().to_vec())
        .unwrap_or_else(|_| vec![claim.path.to_owned()])
}
