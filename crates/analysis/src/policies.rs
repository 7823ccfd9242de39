//! The policies that findings are on, with what is known of their issuer.

use claimgate::issuer::IssuerDefinition;
use claimgate::pattern::{Dialect, PartKind, parts};
use claimgate::policy::PolicyDefinition;
use claimgate_providers::{SHARED_ISSUERS, SharedIssuer, shared_issuer};

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
            .with_audiences(issuer.audiences.is_some())
            .reporting(issuer.report_only)
    }

    /// The same, of the issuer with that URL; of an unknown one if it is empty.
    #[must_use]
    pub fn at(mut self, url: &'a str) -> Self {
        self.url = Some(url).filter(|url| !url.is_empty());
        self
    }

    /// The same, of an issuer that lists the audiences that it accepts.
    #[must_use]
    pub fn with_audiences(mut self, has_audiences: bool) -> Self {
        self.has_audiences = has_audiences;
        self
    }

    /// The same, of an issuer whose denies only report.
    #[must_use]
    pub fn reporting(mut self, report_only: bool) -> Self {
        self.report_only = report_only;
        self
    }

    /// The issuer that a policy is on, if strangers get its tokens too.
    pub(crate) fn shared_issuer(&self, policy: &PolicyDefinition) -> Option<&'static SharedIssuer> {
        match self.url {
            Some(url) => shared_issuer(url),
            None => {
                let (_, subject) = policy.rules.iter().find(|(claim, _)| claim == "sub")?;
                let start = literal_start(subject, self.dialect).0;
                let is_form = |issuer: &&SharedIssuer| {
                    let mut rows = issuer.tenants.iter().filter(|row| row.claim == "sub");
                    rows.any(|row| !row.before.is_empty() && start.starts_with(row.before))
                };
                SHARED_ISSUERS.iter().find(is_form)
            }
        }
    }
}

/// The text that every value of a pattern begins with, where `.` stands for itself, and whether it
/// is the whole pattern.
pub(crate) fn literal_start(pattern: &str, dialect: Dialect) -> (String, bool) {
    let mut start = String::new();
    for part in parts(pattern, dialect) {
        match part.kind {
            PartKind::Many | PartKind::Optional => return (start, false),
            PartKind::Escape => start.push_str(part.text.strip_prefix('\\').unwrap_or(&part.text)),
            PartKind::Literal | PartKind::One => start.push_str(&part.text),
        }
    }
    (start, true)
}
