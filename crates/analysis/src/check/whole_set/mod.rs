//! Findings on the policies of an issuer as a whole: what they do to each other.

pub(super) mod admin_wider;
pub(super) mod allow_dead;
pub(super) mod allow_redundant;
pub(super) mod analysis_undecided;
pub(super) mod deny_avoidable;
pub(super) mod deny_case;
pub(super) mod deny_useless;
pub(super) mod never_matches_provider;
pub(super) mod policies_equal;
pub(super) mod report_only;
pub(super) mod report_only_differs;
pub(super) mod role_ambiguous_possible;
pub(super) mod rules_unsatisfiable;
pub(super) mod wider_than_baseline;

use super::Find;
use super::context::Context;
use crate::answer::Answer;
use crate::questions::Defect;

pub(super) const FIND: &[Find] = &[
    reviewed,
    deny_avoidable::find,
    deny_case::find,
    report_only::find,
    report_only_differs::find,
    wider_than_baseline::find,
    // Last: it says what the others could not decide.
    analysis_undecided::find,
];

/// What a review of the whole set has found.
fn reviewed(cx: &mut Context<'_>) {
    for issue in cx.analysis.review().issues {
        let first = issue.policies.first().copied().unwrap_or_default();
        if let Answer::Undecided { .. } = issue.answer {
            cx.yes(first, issue.answer);
            continue;
        }
        match issue.defect {
            // Its target is what is wrong, which has a finding of its own.
            Defect::Unsatisfiable if !cx.is_reachable(first) => {}
            Defect::Unsatisfiable => match cx.bare.is_satisfiable(first).is_no() {
                true => rules_unsatisfiable::add(cx, first, issue),
                false => never_matches_provider::add(cx, first, issue),
            },
            Defect::AllowDead => allow_dead::add(cx, first, issue),
            Defect::AllowRedundant => match policies_equal::is_equal(cx, first, &issue) {
                true => policies_equal::add(cx, first, issue),
                false => allow_redundant::add(cx, first, issue),
            },
            Defect::DenyDisjoint | Defect::DenyCovered => deny_useless::add(cx, first, issue),
            Defect::RoleAmbiguous => role_ambiguous_possible::add(cx, first, issue),
            Defect::AdminWider => admin_wider::add(cx, first, issue),
        }
    }
}
