//! The elements of the form that paths of diagnostics lead to.

use leptos::prelude::*;

use crate::state::draft::PolicyDraft;

/// The identifier of the element for a path such as `policies[1].rules.sub`.
pub(crate) fn field_of(drafts: &[PolicyDraft], path: &str) -> Option<String> {
    let (index, rest) = path.strip_prefix("policies[")?.split_once(']')?;
    let draft = drafts.get(index.parse::<usize>().ok()?)?;
    let claim = rest.strip_prefix(".rules.");
    let rules = draft.rules.read();
    let rule = claim.and_then(|claim| rules.iter().find(|rule| *rule.claim.read() == claim));
    Some(match (rule, rest) {
        (Some(rule), _) => format!("rule-{}", rule.key),
        (None, ".teamName" | ".userLogin" | ".runnerID" | ".roleID") => {
            format!("target-{}", draft.key)
        }
        (None, _) => format!("policy-{}", draft.key),
    })
}

/// The key of the card for such a path.
pub(crate) fn card_of(drafts: &[PolicyDraft], path: &str) -> Option<usize> {
    let (index, _) = path.strip_prefix("policies[")?.split_once(']')?;
    Some(drafts.get(index.parse::<usize>().ok()?)?.key)
}
