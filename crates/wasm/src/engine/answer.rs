//! The answers of the engine: numbers for decisions, JSON text for exchanges.

use claimgate::exchange::{GrantedToken, OauthError, Refusal};
use claimgate::explain::Decided;
use claimgate::inspect::Inspection;
use claimgate::json::write;
use claimgate::jwt::TokenError;
use serde::Serialize;

use super::Core;
use crate::protocol::{ADMIN, FAILED, POLICY, reason};

impl Core {
    pub(super) fn decided_or_failed(&mut self, decided: Result<Decided, TokenError>) -> f64 {
        match decided {
            Ok(decided) => self.decided(&decided),
            Err(error) => {
                error.code().clone_into(&mut self.text);
                f64::from(FAILED)
            }
        }
    }

    pub(super) fn decided(&mut self, decided: &Decided) -> f64 {
        let grant = decided.grant.as_ref();
        self.role = grant.and_then(|grant| grant.role_id.clone());
        let is_admin = grant.is_some_and(|grant| grant.admin);
        let reason = reason(decided.reason, self.role.is_some());
        let policy = decided.policy.map_or(0.0, |index| index as f64 + 1.0);
        policy * POLICY + f64::from(u32::from(is_admin) * ADMIN + reason)
    }

    pub(super) fn no_run(&mut self) -> f64 {
        "no-run".clone_into(&mut self.text);
        f64::from(FAILED)
    }
}

/// A grant as JSON text.
pub(super) fn granted(grant: &GrantedToken) -> String {
    #[derive(Serialize)]
    struct Granted<'a> {
        ok: bool,
        grant: &'a GrantedToken,
    }
    write(&Granted { ok: true, grant })
}

/// A refusal as JSON text.
pub(super) fn refused(refusal: &Refusal) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    struct Refused<'a> {
        ok: bool,
        status: u16,
        error: OauthError,
        error_description: String,
        code: &'a str,
        reason: String,
        help: Option<String>,
        inspection: Option<&'a Inspection>,
    }
    let error = &refusal.error;
    let refused = Refused {
        ok: false,
        status: error.status(),
        error: error.oauth(),
        error_description: error.description(),
        code: error.code(),
        reason: error.to_string(),
        help: error.help(),
        inspection: refusal.inspection.as_deref(),
    };
    write(&refused)
}
