//! Tenants: the part of a claim that says whose token it is.

use claimgate::explain::{Mismatch, ProviderHints};

use crate::shared_issuer::{NameKind, SHARED_ISSUERS, SharedIssuer, TenantClaim, shared_issuer};

pub(super) const HINTS: ProviderHints = ProviderHints {
    differences: &[],
    mismatch: |_| Vec::new(),
    outsiders,
};

/// Claims that many issuers have, for other things than a tenant too.
const COMMON: [&str; 4] = ["sub", "aud", "azp", "email"];

/// Another tenant that a pattern would admit.
fn outsiders(at: &Mismatch<'_>, pattern: &str) -> Option<String> {
    // All addresses of the domain that the rule names.
    let domain = pattern.rsplit_once('@').map(|(_, domain)| domain);
    if domain
        .is_some_and(|domain| !domain.contains(['*', ':', '/']) && at.pattern.ends_with(domain))
    {
        return None;
    }
    let issuer = at.claims.get("iss").and_then(|iss| iss.as_str());
    let known = issuer.and_then(shared_issuer);
    let is_meant = |shared: &&&SharedIssuer| known.is_none_or(|known| known == **shared);
    let (own, other, word) = SHARED_ISSUERS.iter().filter(is_meant).find_map(|shared| {
        let is_on = |row: &&TenantClaim| {
            let is_telling =
                known.is_some() || !row.before.is_empty() || !COMMON.contains(&row.claim);
            row.claim == at.claim.source() && is_telling && row.kind == NameKind::Tenant
        };
        shared.tenants.iter().filter(is_on).find_map(|row| {
            let other = row.tenant(pattern)?;
            // A pattern such as `repo:` has no tenant yet.
            let own = row
                .tenant(at.pattern)
                .or(other.contains('*').then_some(""))?;
            Some((without_id(own), without_id(other), shared.word))
        })
    })?;
    // A pattern in another language, such as `^acme`, has no name that can be compared.
    let is_name = |text: &str| !text.contains(NO_NAME) && !text.starts_with('.');
    // Nor has one a character that cannot be seen.
    let seen: String = own.chars().filter(char::is_ascii_graphic).collect();
    // `github.com/acme` names the tenant as well.
    let mut names = at.pattern.split([':', '/', ' ']);
    let is_named = names.any(|name| name.eq_ignore_ascii_case(other));
    if own.contains('*') || is_named || seen.eq_ignore_ascii_case(other) {
        None
    } else if own.is_empty() || !is_name(own) {
        let is_every = other.contains('*');
        (is_every || !own.contains(other)).then(|| match is_every {
            true => format!("every {word}"),
            false => format!("{word} `{other}`"),
        })
    } else if other.contains('*') {
        Some(format!("every {word}, and not only `{own}`"))
    } else {
        Some(format!("another {word}, `{other}`, in place of `{own}`"))
    }
}

/// What no tenant's name has, and other languages do.
const NO_NAME: [char; 17] = [
    '^', '$', '(', ')', '[', '{', '|', '\\', ',', '<', '>', '=', '%', ' ', '"', '\'', '`',
];

/// A name without the id that GitHub writes after it.
fn without_id(tenant: &str) -> &str {
    tenant.split('@').next().unwrap_or(tenant)
}
