//! Building a partition: equivalent policies become a class, each with its best key.

use std::sync::Arc;

use super::keys::{Key, KeyKind, Postings, length, pack};
use super::partition::{Class, Condition, Partition, Subject};
use crate::claim_path::ClaimPath;
use crate::numbers::{Numbers, Table};
use crate::pattern::{Bounds, Literals, Pattern};
use crate::policy::compiled::{CompiledPolicy, Effect, Target};
use crate::policy::{Decision, TokenType};
use crate::sorted::sorted;

#[derive(Default)]
pub(super) struct Builder {
    partition: Partition,
    /// The first policy of a class, and another one of it.
    repeated: Vec<(u64, u64)>,
    subjects: Numbers<Vec<String>>,
    /// By a pattern's address: the pattern, so that no other gets its address, and the number of its normal
    /// form.
    patterns: Table<*const Pattern, (Arc<Pattern>, u32)>,
    normal: Numbers<String>,
    all_literals: Vec<Literals>,
    texts: Numbers<String>,
    bounds: Numbers<Bounds>,
    /// The effect and the conditions of each class.
    classes: Numbers<Vec<u32>>,
    /// The candidate keys of each class, one class after the other.
    candidates: Vec<Key>,
    /// Where each class ends in `candidates`.
    ends: Vec<usize>,
}

impl Builder {
    pub(super) fn build(mut self, token_type: TokenType, policies: &[CompiledPolicy]) -> Partition {
        let own = policies
            .iter()
            .enumerate()
            .filter(|(_, policy)| policy.target.token_type() == token_type);
        for (index, policy) in own {
            self.class(u32::try_from(index).unwrap_or(u32::MAX), policy);
        }
        let narrow = |wide: u64| u32::try_from(wide).unwrap_or(u32::MAX);
        let repeated = sorted(std::mem::take(&mut self.repeated)).into_iter();
        self.partition.repeated = repeated
            .map(|(first, other)| (narrow(first), narrow(other)))
            .collect();
        self.file();
        self.partition
    }

    fn class(&mut self, index: u32, policy: &CompiledPolicy) {
        let mut conditions: Vec<(u32, Arc<Pattern>, u32)> =
            Vec::with_capacity(policy.rules.len() + 1);
        // In the order of subjects and literals.
        let mut add = |subject: u32, pattern: Arc<Pattern>, literals: u32| {
            let is_before = |own: &(u32, Arc<Pattern>, u32)| (own.0, own.2) <= (subject, literals);
            let place = conditions.partition_point(is_before);
            conditions.insert(place, (subject, pattern, literals));
        };
        if let Some(pattern) = target_pattern(&policy.target) {
            let literals = self.pattern(&pattern);
            add(self.subject(None), pattern, literals);
        }
        for rule in &policy.rules {
            let literals = self.pattern(&rule.pattern);
            let subject = self.subject(Some(&rule.path));
            add(subject, Arc::clone(&rule.pattern), literals);
        }
        for (subject, pattern, _) in &conditions {
            if let Some(subject) = self.partition.subjects.get_mut(*subject as usize) {
                subject.weight = subject.weight.saturating_add(pattern.weight());
            }
        }
        let identity = identity(policy.effect, &conditions);
        let class = self.classes.number(identity);
        if let Some(known) = self.partition.classes.get(class as usize) {
            self.repeated.push((known.policy.into(), index.into()));
        } else {
            self.add_keys(&conditions);
            let partition = &mut self.partition;
            let start = length(&partition.conditions);
            partition.conditions.extend(
                conditions
                    .into_iter()
                    .map(|(subject, pattern, _)| Condition { subject, pattern }),
            );
            partition.classes.push(Class {
                policy: index,
                effect: policy.effect,
                start,
                end: length(&partition.conditions),
            });
        }
    }

    fn subject(&mut self, path: Option<&Arc<ClaimPath>>) -> u32 {
        let segments = path
            .map(|path| path.segments().to_vec())
            .unwrap_or_default();
        let place = self.subjects.number(segments);
        if place == length(&self.partition.subjects) {
            self.partition.subjects.push(Subject {
                path: path.cloned(),
                exact: Vec::new(),
                prefix: Vec::new(),
                suffix: Vec::new(),
                inner: None,
                loose: Vec::new(),
                rest: Postings::default(),
                weight: 0,
            });
        }
        place
    }

