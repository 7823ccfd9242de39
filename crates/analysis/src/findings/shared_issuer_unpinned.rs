//! `shared-issuer-unpinned`: an allow on an issuer that signs tokens for everybody leaves the tenant
//! open.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::pin::{Pin, advice, is_only_audience, pin};
use crate::policies::Policies;

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let issuer = policies.shared_issuer(policy)?;
    let is_open = policy.decision == Decision::Allow
        && !is_only_audience(policy)
        && pin(policy, issuer, policies.dialect) == Pin::Free;
    is_open.then(|| {
        let (name, word) = (issuer.name, issuer.word);
        let message = format!("no rule requires one {word}, and everyone gets tokens of {name}");
        Diagnostic::note("shared-issuer-unpinned", message)
            .severity(Severity::Error)
            .basis(Basis::Heuristic)
            .help(format!("strangers are admitted: {}", advice(issuer)))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{GITHUB, allow, code_of, on};
    use super::*;

    #[test]
    fn an_allow_that_leaves_the_tenant_open_has_the_finding() {
        for (rules, is_open) in [
            (&[("sub", "repo:*")][..], true),
            (&[("sub", "*")], true),
            (&[("event_name", "push")], true),
            (&[("sub", "environment:production")], true),
            (&[("sub", "repo:*/infra:*"), ("aud", "x")], true),
            (
                &[("job_workflow_ref", "octo-org/a/.github/workflows/b.yml@*")],
                true,
            ),
            (&[("repository_owner", "*")], true),
            // Other findings say the same of these.
            (&[("aud", "x")], false),
            (&[("sub", "repo:octo-org*")], false),
            (&[("sub", "repo:octo-org/*")], false),
            (&[("sub", "repo:octo-org/infra:*")], false),
            (&[("sub", "*"), ("repository_owner", "octo-org")], false),
            (&[("\"repository_owner\"", "octo-org")], false),
            (&[("repository_id", "74")], false),
        ] {
            let policy = allow(rules);
            let found = finding(&policy, &on(GITHUB)).is_some();
            assert_eq!(found, is_open, "{rules:?}");
        }
    }

    #[test]
    fn issuers_of_ones_own_are_not_shared() {
        let policy = allow(&[("sub", "*")]);
        for url in [
            "https://ci.example",
            "https://token.actions.githubusercontent.com/octo-org",
        ] {
            assert_eq!(finding(&policy, &on(url)), None, "{url}");
        }
        let deny = PolicyDefinition {
            decision: Decision::Deny,
            ..policy
        };
        assert_eq!(finding(&deny, &on(GITHUB)), None);
    }

    #[test]
    fn without_an_issuer_the_subject_tells_it() {
        let open = allow(&[("sub", "repo:*")]);
        assert_eq!(
            code_of(finding(&open, &on(""))).as_deref(),
            Some("shared-issuer-unpinned")
        );
        assert_eq!(finding(&allow(&[("sub", "system:*")]), &on("")), None);
    }

    #[test]
    fn the_help_shows_the_rule() {
        let help = finding(&allow(&[("event_name", "push")]), &on(GITHUB))
            .unwrap()
            .help;
        let expected = "strangers are admitted: add a rule on `sub` that begins with `repo:OWNER/`";
        assert_eq!(help.as_deref(), Some(expected));
    }
}
