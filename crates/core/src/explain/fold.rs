//! Combines the matching policies into a decision. No other code does that.

use super::evidence::{Permissions, ReasonCode};
use crate::policy::{CompiledPolicy, Decision, RequestedToken, Target};

/// The matching policies so far, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally<'a> {
    deny: Option<usize>,
    /// Whether a report-only deny matches.
    is_reported: bool,
    allow: Option<usize>,
    has_admin: bool,
    role: Option<&'a str>,
    roles_differ: bool,
}

impl<'a> Tally<'a> {
    /// Adds a matching policy; adding it twice has no further effect.
    pub(super) fn add(&mut self, index: usize, policy: &'a CompiledPolicy) {
        if policy.report_only {
            self.is_reported = true;
            return;
        }
        let first = match policy.decision {
            Decision::Deny => &mut self.deny,
            Decision::Allow => &mut self.allow,
        };
        *first = Some(first.map_or(index, |other| other.min(index)));
        let (Decision::Allow, Target::Organization { admin, role_id }) =
            (policy.decision, &policy.target)
        else {
            return;
        };
        self.has_admin |= admin;
        if let Some(role) = role_id.as_deref() {
            self.roles_differ |= self.role.is_some_and(|other| other != role);
            self.role = Some(role);
        }
    }

    /// Whether the decision could change if that policy matched too.
    pub(super) fn is_changed_by(&self, index: usize, policy: &CompiledPolicy) -> bool {
        let is_first = |first: Option<usize>| first.is_none_or(|first| index < first);
        if policy.report_only {
            return false;
        }
        match (policy.decision, &policy.target) {
            (Decision::Deny, _) => is_first(self.deny),
            (Decision::Allow, _) if self.deny.is_some() => false,
            (Decision::Allow, Target::Organization { admin, role_id }) => {
                let is_new_role = role_id
                    .as_deref()
                    .is_some_and(|role| self.role != Some(role));
                is_first(self.allow) || (*admin && !self.has_admin) || is_new_role
            }
            (Decision::Allow, _) => is_first(self.allow),
        }
    }

    /// Whether report-only policies would have denied what no other policy denies.
    pub(super) fn would_be_denied(&self) -> bool {
        self.is_reported && self.deny.is_none()
    }

    /// A deny overrides every allow; without an allow, the request is denied.
    pub(super) fn verdict(&self, request: &RequestedToken) -> (ReasonCode, Option<Permissions>) {
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
                role_id: self.role.map(str::to_owned),
            };
            (ReasonCode::AllowMatched, Some(grant))
        }
    }

    /// The first policy that a reason is about.
    pub(super) fn first(&self, reason: ReasonCode) -> Option<usize> {
        match reason {
            ReasonCode::DenyMatched => self.deny,
            ReasonCode::DefaultDeny => None,
            ReasonCode::AllowMatched | ReasonCode::AdminNotGranted | ReasonCode::RoleAmbiguous => {
                self.allow
            }
        }
    }
}

/// Which policies a reason is about.
pub(super) fn about(code: ReasonCode) -> Option<Decision> {
    match code {
        ReasonCode::DenyMatched => Some(Decision::Deny),
        ReasonCode::DefaultDeny => None,
        ReasonCode::AllowMatched | ReasonCode::AdminNotGranted | ReasonCode::RoleAmbiguous => {
            Some(Decision::Allow)
        }
    }
}
