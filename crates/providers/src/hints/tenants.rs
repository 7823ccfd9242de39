//! Tenants: the part of a claim that says whose token it is.

use claimgate::explain::{Mismatch, ProviderHints};

use super::is_on;

pub(super) const HINTS: ProviderHints = ProviderHints {
    differences: &[],
    mismatch: |_| Vec::new(),
    outsiders,
};

/// A claim, what comes before the tenant in it and after, and the word for a tenant. Nothing after
/// it: the tenant is the rest.
const TENANTS: [(&str, &str, &str, &str); 14] = [
    ("sub", "repo:", "/", "owner"),
    ("sub", "project_path:", "/", "namespace"),
    ("sub", "organization:", ":", "organization"),
    ("sub", "org/", "/", "organization"),
    ("sub", "p://", "/", "organization"),
    ("sub", "sc://", "/", "organization"),
    ("repository", "", "/", "owner"),
    ("repository_owner", "", "", "owner"),
    ("job_workflow_ref", "", "/", "owner"),
    ("project_path", "", "/", "namespace"),
    ("namespace_path", "", "/", "namespace"),
    ("organization_slug", "", "", "organization"),
    ("terraform_organization_name", "", "", "organization"),
    ("owner", "", "", "owner"),
];

/// Another tenant that a pattern would admit.
fn outsiders(at: &Mismatch<'_>, pattern: &str) -> Option<String> {
    let (own, other, word) = TENANTS.iter().find_map(|(claim, before, after, word)| {
        let tenant = |text| tenant(text, before, after);
        let (own, other) = (tenant(at.pattern)?, tenant(pattern)?);
        is_on(at, claim).then_some((own, other, word))
    })?;
    if own.contains('*') || own.eq_ignore_ascii_case(other) {
        None
    } else if other.contains('*') {
        Some(format!("every {word}, and not only `{own}`"))
    } else {
        Some(format!("another {word}, `{other}`, in place of `{own}`"))
    }
}

/// The tenant in a text, without the id that GitHub writes after its name.
fn tenant<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(before)?;
    let tenant = match after {
        "" => rest,
        after => rest.split(after).next()?,
    };
    tenant.split('@').next()
}
