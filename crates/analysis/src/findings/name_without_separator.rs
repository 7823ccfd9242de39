//! `name-without-separator`: a pattern ends within a name, and other names begin alike.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition};
use claimgate_providers::SharedIssuer;

use crate::pin::{Pin, pin, rows};
use crate::policies::{Policies, literal_start};

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let issuer = policies.shared_issuer(policy)?;
    if policy.decision != Decision::Allow {
        return None;
    }
    match pin(policy, issuer, policies.dialect) {
        Pin::Beginning {
            claim,
            start,
            until,
        } => {
            let message = format!(
                "the rule on `{claim}` admits every {} whose name begins with that of `{start}`",
                issuer.word
            );
            let help = match until {
                "" => "a stranger can take such a name: write the whole name".to_owned(),
                _ => format!(
                    "a stranger can take such a name: write `{until}` right after it, before any wildcard"
                ),
            };
            Some(report(message, help, Severity::Error))
        }
        Pin::Tenant => project(policy, issuer, policies.dialect),
        Pin::Free => None,
    }
}

/// A name of a project that is not ended, within one tenant.
fn project(
    policy: &PolicyDefinition,
    issuer: &SharedIssuer,
    dialect: Dialect,
) -> Option<Diagnostic> {
    policy.rules.iter().find_map(|(claim, pattern)| {
        let (start, is_whole) = literal_start(pattern, dialect);
        let unended = rows(issuer, claim).any(|row| {
            let rest = start.strip_prefix(row.before);
            let project = rest.and_then(|rest| Some(rest.split_once(row.until)?.1));
            // GitHub writes an identifier after `@`; GitLab has groups within groups.
            let is_begun = |name: &str| {
                !name.is_empty()
                    && !name.contains(row.project_until)
                    && !name.contains('@')
                    && !name.ends_with('/')
            };
            !row.project_until.is_empty() && !is_whole && project.is_some_and(is_begun)
        });
        unended.then(|| {
            let message = format!(
                "the rule on `{claim}` admits every project whose name begins with that of `{start}`"
            );
            let help = "write `:` right after the name, before any wildcard, unless that is meant".to_owned();
            report(message, help, Severity::Warning)
        })
    })
}

fn report(message: String, help: String, severity: Severity) -> Diagnostic {
    Diagnostic::note("name-without-separator", message)
        .severity(severity)
        .basis(Basis::Heuristic)
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{GITHUB, allow, on};
    use super::*;

    fn severity(url: &str, rules: &[(&str, &str)]) -> Option<Severity> {
        finding(&allow(rules), &on(url)).map(|finding| finding.severity)
    }

    #[test]
    fn a_name_that_a_wildcard_continues_has_the_finding() {
        let error = Some(Severity::Error);
        let warning = Some(Severity::Warning);
        for (rules, expected) in [
            (&[("sub", "repo:octo-org*")][..], error),
            (&[("sub", "repo:o*/r*")], error),
            (&[("sub", "repo:octo-or?/infra:*")], error),
            (&[("repository_owner", "octo*")], error),
            (&[("repository", "octo*")], error),
            (&[("sub", "repo:octo-org/infra*")], warning),
            (&[("sub", "repo:octo-org/infra*:pull_request")], warning),
            (&[("sub", "repo:octo-org/*")], None),
            (
                &[("sub", "repo:octo-org@*/infra@*:ref:refs/heads/main")],
                None,
            ),
            (&[("sub", "repo:octo-org@65/infra@*:pull_request")], None),
            (&[("sub", "repo:octo-org/infra:*")], None),
            (
                &[("sub", "repo:octo-org/infra:ref:refs/heads/release-*")],
                None,
            ),
            (
                &[("sub", "repo:octo*"), ("repository_owner", "octo-org")],
                None,
            ),
            (&[("sub", "repo:*")], None),
            (&[("sub", "repo:octo-org")], None),
        ] {
            assert_eq!(severity(GITHUB, rules), expected, "{rules:?}");
        }
        let terraform = "https://app.terraform.io";
        assert_eq!(severity(terraform, &[("sub", "organization:acme*")]), error);
        assert_eq!(severity(terraform, &[("sub", "organization:acme:*")]), None);
        assert_eq!(
            severity("https://ci.example", &[("sub", "repo:octo*")]),
            None
        );
    }

    #[test]
    fn the_help_ends_the_name() {
        let help = finding(&allow(&[("sub", "repo:octo-org*")]), &on(GITHUB))
            .unwrap()
            .help;
        let expected =
            "a stranger can take such a name: write `/` right after it, before any wildcard";
        assert_eq!(help.as_deref(), Some(expected));
    }
}
