//! Changes of an issuer that the guard of shared issuers judges.

use claimgate::policy::parse_policies;

use super::record::{IssuerRecord, IssuerUpdate};
use crate::app::App;
use crate::guard::review::review;
use crate::http::error::ApiError;

/// The update with what the guard finds on it. It is asked if stored policies may admit more because
/// of the update: by more audiences, or by denies that only report.
///
/// # Errors
/// 400 with the findings, if the guard refuses the update.
pub(super) async fn guarded(
    app: &App,
    organization: i64,
    before: &IssuerRecord,
    update: IssuerUpdate,
) -> Result<IssuerUpdate, ApiError> {
    let (old, new) = (&before.settings, &update.settings);
    if old.audiences == new.audiences && old.report_only >= new.report_only {
        return Ok(update);
    }
    let stored = app.store.policies_of(organization, &before.id).await?;
    let (old, new, url) = (old.clone(), new.clone(), before.url.clone());
    let version = stored.version;
    let (length, mode) = (stored.document.len(), app.guard);
    let judge = move || {
        let policies = parse_policies(&stored.document).unwrap_or_default();
        let before = old.definition(url.clone(), policies.clone());
        let after = new.definition(url, policies);
        review(mode, &before, &after)
    };
    let judged = app.reviews.run_on(organization, length, judge).await?;
    Ok(IssuerUpdate {
        findings: judged?,
        judged_with: Some(version),
        ..update
    })
}
