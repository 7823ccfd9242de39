//! Names of things in messages.

use claimgate::explain::Outcome;
use claimgate::policy::{Decision, PolicyDefinition};

use super::file::PolicyName;

/// The word of a decision.
pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Denied => "denied",
    }
}

/// A policy as messages name it: ``policy 2 (`main`): allow organization``.
pub(super) fn policy(index: usize, definition: &PolicyDefinition, is_report_only: bool) -> String {
    let name = definition.name.as_deref();
    let name = name.map(|name| format!(" (`{name}`)")).unwrap_or_default();
    let decision = definition.decision.as_str();
    let token_type = definition.token_type.as_str();
    let report_only = match definition.decision {
        Decision::Deny if is_report_only => ", report-only",
        _ => "",
    };
    format!(
        "policy {}{name}: {decision} {token_type}{report_only}",
        index + 1
    )
}

impl PolicyName {
    /// The index of the policy that it names.
    ///
    /// # Errors
    /// Why it names none, as a clause.
    pub(super) fn find(&self, policies: &[PolicyDefinition]) -> Result<usize, String> {
        match self {
            Self::Number(number) if (1..=policies.len()).contains(number) => Ok(number - 1),
            Self::Number(number) => Err(format!(
                "there is no policy {number}: the number of policies is {}",
                policies.len()
            )),
            Self::Name(name) => {
                let is_named = |policy: &PolicyDefinition| policy.name.as_deref() == Some(name);
                let mut found = policies.iter().enumerate().filter(|(_, own)| is_named(own));
                match (found.next(), found.next()) {
                    (Some((index, _)), None) => Ok(index),
                    (None, _) => Err(format!("no policy has the name `{name}`")),
                    _ => Err(format!("several policies have the name `{name}`")),
                }
            }
        }
    }
}
