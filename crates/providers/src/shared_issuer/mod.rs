//! Issuers that sign tokens for everybody, and the claims that tell whose token it is.
//!
//! The one table of these facts: findings, hints and the server's budgets read it.

mod table;

pub(crate) use table::GITHUB;
pub use table::SHARED_ISSUERS;
use table::UNDOCUMENTED;

/// An issuer whose tokens anyone can get: a rule has to pin the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedIssuer {
    /// Its operator's name for it.
    pub name: &'static str,
    /// Its URLs. One that ends with `/` stands for all below it.
    pub urls: &'static [&'static str],
    /// What a tenant is called: `owner`.
    pub word: &'static str,
    /// The claims that name the tenant, the one to tell tenants apart by first.
    pub tenants: &'static [TenantClaim],
    /// Claims with names in the same form that are not the tenant's, or not only: strangers can call a
    /// reusable workflow.
    pub others: &'static [TenantClaim],
    /// Whether an organization may compose `sub` of claims, `key:value:key:value`. A `:` within a value
    /// is `%3A` then.
    pub is_subject_composed: bool,
}

/// A claim that names the tenant of a token, or of a project of the tenant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TenantClaim {
    /// The claim's path.
    pub claim: &'static str,
    /// The text before the name in the claim's value.
    pub before: &'static str,
    /// The text that ends the name; empty if the name is the rest of the value.
    pub until: &'static str,
    /// The names that follow the tenant's, in their order. Each may be absent.
    pub projects: &'static [ProjectName],
    /// What the name is of.
    pub kind: NameKind,
}

/// A name below the tenant's, in the same value: of a repository, of a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProjectName {
    /// What has the name.
    pub word: &'static str,
    /// The text before the name.
    pub before: &'static str,
    /// The text that ends the name; empty if it is the rest of the value.
    pub until: &'static str,
}

/// What a name in a claim is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameKind {
    /// The tenant.
    Tenant,
    /// A part of one tenant, such as a repository: an id or a name that exists once only.
    Part,
    /// The tenant or a part of it, where the value is a UUID.
    Uuid,
    /// The tenant, after the last `@` of the value.
    Domain {
        /// Domains that everyone gets addresses in.
        open: &'static [&'static str],
    },
}

impl TenantClaim {
    /// The tenant's name in a value.
    #[must_use]
    pub fn tenant<'a>(&self, value: &'a str) -> Option<&'a str> {
        let name = match self.kind {
            NameKind::Domain { open } => {
                let domain = value.rsplit_once('@').map(|(_, domain)| domain);
                return domain.filter(|domain| !domain.is_empty() && !open.contains(domain));
            }
            NameKind::Uuid => Some(value).filter(|value| is_uuid(value))?,
            NameKind::Tenant | NameKind::Part => {
                let rest = value.strip_prefix(self.before)?;
                match self.until {
                    "" => rest,
                    until => rest.split_once(until).map_or(rest, |(name, _)| name),
                }
            }
        };
        Some(name).filter(|name| !name.is_empty())
    }
}

impl SharedIssuer {
    /// The claims that its `sub` may be composed of, as far as they name something here.
    pub fn subject_keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        let rows = self.tenants.iter().chain(self.others);
        let rows = rows.filter(|row| row.claim == "sub");
        let keys = rows.filter_map(|row| row.before.strip_suffix(':'));
        let is_composed = self.is_subject_composed;
        keys.filter(move |key| is_composed && *key != "repo")
    }
}

/// Whether a text has the form of a UUID.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let is_group = |length: usize| {
        move |group: &str| group.len() == length && group.bytes().all(|c| c.is_ascii_hexdigit())
    };
    [8, 4, 4, 4, 12]
        .iter()
        .all(|length| groups.next().is_some_and(is_group(*length)))
        && groups.next().is_none()
}

/// The shared issuer with that URL. Of some it is known only which claim names the tenant: they are not in
/// [`SHARED_ISSUERS`], and have no [grammar](crate::grammar::grammar).
///
/// ```
/// use claimgate_providers::shared_issuer;
///
/// let github = shared_issuer("https://token.actions.githubusercontent.com").unwrap();
/// assert_eq!(github.word, "owner");
/// // An enterprise with an issuer of its own shares it with no one else.
/// assert_eq!(shared_issuer("https://token.actions.githubusercontent.com/octo-enterprise"), None);
/// ```
#[must_use]
pub fn shared_issuer(url: &str) -> Option<&'static SharedIssuer> {
    let is_url = |own: &&str| match own.ends_with('/') {
        true => url.len() > own.len() && url.starts_with(own),
        false => *own == url,
    };
    SHARED_ISSUERS
        .iter()
        .copied()
        .chain(&UNDOCUMENTED)
        .find(|issuer| issuer.urls.iter().any(is_url))
}

