//! The checker of proofs accepts those that were found, and none of anything that has a token.

use std::rc::Rc;

use claimgate::pattern::Dialect;
use proptest::prelude::*;

use super::proof::{End, Node, Refutation, Tree};
use super::{Cube, Facts, Origin, Outcome, Query, Space};
use crate::automaton::tokens;

type Rules = Vec<(usize, String)>;

fn cube(space: &mut Space, rules: &Rules) -> Cube {
    let mut rule = |(claim, pattern): &(usize, String)| {
        let path = space.claim(["x", "y", "x.z"][*claim]);
        (path, space.store.lang([tokens(pattern, Dialect::Pulumi)]))
    };
    let rules: Vec<_> = rules.iter().map(&mut rule).collect();
    space.cube(rules, Origin::Question)
}

fn rules() -> impl Strategy<Value = Rules> {
    prop::collection::vec((0..3_usize, "[ab*?.]{0,2}"), 1..3)
}

/// What is wrong with a proof after a change at one of its nodes.
fn spoil(refutation: &Refutation, change: usize) -> Refutation {
    let mut spoilt = refutation.clone();
    for in_shape in &mut spoilt.shapes {
        spoil_tree(&mut in_shape.tree, change);
    }
    spoilt
}

fn spoil_tree(tree: &mut Tree, change: usize) {
    match tree {
        Tree::Ways { children, .. } if change.is_multiple_of(5) => {
            children.pop();
        }
        Tree::Ways { children, .. } => children
            .iter_mut()
            .for_each(|child| spoil_tree(child, change)),
        Tree::Search(node) => {
            let mut own = (**node).clone();
            spoil_node(&mut own, change);
            *node = Rc::new(own);
        }
        other => *other = Tree::Empty { slot: change % 3 },
    }
}

fn spoil_node(node: &mut Node, change: usize) {
    match (change % 5, &mut node.end) {
        (1, _) => {
            node.units.pop();
        }
        (2, _) => node
            .units
            .iter_mut()
            .for_each(|unit| unit.atom = change % 2),
        (3, End::Branch { children, .. }) => children.iter_mut().for_each(|child| *child = None),
        (_, End::Branch { negative, .. }) => {
            node.end = End::Closed {
                negative: *negative,
            }
        }
        (_, End::Closed { negative }) => *negative = change % 4,
    }
}

proptest! {
    #[test]
    fn no_proof_is_accepted_of_what_has_a_token(
        first in (rules(), prop::collection::vec(rules(), 0..4)),
        second in (rules(), prop::collection::vec(rules(), 0..4)),
        change in 0..60_usize,
    ) {
        let mut space = Space::new(None, Facts::None);
        let mut built = Vec::new();
        for (positive, negatives) in [&first, &second] {
            let positive = cube(&mut space, positive);
            let negatives: Vec<_> = negatives.iter().map(|rules| cube(&mut space, rules)).collect();
            built.push((positive, negatives));
        }
        let mut proofs = Vec::new();
        let mut satisfiable = Vec::new();
        for (positive, negatives) in &built {
            let negatives: Vec<&Cube> = negatives.iter().collect();
            let query = Query { positives: &[positive], negatives: &negatives, shapes: &[] };
            match space.solve(&query) {
                Outcome::Yes(_) => satisfiable.push((positive, negatives)),
                Outcome::No(refutation) => {
                    prop_assert_eq!(space.is_refuted(&query, &refutation), Some(true));
                    proofs.extend([spoil(&refutation, change), refutation]);
                }
                Outcome::Undecided(exhausted) => prop_assert!(false, "{:?}", exhausted),
            }
        }
        for (positive, negatives) in satisfiable {
            let query = Query { positives: &[positive], negatives: &negatives, shapes: &[] };
            for proof in &proofs {
                prop_assert_ne!(space.is_refuted(&query, proof), Some(true));
            }
            prop_assert_ne!(space.is_refuted(&query, &Refutation::default()), Some(true));
        }
    }
}

#[test]
fn a_spoilt_proof_is_rejected() {
    let mut space = Space::new(None, Facts::None);
    let of = |list: &[(usize, &str)]| -> Rules {
        list.iter()
            .map(|(claim, pattern)| (*claim, (*pattern).to_owned()))
            .collect()
    };
    let positive = cube(&mut space, &of(&[(0, "?"), (1, "?")]));
    // All four combinations of empty and one character.
    let negatives: Vec<Cube> = [("", ""), ("", "."), (".", ""), (".", ".")]
        .map(|(x, y)| cube(&mut space, &of(&[(0, x), (1, y)])))
        .into();
    let negatives: Vec<&Cube> = negatives.iter().collect();
    let query = Query {
        positives: &[&positive],
        negatives: &negatives,
        shapes: &[],
    };
    let Outcome::No(refutation) = space.solve(&query) else {
        panic!("all combinations are excluded");
    };
    assert_eq!(refutation.cubes(), [0, 1, 2, 3]);
    for change in [0, 3, 4] {
        let spoilt = spoil(&refutation, change);
        assert_ne!(space.is_refuted(&query, &spoilt), Some(true), "{change}");
    }
    for left_out in 0..4 {
        let mut fewer = negatives.clone();
        fewer.remove(left_out);
        let query = Query {
            positives: &[&positive],
            negatives: &fewer,
            shapes: &[],
        };
        assert_ne!(space.is_refuted(&query, &refutation), Some(true));
        assert!(matches!(space.solve(&query), Outcome::Yes(_)));
    }
}
