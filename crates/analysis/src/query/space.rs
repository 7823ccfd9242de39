//! What tokens can look like.

use std::rc::Rc;

use claimgate::claim_path::ClaimPath;
use claimgate_providers::grammar::{ANY_TOKEN, Claim, ClaimKind, Grammar, Piece, Words};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bits::Bits;
use super::cube::{Cube, Origin, PathId, Rule, RulesId};
use super::question::Query;
use super::shape::{ClaimInfo, Shape};
use crate::automaton::{LangId, Segment, Store, WordsId, only_star};

/// What is assumed about tokens.
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
    path_ids: FxHashMap<Path, PathId>,
    /// For each path those of which one is an object if the other is there.
    conflicts: Vec<Vec<PathId>>,
    pub(super) slots: Vec<Slot>,
    /// Any text.
    pub(super) any: WordsId,
    atoms: FxHashMap<&'static str, usize>,
    pub(super) shapes: Vec<Shape>,
    /// Paths that the provider sends, in some shape.
    known: FxHashSet<PathId>,
    /// Paths of claims that may be arrays, in some shape.
    many: Bits,
    /// What no token is like, by the facts.
    never: Vec<Cube>,
    /// The numbers of lists of rules.
    pub(super) rules: FxHashMap<Rc<[Rule]>, RulesId>,
    /// What the checker of proofs found out.
    pub(super) checked: Checked,
}

/// What the checker of proofs found out.
#[derive(Default)]
pub(super) struct Checked {
    /// Whether the second patterns cover what the words and the first ones have in common.
    pub(super) covered: FxHashMap<(WordsId, Vec<LangId>, Vec<LangId>), bool>,
    /// Whether a claim's value never matches, in tokens of a shape.
    pub(super) never: FxHashMap<(usize, Rule), bool>,
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
    pub(super) words: WordsId,
    pub(super) samples: Vec<&'static str>,
    /// The slot that mostly has the same text.
    pub(super) mostly: Option<usize>,
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
    /// The tokens of the issuer with that URL, as far as facts are assumed.
    pub(crate) fn new(url: Option<&str>, facts: Facts) -> Self {
        let mut store = Store::default();
        let any = store.know(&Words::Any);
        let mut space = Self {
            store,
            paths: Vec::new(),
            path_ids: FxHashMap::default(),
            conflicts: Vec::new(),
            slots: Vec::new(),
            any,
            atoms: FxHashMap::default(),
            shapes: Vec::new(),
            known: FxHashSet::default(),
            many: Bits::default(),
            never: Vec::new(),
            rules: FxHashMap::default(),
            checked: Checked::default(),
        };
        match facts {
            Facts::None => space.add_shape("token", ANY_TOKEN, &[]),
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
        for atom in grammar.atoms {
            let other = atom.mostly.and_then(|other| self.atom_slot(other));
            let own = self.atom_slot(atom.name);
            if let Some(slot) = own.and_then(|own| self.slots.get_mut(own)) {
                slot.mostly = other;
            }
        }
        for shape in grammar.shapes {
            let claims: Vec<&Claim> = grammar.claims_of(shape).collect();
            self.add_shape(shape.name, shape.when, &claims);
            let own: Vec<PathId> = shape
                .claims
                .iter()
                .map(|claim| self.claim_path(claim.path))
                .collect();
            if let Some(last) = self.shapes.last_mut() {
                last.own = own;
            }
        }
        for never in grammar.never {
            let rule = |(path, pattern): &(&str, &str)| {
                let lang = self.store.lang([only_star(pattern)]);
                (self.claim_path(path), lang)
            };
            let rules: Vec<Rule> = never.iter().map(rule).collect();
            let cube = self.cube(rules, Origin::Facts);
            self.never.push(cube);
        }
    }

    /// What no token is like, by the facts, of that which the query is about.
    pub(crate) fn never(&self, query: &Query<'_>) -> Vec<Cube> {
        let cubes = || query.positives.iter().chain(query.negatives);
        let is_about = |path: &PathId| {
            let mut rules = cubes().flat_map(|cube| cube.rules.iter());
            rules.any(|(own, _)| own == path)
        };
        let never = self.never.iter();
        never
            .filter(|cube| cube.rules.iter().any(|(path, _)| is_about(path)))
            .cloned()
            .collect()
    }

    fn add_shape(&mut self, name: &'static str, when: &'static str, claims: &[&Claim]) {
        let mut shape = Shape::new(name, when);
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
            if info.is_many {
                self.many.insert(path);
            }
            shape.add(path, info);
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
                shape.add(path, info);
                shape.always.push(path);
            }
        }
    }

    fn add_slot(&mut self, name: String, words: Words, samples: Vec<&'static str>) -> usize {
        let words = self.store.know(&words);
        self.slots.push(Slot {
            name,
            words,
            samples,
            mostly: None,
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
        let others: Vec<PathId> = (0..id).filter(|other| self.exclude(*other, id)).collect();
        for other in &others {
            self.conflicts
                .get_mut(*other)
                .into_iter()
                .for_each(|list| list.push(id));
        }
        self.conflicts.push(others);
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
            self.many.insert(id);
            for shape in &mut self.shapes {
                let info = ClaimInfo {
                    segments: [Segment::Part(slot)].into(),
                    is_many: true,
                    kind: ClaimKind::Text,
                };
                shape.add(id, info);
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
                shape.add(id, info);
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
        self.many.contains(path)
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
    fn exclude(&self, first: PathId, second: PathId) -> bool {
        match (self.segments(first), self.segments(second)) {
            (Some(a), Some(b)) => a.len() != b.len() && (a.starts_with(b) || b.starts_with(a)),
            _ => false,
        }
    }

    /// The claims of which one is an object if this one is there.
    pub(super) fn conflicts(&self, path: PathId) -> &[PathId] {
        self.conflicts
            .get(path)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// A cube of these rules.
    pub(crate) fn cube(&mut self, rules: impl Into<Rc<[Rule]>>, origin: Origin) -> Cube {
        let rules = rules.into();
        let new = RulesId(self.rules.len());
        let id = *self.rules.entry(rules.clone()).or_insert(new);
        Cube { rules, origin, id }
    }
}
