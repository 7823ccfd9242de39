//! Proofs in words.

use crate::answer::{Proof, ProofStep};
use crate::query::{Query, Refutation, Space};

/// The most steps that are written down.
const MAX_STEPS: usize = 200;

/// The proof that a refutation is.
pub(super) fn proof(space: &Space, query: &Query<'_>, refutation: &Refutation) -> Proof {
    let mut policies: Vec<usize> = refutation
        .cubes()
        .iter()
        .filter_map(|place| query.negatives.get(*place))
        .flat_map(|cube| cube.origin.policies(0))
        .collect();
    policies.sort_unstable();
    policies.dedup();
    let mut steps = Vec::new();
    refutation.describe(space, query, &mut |depth, text| {
        steps.push(ProofStep { depth, text });
    });
    let left_out = steps.len().saturating_sub(MAX_STEPS);
    steps.truncate(MAX_STEPS);
    Proof {
        policies,
        steps,
        left_out,
    }
}