#[cfg(test)]
mod tests {
    use claimgate::claim_path::ClaimPath;

    use super::{NameKind, SHARED_ISSUERS, is_uuid, shared_issuer};

    #[test]
    fn each_issuer_has_urls_and_claims_that_name_its_tenants() {
        for issuer in &SHARED_ISSUERS {
            assert!(!issuer.tenants.is_empty(), "{issuer:?}");
            for url in issuer.urls {
                assert!(url.starts_with("https://") && !url.ends_with('/'), "{url}");
                assert_eq!(shared_issuer(url), Some(*issuer), "{url}");
            }
            for tenant in issuer.tenants.iter().chain(issuer.others) {
                assert!(ClaimPath::parse(tenant.claim).is_ok(), "{tenant:?}");
            }
        }
    }

    #[test]
    fn issuers_without_documented_tokens_are_known_to_be_shared() {
        for url in [
            "https://tokens.cloud.shisho.dev",
            "https://studio.datachain.ai/api",
            "https://oidc.op1.openshiftapps.com/x",
            "https://oidc-configuration.audit-log.githubusercontent.com",
            "https://vstoken.actions.githubusercontent.com",
            "https://sandboxes.cloud",
        ] {
            let issuer = shared_issuer(url).unwrap_or_else(|| panic!("{url}"));
            assert!(!issuer.tenants.is_empty(), "{url}");
            assert!(
                crate::grammar::grammar(url).is_none(),
                "{url}: move it to the table"
            );
        }
        for url in [
            "https://oidc.op1.openshiftapps.com/",
            "https://oidc.op1.openshiftapps.com",
            "https://studio.datachain.ai",
            "https://sandboxes.cloud/x",
        ] {
            assert_eq!(shared_issuer(url), None, "{url}");
        }
    }

    #[test]
    fn a_tenant_is_the_part_of_a_value_before_its_separator() {
        let github = shared_issuer("https://token.actions.githubusercontent.com").unwrap();
        let of = |claim: &str, value: &str| {
            let mut rows = github.tenants.iter().filter(|tenant| tenant.claim == claim);
            rows.find_map(|tenant| tenant.tenant(value))
                .map(str::to_owned)
        };
        for (claim, value, expected) in [
            (
                "sub",
                "repo:octo-org/octo-repo:pull_request",
                Some("octo-org"),
            ),
            (
                "sub",
                "repo:octo-org@65/octo-repo@74:pull_request",
                Some("octo-org@65"),
            ),
            ("sub", "repository_owner:octo-org:ref:x", Some("octo-org")),
            ("sub", "environment:production", None),
            ("sub", "repo:/octo-repo:x", None),
            ("sub", "job_workflow_ref:a/b/c:repository_owner:d", None),
            ("repository", "octo-org/octo-repo", Some("octo-org")),
            ("repository_owner", "octo-org", Some("octo-org")),
            ("repository_owner", "", None),
        ] {
            assert_eq!(of(claim, value).as_deref(), expected, "{claim} {value}");
        }
    }

    #[test]
    fn a_domain_is_a_tenant_unless_everyone_gets_addresses_in_it() {
        let google = shared_issuer("https://accounts.google.com").unwrap();
        let mut rows = google.tenants.iter();
        let row = rows.find(|row| matches!(row.kind, NameKind::Domain { .. }));
        for (email, expected) in [
            (
                "ci@acme.iam.gserviceaccount.com",
                Some("acme.iam.gserviceaccount.com"),
            ),
            ("eva@acme.example", Some("acme.example")),
            ("eva@gmail.com", None),
            ("1-compute@developer.gserviceaccount.com", None),
            ("eva", None),
            ("eva@", None),
        ] {
            assert_eq!(row.unwrap().tenant(email), expected, "{email}");
        }
    }

    #[test]
    fn an_id_is_a_uuid() {
        assert!(is_uuid("0191f956-042f-7ec4-aa62-8e5eeae396d0"));
        for text in [
            "",
            "0191f956",
            "0191f956-042f-7ec4-aa62-8e5eeae396d",
            "0191f956-042f-7ec4-aa62-8e5eeae396dx",
        ] {
            assert!(!is_uuid(text), "{text}");
        }
    }

    #[test]
    fn keys_of_subjects_are_those_of_issuers_that_compose_them() {
        let keys = |url| -> Vec<_> { shared_issuer(url).unwrap().subject_keys().collect() };
        let github = keys("https://token.actions.githubusercontent.com");
        assert!(github.contains(&"repository_owner") && github.contains(&"job_workflow_ref"));
        assert!(!github.contains(&"repo"));
        assert_eq!(keys("https://gitlab.com"), Vec::<&str>::new());
    }
}
