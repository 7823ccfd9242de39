//! What tokens can look like.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use claimgate::claim_path::ClaimPath;
use claimgate_providers::grammar::{Claim, ClaimKind, Grammar, Piece, Words};

use super::cube::PathId;
use crate::automaton::{EMPTY, Exhausted, LangId, Segment, Store, Token, ways};

/// What is taken for granted of tokens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Facts {
    /// Only what every token has.
    None,
    /// What the provider's tokens look like.
    Of(&'static Grammar),
}

/// The space of all tokens.
pub(crate) struct Space {
    pub(crate) store: Store,
    pub(super) paths: Vec<Path>,
    path_ids: HashMap<Path, PathId>,
    pub(super) slots: Vec<Slot>,
    atoms: HashMap<&'static str, usize>,
    pub(super) shapes: Vec<Shape>,
    /// Paths that the provider sends, in some shape.
    known: HashSet<PathId>,
    divided: HashMap<(usize, PathId, LangId), Rc<[Way]>>,
    /// What the checker of proofs found out: words and patterns, and whether patterns cover them.
    pub(super) covered: HashMap<(Words, Vec<LangId>, Vec<LangId>), bool>,
}

/// What a rule is on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Path {
    /// A claim, by its segments.
    Claim(Vec<String>),
    /// A part of claims.
    Atom(&'static str),
    /// The name of the requested team.
    Team,
}

/// A part of claims, or a whole claim, with the texts that it can have.
pub(super) struct Slot {
    pub(super) name: String,
    pub(super) words: Words,
    pub(super) samples: Vec<&'static str>,
}

/// One form of tokens.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) when: &'static str,
    pub(super) claims: HashMap<PathId, ClaimInfo>,
    /// The claims that are always there, in the grammar's order.
    pub(super) always: Vec<PathId>,
}

#[derive(Clone)]
pub(super) struct ClaimInfo {
    pub(super) segments: Rc<[Segment]>,
    pub(super) is_many: bool,
    pub(super) kind: ClaimKind,
}

impl ClaimInfo {
    /// The slots that it consists of.
    pub(super) fn slots(&self) -> impl Iterator<Item = usize> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Part(slot) => Some(*slot),
            Segment::Text(_) => None,
        })
    }
}

/// A way in which a claim's value can match a pattern.
#[derive(Clone)]
pub(super) struct Way {
    /// What each part has to match.
    pub(super) parts: Vec<(usize, LangId)>,
    /// The part whose grammar has no such text.
    pub(super) impossible: Option<usize>,
}

/// The letters of names of teams that can be requested.
const TARGET: claimgate_providers::grammar::CharSet = &[
    ('a', 'z'),
    ('A', 'Z'),
    ('0', '9'),
    ('-', '-'),
    ('_', '_'),
    ('.', '.'),
    ('@', '@'),
    ('+', '+'),
];

impl Space {
    /// The tokens of the issuer with that URL, as far as facts are taken for granted.
    pub(crate) fn new(url: Option<&str>, facts: Facts) -> Self {
        let mut space = Self {
            store: Store::default(),
            paths: Vec::new(),
            path_ids: HashMap::new(),
            slots: Vec::new(),
            atoms: HashMap::new(),
            shapes: Vec::new(),
            known: HashSet::new(),
            divided: HashMap::new(),
            covered: HashMap::new(),
        };
        match facts {
            Facts::None => space.add_shape("token", "any token", &[]),
            Facts::Of(grammar) => space.add_grammar(grammar),
        }
        space.add_common(url);
        space
    }

    fn add_grammar(&mut self, grammar: &'static Grammar) {
        for atom in grammar.atoms {
            let slot = self.add_slot(atom.name.to_owned(), atom.words, atom.samples.to_vec());
            self.atoms.insert(atom.name, slot);
        }
        for shape in grammar.shapes {
            let claims: Vec<&Claim> = grammar.claims_of(shape).collect();
            self.add_shape(shape.name, shape.when, &claims);
        }
    }

    fn add_shape(&mut self, name: &'static str, when: &'static str, claims: &[&Claim]) {
        let mut shape = Shape {
            name,
            when,
            claims: HashMap::new(),
            always: Vec::new(),
        };
        for claim in claims {
            let path = self.claim_path(claim.path);
            self.known.insert(path);
            let segment = |piece: &Piece| match piece {
                Piece::Atom(name) => self.atoms.get(name).copied().map(Segment::Part),
                Piece::Text(text) => Some(Segment::Text((*text).to_owned())),
                _ => None,
            };
            let info = ClaimInfo {
                segments: claim.value.iter().filter_map(segment).collect(),
                is_many: claim.is_many,
                kind: claim.kind,
            };
            shape.claims.insert(path, info);
            shape.always.extend(claim.is_always.then_some(path));
        }
        self.shapes.push(shape);
    }

