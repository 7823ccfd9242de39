//! Whether a change leaves every allow something to admit.

use super::session::Analysis;
use crate::model::PolicyModel;

/// Whether every allow that admitted something still does, where a change has kept the places of policies.
pub(crate) fn stays_useful(before: &PolicyModel, changed: &mut Analysis<'_>) -> bool {
    let mut analysis = Analysis::new(before);
    let mut policies = 0..before.definitions().len();
    policies.all(|policy| {
        !changed.is_allow(policy)
            || changed.is_effective(policy).is_yes()
            || !analysis.is_effective(policy).is_yes()
    })
}
