//! An index over compiled policies, which finds the few policies that could match a request.
//!
//! Equivalent policies form one *class*. Each class is filed under one *key*: a text that
//! one of its rules requires of its claim, as the whole value, its start, its end, or a part. Of the
//! keys a class could have, the one that the fewest other classes share is used. A request hashes its
//! values at the lengths that keys have, once, and then checks all rules of the classes found,
//! those of the key included: a hash that collides costs time, never correctness.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

#[cfg(feature = "aho-corasick")]
use aho_corasick::{
    Input,
    automaton::{Automaton, OverlappingState},
    nfa::contiguous::NFA,
};
use memchr::memmem::Finder;

use super::compiled::{CompiledPolicy, Effect, Target};
use super::{Decision, RequestedToken, TokenType};
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Value};
use crate::pattern::{Bounds, Literals, Pattern};

/// If the index has more claims than this, a token's claims are looked up in it, not vice versa.
const FEW_SUBJECTS: usize = 16;

/// If an object has more members than this, looking one up takes long enough to remember it.
const MANY_MEMBERS: usize = 64;

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
    /// Subjects that have a weight.
    weighted: Vec<u32>,
    /// The sum of the weights.
    weight: u64,
    /// All subjects by the first segment of their path, if there are many.
    by_claim: Option<HashMap<Box<str>, Vec<u32>>>,
    keys: HashMap<u64, Postings, BuildHasherDefault<Hashed>>,
    postings: Vec<u32>,
}

/// Policies that are equivalent.
#[derive(Clone, Copy, Debug)]
struct Class {
    /// The first of them.
    policy: u32,
    effect: Effect,
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
    /// The sum of the weights of all rules on it, those of equivalent policies included.
    weight: u64,
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
                let mut seen = Places::default();
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

/// A set of places in a list.
type Places = HashSet<u32, BuildHasherDefault<Hashed>>;

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
    /// once each. Returns false, and calls it with none, if that could take more than `limit` steps.
    pub(crate) fn matching(
        &self,
        claims: &Claims,
        request: &RequestedToken,
        limit: u64,
        visitor: &mut impl Visitor,
    ) -> bool {
        self.with(claims, request, |partition, asked| {
            let is_within = partition.is_within(asked, limit);
            if is_within {
                partition.matching(asked, visitor);
            }
            is_within
        })
    }

    /// The steps that matching all rules takes at most, and the claim that most of them are for.
    pub(crate) fn cost<'a>(
        &'a self,
        claims: &Claims,
        request: &RequestedToken,
    ) -> (u64, Option<&'a ClaimPath>) {
        self.with(claims, request, |partition, asked| partition.cost(asked))
    }

    /// The steps that matching the rules of all policies takes at most, whatever is requested.
    pub(crate) fn cost_of_all(&self, claims: &Claims) -> u64 {
        let cost = |partition: &Partition| partition.cost(&Asked::new(claims, None, partition)).0;
        self.0.iter().map(cost).fold(0, u64::saturating_add)
    }

    /// The sum of the weights of all rules.
    pub(crate) fn weight(&self) -> u64 {
        let weights = self.0.iter().map(|partition| partition.weight);
        weights.fold(0, u64::saturating_add)
    }

    /// Calls `work` with the policies that apply to the requested token type.
    fn with<'a, T: Default>(
        &'a self,
        claims: &Claims,
        request: &RequestedToken,
        work: impl FnOnce(&'a Partition, &Asked<'_>) -> T,
    ) -> T {
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
        let Some(partition) = self.0.get(place) else {
            return T::default();
        };
        work(partition, &Asked::new(claims, target, partition))
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

/// The first policy of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) policy: usize,
    pub(crate) effect: Effect,
}

/// Receives the policies that match.
pub(crate) trait Visitor {
    /// Whether a match of that policy is still relevant.
    fn is_wanted(&self, candidate: Candidate) -> bool;

    /// The policy matches.
    fn matched(&mut self, candidate: Candidate);

    /// Whether a pattern accepts a value.
    fn compare(&mut self, pattern: &Pattern, value: &str) -> bool {
        pattern.is_match(value)
    }
}

/// A token's claims and the target of a request.
struct Asked<'a> {
    claims: &'a Claims,
    target: Option<&'a str>,
    /// The values of subjects, where looking them up takes long; `None` for those that were not
    /// looked up.
    known: Vec<Cell<Option<Option<&'a Value>>>>,
    /// Classes that were found by an element of an array, and need not be checked again.
    tried: RefCell<Places>,
}

