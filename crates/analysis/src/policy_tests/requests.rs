//! The kinds of requests that a property is about.

use super::property::RequestFilter;
use crate::answer::RequestKind;

impl RequestFilter {
    /// Whether requests of a kind are among them.
    pub(super) fn has(&self, kind: &RequestKind) -> bool {
        if kind.token_type() != self.token_type {
            return false;
        }
        let target = self.target.as_deref();
        match kind {
            RequestKind::Organization { admin } => *admin || !self.admin,
            RequestKind::Team => true,
            // Logins are compared without regard to case.
            RequestKind::Personal { login } => {
                target.is_none_or(|own| own.eq_ignore_ascii_case(login))
            }
            RequestKind::Runner { name } => target.is_none_or(|own| own == name),
        }
    }
}
