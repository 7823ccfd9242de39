//! The policies that findings are on, with what is known of their issuer.

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::Dialect;
use claimgate::policy::PolicyDefinition;
use claimgate_providers::{SHARED_ISSUERS, SharedIssuer, TenantClaim, github, shared_issuer};

use crate::outline::{names_audience, outline};
use crate::pin::{Pin, is_same_claim, pin};

/// The policies of one issuer, to look for findings on.
#[derive(Clone, Copy, Debug)]
pub struct Policies<'a> {
    pub(crate) definitions: &'a [PolicyDefinition],
    pub(crate) dialect: Dialect,
    pub(crate) has_audiences: bool,
    pub(crate) report_only: bool,
    url: Option<&'a str>,
}

impl<'a> Policies<'a> {
    /// Policies of an unknown issuer. Where a rule on `sub` begins like the subjects of a shared
    /// issuer, such as `repo:`, that issuer is assumed.
    #[must_use]
    pub fn new(definitions: &'a [PolicyDefinition], dialect: Dialect) -> Self {
        Self {
            definitions,
            dialect,
            has_audiences: false,
            report_only: false,
            url: None,
        }
    }

    /// The policies of an issuer.
    #[must_use]
    pub fn of(issuer: &'a IssuerDefinition, dialect: Dialect) -> Self {
        Self::new(&issuer.policies, dialect)
            .at(&issuer.url)
            .with_audiences(issuer.audiences.as_deref())
            .reporting(issuer.report_only)
    }

    /// The same, of the issuer with that URL; of an unknown one if it is empty.
    #[must_use]
    pub fn at(mut self, url: &'a str) -> Self {
        self.url = Some(url).filter(|url| !url.is_empty());
        self
    }

    /// The same, of an issuer with those audiences. They pin the audience if each of them names one: any
    /// token has one of `["a", "*"]`.
    #[must_use]
    pub fn with_audiences(mut self, audiences: Option<&[String]>) -> Self {
        self.has_audiences = audiences
            .is_some_and(|audiences| audiences.iter().all(|audience| names_audience(audience)));
        self
    }

    /// The same, of an issuer whose denies only report.
    #[must_use]
    pub fn reporting(mut self, report_only: bool) -> Self {
        self.report_only = report_only;
        self
    }

    /// The issuers that a policy may be on, of those whose tokens strangers get too. Several if the issuer
    /// is unknown and its subject has the form of several.
    pub(crate) fn shared_issuers(&self, policy: &PolicyDefinition) -> Vec<&'static SharedIssuer> {
        match self.url {
            Some(url) => shared_issuer(url).into_iter().collect(),
            None => {
                let is_subject = |(claim, _): &&(String, String)| is_same_claim(claim, "sub");
                let subject = policy.rules.iter().find(is_subject);
                subject.map_or_else(Vec::new, |(_, subject)| {
                    of_subject(&outline(subject, self.dialect))
                })
            }
        }
    }

    /// How far the rules of a policy determine the tenant on the shared issuer that it is on, as far as one
    /// is known. Of several, that on which they do most.
    pub(crate) fn pinned(&self, policy: &PolicyDefinition) -> Option<Pinned> {
        let issuers = self.shared_issuers(policy);
        let names: Vec<_> = issuers.iter().map(|issuer| issuer.name).collect();
        let pins = issuers
            .iter()
            .map(|issuer| (*issuer, pin(policy, issuer, self.dialect)));
        let (issuer, pin) = pins.min_by_key(|(_, pin)| match pin {
            Pin::Tenant => 0,
            Pin::Part(_) => 1,
            Pin::Free => 2,
        })?;
        Some(Pinned {
            issuer,
            pin,
            names: names.join(" or "),
        })
    }

    /// Whether a policy is on GitHub Actions, whichever of its issuers.
    pub(crate) fn is_on_github(&self, policy: &PolicyDefinition) -> bool {
        match self.url {
            Some(url) => github::is_issuer(url),
            None => self.shared_issuers(policy).contains(&github::shared()),
        }
    }
}

/// A policy on a shared issuer.
pub(crate) struct Pinned {
    pub(crate) issuer: &'static SharedIssuer,
    pub(crate) pin: Pin,
    /// The issuers' names: `HCP Terraform or Buildkite`.
    pub(crate) names: String,
}

/// The shared issuers whose subjects begin like that.
fn of_subject(outline: &str) -> Vec<&'static SharedIssuer> {
    let rows = |issuer: &'static SharedIssuer| {
        let rows = issuer.tenants.iter().chain(issuer.others);
        rows.filter(|row| row.claim == "sub" && !row.before.is_empty())
    };
    let of_form = |is_close: &dyn Fn(&TenantClaim) -> bool| -> Vec<_> {
        let all = SHARED_ISSUERS.iter().copied();
        all.filter(|issuer| rows(issuer).any(is_close)).collect()
    };
    let rest = |row: &TenantClaim| -> Option<String> {
        let rest = outline.strip_prefix(row.before)?;
        Some(rest.split_once(row.until)?.1.to_owned())
    };
    // `organization:acme:pipeline:` is of one issuer, `organization:` of two.
    let is_telling = |row: &TenantClaim| {
        let mut names = row.projects.iter().filter(|name| !name.before.is_empty());
        rest(row).is_some_and(|rest| names.any(|name| rest.starts_with(name.before)))
    };
    match of_form(&is_telling) {
        telling if telling.is_empty() => of_form(&|row| outline.starts_with(row.before)),
        telling => telling,
    }
}

#[cfg(test)]
mod tests {
    use super::of_subject;

    #[test]
    fn a_subject_tells_the_issuers_that_it_may_be_of() {
        for (subject, expected) in [
            ("repo:octo-org/*", &["GitHub Actions"][..]),
            ("repository_owner:octo-org:*", &["GitHub Actions"]),
            ("job_workflow_ref:octo-org/*", &["GitHub Actions"]),
            ("organization:*", &["HCP Terraform", "Buildkite"]),
            ("organization:acme:*", &["HCP Terraform", "Buildkite"]),
            ("organization:acme:pipeline:web:*", &["Buildkite"]),
            ("organization:acme:workspace:*", &["HCP Terraform"]),
            ("organization:acme:project:a:*", &["HCP Terraform"]),
            ("account:*", &["Codefresh", "Scalr"]),
            ("project_path:acme/*", &["GitLab.com"]),
            ("system:serviceaccount:*", &[]),
            ("*", &[]),
            ("repo", &[]),
        ] {
            let names: Vec<_> = of_subject(subject)
                .iter()
                .map(|issuer| issuer.name)
                .collect();
            assert_eq!(names, expected, "{subject}");
        }
    }
}
