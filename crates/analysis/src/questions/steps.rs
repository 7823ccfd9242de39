//! Proofs in words.

use claimgate::sorted::distinct;

use crate::answer::{Proof, ProofStep};
use crate::query::{Query, Refutation, Space, Steps};

/// The most steps that are written down.
const MAX_STEPS: usize = 200;

/// The proof that a refutation is.
pub(super) fn proof(space: &Space, query: &Query<'_>, refutation: &Refutation) -> Proof {
    let cubes = refutation.cubes();
    let cubes = cubes.iter().filter_map(|place| query.negatives.get(*place));
    let policies = distinct(cubes.flat_map(|cube| cube.origin.policies(0)).collect());
    let Steps { steps, left_out } = refutation.steps(space, query, MAX_STEPS);
    let steps = steps.into_iter();
    Proof {
        policies,
        steps: steps
            .map(|(depth, text)| ProofStep { depth, text })
            .collect(),
        left_out,
    }
}
