//! `name-without-separator`: a pattern ends within a name, and other names begin alike.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::pin::{Pin, Unended, unended};
use crate::policies::{Pinned, Policies};

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    if policy.decision != Decision::Allow {
        return None;
    }
    let Pinned { issuer, pin, .. } = policies.pinned(policy)?;
    match pin {
        Pin::Part(name) => Some(report(&name, Severity::Error)),
        Pin::Tenant => {
            let name = unended(policy, issuer, policies.dialect)?;
            Some(report(&name, Severity::Warning))
        }
        Pin::Free => None,
    }
}

fn report(name: &Unended, severity: Severity) -> Diagnostic {
    let Unended {
        claim,
        word,
        name: own,
        ..
    } = name;
    let place = if name.is_end { "ends" } else { "begins" };
    let message =
        format!("the rule on `{claim}` admits every {word} whose name {place} with `{own}`");
    let reason = match severity {
        Severity::Error => "a stranger can take such a name: ",
        _ => "unless that is meant, ",
    };
    let advice = match name.until {
        _ if name.is_end => "write the whole name after an `@`".to_owned(),
        "" => "write the whole name".to_owned(),
        until => format!("write `{until}` right after it, before any wildcard"),
    };
    Diagnostic::note("name-without-separator", message)
        .severity(severity)
        .basis(Basis::Heuristic)
        .help(format!("{reason}{advice}"))
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

    #[test]
    fn names_in_other_claims_than_the_subject_have_it_too() {
        const TERRAFORM: &str = "https://app.terraform.io";
        const GITLAB: &str = "https://gitlab.com";
        const BUILDKITE: &str = "https://agent.buildkite.com";
        const GOOGLE: &str = "https://accounts.google.com";
        const PULUMI: &str = "https://api.pulumi.com/oidc";
        let error = Some(Severity::Error);
        let warning = Some(Severity::Warning);
        let acme = "organization:acme";
        for (url, claim, pattern, expected) in [
            (GITHUB, "repository", "octo-org/infra*", warning),
            (GITHUB, "repository", "octo-org/*", None),
            (GITHUB, "repository", "octo-org/infra", None),
            (GITHUB, "workflow_ref", "octo-org/infra*", warning),
            (GITHUB, "workflow_ref", "octo-org/infra/*", None),
            (GITHUB, "workflow_ref", "octo*", error),
            (GITHUB, "sub", "repository:octo-org/infra*", warning),
            (
                GITHUB,
                "sub",
                "environment:prod:repository_owner:octo*",
                error,
            ),
            (GITLAB, "project_path", "acme/web*", warning),
            (GITLAB, "project_path", "acme/team/*", None),
            (GITLAB, "sub", "project_path:acme/team/web*", warning),
            (
                GITLAB,
                "sub",
                "project_path:acme/team/*:ref_type:branch:*",
                None,
            ),
            (GITLAB, "namespace_path", "acme*", error),
            (
                BUILDKITE,
                "sub",
                "organization:acme:pipeline:deploy*",
                warning,
            ),
            (
                BUILDKITE,
                "sub",
                "organization:acme:pipeline:deploy:*",
                None,
            ),
            (
                PULUMI,
                "sub",
                "pulumi:environments:org:acme:env:prod*",
                warning,
            ),
            (
                PULUMI,
                "sub",
                "pulumi:environments:org:acme:env:prod/*",
                None,
            ),
            (GOOGLE, "email", "*acme.iam.gserviceaccount.com", error),
            (GOOGLE, "email", "*@acme.iam.gserviceaccount.com", None),
            (GOOGLE, "sub", "1000*", error),
            (
                TERRAFORM,
                "terraform_full_workspace",
                "organization:acme*",
                error,
            ),
        ] {
            assert_eq!(
                severity(url, &[(claim, pattern)]),
                expected,
                "{claim} {pattern}"
            );
        }
        for (rest, expected) in [
            (":project:web:workspace:prod*", warning),
            (":project:web*", warning),
            (":project:web*:workspace:prod:*", warning),
            (":workspace:prod*", warning),
            (":project:*:workspace:prod*", warning),
            (":project:*:workspace:prod:*", None),
            (":project:web:workspace:prod:*", None),
            (":project:web:workspace:*", None),
            (":project:web:stack:edge*", warning),
        ] {
            let found = severity(TERRAFORM, &[("sub", &format!("{acme}{rest}"))]);
            assert_eq!(found, expected, "{rest}");
        }
    }

    #[test]
    fn a_reusable_workflow_has_a_name_too() {
        let of = |workflow| {
            let rules = [
                ("repository_owner", "octo-org"),
                ("job_workflow_ref", workflow),
            ];
            finding(&allow(&rules), &on(GITHUB))
        };
        let found = of("octo*").unwrap();
        assert_eq!(found.severity, Severity::Warning);
        assert!(found.message.contains("`job_workflow_ref`"), "{found:?}");
        assert!(of("octo-org/lib*").is_some());
        assert_eq!(of("octo-org/lib/.github/workflows/*"), None);
    }
}
