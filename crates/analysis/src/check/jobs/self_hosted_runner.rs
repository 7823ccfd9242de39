//! `self-hosted-runner`: an allow that grants admin admits jobs on self-hosted runners.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::{Context, is_admin};
use crate::check::finding::Finding;
use crate::check::fix::with_rule;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "self-hosted-runner",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow that grants admin permission admits jobs on self-hosted runners.",
    about: "A self-hosted runner keeps its state from job to job: an earlier job of another repository can read the token of a later one.",
    incident: "OH-MY-DC (Unit 42) lists the runner among the claims that policies forget: a compromised runner of a public repository sees every token that is issued on it.",
    remedy: "add a rule `\"runner_environment\": \"github-hosted\"`, if the jobs run there",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:environment:production", "workflow_ref": "acme/web/.github/workflows/deploy.yml@refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:environment:production", "runner_environment": "github-hosted" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let open = cx.open_to(class::SELF_HOSTED_RUNNER, |_, _, own| is_admin(own));
    for (allow, _, witness) in open {
        let message = "this grants admin permission to jobs on self-hosted runners";
        let mut found = Finding::on(allow, RULE.says(message));
        let title = "require runners that GitHub hosts";
        let rule = ("runner_environment", "github-hosted");
        found.fixes.extend(with_rule(cx, title, allow, rule));
        cx.add(found.witness(witness));
    }
}
