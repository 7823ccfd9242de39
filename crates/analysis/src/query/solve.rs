//! Answers a query, shape by shape.

use claimgate::sorted::distinct;

use super::cube::{Origin, Rule};
use super::place::Required;
use super::present::Present;
use super::proof::{InShape, Negative, Refutation, Tree};
use super::question::Query;
use super::residual::{Remains, Residual};
use super::search::Search;
use super::space::Space;
use super::token::Assignment;
use crate::automaton::Exhausted;

/// The answer to a query.
pub(crate) enum Outcome {
    /// There is this token.
    Yes(Box<Assignment>),
    /// There is none.
    No(Refutation),
    /// It is not known.
    Undecided(Exhausted),
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
        let mut refutation = Refutation::default();
        for shape in query.shape_numbers(&self.shapes) {
            let (tree, negatives) = match self.in_shape(query, &rules, shape)? {
                Ok(assignment) => return Ok(Ok(assignment)),
                Err(why) => why,
            };
            refutation.shapes.push(InShape {
                shape,
                tree,
                negatives: negatives.into(),
            });
        }
        Ok(Err(refutation))
    }

    /// A token of a shape, or why there is none.
    fn in_shape(
        &mut self,
        query: &Query<'_>,
        rules: &[Rule],
        shape: usize,
    ) -> Result<Result<Assignment, (Tree, Vec<Negative>)>, Exhausted> {
        if let Some(tree) = self.impossible_rule(rules, shape)? {
            return Ok(Err((tree, Vec::new())));
        }
        let present = match Present::new(self, shape, rules) {
            Ok(present) => present,
            Err(tree) => return Ok(Err((tree, Vec::new()))),
        };
        let mut attempt = Attempt {
            query,
            rules,
            present,
            negatives: None,
        };
        match attempt.way(self, 0, &Residual::default())? {
            Ok(remains) => {
                let negatives = attempt.negatives.unwrap_or_default();
                let slots = decided_by(query, &negatives);
                Assignment::new(self, &attempt.present, &remains, &slots, query).map(Ok)
            }
            Err(tree) => Ok(Err((tree, attempt.negatives.unwrap_or_default()))),
        }
    }

    /// A rule that holds on no token of a shape. Usually one of a few rules tells most shapes.
    fn impossible_rule(&mut self, rules: &[Rule], shape: usize) -> Result<Option<Tree>, Exhausted> {
        for (rule, (path, lang)) in rules.iter().enumerate() {
            if self.segments_of(shape, *path).is_none() {
                return Ok(Some(Tree::Absent(*path)));
            }
            let ways = self.ways(shape, *path, *lang)?;
            if ways.iter().all(|way| way.impossible.is_some()) {
                return Ok(Some(Tree::Never { rule }));
            }
        }
        Ok(None)
    }
}

/// The parts of claims that other policies have rules on.
fn decided_by(query: &Query<'_>, negatives: &[Negative]) -> Vec<usize> {
    let is_policy = |own: &&Negative| {
        let cube = query.negatives.get(own.cube);
        cube.is_some_and(|cube| matches!(cube.origin, Origin::Policy { .. } | Origin::Roles { .. }))
    };
    let atoms = negatives
        .iter()
        .filter(is_policy)
        .flat_map(|own| &*own.atoms);
    distinct(atoms.map(|(slot, _)| *slot).collect())
}

/// The search for a token of one shape.
struct Attempt<'a> {
    query: &'a Query<'a>,
    rules: &'a [Rule],
    present: Present,
    /// Listed when what has to hold can hold: often it cannot.
    negatives: Option<Vec<Negative>>,
}

impl Attempt<'_> {
    fn expand(&self, space: &mut Space) -> Result<Vec<Negative>, Exhausted> {
        let required = Required::new(space, self.present.shape, self.rules)?;
        self.present
            .negatives(space, self.query.negatives, &required)
    }

    /// Tries the ways in which the rule at a place and those after it can hold.
    fn way(
        &mut self,
        space: &mut Space,
        rule: usize,
        residual: &Residual,
    ) -> Result<Result<Remains, Tree>, Exhausted> {
        let Some((path, lang)) = self.rules.get(rule).copied() else {
            let negatives = match self.negatives.take() {
                Some(negatives) => negatives,
                None => self.expand(space)?,
            };
            let found = Search::new(space, &self.present, &negatives).run(residual.clone())?;
            self.negatives = Some(negatives);
            let remains = |after| Remains {
                before: residual.clone(),
                after,
            };
            return Ok(found.map(remains).map_err(Tree::Search));
        };
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
                if !residual.require(space, *slot, *lang, self.present.is_many(*slot))? {
                    empty = Some(*slot);
                    break;
                }
            }
            match empty {
                Some(slot) => children.push(Tree::Empty { slot }),
                None => match self.way(space, rule + 1, &residual)? {
                    Ok(remains) => return Ok(Ok(remains)),
                    Err(tree) => children.push(tree),
                },
            }
        }
        Ok(Err(Tree::Ways { rule, children }))
    }
}