impl<'a> Asked<'a> {
    fn new(claims: &'a Claims, target: Option<&'a str>, partition: &Partition) -> Self {
        let subjects = partition.subjects.len();
        let known = if subjects > FEW_SUBJECTS && claims.has_wide_object(MANY_MEMBERS) {
            vec![Cell::new(None); subjects]
        } else {
            Vec::new()
        };
        Self {
            claims,
            target,
            known,
            tried: RefCell::default(),
        }
    }

    /// More than the characters of all values, if that is known.
    fn size(&self) -> Option<u64> {
        let size = self.claims.size()? + self.target.map_or(0, |target| target.len().max(1));
        u64::try_from(size).ok()
    }

    /// The value of a claim.
    fn value(&self, place: u32, path: &ClaimPath) -> Option<&'a Value> {
        let Some(cell) = self.known.get(place as usize) else {
            return self.claims.lookup(path);
        };
        if let Some(known) = cell.get() {
            return known;
        }
        let found = self.claims.lookup(path);
        cell.set(Some(found));
        found
    }

    /// Whether `test` holds for one of the texts that a rule on `subject` sees.
    fn any(&self, place: u32, subject: &Subject, mut test: impl FnMut(&str) -> bool) -> bool {
        match &subject.path {
            None => self.target.is_some_and(test),
            Some(path) => self
                .value(place, path)
                .is_some_and(|value| any_scalar(value, &mut test)),
        }
    }

    /// Calls `work` with each of the texts that a rule on `subject` sees, and whether it is an
    /// element of an array.
    fn each(&self, place: u32, subject: &Subject, mut work: impl FnMut(&str, bool)) {
        let Some(path) = &subject.path else {
            return self
                .target
                .into_iter()
                .for_each(|target| work(target, false));
        };
        let Some(value) = self.value(place, path) else {
            return;
        };
        let is_array = matches!(value, Value::Array(_));
        any_scalar(value, &mut |text| {
            work(text, is_array);
            // Continue with the other values.
            false
        });
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
        self.check(&self.always, None, asked, visitor);
        self.each_of(&self.keyed, asked, |place, subject| {
            self.look_up(place, subject, asked, visitor);
        });
    }

    /// Calls `work` with those of the subjects that the token or the request may have, and their
    /// places.
    fn each_of<'a>(
        &'a self,
        places: &[u32],
        asked: &Asked<'_>,
        mut work: impl FnMut(u32, &'a Subject),
    ) {
        let mut work = |place: &u32| {
            if let Some(subject) = self.subjects.get(*place as usize) {
                work(*place, subject);
            }
        };
        match &self.by_claim {
            Some(by_claim) if places.len() > FEW_SUBJECTS => {
                // The target has the empty name, which no claim path begins with.
                let names = std::iter::once("").chain(asked.claims.iter().map(|(name, _)| name));
                let places = names.filter_map(|name| by_claim.get(name)).flatten();
                places.for_each(&mut work);
            }
            _ => places.iter().for_each(work),
        }
    }

    /// Whether matching all rules takes at most `limit` steps.
    fn is_within(&self, asked: &Asked<'_>, limit: u64) -> bool {
        // This is enough for almost all tokens, and takes no time.
        if asked
            .size()
            .is_some_and(|size| self.weight.saturating_mul(size) <= limit)
        {
            return true;
        }
        // There are at most as many characters as bytes.
        let cost = self.cost_by(asked, str::len).0;
        cost <= limit || self.cost(asked).0 <= limit
    }

    /// The steps that matching all rules takes at most, and the claim that most of them are for.
    fn cost(&self, asked: &Asked<'_>) -> (u64, Option<&ClaimPath>) {
        self.cost_by(asked, |value| value.chars().count())
    }

    fn cost_by(
        &self,
        asked: &Asked<'_>,
        length: impl Fn(&str) -> usize,
    ) -> (u64, Option<&ClaimPath>) {
        let (mut sum, mut most) = (0_u64, (0, None));
        self.each_of(&self.weighted, asked, |place, subject| {
            let mut steps = 0_u64;
            asked.each(place, subject, |value, _| {
                // An empty value takes a step too.
                let characters = length(value).max(1) as u64;
                steps = steps.saturating_add(subject.weight.saturating_mul(characters));
            });
            sum = sum.saturating_add(steps);
            if steps > most.0 {
                most = (steps, subject.path.as_deref());
            }
        });
        (sum, most.1)
    }

    fn look_up(
        &self,
        place: u32,
        subject: &Subject,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        asked.each(place, subject, |value, is_array| {
            let found = Found {
                place,
                value,
                is_array,
            };
            self.check(self.listed(subject.rest), Some(found), asked, visitor);
            if !subject.loose.is_empty() {
                let length = value.chars().count();
                let fitting = subject
                    .loose
                    .iter()
                    .filter(|(bounds, _)| bounds.contains(length));
                fitting.for_each(|(_, postings)| {
                    self.check(self.listed(*postings), Some(found), asked, visitor);
                });
            }
            self.look_up_start(subject, found, asked, visitor);
            self.look_up_end(subject, found, asked, visitor);
            if let Some(inner) = &subject.inner {
                inner.each(value, |postings| {
                    self.check(self.listed(postings), Some(found), asked, visitor);
                });
            }
        });
    }

    fn look_up_start(
        &self,
        subject: &Subject,
        found: Found<'_>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let Found { place, value, .. } = found;
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
            self.check_key(hash.key(place, KeyKind::Prefix), found, asked, visitor);
        }
        if subject.exact.binary_search(&value.len()).is_ok() {
            hash.extend(bytes);
            self.check_key(hash.key(place, KeyKind::Exact), found, asked, visitor);
        }
    }

    fn look_up_end(
        &self,
        subject: &Subject,
        found: Found<'_>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        let Found { place, value, .. } = found;
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
            self.check_key(hash.key(place, KeyKind::Suffix), found, asked, visitor);
        }
    }

    fn check_key(&self, key: u64, found: Found<'_>, asked: &Asked<'_>, visitor: &mut impl Visitor) {
        if let Some(postings) = self.keys.get(&key) {
            self.check(self.listed(*postings), Some(found), asked, visitor);
        }
    }

    fn listed(&self, postings: Postings) -> &[u32] {
        self.postings
            .get(postings.start as usize..postings.end as usize)
            .unwrap_or_default()
    }

    /// Checks the conditions of classes, which `found` led to.
    fn check(
        &self,
        classes: &[u32],
        found: Option<Found<'_>>,
        asked: &Asked<'_>,
        visitor: &mut impl Visitor,
    ) {
        for place in classes {
            let Some(class) = self.classes.get(*place as usize) else {
                continue;
            };
            let candidate = Candidate {
                policy: class.policy as usize,
                effect: class.effect,
            };
            if !visitor.is_wanted(candidate) {
                continue;
            }
            let conditions = self
                .conditions
                .get(class.start as usize..class.end as usize)
                .unwrap_or_default();
            if let Some(found) = found.filter(|found| found.is_array) {
                // Another element leads to the class by itself.
                let own = conditions.iter().find(|own| own.subject == found.place);
                let is_match = own.is_none_or(|own| visitor.compare(&own.pattern, found.value));
                if !is_match || !asked.tried.borrow_mut().insert(*place) {
                    continue;
                }
            }
            let is_match = conditions.iter().all(|condition| match found {
                Some(found) if found.place == condition.subject => {
                    visitor.compare(&condition.pattern, found.value)
                }
                _ => self.holds(condition, asked, visitor),
            });
            if is_match {
                visitor.matched(candidate);
            }
        }
    }

    fn holds(&self, condition: &Condition, asked: &Asked<'_>, visitor: &mut impl Visitor) -> bool {
        let subject = self.subjects.get(condition.subject as usize);
        subject.is_some_and(|subject| {
            asked.any(condition.subject, subject, |value| {
                visitor.compare(&condition.pattern, value)
            })
        })
    }
}

