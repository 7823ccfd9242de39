//! What one side of a difference does with a token of the other, in words.

use claimgate::explain::ReasonCode;
use claimgate::text::list;

use crate::answer::Witness;
use crate::model::{PolicyModel, role};

/// What a side does with a token that the other side admits, or gives a role: the policies that decide, and
/// a clause.
pub(super) fn other_side(
    model: &PolicyModel,
    witness: &Witness,
    is_new: bool,
) -> (Vec<usize>, String) {
    let side = if is_new { "new" } else { "old" };
    let Some(verdict) = model.evaluate(&witness.claims, &witness.request) else {
        let because = format!("the {side} issuer does not accept its audience");
        return (Vec::new(), because);
    };
    let policies = verdict.reason.policies;
    let named = format!("{side} {}", list::policies(&policies));
    let is_one = policies.len() == 1;
    let verb = |one: &'static str, several: &'static str| if is_one { one } else { several };
    let mut roles: Vec<String> = Vec::new();
    for definition in policies
        .iter()
        .filter_map(|policy| model.definition(*policy))
    {
        let own = role(definition).map(|own| format!("`{own}`"));
        roles.extend(own.filter(|own| !roles.contains(own)));
    }
    let because = match verdict.reason.code {
        ReasonCode::DenyMatched => format!("{named} {} it", verb("denies", "deny")),
        ReasonCode::RoleAmbiguous => format!(
            "{named} match it and give different roles, {}, so it is refused",
            list::enumerate(&roles)
        ),
        ReasonCode::AdminNotGranted => {
            format!(
                "{named} {} it, but without admin permission",
                verb("allows", "allow")
            )
        }
        ReasonCode::AllowMatched => match roles.first() {
            Some(role) => format!("{named} {} it the role {role}", verb("gives", "give")),
            None => format!("{named} {} it no role", verb("gives", "give")),
        },
        ReasonCode::DecisionTooCostly => format!("the {side} policies take too long to evaluate"),
        _ => format!("no {side} policy allows it"),
    };
    (policies, because)
}
