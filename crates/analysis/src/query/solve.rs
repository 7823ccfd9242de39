//! Answers a query, shape by shape.

use std::collections::HashMap;
use std::rc::Rc;

use super::cube::{Cube, PathId};
use super::place::Present;
use super::proof::{InShape, Negative, Refutation, Tree};
use super::residual::Residual;
use super::search::Search;
use super::space::Space;
use super::token::Assignment;
use crate::automaton::{Exhausted, LangId};

/// Is there a token on which all of the first cubes hold, and none of the others?
#[derive(Clone, Copy)]
pub(crate) struct Query<'a> {
    pub(crate) positives: &'a [&'a Cube],
    pub(crate) negatives: &'a [&'a Cube],
    /// The names of the shapes that the token may have; empty if any.
    pub(crate) shapes: &'a [&'static str],
}

/// The answer to a query.
pub(crate) enum Outcome {
    /// There is this token.
    Yes(Box<Assignment>),
    /// There is none.
    No(Refutation),
    /// It is not known.
    Undecided(Exhausted),
}

impl Query<'_> {
    /// The rules that have to hold, each once.
    pub(super) fn rules(&self) -> Vec<(PathId, LangId)> {
        let mut rules: Vec<(PathId, LangId)> = Vec::new();
        for rule in self.positives.iter().flat_map(|cube| &cube.rules) {
            if !rules.contains(rule) {
                rules.push(*rule);
            }
        }
        rules
    }

    fn wants(&self, name: &str) -> bool {
        self.shapes.is_empty() || self.shapes.contains(&name)
    }

    /// The numbers of the shapes that the token may have.
    pub(super) fn shape_numbers(&self, space: &Space) -> Vec<usize> {
        let shapes = space.shapes.iter().enumerate();
        let wanted = shapes.filter(|(_, shape)| self.wants(shape.name));
        wanted.map(|(number, _)| number).collect()
    }
}

impl Space {
    /// Answers a query. A refutation has been checked by other means.
    pub(crate) fn solve(&mut self, query: &Query<'_>) -> Outcome {
        self.store.budget.question();
        match self.answer(query) {
            Ok(Err(refutation)) => match self.is_refuted(query, &refutation) {
                Some(true) => Outcome::No(refutation),
                _ => Outcome::Undecided(Exhausted::Proof),
            },
            Ok(Ok(assignment)) => Outcome::Yes(Box::new(assignment)),
            Err(exhausted) => Outcome::Undecided(exhausted),
        }
    }

    fn answer(&mut self, query: &Query<'_>) -> Result<Result<Assignment, Refutation>, Exhausted> {
        let rules = query.rules();
        let wanted = self.meeting(query, &rules);
        let mut refutation = Refutation::default();
        for shape in query.shape_numbers(self) {
            let mut attempt = match Attempt::new(self, query, (&rules, &wanted), shape) {
                Ok(attempt) => attempt,
                Err(tree) => {
                    let negatives = Rc::from(Vec::new());
                    refutation.shapes.push(InShape {
                        shape,
                        tree,
                        negatives,
                    });
                    continue;
                }
            };
            match attempt.way(self, 0, &Residual::default())? {
                Ok(residual) => {
                    return Assignment::new(self, &attempt.present, &residual, &rules).map(Ok);
                }
                Err(tree) => refutation.shapes.push(InShape {
                    shape,
                    tree,
                    negatives: attempt.negatives.unwrap_or_default().into(),
                }),
            }
        }
        Ok(Err(refutation))
    }

    /// The places of the negatives that do not differ from what has to hold in the first or last
    /// characters of some claim.
    fn meeting(&self, query: &Query<'_>, rules: &[(PathId, LangId)]) -> Vec<usize> {
        let mut required: HashMap<PathId, Vec<LangId>> = HashMap::new();
        for (path, lang) in rules {
            required.entry(*path).or_default().push(*lang);
        }
        let is_apart = |(path, lang): &(PathId, LangId)| {
            let own = required.get(path);
            own.is_some_and(|list| list.iter().all(|own| self.store.are_apart(*own, *lang)))
        };
        let cubes = query.negatives.iter().enumerate();
        let meet = cubes.filter(|(_, cube)| !cube.rules.iter().any(is_apart));
        meet.map(|(place, _)| place).collect()
    }
}

/// The search for a token of one shape.
struct Attempt<'a> {
    query: &'a Query<'a>,
    rules: &'a [(PathId, LangId)],
    /// The places of the negatives to look at.
    wanted: &'a [usize],
    present: Present,
    /// Listed when what has to hold can hold: often it cannot.
    negatives: Option<Vec<Negative>>,
}

impl<'a> Attempt<'a> {
    fn new(
        space: &Space,
        query: &'a Query<'a>,
        (rules, wanted): (&'a [(PathId, LangId)], &'a [usize]),
        shape: usize,
    ) -> Result<Self, Tree> {
        let needed: Vec<PathId> = rules.iter().map(|(path, _)| *path).collect();
        Ok(Self {
            query,
            rules,
            wanted,
            present: Present::new(space, shape, &needed)?,
            negatives: None,
        })
    }

    fn expand(&self, space: &mut Space) -> Result<Vec<Negative>, Exhausted> {
        // What a rule with only one way requires is required in any case.
        let mut required: HashMap<usize, Vec<LangId>> = HashMap::new();
        for (path, lang) in self.rules {
            if let [way] = &*space.ways(self.present.shape, *path, *lang)? {
                for (slot, lang) in &way.parts {
                    required.entry(*slot).or_default().push(*lang);
                }
            }
        }
        self.present
            .negatives(space, self.query.negatives, self.wanted, &required)
    }

    /// Tries the ways in which the rule at a place and those after it can hold.
    fn way(
        &mut self,
        space: &mut Space,
        rule: usize,
        residual: &Residual,
    ) -> Result<Result<Residual, Tree>, Exhausted> {
        let Some((path, lang)) = self.rules.get(rule).copied() else {
            let negatives = match self.negatives.take() {
                Some(negatives) => negatives,
                None => self.expand(space)?,
            };
            let open = (0..negatives.len()).collect();
            let found = Search::new(space, &negatives).run(residual.clone(), open, 0)?;
            self.negatives = Some(negatives);
            return Ok(found.map_err(Tree::Search));
        };
        let many = self.present.many(space);
        let mut children = Vec::new();
        for way in space.ways(self.present.shape, path, lang)?.iter() {
            space.store.budget.branch()?;
            if let Some(slot) = way.impossible {
                children.push(Tree::Empty { slot });
                continue;
            }
            let mut residual = residual.clone();
            let mut empty = None;
            for (slot, lang) in &way.parts {
                if !residual.require(space, *slot, *lang, many.contains(slot))? {
                    empty = Some(*slot);
                    break;
                }
            }
            match empty {
                Some(slot) => children.push(Tree::Empty { slot }),
                None => match self.way(space, rule + 1, &residual)? {
                    Ok(residual) => return Ok(Ok(residual)),
                    Err(tree) => children.push(tree),
                },
            }
        }
        Ok(Err(Tree::Ways { rule, children }))
    }
}
