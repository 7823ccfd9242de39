//! Issuers that sign tokens for everybody, and the claims that tell whose token it is.
//!
//! The one table of these facts: findings, hints and the server's budgets read it.

/// An issuer whose tokens anyone can get: a rule has to pin the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedIssuer {
    /// Its operator's name for it.
    pub name: &'static str,
    /// Its URLs.
    pub urls: &'static [&'static str],
    /// What a tenant is called: `owner`.
    pub word: &'static str,
    /// The claims that name the tenant, the one to tell tenants apart by first.
    pub tenants: &'static [TenantClaim],
    /// Whether the author of a job chooses its token's audience.
    pub is_audience_chosen: bool,
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
    /// The text that ends the name of the project, which follows the tenant's; empty if none does.
    pub project_until: &'static str,
}

impl TenantClaim {
    /// The tenant's name in a value.
    #[must_use]
    pub fn tenant<'a>(&self, value: &'a str) -> Option<&'a str> {
        let rest = value.strip_prefix(self.before)?;
        let name = match self.until {
            "" => rest,
            until => rest.split_once(until).map_or(rest, |(name, _)| name),
        };
        Some(name).filter(|name| !name.is_empty())
    }
}

/// The shared issuer with that URL.
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
    SHARED_ISSUERS
        .iter()
        .find(|issuer| issuer.urls.contains(&url))
}

/// A claim whose whole value is the tenant.
const fn whole(claim: &'static str) -> TenantClaim {
    part(claim, "", "")
}

const fn part(claim: &'static str, before: &'static str, until: &'static str) -> TenantClaim {
    TenantClaim {
        claim,
        before,
        until,
        project_until: "",
    }
}

/// The subject of a project: `before`, the tenant, `/`, the project, `:`.
const fn project(before: &'static str) -> TenantClaim {
    TenantClaim {
        project_until: ":",
        ..part("sub", before, "/")
    }
}

/// All shared issuers that are known. Sources: AWS IAM, "Identity-provider controls for shared OIDC
/// providers", and the operators' documentation of their claims.
pub static SHARED_ISSUERS: [SharedIssuer; 12] = [
    SharedIssuer {
        name: "GitHub Actions",
        urls: &["https://token.actions.githubusercontent.com"],
        word: "owner",
        // `job_workflow_ref` is not among them: strangers can call a reusable workflow.
        tenants: &[
            whole("repository_owner_id"),
            whole("repository_owner"),
            whole("repository_id"),
            part("repository", "", "/"),
            part("workflow_ref", "", "/"),
            whole("enterprise_id"),
            whole("enterprise"),
            project("repo:"),
            part("sub", "repository_owner_id:", ":"),
            part("sub", "repository_owner:", ":"),
            part("sub", "repository_id:", ":"),
            project("repository:"),
            part("sub", "enterprise_id:", ":"),
            part("sub", "enterprise:", ":"),
        ],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "GitLab.com",
        urls: &["https://gitlab.com"],
        word: "namespace",
        tenants: &[
            part("namespace_path", "", "/"),
            part("project_path", "", "/"),
            whole("namespace_id"),
            whole("project_id"),
            project("project_path:"),
        ],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "HCP Terraform",
        urls: &["https://app.terraform.io", "https://app.eu.terraform.io"],
        word: "organization",
        tenants: &[
            whole("terraform_organization_id"),
            whole("terraform_organization_name"),
            whole("terraform_project_id"),
            whole("terraform_workspace_id"),
            part("sub", "organization:", ":"),
        ],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "Buildkite",
        urls: &["https://agent.buildkite.com"],
        word: "organization",
        tenants: &[
            whole("organization_id"),
            whole("organization_slug"),
            whole("pipeline_id"),
            whole("cluster_id"),
            part("sub", "organization:", ":"),
        ],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "CircleCI",
        urls: &["https://oidc.circleci.com"],
        word: "organization",
        tenants: &[
            whole("\"oidc.circleci.com/org-id\""),
            whole("\"oidc.circleci.com/project-id\""),
            part("sub", "org/", "/"),
        ],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "Vercel",
        urls: &["https://oidc.vercel.com"],
        word: "owner",
        tenants: &[
            whole("owner_id"),
            whole("project_id"),
            whole("owner"),
            part("sub", "owner:", ":"),
            part("aud", "https://vercel.com/", ""),
        ],
        is_audience_chosen: false,
    },
    SharedIssuer {
        name: "Pulumi Cloud",
        urls: &["https://api.pulumi.com/oidc"],
        word: "organization",
        tenants: &[
            whole("org"),
            part("sub", "pulumi:environments:org:", ":"),
            part("sub", "pulumi:deploy:org:", ":"),
            part("aud", "aws:", ""),
            part("aud", "azure:", ""),
            part("aud", "gcp:", ""),
            part("aud", "vault:", ""),
        ],
        is_audience_chosen: false,
    },
    SharedIssuer {
        name: "Google Cloud",
        urls: &["https://accounts.google.com"],
        word: "service account",
        tenants: &[whole("sub"), whole("azp"), whole("email")],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "Amazon Cognito identity pools",
        urls: &["https://cognito-identity.amazonaws.com"],
        word: "identity pool",
        tenants: &[whole("aud")],
        is_audience_chosen: false,
    },
    SharedIssuer {
        name: "Codefresh",
        urls: &["https://oidc.codefresh.io"],
        word: "account",
        tenants: &[whole("account_id"), part("sub", "account:", ":")],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "Scalr",
        urls: &["https://scalr.io"],
        word: "account",
        tenants: &[part("sub", "account:", ":")],
        is_audience_chosen: true,
    },
    SharedIssuer {
        name: "Upbound",
        urls: &["https://proidc.upbound.io"],
        word: "organization",
        tenants: &[part("sub", "mcp:", "/")],
        is_audience_chosen: false,
    },
];

#[cfg(test)]
mod tests {
    use claimgate::claim_path::ClaimPath;

    use super::{SHARED_ISSUERS, shared_issuer};

    #[test]
    fn each_issuer_has_urls_and_claims_that_name_its_tenants() {
        for issuer in &SHARED_ISSUERS {
            assert!(!issuer.tenants.is_empty(), "{issuer:?}");
            for url in issuer.urls {
                assert!(url.starts_with("https://") && !url.ends_with('/'), "{url}");
                assert_eq!(shared_issuer(url), Some(issuer), "{url}");
            }
            for tenant in issuer.tenants {
                assert!(ClaimPath::parse(tenant.claim).is_ok(), "{tenant:?}");
            }
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
            ("repository", "octo-org/octo-repo", Some("octo-org")),
            ("repository_owner", "octo-org", Some("octo-org")),
            ("repository_owner", "", None),
        ] {
            assert_eq!(of(claim, value).as_deref(), expected, "{claim} {value}");
        }
    }
}
