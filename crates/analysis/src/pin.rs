//! Whether a policy says whose tokens it is for.

use claimgate::claim_path::ClaimPath;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::{SharedIssuer, TenantClaim};

use crate::policies::literal_start;

/// How far a policy's rules determine the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pin {
    /// A rule requires one tenant.
    Tenant,
    /// The rule on that claim requires a beginning of the tenant's name, which other names share.
    Beginning {
        /// The claim, as the rule writes it.
        claim: String,
        /// What every value begins with.
        start: String,
        /// The text that would end the name.
        until: &'static str,
    },
    /// Any tenant.
    Free,
}

/// How far the rules of `policy` determine the tenant of `issuer`.
pub(crate) fn pin(policy: &PolicyDefinition, issuer: &SharedIssuer, dialect: Dialect) -> Pin {
    let mut found = Pin::Free;
    for (claim, pattern) in &policy.rules {
        let (start, is_whole) = literal_start(pattern, dialect);
        for row in rows(issuer, claim) {
            match of(row, &start, is_whole) {
                Some(true) => return Pin::Tenant,
                Some(false) => {
                    found = Pin::Beginning {
                        claim: claim.clone(),
                        start: start.clone(),
                        until: row.until,
                    };
                }
                None => {}
            }
        }
    }
    found
}

/// The ways in which a claim names a tenant of the issuer.
pub(crate) fn rows<'a>(
    issuer: &SharedIssuer,
    claim: &'a str,
) -> impl Iterator<Item = &'static TenantClaim> + use<'a> {
    let path = ClaimPath::parse(claim);
    // One claim can be written in several ways.
    let is_same = move |other: ClaimPath| {
        path.as_ref()
            .is_ok_and(|path| path.segments() == other.segments())
    };
    let is_it = move |row: &&TenantClaim| {
        row.claim == claim || ClaimPath::parse(row.claim).is_ok_and(&is_same)
    };
    issuer.tenants.iter().filter(is_it)
}

/// Whether the beginning of a pattern determines the tenant (true), or the beginning of its name
/// (false). None if it says nothing about the tenant.
fn of(row: &TenantClaim, start: &str, is_whole: bool) -> Option<bool> {
    let rest = start.strip_prefix(row.before)?;
    // GitHub writes an owner's identifier after `@`, which ends the name as well.
    let end = [row.until, "@"].map(|end| rest.find(end).filter(|_| !row.until.is_empty()));
    let name = end
        .into_iter()
        .flatten()
        .min()
        .and_then(|end| rest.get(..end));
    let is_ended = !row.until.is_empty() && name.is_some_and(|name| !name.is_empty());
    (!rest.is_empty()).then_some(is_whole || is_ended)
}

/// Whether it is an allow with a rule on `aud` and no other.
pub(crate) fn is_only_audience(policy: &PolicyDefinition) -> bool {
    policy.decision == Decision::Allow
        && matches!(policy.rules.as_slice(), [(claim, _)] if claim == "aud" || claim == "\"aud\"")
}

/// The rule that would pin a tenant.
pub(crate) fn advice(issuer: &SharedIssuer) -> String {
    let subject = issuer
        .tenants
        .iter()
        .find(|row| row.claim == "sub" && !row.until.is_empty());
    match (subject, issuer.tenants.first()) {
        (Some(row), _) => format!(
            "add a rule on `sub` that begins with `{}{}{}`",
            row.before,
            issuer.word.to_uppercase(),
            row.until
        ),
        (None, Some(row)) => format!("add a rule on `{}` without wildcards", row.claim),
        (None, None) => "add a rule without wildcards".to_owned(),
    }
}
