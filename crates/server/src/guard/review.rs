//! How the guard's findings apply when policies are saved, or what restricts them is changed.

use claimgate::diagnostic::Diagnostic;
use claimgate::issuer::IssuerDefinition;
use claimgate_analysis::{Finding, Witness, guard};
use claimgate_api::FindingBody;

use super::mode::GuardMode;
use crate::http::error::ApiError;

/// Judges a change of policies, or of their issuer. Returns the findings to save it with.
///
/// # Errors
/// 400 with the findings, if the guard refuses the change.
pub(crate) fn review(
    mode: GuardMode,
    before: &IssuerDefinition,
    after: &IssuerDefinition,
) -> Result<Vec<FindingBody>, ApiError> {
    if mode == GuardMode::Off {
        return Ok(Vec::new());
    }
    let mut found = guard(before, after);
    let is_refused = |finding: &Finding| finding.witness.is_some();
    if mode == GuardMode::Enforce && found.iter().any(is_refused) {
        found.retain(is_refused);
        return Err(ApiError::refused(found.into_iter().map(body).collect()));
    }
    Ok(found.into_iter().map(body).collect())
}

fn body(finding: Finding) -> FindingBody {
    let Diagnostic {
        path,
        code,
        message,
        help,
        ..
    } = finding.diagnostic;
    let claims = |witness: &Witness| serde_json::to_value(&witness.claims).unwrap_or_default();
    FindingBody {
        path,
        code: code.into_owned(),
        message,
        help,
        witness: finding.witness.as_deref().map(claims),
    }
}
