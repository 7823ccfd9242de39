//! Tenants: the part of a claim that says whose token it is.

use claimgate::explain::{Mismatch, ProviderHints};

use crate::shared_issuer::{SHARED_ISSUERS, SharedIssuer, TenantClaim, shared_issuer};

pub(super) const HINTS: ProviderHints = ProviderHints {
    differences: &[],
    mismatch: |_| Vec::new(),
    outsiders,
};

/// Claims that name a tenant only where the issuer is known to put one there.
const COMMON: [&str; 4] = ["sub", "aud", "azp", "email"];

/// Ids of a part of a tenant.
const PARTS: [&str; 5] = [
    "repository_id",
    "project_id",
    "workspace_id",
    "pipeline_id",
    "cluster_id",
];

/// Another tenant that a pattern would admit.
fn outsiders(at: &Mismatch<'_>, pattern: &str) -> Option<String> {
    let issuer = at.claims.get("iss").and_then(|iss| iss.as_str());
    let known = issuer.and_then(shared_issuer);
    let is_meant = |shared: &&SharedIssuer| known.is_none_or(|known| known == *shared);
    let (own, other, word) = SHARED_ISSUERS.iter().filter(is_meant).find_map(|shared| {
        let is_on = |row: &&TenantClaim| {
            let is_telling =
                known.is_some() || !row.before.is_empty() || !COMMON.contains(&row.claim);
            let is_part = PARTS
                .iter()
                .any(|id| row.claim.ends_with(id) || row.before.starts_with(id));
            row.claim == at.claim.source() && is_telling && !is_part
        };
        shared.tenants.iter().filter(is_on).find_map(|row| {
            let (own, other) = (row.tenant(at.pattern)?, row.tenant(pattern)?);
            Some((without_id(own), without_id(other), shared.word))
        })
    })?;
    if own.contains('*') || own.eq_ignore_ascii_case(other) {
        None
    } else if other.contains('*') {
        Some(format!("every {word}, and not only `{own}`"))
    } else {
        Some(format!("another {word}, `{other}`, in place of `{own}`"))
    }
}

/// A name without the id that GitHub writes after it.
fn without_id(tenant: &str) -> &str {
    tenant.split('@').next().unwrap_or(tenant)
}