/// The value that led to a class.
#[derive(Clone, Copy)]
struct Found<'a> {
    /// The place of its subject.
    place: u32,
    value: &'a str,
    /// Whether the subject has other values too.
    is_array: bool,
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
        for (subject, pattern, _) in &conditions {
            if let Some(subject) = self.partition.subjects.get_mut(*subject as usize) {
                subject.weight = subject.weight.saturating_add(pattern.weight());
            }
        }
        conditions.sort_by_key(|(subject, _, literals)| (*subject, *literals));
        let identity = identity(policy.effect, &conditions);
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
                weight: 0,
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
        self.weight =
            (self.subjects.iter()).fold(0, |sum, subject| sum.saturating_add(subject.weight));
        let subjects = (0..).zip(&self.subjects);
        let weighted = subjects.filter(|(_, subject)| subject.weight > 0);
        self.weighted = weighted.map(|(place, _)| place).collect();
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
        if self.keyed.len().max(self.weighted.len()) <= FEW_SUBJECTS {
            return;
        }
        let mut by_claim: HashMap<Box<str>, Vec<u32>> = HashMap::new();
        for (place, subject) in (0..).zip(&self.subjects) {
            let name = subject
                .path
                .as_ref()
                .and_then(|path| path.segments().first())
                .map_or("", String::as_str);
            by_claim.entry(name.into()).or_default().push(place);
        }
        self.by_claim = Some(by_claim);
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