    /// The claims that every token has: `iss` and `exp`. And the team of the request.
    fn add_common(&mut self, url: Option<&str>) {
        let target = Words::Name {
            first: TARGET,
            rest: TARGET,
        };
        let team = self.add_slot("team".to_owned(), target, vec!["team"]);
        let exp = self.add_slot("exp".to_owned(), Words::Integer, vec!["1900000000"]);
        let paths = [
            (
                self.path(Path::Team),
                vec![Segment::Part(team)],
                ClaimKind::Text,
            ),
            (
                self.claim_path("exp"),
                vec![Segment::Part(exp)],
                ClaimKind::Integer,
            ),
        ];
        let issuer = url.map(|url| {
            let whole = vec![Segment::Text(url.to_owned())];
            (self.claim_path("iss"), whole, ClaimKind::Text)
        });
        for (path, segments, kind) in paths.into_iter().chain(issuer) {
            self.known.insert(path);
            for shape in &mut self.shapes {
                let info = ClaimInfo {
                    segments: segments.clone().into(),
                    is_many: false,
                    kind,
                };
                shape.claims.insert(path, info);
                shape.always.push(path);
            }
        }
    }

    fn add_slot(&mut self, name: String, words: Words, samples: Vec<&'static str>) -> usize {
        self.store.know(&words);
        self.slots.push(Slot {
            name,
            words,
            samples,
        });
        self.slots.len() - 1
    }

    fn path(&mut self, path: Path) -> PathId {
        if let Some(id) = self.path_ids.get(&path) {
            return *id;
        }
        let id = self.paths.len();
        self.paths.push(path.clone());
        self.path_ids.insert(path, id);
        id
    }

    fn claim_path(&mut self, source: &str) -> PathId {
        let segments = match ClaimPath::parse(source) {
            Ok(path) => path.segments().to_vec(),
            Err(_) => vec![source.to_owned()],
        };
        self.path(Path::Claim(segments))
    }

    /// The number of a claim, which may be none that the provider is known to send.
    pub(crate) fn claim(&mut self, source: &str) -> PathId {
        let id = self.claim_path(source);
        if self.known.insert(id) {
            let slot = self.add_slot(self.name(id), Words::Any, Vec::new());
            for shape in &mut self.shapes {
                let info = ClaimInfo {
                    segments: [Segment::Part(slot)].into(),
                    is_many: true,
                    kind: ClaimKind::Text,
                };
                shape.claims.insert(id, info);
            }
        }
        id
    }

    /// The number of the requested team's name.
    pub(crate) fn team(&mut self) -> PathId {
        self.path(Path::Team)
    }

    /// The number of a part of claims, if the provider's tokens have it.
    pub(crate) fn atom(&mut self, name: &'static str) -> Option<PathId> {
        let slot = self.atoms.get(name).copied()?;
        let id = self.path(Path::Atom(name));
        for shape in &mut self.shapes {
            if shape
                .claims
                .values()
                .any(|claim| claim.slots().any(|other| other == slot))
            {
                let info = ClaimInfo {
                    segments: [Segment::Part(slot)].into(),
                    is_many: false,
                    kind: ClaimKind::Text,
                };
                shape.claims.insert(id, info);
            }
        }
        Some(id)
    }

    /// The slot of a part of claims.
    pub(crate) fn atom_slot(&self, name: &str) -> Option<usize> {
        self.atoms.get(name).copied()
    }

