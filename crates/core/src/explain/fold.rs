//! Combines the matching policies into a decision. No other code does that.

use super::evidence::{Permissions, ReasonCode};
use crate::policy::{CompiledPolicy, Decision, Effect, RequestedToken, Target};

/// The matching policies so far, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    deny: Option<usize>,
    /// Whether a report-only deny matches.
    is_reported: bool,
    allow: Option<usize>,
    has_admin: bool,
    /// The number of a role, and the policy that gives it.
    role: Option<(u32, usize)>,
    roles_differ: bool,
}

impl Tally {
    /// Adds a matching policy; adding it twice has no further effect.
    pub(super) fn add(&mut self, index: usize, effect: Effect) {
        if effect.report_only {
            self.is_reported = true;
            return;
        }
        let first = match effect.decision {
            Decision::Deny => &mut self.deny,
            Decision::Allow => &mut self.allow,
        };
        *first = Some(first.map_or(index, |other| other.min(index)));
        if effect.decision == Decision::Deny {
            return;
        }
        self.has_admin |= effect.admin;
        if effect.role != 0 {
            self.roles_differ |= self.role.is_some_and(|(other, _)| other != effect.role);
            self.role = Some((effect.role, index));
        }
    }

    /// Whether the decision could change if that policy matched too.
    pub(super) fn is_changed_by(&self, index: usize, effect: Effect) -> bool {
        let is_first = |first: Option<usize>| first.is_none_or(|first| index < first);
        match effect.decision {
            _ if effect.report_only => false,
            Decision::Deny => is_first(self.deny),
            Decision::Allow if self.deny.is_some() => false,
            Decision::Allow => {
                let is_new_role = effect.role != 0
                    && !self.roles_differ
                    && self.role.is_none_or(|(role, _)| role != effect.role);
                is_first(self.allow) || (effect.admin && !self.has_admin) || is_new_role
            }
        }
    }

    /// Whether a policy denies it.
    pub(super) fn is_denied(&self) -> bool {
        self.deny.is_some()
    }

    /// Whether report-only policies would have denied what no other policy denies.
    pub(super) fn would_be_denied(&self) -> bool {
        self.is_reported && self.deny.is_none()
    }

    /// A deny overrides every allow; without an allow, the request is denied.
    pub(super) fn verdict(
        &self,
        request: &RequestedToken,
        policies: &[CompiledPolicy],
    ) -> (ReasonCode, Option<Permissions>) {
        let wants_admin = matches!(request, RequestedToken::Organization { admin: true });
        if self.deny.is_some() {
            (ReasonCode::DenyMatched, None)
        } else if self.allow.is_none() {
            (ReasonCode::DefaultDeny, None)
        } else if wants_admin && !self.has_admin {
            (ReasonCode::AdminNotGranted, None)
        } else if self.roles_differ {
            (ReasonCode::RoleAmbiguous, None)
        } else {
            let grant = Permissions {
                admin: wants_admin,
                role_id: self.role.and_then(|(_, index)| role(policies.get(index)?)),
            };
            (ReasonCode::AllowMatched, Some(grant))
        }
    }

    /// The first policy that a reason is about.
    pub(super) fn first(&self, reason: ReasonCode) -> Option<usize> {
        match reason {
            ReasonCode::DenyMatched => self.deny,
            ReasonCode::DefaultDeny
            | ReasonCode::DecisionTooCostly
            | ReasonCode::AudienceNotAccepted => None,
            ReasonCode::AllowMatched | ReasonCode::AdminNotGranted | ReasonCode::RoleAmbiguous => {
                self.allow
            }
        }
    }
}

fn role(policy: &CompiledPolicy) -> Option<String> {
    match &policy.target {
        Target::Organization { role_id } => role_id.clone(),
        _ => None,
    }
}

/// Which policies a reason is about.
pub(super) fn about(code: ReasonCode) -> Option<Decision> {
    match code {
        ReasonCode::DenyMatched => Some(Decision::Deny),
        ReasonCode::DefaultDeny
        | ReasonCode::DecisionTooCostly
        | ReasonCode::AudienceNotAccepted => None,
        ReasonCode::AllowMatched | ReasonCode::AdminNotGranted | ReasonCode::RoleAmbiguous => {
            Some(Decision::Allow)
        }
    }
}
