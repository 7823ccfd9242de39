//! `workflow-unpinned`: an allow that grants admin admits every workflow.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::{Context, is_admin};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "workflow-unpinned",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow that grants admin permission admits every workflow of the repository.",
    about: "A repository has many workflows: tests, bots, labelers. Each of them could request a token with admin permission.",
    incident: "In the public policies of octo-sts, many do not name the workflow: then a linter can do what the release can.",
    remedy: "add a rule on `workflow_ref`, or on `job_workflow_ref` for a reusable workflow",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "authorizedPermissions": ["admin"], "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main", "workflow_ref": "acme/web/.github/workflows/deploy.yml@refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let open = cx.open_to(class::OTHER_WORKFLOW, |_, _, own| is_admin(own));
    for (allow, _, witness) in open {
        let message = "this grants admin permission to jobs of any workflow";
        cx.add(Finding::on(allow, RULE.says(message)).witness(witness));
    }
}
