//! Whether a policy says whose tokens it is for, and which names its patterns do not end.

use claimgate::claim_path::ClaimPath;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::{NameKind, ProjectName, SharedIssuer, TenantClaim, is_uuid};

use crate::outline::{WILDCARD, outline};

/// How far a policy's rules determine the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pin {
    /// A rule requires one tenant.
    Tenant,
    /// A rule requires a part of the tenant's name, which other names share.
    Part(Unended),
    /// Any tenant.
    Free,
}

/// A name that a wildcard continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unended {
    /// The claim, as the rule writes it.
    pub(crate) claim: String,
    /// What has the name.
    pub(crate) word: &'static str,
    /// The part of the name that is written.
    pub(crate) name: String,
    /// The part of the value that all values share, up to the wildcard or from there on.
    pub(crate) shared: String,
    /// Whether the wildcard is before the name.
    pub(crate) is_end: bool,
    /// The text that would end the name; empty if that is the end of the value.
    pub(crate) until: &'static str,
}

/// A name in a pattern.
struct Name<'a> {
    text: &'a str,
    is_ended: bool,
    /// What follows the text that ends it.
    rest: &'a str,
}

/// How far the rules of `policy` determine the tenant of `issuer`.
pub(crate) fn pin(policy: &PolicyDefinition, issuer: &SharedIssuer, dialect: Dialect) -> Pin {
    let mut found = Pin::Free;
    for (claim, pattern) in &policy.rules {
        let outline = outline(pattern, dialect);
        for row in issuer.tenants.iter().filter(|row| is_on(row, claim)) {
            match tenant(row, issuer, claim, &outline) {
                Pin::Tenant => return Pin::Tenant,
                Pin::Part(part) => found = Pin::Part(part),
                Pin::Free => {}
            }
        }
    }
    found
}

/// A name that a rule of the policy does not end, although other rules may: of a project, or in a claim
/// that is not the tenant's alone.
pub(crate) fn unended(
    policy: &PolicyDefinition,
    issuer: &SharedIssuer,
    dialect: Dialect,
) -> Option<Unended> {
    policy.rules.iter().find_map(|(claim, pattern)| {
        let outline = outline(pattern, dialect);
        let tenants = issuer.tenants.iter().filter(|row| is_on(row, claim));
        let projects = || {
            tenants
                .clone()
                .find_map(|row| project(row, issuer, claim, &outline))
        };
        let mut others = issuer.others.iter().filter(|row| is_on(row, claim));
        projects().or_else(|| {
            others.find_map(|row| match tenant(row, issuer, claim, &outline) {
                Pin::Part(part) => Some(part),
                Pin::Tenant => project(row, issuer, claim, &outline),
                Pin::Free => None,
            })
        })
    })
}

/// Whether a rule's claim is that of the row. One claim can be written in several ways.
fn is_on(row: &TenantClaim, claim: &str) -> bool {
    row.claim == claim || is_same_claim(row.claim, claim)
}

/// Whether two paths lead to the same claim.
pub(crate) fn is_same_claim(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(ClaimPath::parse);
    match (one, other) {
        (Ok(one), Ok(other)) => one.segments() == other.segments(),
        _ => false,
    }
}

/// What a pattern says about the tenant in the way of one row.
fn tenant(row: &TenantClaim, issuer: &SharedIssuer, claim: &str, outline: &str) -> Pin {
    let part = |name: &str, shared: &str, is_end| {
        Pin::Part(Unended {
            claim: claim.to_owned(),
            word: issuer.word,
            name: name.to_owned(),
            shared: shared.to_owned(),
            is_end,
            until: row.until,
        })
    };
    if let NameKind::Domain { open } = row.kind {
        return match domain(outline, open) {
            Some(true) => Pin::Tenant,
            Some(false) => {
                let end = outline.trim_start_matches(WILDCARD);
                part(end, end, true)
            }
            None => Pin::Free,
        };
    }
    if row.kind == NameKind::Uuid {
        return if is_uuid(outline) {
            Pin::Tenant
        } else {
            Pin::Free
        };
    }
    let Some(rest) = after_start(row, issuer, outline) else {
        return Pin::Free;
    };
    match name(rest, row.until) {
        Name { text: "", .. } => Pin::Free,
        Name { is_ended: true, .. } => Pin::Tenant,
        Name { text, .. } => {
            let shared = outline.split(WILDCARD).next().unwrap_or_default();
            part(text, shared, false)
        }
    }
}

