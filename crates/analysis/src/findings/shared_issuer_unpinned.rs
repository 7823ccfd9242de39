//! `shared-issuer-unpinned`: an allow on an issuer that signs tokens for everybody leaves the tenant
//! open.

use claimgate::diagnostic::{Basis, Diagnostic, Severity};
use claimgate::policy::{Decision, PolicyDefinition};

use crate::pin::{Pin, advice, is_only_audience};
use crate::policies::{Pinned, Policies};

pub(super) fn finding(policy: &PolicyDefinition, policies: &Policies<'_>) -> Option<Diagnostic> {
    let Pinned { issuer, pin, names } = policies.pinned(policy)?;
    let is_open =
        policy.decision == Decision::Allow && !is_only_audience(policy) && pin == Pin::Free;
    is_open.then(|| {
        let message = format!(
            "no rule requires one {}, and everyone gets tokens of {names}",
            issuer.word
        );
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

    #[test]
    fn every_claim_that_names_the_tenant_pins_it() {
        const TERRAFORM: &str = "https://app.terraform.io";
        const BUILDKITE: &str = "https://agent.buildkite.com";
        const GOOGLE: &str = "https://accounts.google.com";
        let id = "0191f956-042f-7ec4-aa62-8e5eeae396d0";
        for (url, claim, pattern, is_open) in [
            (
                TERRAFORM,
                "terraform_full_workspace",
                "organization:acme:*",
                false,
            ),
            (TERRAFORM, "terraform_full_workspace", "*", true),
            (TERRAFORM, "terraform_stack_id", "st-1", false),
            (TERRAFORM, "terraform_workspace_name", "prod", true),
            (GOOGLE, "email", "*@acme.iam.gserviceaccount.com", false),
            (GOOGLE, "email", "ci-*@acme.iam.gserviceaccount.com", false),
            (GOOGLE, "email", "*@acme.example", false),
            (GOOGLE, "email", "*.acme.iam.gserviceaccount.com", false),
            (GOOGLE, "email", "*@gmail.com", true),
            (GOOGLE, "email", "*@developer.gserviceaccount.com", true),
            (GOOGLE, "email", "*.iam.gserviceaccount.com", true),
            (GOOGLE, "email", "*.com", true),
            (GOOGLE, "email", "*@*", true),
            (GOOGLE, "email_verified", "true", true),
            (GOOGLE, "hd", "acme.example", false),
            (GOOGLE, "google.compute_engine.project_id", "acme", false),
            (GOOGLE, "google.compute_engine.zone", "us-central1-a", true),
            (BUILDKITE, "sub", id, false),
            (BUILDKITE, "sub", "0191f956-*", true),
            (
                GITHUB,
                "sub",
                "environment:prod:repository_owner:octo-org",
                false,
            ),
            (GITHUB, "sub", "*:repository_owner:octo-org", false),
            (
                GITHUB,
                "sub",
                "job_workflow_ref:octo-org/a/b.yml@*:repository_owner_id:65:*",
                false,
            ),
            (
                GITHUB,
                "sub",
                "job_workflow_ref:octo-org/a/b.yml@refs/heads/main",
                true,
            ),
            (
                GITHUB,
                "sub",
                "workflow_ref:octo-org/a/.github/workflows/b.yml@*",
                false,
            ),
            (GITHUB, "sub", "environment:prod:repository_owner:*", true),
        ] {
            let found = finding(&allow(&[(claim, pattern)]), &on(url)).is_some();
            assert_eq!(found, is_open, "{url} {claim} {pattern}");
        }
    }

    #[test]
    fn a_subject_that_several_issuers_have_names_them_all() {
        let message = |rules| finding(&allow(rules), &on("")).map(|found| found.message);
        let found = message(&[("sub", "organization:*")]).unwrap();
        assert!(
            found.ends_with("everyone gets tokens of HCP Terraform or Buildkite"),
            "{found}"
        );
        // A claim of one of them tells which it is, and pins it.
        let rules = &[("sub", "organization:*"), ("organization_slug", "acme")];
        assert_eq!(message(rules), None);
    }
}
