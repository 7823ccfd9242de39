//! `pull-request-admitted`: an allow on GitHub Actions admits jobs of pull requests.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::pattern::{Dialect, PartKind, Pattern, parts};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::pin::{Pin, pin};
use crate::policies::Policies;

/// The events of pull requests.
const EVENTS: [&str; 2] = ["pull_request", "pull_request_target"];

/// Claims of a pull request's job that are always the same. Source: GitHub, "OpenID Connect
/// reference".
const ALWAYS: [(&str, &[&str]); 4] = [
    ("event_name", &EVENTS),
    ("ref", &["refs/pull/1/merge"]),
    ("ref_type", &["branch"]),
    ("ref_protected", &["false"]),
];

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let issuer = policies.shared_issuer(policy)?;
    let is_github = issuer.name == "GitHub Actions";
    if !is_github || policy.decision != Decision::Allow || !is_admitted(policy, policies.dialect) {
        return None;
    }
    // Where strangers are admitted anyway, there is a finding on that.
    let is_pinned = pin(policy, issuer, policies.dialect) == Pin::Tenant;
    let is_denied = !policies.report_only
        && policies
            .definitions
            .iter()
            .any(|other| denies(other, policy, policies.dialect));
    (is_pinned && !is_denied).then(|| {
        Diagnostic::note("pull-request-admitted", "jobs of pull requests are admitted, before anyone has reviewed them")
            .severity(Severity::Error)
            .basis(Basis::Heuristic)
            .help("end `sub` with a branch or an environment, or add a deny policy with `\"event_name\": \"pull_request*\"`")
    })
}

/// Whether the rules admit a job of some pull request, as far as they are on its known claims.
fn is_admitted(policy: &PolicyDefinition, dialect: Dialect) -> bool {
    policy.rules.iter().all(|(claim, text)| {
        let Ok(pattern) = Pattern::new(text, dialect) else {
            return false;
        };
        match claim.trim_matches('"') {
            "sub" => subjects(text, dialect)
                .iter()
                .any(|subject| pattern.is_match(subject)),
            // With an environment, `sub` does not name the pull request.
            "environment" => false,
            "workflow_ref" => {
                let (workflow, _) = text.split_once('@').unwrap_or((text, ""));
                pattern.is_match(&format!("{}@refs/pull/1/merge", filled(workflow, dialect)))
            }
            _ => match ALWAYS
                .iter()
                .find(|(name, _)| *name == claim.trim_matches('"'))
            {
                Some((_, values)) => values.iter().any(|value| pattern.is_match(value)),
                None => true,
            },
        }
    })
}

/// Subjects of pull requests that the pattern could be about: its text before each `:`, and then
/// `pull_request`.
fn subjects(pattern: &str, dialect: Dialect) -> Vec<String> {
    let text = filled(pattern, dialect);
    let ends = text.match_indices(':').map(|(end, _)| end);
    let starts = ends.chain([text.len()]).filter_map(|end| text.get(..end));
    let is_repository = |start: &&str| {
        start.strip_prefix("repo:").is_some_and(|rest| {
            let mut names = rest.split('/');
            let is_named = |name: Option<&str>| name.is_some_and(|name| !name.is_empty());
            is_named(names.next()) && is_named(names.next()) && !rest.contains(':')
        })
    };
    starts
        .filter(is_repository)
        .map(|start| format!("{start}:pull_request"))
        .collect()
}

/// A text that the pattern matches: `x` for each `*`, nothing for each `?`.
fn filled(pattern: &str, dialect: Dialect) -> String {
    let parts = parts(pattern, dialect);
    let text = parts.iter().map(|part| match part.kind {
        PartKind::Many => "x",
        PartKind::Optional => "",
        PartKind::Escape => part.text.strip_prefix('\\').unwrap_or(&part.text),
        PartKind::Literal | PartKind::One => &part.text,
    });
    text.collect()
}

/// Whether a deny that applies to the same requests stops all jobs of pull requests: its rules are
/// on their known claims only, and match them.
fn denies(deny: &PolicyDefinition, allow: &PolicyDefinition, dialect: Dialect) -> bool {
    let target = |policy: &PolicyDefinition| {
        (
            policy.token_type,
            policy.team_name.clone(),
            policy.user_login.clone(),
            policy.runner_id.clone(),
        )
    };
    let applies = deny.token_type == allow.token_type
        && (target(deny) == target(allow) || deny.team_name.as_deref() == Some("*"));
    let admitted = allow
        .rules
        .iter()
        .find(|(claim, _)| claim.trim_matches('"') == "sub");
    let admitted = admitted.map_or_else(
        || vec!["repo:x/x:pull_request".to_owned()],
        |(_, text)| subjects(text, dialect),
    );
    let stops = |(claim, text): &(String, String)| {
        let Ok(pattern) = Pattern::new(text, dialect) else {
            return false;
        };
        match claim.trim_matches('"') {
            "sub" => admitted.iter().all(|subject| pattern.is_match(subject)),
            "event_name" => EVENTS.iter().all(|event| pattern.is_match(event)),
            "ref" => {
                pattern.is_match("refs/pull/1/merge") && pattern.is_match("refs/pull/22/merge")
            }
            _ => false,
        }
    };
    deny.decision == Decision::Deny && !deny.report_only && applies && deny.rules.iter().all(stops)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{GITHUB, allow};
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
