//! Issuers that sign tokens for everyone, and whose token one of theirs is.

use std::sync::LazyLock;

use claimgate::claims::Claims;
use claimgate::json::Value;

use super::files;
use super::read::{list, text, texts};

/// An issuer that signs the tokens of many tenants.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SharedIssuer {
    /// Its URLs. One that ends in `/` stands for all below it.
    urls: Vec<String>,
    /// The claims that name the tenant, the best first.
    tenant: Vec<TenantClaim>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TenantClaim {
    name: String,
    /// The text that ends the tenant's part of the value.
    until: Option<String>,
}

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
pub fn tenant<'a>(issuer: &str, claims: &'a Claims) -> Option<(&'a str, &'a str)> {
    let known = shared()
        .iter()
        .filter(|shared| shared.urls.iter().any(|url| is_below(issuer, url)))
        .flat_map(|shared| &shared.tenant);
    let known = known
        .filter_map(|claim| claim.of(claims))
        .find(|(_, value)| !value.is_empty());
    known.or_else(|| Some(("sub", owner(claims.get("sub")?.as_str()?))))
}

impl TenantClaim {
    fn of<'a>(&'static self, claims: &'a Claims) -> Option<(&'a str, &'a str)> {
        let value = claims.get(&self.name)?.as_str()?;
        let end = self.until.as_deref().and_then(|until| value.find(until));
        Some((&self.name, value.get(..end.unwrap_or(value.len()))?))
    }
}

/// The part of a subject that names an owner: up to the first `/`, or the second `:` before that.
fn owner(subject: &str) -> &str {
    let slash = subject.find('/').unwrap_or(subject.len());
    let colon = subject.match_indices(':').nth(1);
    let end = colon.map_or(slash, |(colon, _)| colon.min(slash));
    subject.get(..end).unwrap_or(subject)
}

fn is_below(issuer: &str, url: &str) -> bool {
    issuer == url || url.ends_with('/') && issuer.starts_with(url)
}

fn shared() -> &'static [SharedIssuer] {
    static SHARED: LazyLock<Vec<SharedIssuer>> =
        LazyLock::new(|| read(files::SHARED_ISSUERS).unwrap_or_default());
    &SHARED
}

/// Reads the file of shared issuers; none if it is invalid, which a test detects.
fn read(file: &str) -> Option<Vec<SharedIssuer>> {
    let Value::Array(items) = Value::parse(file).ok()? else {
        return None;
    };
    let issuer = |value: &Value| {
        Some(SharedIssuer {
            urls: texts(value, "issuers")?,
            tenant: list(value, "tenant", |claim| {
                Some(TenantClaim {
                    name: text(claim, "claim")?,
                    until: text(claim, "until"),
                })
            })?,
        })
    };
    items.iter().map(issuer).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Claims;

    use super::{owner, shared, tenant};

    const GITHUB: &str = "https://token.actions.githubusercontent.com";

    fn found(issuer: &str, claims: &str) -> Option<(String, String)> {
        let claims = Claims::from_json(claims).unwrap();
        tenant(issuer, &claims).map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    #[test]
    fn the_file_names_issuers_and_their_tenants_claims() {
        assert!(shared().len() >= 10);
        for issuer in shared() {
            assert!(
                !issuer.urls.is_empty() && !issuer.tenant.is_empty(),
                "{issuer:?}"
            );
            assert!(
                issuer.urls.iter().all(|url| url.starts_with("https://")),
                "{issuer:?}"
            );
        }
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
                "repo:b",
            ),
            (
                GITHUB,
                r#"{"repository_owner_id": 1, "sub": "repo:b/c:d"}"#,
                "sub",
                "repo:b",
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
