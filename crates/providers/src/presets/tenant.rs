//! Whose token one of a shared issuer is.

use claimgate::claims::Claims;

use crate::shared_issuer::{SHARED_ISSUERS, SharedIssuer, TenantClaim};

/// The tenant of an issuer that a token belongs to, such as the owner of a repository: the name of a
/// claim, and the part of its value that names the tenant. `None` if no claim does: the issuer
/// itself is the tenant's, as far as is known.
///
/// Where nothing is known of the issuer, it is the part of `sub` that names an owner in the usual
/// forms: `repo:octo-org` of `repo:octo-org/app:…`, and `organization:acme` of
/// `organization:acme:project:…`.
///
/// ```
/// use claimgate::claims::Claims;
/// use claimgate_providers::tenant;
///
/// let claims = Claims::from_json(r#"{"repository_owner_id": "65", "sub": "repo:octo-org/app:pull_request"}"#)?;
/// let github = "https://token.actions.githubusercontent.com";
/// assert_eq!(tenant(github, &claims), Some(("repository_owner_id", "65")));
/// assert_eq!(tenant("https://ci.example", &claims), Some(("sub", "repo:octo-org")));
/// # Ok::<(), claimgate::claims::ClaimsError>(())
/// ```
pub fn tenant<'a>(issuer: &str, claims: &'a Claims) -> Option<(&'static str, &'a str)> {
    let mut known = SHARED_ISSUERS
        .iter()
        .filter(|shared| signs_for(shared, issuer))
        .flat_map(|shared| shared.tenants);
    known
        .find_map(|row| {
            let name = name(row);
            Some((name, row.tenant(claims.get(name)?.as_str()?)?))
        })
        .or_else(|| Some(("sub", owner(claims.get("sub")?.as_str()?))))
}

/// Whether the issuer is the shared one, or one of a tenant below it, whose tokens have the same
/// claims.
fn signs_for(shared: &SharedIssuer, issuer: &str) -> bool {
    let is_it = |url: &&str| {
        let rest = issuer.strip_prefix(*url);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    shared.urls.iter().any(is_it)
}

/// The claim's name: the path without quotes, as all of them have one segment.
fn name(row: &TenantClaim) -> &'static str {
    row.claim.trim_matches('"')
}

/// The part of a subject that names an owner: up to the first `/`, or the second `:` before that.
fn owner(subject: &str) -> &str {
    let slash = subject.find('/').unwrap_or(subject.len());
    let colon = subject.match_indices(':').nth(1);
    let end = colon.map_or(slash, |(colon, _)| colon.min(slash));
    subject.get(..end).unwrap_or(subject)
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Claims;

    use super::{owner, tenant};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn found(issuer: &str, claims: &str) -> Option<(String, String)> {
        let claims = Claims::from_json(claims).unwrap();
        tenant(issuer, &claims).map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    #[test]
    fn a_shared_issuers_tenant_is_in_the_first_claim_that_the_token_has() {
        for (issuer, claims, name, value) in [
            (
                GITHUB,
                r#"{"repository_owner": "a", "repository_owner_id": "1"}"#,
                "repository_owner_id",
                "1",
            ),
            (
                GITHUB,
                r#"{"repository_owner": "a", "sub": "repo:b/c:d"}"#,
                "repository_owner",
                "a",
            ),
            (
                GITHUB,
                r#"{"repository_owner": "", "sub": "repo:b/c:d"}"#,
                "sub",
                "b",
            ),
            (
                GITHUB,
                r#"{"repository_owner_id": 1, "sub": "repo:b/c:d"}"#,
                "sub",
                "b",
            ),
            (
                "https://token.actions.githubusercontent.com/octo",
                r#"{"repository_owner_id": "1"}"#,
                "repository_owner_id",
                "1",
            ),
            (
                "https://gitlab.com",
                r#"{"namespace_path": "a/b/c"}"#,
                "namespace_path",
                "a",
            ),
            (
                "https://gitlab.com",
                r#"{"namespace_path": "a"}"#,
                "namespace_path",
                "a",
            ),
            (
                "https://oidc.circleci.com",
                r#"{"oidc.circleci.com/org-id": "1"}"#,
                "oidc.circleci.com/org-id",
                "1",
            ),
            (
                "https://app.terraform.io",
                r#"{"terraform_organization_id": "org-1"}"#,
                "terraform_organization_id",
                "org-1",
            ),
        ] {
            let expected = Some((name.to_owned(), value.to_owned()));
            assert_eq!(found(issuer, claims), expected, "{issuer} {claims}");
        }
    }

    #[test]
    fn elsewhere_the_subject_names_an_owner_or_nothing_does() {
        for (subject, expected) in [
            ("repo:octo-org/app:ref:refs/heads/main", "repo:octo-org"),
            (
                "project_path:group/sub/app:ref_type:branch:ref:main",
                "project_path:group",
            ),
            (
                "organization:acme:project:a:workspace:b",
                "organization:acme",
            ),
            ("system:serviceaccount:ns:name", "system:serviceaccount"),
            ("117243567890123456789", "117243567890123456789"),
            ("repo:é/app:x", "repo:é"),
            ("", ""),
        ] {
            assert_eq!(owner(subject), expected);
        }
        assert_eq!(found("https://ci.example", r#"{"sub": 1}"#), None);
        assert_eq!(found("https://ci.example", "{}"), None);
        let lookalike = "https://token.actions.githubusercontent.com.example";
        assert_eq!(found(lookalike, r#"{"repository_owner_id": "1"}"#), None);
    }
}
