//! `pull-request-admitted`: an allow on GitHub Actions admits jobs of pull requests.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::model::lists_admin;
use crate::pin::Pin;
use crate::policies::Policies;
use crate::pull_requests::{admitted, stops};

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    if policy.decision != Decision::Allow || !policies.is_on_github(policy) {
        return None;
    }
    // Where strangers are admitted anyway, there is a finding on that. An enterprise has an issuer of its own.
    let is_pinned = policies
        .pinned(policy)
        .is_none_or(|pinned| pinned.pin == Pin::Tenant);
    let denies = || {
        policies
            .definitions
            .iter()
            .filter(|other| other.decision == Decision::Deny && !policies.report_only)
    };
    let mut jobs = admitted(policy, policies.dialect).into_iter();
    let is_open = jobs.any(|job| !denies().any(|deny| stops(deny, policy, &job, policies.dialect)));
    (is_pinned && is_open).then(|| {
        Diagnostic::note("pull-request-admitted", "jobs of pull requests are admitted, before anyone has reviewed them")
            .severity(if lists_admin(policy) { Severity::Error } else { Severity::Warning })
            .basis(Basis::Heuristic)
            .help("end `sub` with a branch or an environment, or add a deny policy with `\"event_name\": \"pull_request*\"`")
    })
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;

    use super::super::tests::{GITHUB, allow, on};
    use super::*;

    fn is_found(rules: &[(&str, &str)], deny: Option<(&str, &str)>) -> bool {
        let mut policies = vec![allow(rules)];
        policies.extend(deny.map(|rule| PolicyDefinition {
            decision: Decision::Deny,
            ..allow(&[rule])
        }));
        let set = Policies::new(&policies, Dialect::Pulumi).at(GITHUB);
        let reporting = finding(&policies[0], &set.reporting(true)).is_some();
        let found = finding(&policies[0], &set).is_some();
        // Denies that only report stop nothing.
        assert!(reporting || !found);
        assert!(deny.is_some() || reporting == found);
        found
    }

    #[test]
    fn an_allow_that_admits_pull_requests_has_the_finding() {
        for (rules, expected) in [
            (&[("sub", "repo:octo-org/infra:*")][..], true),
            (&[("sub", "repo:octo-org/*")], true),
            (&[("sub", "repo:octo-org/*:*")], true),
            (&[("sub", "repo:octo-org/infra:pull_request")], true),
            (&[("sub", "repo:octo-org/infra*")], true),
            (&[("repository", "octo-org/infra")], true),
            (
                &[
                    ("repository", "octo-org/infra"),
                    ("event_name", "pull_request*"),
                ],
                true,
            ),
            (
                &[
                    ("repository_owner", "octo-org"),
                    ("workflow_ref", "octo-org/a/b.yml@*"),
                ],
                true,
            ),
            (&[("\"sub\"", "repo:octo-org/infra:*")], true),
            (&[("sub", "repo:octo-org/infra:ref:*")], false),
            (&[("sub", "repo:octo-org/infra:ref:refs/heads/*")], false),
            (&[("sub", "repo:octo-org/infra:ref:refs/tags/*")], false),
            (&[("sub", "repo:octo-org/infra:environment:eu/*")], false),
            (&[("sub", "repo:octo-org/infra:environment:*")], false),
            (
                &[("sub", "repo:octo-org/infra:*"), ("ref", "refs/heads/main")],
                false,
            ),
            (
                &[("sub", "repo:octo-org/infra:*"), ("event_name", "push")],
                false,
            ),
            (
                &[("sub", "repo:octo-org/infra:*"), ("environment", "*")],
                false,
            ),
            (
                &[
                    ("repository", "octo-org/infra"),
                    ("workflow_ref", "octo-org/a/b.yml@refs/heads/*"),
                ],
                false,
            ),
            (&[("sub", "*"), ("repository", "octo-org/infra")], true),
            (
                &[
                    ("sub", "*"),
                    ("repository", "octo-org/infra"),
                    ("ref", "refs/heads/*"),
                ],
                false,
            ),
            (
                &[("repository", "octo-org/infra"), ("base_ref", "main")],
                true,
            ),
            (&[("repository", "octo-org/infra"), ("base_ref", "")], false),
            (&[("sub", "repo:octo-org/infra:pull.request")], true),
            (&[("sub", "repo:octo-org@65/infra@74:*")], true),
            (&[("sub", "repo:octo-org/*:pull*")], true),
            (&[("sub", "repository_owner:octo-org:*")], true),
            (
                &[("sub", "repository:octo-org/infra:event_name:pull_request*")],
                true,
            ),
            (
                &[("sub", "repository:octo-org/infra:ref:refs/heads/main")],
                false,
            ),
            (
                &[("sub", "environment:prod:repository_owner:octo-org")],
                false,
            ),
            (&[("sub", "repository:octo-org/infra:context:ref:*")], false),
            // Strangers are admitted, which is another finding.
            (&[("sub", "repo:*")], false),
            (&[("sub", "repo:octo-org*")], false),
        ] {
            assert_eq!(is_found(rules, None), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_deny_of_pull_requests_settles_it() {
        let rules = &[("sub", "repo:octo-org/infra:*")];
        for (deny, expected) in [
            (("event_name", "pull_request*"), false),
            (("event_name", "*"), false),
            (("sub", "*:pull_request"), false),
            (("sub", "repo:octo-org/infra:pull_request"), false),
            (("ref", "refs/pull/*"), false),
            (("event_name", "push"), true),
            (("event_name", "pull_request"), true),
            (("actor", "mallory"), true),
            (("sub", "repo:octo-org/other:pull_request"), true),
        ] {
            assert_eq!(is_found(rules, Some(deny)), expected, "{deny:?}");
        }
    }

    #[test]
    fn a_deny_is_compared_with_the_repository_that_another_claim_names() {
        let rules = &[("sub", "*"), ("repository", "octo-org/infra")];
        for (deny, expected) in [
            (("sub", "repo:octo-org/infra:pull_request"), false),
            (("sub", "repo:octo-org/other:pull_request"), true),
            (("repository", "octo-org/*"), false),
            (("ref", "refs/pull/1/*"), true),
            (("ref_type", "branch"), false),
        ] {
            assert_eq!(is_found(rules, Some(deny)), expected, "{deny:?}");
        }
    }

    #[test]
    fn issuers_of_enterprises_have_it_too() {
        for (url, pattern, expected) in [
            (
                "https://token.actions.githubusercontent.com/octo-enterprise",
                "*",
                true,
            ),
            (
                "https://token.actions.octo.ghe.com",
                "repo:octo-org/infra:*",
                true,
            ),
            ("https://token.actions.octo.ghe.com", "repo:*:ref:*", false),
            (
                "https://github.octo.example/_services/token",
                "repo:*",
                true,
            ),
            ("https://ci.example", "repo:octo-org/infra:*", false),
            ("https://gitlab.com", "repo:octo-org/infra:*", false),
            ("", "repo:octo-org/infra:*", true),
        ] {
            let found = finding(&allow(&[("sub", pattern)]), &on(url)).is_some();
            assert_eq!(found, expected, "{url} {pattern}");
        }
    }

    #[test]
    fn a_job_of_a_pull_request_is_admitted_where_the_finding_says_so() {
        use claimgate::claims::{Claims, TrustedClaims};
        use claimgate::explain::{Outcome, decide};
        use claimgate::policy::{PolicySet, RequestedToken};
        let claims = r#"{"sub": "repo:octo-org/infra:pull_request", "repository": "octo-org/infra",
            "event_name": "pull_request", "ref": "refs/pull/1/merge", "ref_type": "branch"}"#;
        let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json(claims).unwrap());
        for rules in [
            &[("sub", "repo:octo-org/infra:*")][..],
            &[("sub", "repo:octo-org/*")],
            &[("sub", "repo:octo-org/infra:*"), ("ref", "refs/heads/main")],
            &[("sub", "repo:octo-org/infra:*"), ("event_name", "push")],
            &[("repository", "octo-org/infra")],
        ] {
            let set = PolicySet::compile(&[allow(rules)], Dialect::Pulumi).unwrap();
            let request = RequestedToken::Organization { admin: false };
            let is_allowed = decide(&set, &claims, &request).decision == Outcome::Allowed;
            assert_eq!(is_found(rules, None), is_allowed, "{rules:?}");
        }
    }
}
