//! Writes the token that a search found.

use std::rc::Rc;

use claimgate::claims::{Claims, Value};
use claimgate::sorted::{distinct, sorted};
use claimgate_providers::grammar::ClaimKind;
use rustc_hash::FxHashMap;

use super::cube::{Origin, PathId};
use super::present::Present;
use super::question::Query;
use super::residual::{Remains, Residual};
use super::shape::ClaimInfo;
use super::space::{Path, Space};
use crate::automaton::{DfaId, EMPTY, Exhausted, Segment, cheapest};

/// A token, and the name of the team that it is to be exchanged for.
pub(crate) struct Assignment {
    pub(crate) claims: Claims,
    pub(crate) team: Option<String>,
    /// When tokens have this shape.
    pub(crate) when: &'static str,
    /// The claims that make it such a token: those that rules are on, and those that show what the
    /// question is about.
    pub(crate) pinned: Vec<String>,
}

impl Assignment {
    pub(super) fn new(
        space: &mut Space,
        present: &Present,
        remains: &Remains,
        decided_by: &[usize],
        query: &Query<'_>,
    ) -> Result<Self, Exhausted> {
        let residual = &remains.after;
        let mut texts = Texts::default();
        let (mut members, mut team) = (Vec::new(), None);
        for path in &present.paths {
            let values = values(space, present, residual, *path, &mut texts)?;
            match space.paths.get(*path) {
                Some(Path::Claim(segments)) => {
                    let kind = kind(space, present, *path);
                    insert_claim(&mut members, segments, json_claim(values, kind));
                }
                Some(Path::Team) => team = values.into_iter().next(),
                _ => {}
            }
        }
        let changed = changed(space, remains, decided_by, &texts);
        let pinned = shown(space, present, query, &changed).into_iter();
        let pinned = sorted(pinned.map(|path| space.name(path)).collect());
        let claims = Claims::from_value(Value::Object(members)).map_err(|_| Exhausted::Replay)?;
        let shape = space.shapes.get(present.shape);
        Ok(Self {
            claims,
            team,
            when: shape.map_or("", |shape| shape.when),
            pinned,
        })
    }
}

/// The parts that have another text than they would have without the other policies: these decide.
fn changed(space: &mut Space, remains: &Remains, slots: &[usize], texts: &Texts) -> Vec<usize> {
    let Remains { before, after } = remains;
    let is_changed = |slot: &usize| {
        if before.own(*slot) == after.own(*slot) {
            return false;
        }
        let without = slot_texts(space, before, *slot, &mut Texts::default());
        match (without, texts.get(slot)) {
            (Ok(without), Some(text)) => without != *text,
            _ => false,
        }
    };
    slots.iter().copied().filter(is_changed).collect()
}

/// The claims that rules are on; of those that show a part of claims which the question is about, or which
/// keeps a policy from matching, one; and one that tokens of the wanted shape have in a form of their own.
fn shown(space: &Space, present: &Present, query: &Query<'_>, changed: &[usize]) -> Vec<PathId> {
    let rules = query.positives.iter().flat_map(|cube| cube.rules.iter());
    let mut parts: Vec<PathId> = rules.map(|(path, _)| *path).collect();
    let questions = query
        .negatives
        .iter()
        .filter(|cube| matches!(cube.origin, Origin::Question | Origin::Own));
    let paths = questions.flat_map(|cube| cube.rules.iter().map(|(path, _)| *path));
    parts.extend(paths.into_iter().find(|path| present.has(space, *path)));
    let mut shown: Vec<PathId> = Vec::new();
    let claims = parts.iter().filter(|path| space.segments(**path).is_some());
    shown.extend(claims);
    let Some(shape) = space.shapes.get(present.shape) else {
        return shown;
    };
    let slots = |path: &PathId| {
        shape
            .claims
            .get(path)
            .into_iter()
            .flat_map(ClaimInfo::slots)
    };
    let own = parts.iter().flat_map(slots).chain(changed.iter().copied());
    for slot in own.collect::<Vec<_>>() {
        let has = |path: &&PathId| slots(path).any(|other| other == slot);
        if shown.iter().any(|path| has(&path)) {
            continue;
        }
        let claims = present
            .paths
            .iter()
            .filter(|path| space.segments(**path).is_some());
        let size = |path: &&PathId| shape.claims.get(*path).map(|claim| claim.segments.len());
        shown.extend(claims.filter(has).min_by_key(size));
    }
    if !query.shapes.is_empty() && !shown.iter().any(|path| shape.own.contains(path)) {
        shown.extend(shape.own.first());
    }
    distinct(shown)
}

fn kind(space: &Space, present: &Present, path: PathId) -> ClaimKind {
    let shape = space.shapes.get(present.shape);
    let claim = shape.and_then(|shape| shape.claims.get(&path));
    claim.map_or(ClaimKind::Text, |claim| claim.kind)
}

/// The texts of slots.
type Texts = FxHashMap<usize, Rc<[Rc<str>]>>;

/// The texts of a claim: one, or several if it needs several.
fn values(
    space: &mut Space,
    present: &Present,
    residual: &Residual,
    path: PathId,
    texts: &mut Texts,
) -> Result<Vec<String>, Exhausted> {
    let shape = space.shapes.get(present.shape);
    let claim = shape.and_then(|shape| shape.claims.get(&path));
    let segments = claim
        .map(|claim| claim.segments.clone())
        .unwrap_or_default();
    let mut values = vec![String::new()];
    for segment in segments.iter() {
        let parts = match segment {
            Segment::Text(text) => {
                values.iter_mut().for_each(|value| value.push_str(text));
                continue;
            }
            Segment::Part(slot) => slot_texts(space, residual, *slot, texts)?,
        };
        if let [only] = &*parts {
            values.iter_mut().for_each(|value| value.push_str(only));
            continue;
        }
        let join = |value: &String| {
            let parts = parts.iter();
            parts
                .map(|part| format!("{value}{part}"))
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
    texts: &mut Texts,
) -> Result<Rc<[Rc<str>]>, Exhausted> {
    if let Some(texts) = texts.get(&slot) {
        return Ok(texts.clone());
    }
    let usual = match space.slots.get(slot).and_then(|own| own.mostly) {
        Some(other) => slot_texts(space, residual, other, texts)?.first().cloned(),
        None => None,
    };
    let mut own: Vec<Rc<str>> = Vec::new();
    let languages = residual.of(space, slot)?;
    for language in joined(space, languages) {
        if let Some(text) = &usual
            && space.store.accepts(language, text)?
        {
            own.push(text.clone());
            continue;
        }
        let samples = space.slots.get(slot).map(|slot| slot.samples.as_slice());
        let samples = (slot, samples.unwrap_or_default());
        let text = cheapest(&mut space.store, language, samples)?.ok_or(Exhausted::Replay)?;
        if !own.contains(&text) {
            own.push(text);
        }
    }
    let own: Rc<[Rc<str>]> = own.into();
    texts.insert(slot, own.clone());
    Ok(own)
}

/// The languages of which each value has one, with one value for those that have a text in common.
fn joined(space: &mut Space, languages: Vec<DfaId>) -> Vec<DfaId> {
    let mut joined: Vec<DfaId> = Vec::new();
    'languages: for language in languages {
        for own in &mut joined {
            let both = space.store.both(*own, language).unwrap_or(EMPTY);
            if both != EMPTY {
                *own = both;
                continue 'languages;
            }
        }
        joined.push(language);
    }
    joined
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