    fn pattern(&mut self, pattern: &Arc<Pattern>) -> u32 {
        let address = Arc::as_ptr(pattern);
        if let Some((_, place)) = self.patterns.get(&address) {
            return *place;
        }
        let mut literals = pattern.literals();
        let place = self.normal.number(std::mem::take(&mut literals.normal));
        if place == length(&self.all_literals) {
            self.all_literals.push(literals);
        }
        self.patterns.insert(address, (Arc::clone(pattern), place));
        place
    }

    fn add_keys(&mut self, conditions: &[(u32, Arc<Pattern>, u32)]) {
        for (subject, _, literals) in conditions {
            let Some(literals) = self.all_literals.get(*literals as usize) else {
                continue;
            };
            let kind = if literals.is_exact {
                KeyKind::Exact
            } else {
                KeyKind::Prefix
            };
            let ends = [
                (kind, &literals.prefix),
                (KeyKind::Suffix, &literals.suffix),
            ];
            let parts = ends
                .into_iter()
                .filter(|(kind, text)| *kind == KeyKind::Exact || !text.is_empty());
            let inner = literals.inner.iter().map(|text| (KeyKind::Inner, text));
            let before = self.candidates.len();
            for (kind, text) in parts.chain(inner) {
                let text = self.texts.number_of(text.as_str());
                self.candidates.push((*subject, kind, text));
            }
            if let Some(bounds) = literals.bounds {
                let bounds = self.bounds.number(bounds);
                self.candidates.push((*subject, KeyKind::Loose, bounds));
            } else if self.candidates.len() == before {
                self.candidates.push((*subject, KeyKind::Rest, 0));
            }
        }
        self.ends.push(self.candidates.len());
    }

    /// Files each class under the key that the fewest could share.
    fn file(&mut self) {
        let (mut keys, mut counts) = (Numbers::<Key>::default(), Vec::<u32>::new());
        for key in &self.candidates {
            match counts.get_mut(keys.number(*key) as usize) {
                Some(count) => *count += 1,
                None => counts.push(1),
            }
        }
        let mut filed = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for (class, end) in (0_u32..).zip(&self.ends) {
            let candidates = self.candidates.get(start..*end).unwrap_or_default();
            start = *end;
            let cost = |key: &&Key| {
                let count = keys.get(*key).and_then(|key| counts.get(key as usize));
                let shared = count.copied().unwrap_or_default();
                // A length is less selective than a text, and an open length is not selective.
                let bounds = self
                    .bounds
                    .values()
                    .get(key.2 as usize)
                    .filter(|_| key.1 == KeyKind::Loose);
                let is_any =
                    key.1 == KeyKind::Rest || bounds.is_some_and(|bounds| bounds.is_open());
                (
                    is_any,
                    shared.saturating_mul(if bounds.is_some() { 8 } else { 1 }),
                    key.1,
                )
            };
            match candidates.iter().min_by_key(cost) {
                Some(key) => filed.push(pack(*key, class)),
                None => self.partition.always.push(class),
            }
        }
        drop((keys, counts));
        let filed = sorted(filed);
        let (texts, bounds) = (self.texts.values(), self.bounds.values());
        self.partition.store(&filed, texts, bounds);
    }
}

/// What a policy requires and does.
fn identity(effect: Effect, conditions: &[(u32, Arc<Pattern>, u32)]) -> Vec<u32> {
    let mut identity = vec![
        u32::from(effect.decision == Decision::Allow),
        u32::from(effect.report_only),
        u32::from(effect.admin),
        effect.role,
    ];
    let conditions = conditions.iter();
    identity.extend(conditions.flat_map(|(subject, _, literals)| [*subject, *literals]));
    identity
}

/// A policy's target as a pattern on the request's.
fn target_pattern(target: &Target) -> Option<Arc<Pattern>> {
    match target {
        Target::Organization { .. } => None,
        Target::Team(pattern) => Some(Arc::clone(pattern)),
        Target::Personal(login) => Some(Arc::new(Pattern::literal(&login.to_ascii_lowercase()))),
        Target::Runner(name) => Some(Arc::new(Pattern::literal(name))),
    }
}
