//! An index over compiled policies, which finds the few policies that could match a request.
//!
//! Equivalent policies form one *class*. Each class is filed under one *key*: a text that
//! one of its rules requires of its claim, as the whole value, its start, its end, or a part. Of the
//! keys a class could have, the one that the fewest other classes share is used. A request hashes its
//! values at the lengths that keys have, once, and then checks all rules of the classes found,
//! those of the key included: a hash that collides costs time, never correctness.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

#[cfg(feature = "aho-corasick")]
use aho_corasick::{
    Input,
    automaton::{Automaton, OverlappingState},
    nfa::contiguous::NFA,
};
use memchr::memmem::Finder;

use super::compiled::{CompiledPolicy, Target};
use super::{Decision, RequestedToken, TokenType};
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Value};
use crate::pattern::{Bounds, Literals, Pattern};

/// If the index has more claims than this, a token's claims are looked up in it, not vice versa.
const FEW_SUBJECTS: usize = 16;

/// Up to this many texts are searched one by one, more by an automaton.
#[cfg(feature = "aho-corasick")]
const FEW_TEXTS: usize = 8;

/// All policies of a set, by the token type that they apply to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index([Partition; 4]);

/// The policies that apply to one token type.
#[derive(Clone, Debug, Default)]
struct Partition {
    classes: Vec<Class>,
    /// The other policies of classes that have more than one: the first, and one of the others;
    /// sorted.
    repeated: Vec<(u32, u32)>,
    conditions: Vec<Condition>,
    /// Classes without a condition.
    always: Vec<u32>,
    subjects: Vec<Subject>,
    /// Subjects that have keys.
    keyed: Vec<u32>,
    /// The same by the first segment of their path, if there are many.
    by_claim: Option<HashMap<Box<str>, Vec<u32>>>,
    keys: HashMap<u64, Postings, BuildHasherDefault<Hashed>>,
    postings: Vec<u32>,
}

/// Policies that are equivalent.
#[derive(Clone, Copy, Debug)]
struct Class {
    /// The first of them.
    policy: u32,
    start: u32,
    end: u32,
}

#[derive(Clone, Debug)]
struct Condition {
    subject: u32,
    pattern: Arc<Pattern>,
}

/// The subject of conditions, with the classes that are filed under it.
#[derive(Clone, Debug)]
struct Subject {
    /// A claim; `None` for the request's target.
    path: Option<Arc<ClaimPath>>,
    /// Lengths of keys, in bytes, ascending.
    exact: Vec<usize>,
    prefix: Vec<usize>,
    suffix: Vec<usize>,
    inner: Option<Inner>,
    /// Classes that only require a length.
    loose: Vec<(Bounds, Postings)>,
    /// Classes that are always checked.
    rest: Postings,
}