/// The name of a project that the pattern begins and does not end.
fn project(
    row: &TenantClaim,
    issuer: &SharedIssuer,
    claim: &str,
    outline: &str,
) -> Option<Unended> {
    let rest = after_start(row, issuer, outline)?;
    let tenant = name(rest, row.until);
    let mut rest = Some(tenant).filter(|name| name.is_ended)?.rest;
    for ProjectName {
        word,
        before,
        until,
        ..
    } in row.projects
    {
        let Some(after) = rest.strip_prefix(before) else {
            continue;
        };
        let found = name(after, until);
        if !found.is_ended {
            // Any name, and then the next one.
            let any = format!("{before}{WILDCARD}{until}");
            if let Some(after) = rest.strip_prefix(&any).filter(|_| !until.is_empty()) {
                rest = after;
                continue;
            }
            // GitLab and Pulumi have folders in their names.
            let is_begun = !found.text.is_empty() && !found.text.ends_with('/');
            return is_begun.then(|| Unended {
                claim: claim.to_owned(),
                word,
                name: found.text.to_owned(),
                shared: up_to_name(outline, found.text),
                is_end: false,
                until,
            });
        }
        rest = found.rest;
    }
    None
}

/// The outline up to the wildcard that continues a name.
fn up_to_name(outline: &str, name: &str) -> String {
    let continued = format!("{name}{WILDCARD}");
    let end = outline.find(&continued).map(|start| start + name.len());
    outline
        .get(..end.unwrap_or(outline.len()))
        .unwrap_or(outline)
        .to_owned()
}

/// What follows the text before the tenant's name. In a composed subject, that may stand after others.
fn after_start<'a>(row: &TenantClaim, issuer: &SharedIssuer, outline: &'a str) -> Option<&'a str> {
    outline.strip_prefix(row.before).or_else(|| {
        let is_composed =
            issuer.is_subject_composed && row.claim == "sub" && !row.before.is_empty();
        let start = format!(":{}", row.before);
        let (_, rest) = outline.split_once(&start).filter(|_| is_composed)?;
        Some(rest)
    })
}

/// The name at the start of a pattern.
fn name<'a>(text: &'a str, until: &str) -> Name<'a> {
    let wildcard = text.find(WILDCARD).unwrap_or(text.len());
    // GitHub writes an identifier after `@`, which ends the name as well.
    let ends = [until, "@"].map(|end| text.find(end).filter(|_| !until.is_empty()));
    let end = ends
        .into_iter()
        .flatten()
        .min()
        .filter(|end| *end < wildcard);
    let is_whole = wildcard == text.len();
    let (name, rest) = text
        .split_at_checked(end.unwrap_or(wildcard))
        .unwrap_or((text, ""));
    let rest = rest.split_once(until).filter(|_| end.is_some());
    Name {
        text: name,
        is_ended: end.is_some() || is_whole,
        rest: rest.map_or("", |(_, rest)| rest),
    }
}

/// Whether a pattern requires one domain (true), or the end of its name (false); none if it requires
/// neither.
fn domain(outline: &str, open: &[&str]) -> Option<bool> {
    let end = outline.rsplit(WILDCARD).next().unwrap_or_default();
    let (domain, is_whole) = match (end.rsplit_once('@'), end.strip_prefix('.')) {
        (Some((_, domain)), _) => (domain, true),
        (None, Some(parent)) => (parent, parent.contains('.')),
        (None, None) => (end, false),
    };
    let is_open = domain.is_empty() || !domain.contains('.') || open.contains(&domain);
    (!is_open).then_some(is_whole)
}

/// Whether it is an allow with a rule on `aud` and no other.
pub(crate) fn is_only_audience(policy: &PolicyDefinition) -> bool {
    policy.decision == Decision::Allow
        && matches!(policy.rules.as_slice(), [(claim, _)] if is_same_claim(claim, "aud"))
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
            issuer.word.to_ascii_uppercase(),
            row.until
        ),
        (None, Some(row)) => format!("add a rule on `{}` without wildcards", row.claim),
        (None, None) => "add a rule without wildcards".to_owned(),
    }
}
