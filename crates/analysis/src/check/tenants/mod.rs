//! Findings on whose tokens an allow admits.

pub(super) mod actor_only;
pub(super) mod attacker_chosen_only;
pub(super) mod audience_only;
pub(super) mod audience_unpinned;
pub(super) mod human_identity;
pub(super) mod immutable_subject_missed;
pub(super) mod mutable_name;
pub(super) mod name_without_separator;
pub(super) mod recyclable_name;
pub(super) mod root_issuer;
pub(crate) mod shared_issuer_unpinned;
pub(super) mod workflow_claim_confused;

use claimgate::policy::PolicyDefinition;

use super::Find;
use super::context::{Context, policy_of};
use super::finding::Finding;
use crate::answer::Witness;
use crate::pin::is_same_claim;

pub(super) const FIND: &[Find] = &[
    open_to_strangers,
    audience_only::find,
    audience_unpinned::find,
    name_without_separator::find,
    workflow_claim_confused::find,
    human_identity::find,
    mutable_name::find,
    recyclable_name::find,
    immutable_subject_missed::find,
    root_issuer::find,
];

/// Why an allow admits a stranger's token, if it does for that reason.
type Reason = fn(&mut Context<'_>, usize, &PolicyDefinition, &Witness) -> Option<Finding>;

/// The reasons, the most special first. The last one is always given.
const REASONS: [Reason; 6] = [
    audience_only::reason,
    name_without_separator::reason,
    actor_only::reason,
    workflow_claim_confused::reason,
    attacker_chosen_only::reason,
    shared_issuer_unpinned::reason,
];

/// Allows that admit a stranger's token: each has one finding, which says why.
fn open_to_strangers(cx: &mut Context<'_>) {
    if cx.issuer.url.is_empty() || cx.grammar().is_none() {
        // They are read off the text.
        return;
    }
    for (allow, definition) in cx.allows() {
        let Some(witness) = cx.stranger(allow) else {
            continue;
        };
        let mut reasons = REASONS.iter();
        let found = reasons.find_map(|reason| reason(cx, allow, definition, &witness));
        if let Some(found) = found {
            let found = found.witness(witness);
            let found = cx.unless_unknown(found, definition);
            cx.add(found);
        }
    }
    for code in [
        audience_only::RULE.code,
        name_without_separator::RULE.code,
        shared_issuer_unpinned::RULE.code,
    ] {
        // What is not known is still read off the text.
        let mut heuristic = cx.take_heuristic(code);
        heuristic.retain(|own| policy_of(&own.path).is_some_and(|policy| cx.is_undecided(policy)));
        cx.add_heuristic(heuristic);
    }
}

/// Whether all rules of a policy are on some of these claims, and it has one.
fn is_only_on(policy: &PolicyDefinition, claims: &[&str]) -> bool {
    let is_on = |(own, _): &(String, String)| claims.iter().any(|claim| is_same_claim(claim, own));
    !policy.rules.is_empty() && policy.rules.iter().all(is_on)
}