/// Texts to be found anywhere in a value.
#[derive(Clone, Debug)]
enum Inner {
    Few(Vec<(Finder<'static>, Postings)>),
    #[cfg(feature = "aho-corasick")]
    Many(Box<NFA>, Vec<Postings>),
}

impl Inner {
    /// `None` if there are too many texts for an automaton.
    fn of(texts: &[(&str, Postings)]) -> Option<Self> {
        #[cfg(feature = "aho-corasick")]
        if texts.len() > FEW_TEXTS {
            // This kind by name: the crate's choice at run time would link two more.
            let automaton = NFA::new(texts.iter().map(|(text, _)| text));
            let postings = texts.iter().map(|(_, postings)| *postings).collect();
            return Some(Self::Many(Box::new(automaton.ok()?), postings));
        }
        let finder = |text: &str| Finder::new(text.as_bytes()).into_owned();
        Some(Self::Few(
            texts
                .iter()
                .map(|(text, postings)| (finder(text), *postings))
                .collect(),
        ))
    }

    /// Calls `found` once for each text that `value` contains.
    fn each(&self, value: &str, mut found: impl FnMut(Postings)) {
        match self {
            Self::Few(texts) => {
                let is_there = |finder: &Finder<'_>| finder.find(value.as_bytes()).is_some();
                texts
                    .iter()
                    .filter(|(finder, _)| is_there(finder))
                    .for_each(|(_, postings)| found(*postings));
            }
            #[cfg(feature = "aho-corasick")]
            Self::Many(automaton, postings) => {
                let mut seen =
                    std::collections::HashSet::<u32, BuildHasherDefault<Hashed>>::default();
                let input = Input::new(value);
                let mut state = OverlappingState::start();
                while automaton.try_find_overlapping(&input, &mut state).is_ok() {
                    let Some(hit) = state.get_match().map(|hit| hit.pattern()) else {
                        break;
                    };
                    if seen.insert(hit.as_u32()) {
                        found(postings.get(hit.as_usize()).copied().unwrap_or_default());
                    }
                }
            }
        }
    }
}

/// A part of [`Partition::postings`].
#[derive(Clone, Copy, Debug, Default)]
struct Postings {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum KeyKind {
    Exact,
    Prefix,
    Suffix,
    Inner,
    Loose,
    Rest,
}

impl Index {
    pub(crate) fn build(policies: &[CompiledPolicy]) -> Self {
        Self(TokenType::ALL.map(|token_type| Builder::default().build(token_type, policies)))
    }

    /// Calls `visitor` with the first policy of each matching class that is still relevant, at least
    /// once each.
    pub(crate) fn matching(
        &self,
        claims: &Claims,
        request: &RequestedToken,
        visitor: &mut impl Visitor,
    ) {
        let login;
        let (place, target) = match request {
            RequestedToken::Organization { .. } => (0, None),
            RequestedToken::Team { name } => (1, Some(name.as_str())),
            RequestedToken::Personal { login: asked } => {
                login = asked.to_ascii_lowercase();
                (2, Some(login.as_str()))
            }
            RequestedToken::Runner { name } => (3, Some(name.as_str())),
        };
        if let Some(partition) = self.0.get(place) {
            partition.matching(&Asked { claims, target }, visitor);
        }
    }

    /// The other policies of the class that `policy` is the first of, in no order.
    pub(crate) fn repeated(&self, policy: usize) -> impl Iterator<Item = usize> {
        let first = u32::try_from(policy).unwrap_or(u32::MAX);
        self.0
            .iter()
            .flat_map(move |partition| partition.repeated(first))
            .map(|(_, other)| *other as usize)
    }
}

/// Receives the policies that match.
pub(crate) trait Visitor {
    /// Whether a match of that policy is still relevant.
    fn is_wanted(&self, policy: usize) -> bool;

    /// The policy matches.
    fn matched(&mut self, policy: usize);
}

struct Asked<'a> {
    claims: &'a Claims,
    target: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether `test` holds for one of the texts that a rule on `subject` sees.
    fn any(&self, subject: &Subject, mut test: impl FnMut(&str) -> bool) -> bool {
        match &subject.path {
            None => self.target.is_some_and(test),
            Some(path) => self
                .claims
                .lookup(path)
                .is_some_and(|value| any_scalar(value, &mut test)),
        }
    }
}

fn any_scalar(value: &Value, test: &mut impl FnMut(&str) -> bool) -> bool {
    match value {
        Value::String(text) => test(text),
        Value::Array(items) => items.iter().any(|item| match item {
            Value::Array(_) => false,
            scalar => any_scalar(scalar, test),
        }),
        other => other.scalar_text().is_some_and(|text| test(&text)),
    }
}

impl Partition {
    fn repeated(&self, first: u32) -> &[(u32, u32)] {
        let start = self.repeated.partition_point(|(own, _)| *own < first);
        let end = self.repeated.partition_point(|(own, _)| *own <= first);
        self.repeated.get(start..end).unwrap_or_default()
    }

    fn matching(&self, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        self.check(&self.always, asked, visitor);
        match &self.by_claim {
            None => self
                .keyed
                .iter()
                .for_each(|subject| self.look_up(*subject, asked, visitor)),
            Some(by_claim) => {
                // The target has the empty name, which no claim path begins with.
                let names = std::iter::once("").chain(asked.claims.iter().map(|(name, _)| name));
                let subjects = names.filter_map(|name| by_claim.get(name)).flatten();
                subjects.for_each(|subject| self.look_up(*subject, asked, visitor));
            }
        }
    }

    fn look_up(&self, place: u32, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        let Some(subject) = self.subjects.get(place as usize) else {
            return;
        };
        asked.any(subject, |value| {
            self.check(self.listed(subject.rest), asked, visitor);
            if !subject.loose.is_empty() {
                let length = value.chars().count();
                let fitting = subject
                    .loose
                    .iter()
                    .filter(|(bounds, _)| bounds.contains(length));
                fitting
                    .for_each(|(_, postings)| self.check(self.listed(*postings), asked, visitor));
            }
            self.look_up_start(place, subject, value, asked, visitor);
            self.look_up_end(place, subject, value, asked, visitor);
            if let Some(inner) = &subject.inner {
                inner.each(value, |postings| {
                    self.check(self.listed(postings), asked, visitor);
                });
            }
            // Continue with the other values.
            false
        });
    }

    fn look_up_start(
        &self,
        place: u32,
        subject: &Subject,
        value: &str,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let mut hash = Running::default();
        let mut bytes = value.bytes();
        let mut done = 0;
        for length in subject
            .prefix
            .iter()
            .take_while(|length| **length <= value.len())
        {
            hash.extend(bytes.by_ref().take(length - done));
            done = *length;
            self.check_key(hash.key(place, KeyKind::Prefix), asked, visitor);
        }
        if subject.exact.binary_search(&value.len()).is_ok() {
            hash.extend(bytes);
            self.check_key(hash.key(place, KeyKind::Exact), asked, visitor);
        }
    }

    fn look_up_end(
        &self,
        place: u32,
        subject: &Subject,
        value: &str,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let mut hash = Running::default();
        let mut bytes = value.bytes().rev();
        let mut done = 0;
        for length in subject
            .suffix
            .iter()
            .take_while(|length| **length <= value.len())
        {
            hash.extend(bytes.by_ref().take(length - done));
            done = *length;
            self.check_key(hash.key(place, KeyKind::Suffix), asked, visitor);
        }
    }

    fn check_key(&self, key: u64, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        if let Some(postings) = self.keys.get(&key) {
            self.check(self.listed(*postings), asked, visitor);
        }
    }

    fn listed(&self, postings: Postings) -> &[u32] {
        self.postings
            .get(postings.start as usize..postings.end as usize)
            .unwrap_or_default()
    }

    fn check(&self, classes: &[u32], asked: &Asked<'_>, visitor: &mut impl Visitor) {
        for class in classes
            .iter()
            .filter_map(|class| self.classes.get(*class as usize))
        {
            let policy = class.policy as usize;
            let conditions = self
                .conditions
                .get(class.start as usize..class.end as usize)
                .unwrap_or_default();
            if visitor.is_wanted(policy)
                && conditions
                    .iter()
                    .all(|condition| self.holds(condition, asked))
            {
                visitor.matched(policy);
            }
        }
    }

    fn holds(&self, condition: &Condition, asked: &Asked<'_>) -> bool {
        let subject = self.subjects.get(condition.subject as usize);
        subject.is_some_and(|subject| asked.any(subject, |value| condition.pattern.is_match(value)))
    }
}

/// A hash that is available at every length.
#[derive(Clone, Copy)]
struct Running(u64);

impl Default for Running {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Running {
    fn extend(&mut self, bytes: impl Iterator<Item = u8>) {
        for byte in bytes {
            let mixed = (self.0 ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    fn key(self, subject: u32, kind: KeyKind) -> u64 {
        let salted =
            self.0 ^ (u64::from(subject) << 3 | kind as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = salted.wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 29)
    }

    fn of(kind: KeyKind, text: &str) -> Self {
        let mut hash = Self::default();
        match kind {
            KeyKind::Suffix => hash.extend(text.bytes().rev()),
            _ => hash.extend(text.bytes()),
        }
        hash
    }
}

/// A hasher for keys that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn write_u32(&mut self, key: u32) {
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// What a class can be filed under: the index of the literals, and one part of them.
type Key = (u32, KeyKind, u32);

/// A class filed under a key, in the order of keys and then of classes.
fn pack((place, kind, text): Key, class: u32) -> (u64, u64) {
    let key = u64::from(place) << 8 | kind as u64;
    (key, u64::from(text) << 32 | u64::from(class))
}

/// The key and the class.
fn unpack((key, rest): (u64, u64)) -> (Key, u32) {
    const KINDS: [KeyKind; 6] = [
        KeyKind::Exact,
        KeyKind::Prefix,
        KeyKind::Suffix,
        KeyKind::Inner,
        KeyKind::Loose,
        KeyKind::Rest,
    ];
    let low = |wide: u64| u32::try_from(wide & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let kind = KINDS.get(low(key & 0xff) as usize).copied();
    let key = (
        low(key >> 8),
        kind.unwrap_or(KeyKind::Rest),
        low(rest >> 32),
    );
    (key, low(rest))
}

/// The only sort of the index, as every instance of it is 8 kB of Wasm.
fn sort(pairs: &mut [(u64, u64)]) {
    pairs.sort_unstable();
}

/// Adds a length to ascending ones, once.
fn insert(lengths: &mut Vec<usize>, length: usize) {
    if let Err(place) = lengths.binary_search(&length) {
        lengths.insert(place, length);
    }
}

#[derive(Default)]
struct Builder {
    partition: Partition,
    /// The first policy of a class, and another one of it.
    repeated: Vec<(u64, u64)>,
    subjects: HashMap<Vec<String>, u32>,
    /// By a pattern's address; it is kept here, so that no other gets its address.
    compiled: HashMap<*const Pattern, (Arc<Pattern>, u32)>,
    /// By its normal form.
    normal: HashMap<String, u32>,
    all_literals: Vec<Literals>,
    texts: HashMap<String, u32>,
    bounds: Vec<Bounds>,
    bound_places: HashMap<Bounds, u32>,
    /// The first policy of each class, by the class's conditions and effect.
    classes: HashMap<Vec<u32>, u32>,
    roles: HashMap<String, u32>,
    /// The candidate keys of each class, one class after the other.
    candidates: Vec<Key>,
    /// Where each class ends in `candidates`.
    ends: Vec<usize>,
}

impl Builder {
    fn build(mut self, token_type: TokenType, policies: &[CompiledPolicy]) -> Partition {
        let own = policies
            .iter()
            .enumerate()
            .filter(|(_, policy)| policy.target.token_type() == token_type);
        for (index, policy) in own {
            self.class(u32::try_from(index).unwrap_or(u32::MAX), policy);
        }
        sort(&mut self.repeated);
        let narrow = |wide: u64| u32::try_from(wide).unwrap_or(u32::MAX);
        let repeated = self.repeated.iter();
        self.partition.repeated = repeated
            .map(|(first, other)| (narrow(*first), narrow(*other)))
            .collect();
        self.file();
        self.partition
    }

    fn class(&mut self, index: u32, policy: &CompiledPolicy) {
        let mut conditions: Vec<(u32, Arc<Pattern>, u32)> =
            Vec::with_capacity(policy.rules.len() + 1);
        if let Some(pattern) = target_pattern(&policy.target) {
            let literals = self.pattern(&pattern);
            conditions.push((self.subject(None), pattern, literals));
        }
        for rule in &policy.rules {
            let literals = self.pattern(&rule.pattern);
            conditions.push((
                self.subject(Some(&rule.path)),
                Arc::clone(&rule.pattern),
                literals,
            ));
        }
        conditions.sort_by_key(|(subject, _, literals)| (*subject, *literals));
        let identity = self.identity(policy, &conditions);
        let first = *self.classes.entry(identity).or_insert(index);
        if first != index {
            self.repeated.push((first.into(), index.into()));
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
                start,
                end: length(&partition.conditions),
            });
        }
    }

    fn identity(
        &mut self,
        policy: &CompiledPolicy,
        conditions: &[(u32, Arc<Pattern>, u32)],
    ) -> Vec<u32> {
        let (admin, role) = match &policy.target {
            Target::Organization { admin, role_id } => (*admin, role_id.as_deref()),
            _ => (false, None),
        };
        let role = role.map_or(0, |role| number(&mut self.roles, role) + 1);
        let mut identity = vec![
            u32::from(policy.decision == Decision::Allow),
            u32::from(policy.report_only),
            u32::from(admin),
            role,
        ];
        identity.extend(
            conditions
                .iter()
                .flat_map(|(subject, _, literals)| [*subject, *literals]),
        );
        identity
    }

    fn subject(&mut self, path: Option<&Arc<ClaimPath>>) -> u32 {
        let segments = path
            .map(|path| path.segments().to_vec())
            .unwrap_or_default();
        let next = length(&self.partition.subjects);
        let place = *self.subjects.entry(segments).or_insert(next);
        if place == next {
            self.partition.subjects.push(Subject {
                path: path.cloned(),
                exact: Vec::new(),
                prefix: Vec::new(),
                suffix: Vec::new(),
                inner: None,
                loose: Vec::new(),
                rest: Postings::default(),
            });
        }
        place
    }

    fn pattern(&mut self, pattern: &Arc<Pattern>) -> u32 {
        if let Some((_, known)) = self.compiled.get(&Arc::as_ptr(pattern)) {
            return *known;
        }
        let mut literals = pattern.literals();
        let next = length(&self.all_literals);
        let place = *self
            .normal
            .entry(std::mem::take(&mut literals.normal))
            .or_insert(next);
        if place == next {
            self.all_literals.push(literals);
        }
        self.compiled
            .insert(Arc::as_ptr(pattern), (Arc::clone(pattern), place));
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
                self.candidates
                    .push((*subject, kind, number(&mut self.texts, text)));
            }
            if let Some(bounds) = literals.bounds {
                let next = length(&self.bounds);
                let place = *self.bound_places.entry(bounds).or_insert(next);
                if place == next {
                    self.bounds.push(bounds);
                }
                self.candidates.push((*subject, KeyKind::Loose, place));
            } else if self.candidates.len() == before {
                self.candidates.push((*subject, KeyKind::Rest, 0));
            }
        }
        self.ends.push(self.candidates.len());
    }

    /// Files each class under the key that the fewest could share.
    fn file(&mut self) {
        let mut counts: HashMap<Key, u32> = HashMap::new();
        for key in &self.candidates {
            *counts.entry(*key).or_default() += 1;
        }
        let mut filed = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for (class, end) in (0_u32..).zip(&self.ends) {
            let keys = self.candidates.get(start..*end).unwrap_or_default();
            start = *end;
            let cost = |key: &&Key| {
                let shared = counts.get(*key).copied().unwrap_or_default();
                // A length is less selective than a text, and an open length is not selective.
                let bounds = self
                    .bounds
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
            match keys.iter().min_by_key(cost) {
                Some(key) => filed.push(pack(*key, class)),
                None => self.partition.always.push(class),
            }
        }
        let mut texts = vec![""; self.texts.len()];
        for (text, place) in &self.texts {
            if let Some(slot) = texts.get_mut(*place as usize) {
                *slot = text;
            }
        }
        drop(counts);
        sort(&mut filed);
        self.partition.store(&filed, &texts, &self.bounds);
    }
}

impl Partition {
    fn store(&mut self, filed: &[(u64, u64)], texts: &[&str], bounds: &[Bounds]) {
        let mut inner: HashMap<u32, Vec<(&str, Postings)>> = HashMap::new();
        let key = |packed: &(u64, u64)| unpack(*packed).0;
        for run in filed.chunk_by(|one, other| key(one) == key(other)) {
            let Some((place, kind, text)) = run.first().map(key) else {
                continue;
            };
            let bounds = bounds.get(text as usize).copied();
            let text = texts.get(text as usize).copied().unwrap_or_default();
            let start = length(&self.postings);
            self.postings
                .extend(run.iter().map(|filed| unpack(*filed).1));
            let postings = Postings {
                start,
                end: length(&self.postings),
            };
            let Some(subject) = self.subjects.get_mut(place as usize) else {
                continue;
            };
            match kind {
                KeyKind::Exact => insert(&mut subject.exact, text.len()),
                KeyKind::Prefix => insert(&mut subject.prefix, text.len()),
                KeyKind::Suffix => insert(&mut subject.suffix, text.len()),
                KeyKind::Inner => inner.entry(place).or_default().push((text, postings)),
                KeyKind::Loose => subject
                    .loose
                    .extend(bounds.map(|bounds| (bounds, postings))),
                KeyKind::Rest => subject.rest = postings,
            }
            if kind < KeyKind::Inner {
                self.insert(Running::of(kind, text).key(place, kind), postings);
            }
            if self.keyed.last() != Some(&place) {
                self.keyed.push(place);
            }
        }
        for (place, texts) in inner {
            self.add_inner(place, &texts);
        }
        for subject in &mut self.subjects {
            for lengths in [&mut subject.exact, &mut subject.prefix, &mut subject.suffix] {
                lengths.shrink_to_fit();
            }
        }
        self.name_claims();
        self.conditions.shrink_to_fit();
        self.classes.shrink_to_fit();
        self.keys.shrink_to_fit();
    }

    /// Two keys with one hash share their classes.
    fn insert(&mut self, key: u64, postings: Postings) {
        let Some(other) = self.keys.get(&key).copied() else {
            self.keys.insert(key, postings);
            return;
        };
        let both = [self.listed(other), self.listed(postings)].concat();
        let start = length(&self.postings);
        self.postings.extend(both);
        self.keys.insert(
            key,
            Postings {
                start,
                end: length(&self.postings),
            },
        );
    }

    fn add_inner(&mut self, place: u32, texts: &[(&str, Postings)]) {
        let inner = Inner::of(texts);
        let is_too_large = inner.is_none();
        if let Some(subject) = self.subjects.get_mut(place as usize) {
            subject.inner = inner;
        }
        if is_too_large {
            let all: Vec<Postings> = texts.iter().map(|(_, postings)| *postings).collect();
            self.always_look_at(place, &all);
        }
    }

    fn always_look_at(&mut self, place: u32, more: &[Postings]) {
        let rest = self
            .subjects
            .get(place as usize)
            .map(|subject| subject.rest)
            .unwrap_or_default();
        let classes: Vec<u32> = more
            .iter()
            .chain([&rest])
            .flat_map(|postings| self.listed(*postings))
            .copied()
            .collect();
        let start = length(&self.postings);
        self.postings.extend(classes);
        let end = length(&self.postings);
        if let Some(subject) = self.subjects.get_mut(place as usize) {
            subject.rest = Postings { start, end };
        }
    }

    fn name_claims(&mut self) {
        if self.keyed.len() <= FEW_SUBJECTS {
            return;
        }
        let mut by_claim: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for place in &self.keyed {
            let path = self
                .subjects
                .get(*place as usize)
                .and_then(|subject| subject.path.as_ref());
            let name = path
                .and_then(|path| path.segments().first())
                .map_or("", String::as_str);
            by_claim.entry(name.into()).or_default().push(*place);
        }
        self.by_claim = Some(by_claim);
    }
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

/// The text's number: the next one where it has none.
fn number(numbers: &mut HashMap<String, u32>, text: &str) -> u32 {
    if let Some(number) = numbers.get(text) {
        return *number;
    }
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    numbers.insert(text.to_owned(), next);
    next
}

fn length<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