    /// How a path is written.
    pub(crate) fn name(&self, path: PathId) -> String {
        match self.paths.get(path) {
            Some(Path::Claim(segments)) => {
                ClaimPath::of(&segments.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Some(Path::Atom(name)) => (*name).to_owned(),
            Some(Path::Team) => "teamName".to_owned(),
            None => String::new(),
        }
    }

    /// Whether a claim may be an array.
    pub(crate) fn may_be_many(&self, path: PathId) -> bool {
        let claims = self
            .shapes
            .iter()
            .filter_map(|shape| shape.claims.get(&path));
        claims.into_iter().any(|claim| claim.is_many)
    }

    /// Whether the facts say something of a claim.
    pub(crate) fn is_known(&self, path: PathId) -> bool {
        matches!(self.paths.get(path), Some(Path::Claim(_)))
            && self.shapes.iter().any(|shape| {
                let claim = shape.claims.get(&path);
                claim.is_none_or(|claim| !claim.is_many) || shape.always.contains(&path)
            })
    }

    /// The segments of a claim.
    pub(super) fn segments(&self, path: PathId) -> Option<&[String]> {
        match self.paths.get(path)? {
            Path::Claim(segments) => Some(segments),
            _ => None,
        }
    }

    /// Whether one of the claims is an object if the other is there.
    pub(super) fn conflict(&self, first: PathId, second: PathId) -> bool {
        match (self.segments(first), self.segments(second)) {
            (Some(a), Some(b)) => a.len() != b.len() && (a.starts_with(b) || b.starts_with(a)),
            _ => false,
        }
    }

    /// The ways in which the claim's value can match, in tokens of a shape.
    pub(super) fn ways(
        &mut self,
        shape: usize,
        path: PathId,
        lang: LangId,
    ) -> Result<Rc<[Way]>, Exhausted> {
        if let Some(ways) = self.divided.get(&(shape, path, lang)) {
            return Ok(ways.clone());
        }
        let claim = self
            .shapes
            .get(shape)
            .and_then(|shape| shape.claims.get(&path));
        let segments = claim
            .map(|claim| claim.segments.clone())
            .unwrap_or_default();
        let mut all = Vec::new();
        for parts in self.divisions(lang, &segments)? {
            let impossible = self.impossible(&parts)?;
            all.push(Way { parts, impossible });
        }
        let all: Rc<[Way]> = all.into();
        self.divided.insert((shape, path, lang), all.clone());
        Ok(all)
    }

    /// What the parts of a claim have to match in some way and shape in which it is possible.
    pub(crate) fn possible_parts(
        &mut self,
        path: PathId,
        lang: LangId,
    ) -> Result<Vec<(usize, LangId)>, Exhausted> {
        self.store.budget.question();
        let mut all = Vec::new();
        for shape in 0..self.shapes.len() {
            if self
                .shapes
                .get(shape)
                .is_some_and(|own| own.claims.contains_key(&path))
            {
                let ways = self.ways(shape, path, lang)?;
                let possible = ways.iter().filter(|way| way.impossible.is_none());
                all.extend(possible.flat_map(|way| way.parts.iter().copied()));
            }
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// The ways without regard to grammars; one, if there is one part.
    pub(super) fn divisions(
        &mut self,
        lang: LangId,
        segments: &[Segment],
    ) -> Result<Vec<Vec<(usize, LangId)>>, Exhausted> {
        let mut all: Vec<Vec<(usize, Vec<Token>)>> = Vec::new();
        for pattern in self.store.patterns(lang).iter() {
            all.extend(ways(pattern, segments)?);
        }
        let parts = segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Part(_)));
        if let (1, Some(Segment::Part(slot))) = (
            parts.count(),
            segments.iter().find(|s| matches!(s, Segment::Part(_))),
        ) {
            let patterns: Vec<_> = all.into_iter().flatten().map(|(_, own)| own).collect();
            let lang = (!patterns.is_empty()).then(|| self.store.lang(patterns));
            return Ok(lang.map(|lang| vec![(*slot, lang)]).into_iter().collect());
        }
        let mut ways = Vec::new();
        for way in all {
            let own = |(slot, own): (usize, Vec<Token>)| (slot, self.store.lang([own]));
            ways.push(way.into_iter().map(own).collect());
        }
        Ok(ways)
    }

    /// The part of a way whose grammar has no such text.
    fn impossible(&mut self, parts: &[(usize, LangId)]) -> Result<Option<usize>, Exhausted> {
        for (slot, lang) in parts {
            let words = self.words(*slot);
            let is_impossible = match self.store.text(*lang) {
                Some(text) => {
                    let words = self.store.dfa_of_words(&words)?;
                    !self.store.accepts(words, &text)?
                }
                None => {
                    let (words, own) =
                        (self.store.dfa_of_words(&words)?, self.store.dfa_of(*lang)?);
                    words == EMPTY || self.store.is_disjoint(words, own)?
                }
            };
            if is_impossible {
                return Ok(Some(*slot));
            }
        }
        Ok(None)
    }

    /// The texts that a slot can have.
    pub(super) fn words(&self, slot: usize) -> Words {
        self.slots.get(slot).map_or(Words::Any, |slot| slot.words)
    }
}
