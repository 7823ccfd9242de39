//! Writes the token that a search found.

use std::collections::HashMap;

use claimgate::claims::{Claims, Value};
use claimgate_providers::grammar::ClaimKind;

use super::cube::PathId;
use super::place::Present;
use super::residual::Residual;
use super::space::{Path, Space};
use crate::automaton::{Exhausted, LangId, Segment, cheapest};

/// A token, and the name of the team that it is to be exchanged for.
pub(crate) struct Assignment {
    pub(crate) claims: Claims,
    pub(crate) team: Option<String>,
    /// When tokens have this shape.
    pub(crate) when: &'static str,
    /// The claims that rules are on, which have to hold or must not.
    pub(crate) pinned: Vec<String>,
}

impl Assignment {
    pub(super) fn new(
        space: &mut Space,
        present: &Present,
        residual: &Residual,
        rules: &[(PathId, LangId)],
    ) -> Result<Self, Exhausted> {
        let mut texts = HashMap::new();
        let (mut members, mut team) = (Vec::new(), None);
        for path in &present.paths {
            let values = values(space, present, residual, *path, &mut texts)?;
            match space.paths.get(*path) {
                Some(Path::Claim(segments)) => {
                    let kind = kind(space, present, *path);
                    insert_claim(&mut members, &segments.clone(), json_claim(values, kind));
                }
                Some(Path::Team) => team = values.into_iter().next(),
                _ => {}
            }
        }
        let mut pinned: Vec<String> = rules
            .iter()
            .filter(|(path, _)| space.segments(*path).is_some())
            .map(|(path, _)| space.name(*path))
            .collect();
        pinned.sort();
        pinned.dedup();
        let claims = Claims::from_value(Value::Object(members)).map_err(|_| Exhausted::Replay)?;
        Ok(Self {
            claims,
            team,
            when: space
                .shapes
                .get(present.shape)
                .map_or("", |shape| shape.when),
            pinned,
        })
    }
}

fn kind(space: &Space, present: &Present, path: PathId) -> ClaimKind {
    let shape = space.shapes.get(present.shape);
    let claim = shape.and_then(|shape| shape.claims.get(&path));
    claim.map_or(ClaimKind::Text, |claim| claim.kind)
}

/// The texts of a claim: one, or several if it needs several.
fn values(
    space: &mut Space,
    present: &Present,
    residual: &Residual,
    path: PathId,
    texts: &mut HashMap<usize, Vec<String>>,
) -> Result<Vec<String>, Exhausted> {
    let shape = space.shapes.get(present.shape);
    let claim = shape.and_then(|shape| shape.claims.get(&path)).cloned();
    let segments = claim.map(|claim| claim.segments).unwrap_or_default();
    let mut values = vec![String::new()];
    for segment in segments.iter() {
        let parts = match segment {
            Segment::Text(text) => vec![text.clone()],
            Segment::Part(slot) => slot_texts(space, residual, *slot, texts)?,
        };
        let join = |value: &String| {
            parts
                .iter()
                .map(move |part| format!("{value}{part}"))
                .collect::<Vec<_>>()
        };
        values = values.iter().flat_map(join).collect();
    }
    Ok(values)
}

fn slot_texts(
    space: &mut Space,
    residual: &Residual,
    slot: usize,
    texts: &mut HashMap<usize, Vec<String>>,
) -> Result<Vec<String>, Exhausted> {
    if let Some(texts) = texts.get(&slot) {
        return Ok(texts.clone());
    }
    let samples = space
        .slots
        .get(slot)
        .map(|slot| slot.samples.clone())
        .unwrap_or_default();
    let mut own: Vec<String> = Vec::new();
    for language in residual.of(space, slot)? {
        let text = cheapest(&mut space.store, language, &samples)?.ok_or(Exhausted::Replay)?;
        if !own.contains(&text) {
            own.push(text);
        }
    }
    texts.insert(slot, own.clone());
    Ok(own)
}

/// Texts as a claim of a type: one text as a scalar, several as an array.
pub(crate) fn json_claim(mut texts: Vec<String>, kind: ClaimKind) -> Value {
    let scalar = |text: String| match kind {
        ClaimKind::Integer => match text.parse::<i64>() {
            Ok(number) => Value::Integer(number.into()),
            Err(_) => Value::String(text),
        },
        ClaimKind::Boolean => Value::Bool(text == "true"),
        _ => Value::String(text),
    };
    match (texts.len(), texts.pop()) {
        (1, Some(text)) => scalar(text),
        (_, Some(text)) => {
            texts.push(text);
            Value::Array(texts.into_iter().map(scalar).collect())
        }
        (_, None) => Value::Null,
    }
}

/// Puts a value at a path of objects.
pub(crate) fn insert_claim(members: &mut Vec<(String, Value)>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        members.retain(|(name, _)| name != first);
        members.push((first.clone(), value));
        return;
    }
    if !members.iter().any(|(name, _)| name == first) {
        members.push((first.clone(), Value::Object(Vec::new())));
    }
    let inner = members.iter_mut().find(|(name, _)| name == first);
    if let Some((_, Value::Object(inner))) = inner {
        insert_claim(inner, rest, value);
    }
}
