//! `workflow-claim-confused`: `workflow_ref` and `job_workflow_ref` are taken for each other.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;

use crate::answer::Witness;
use crate::check::context::{Context, rule_on, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "workflow-claim-confused",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "The claims `workflow_ref` and `job_workflow_ref` are confused.",
    about: "`workflow_ref` is the workflow that runs, always of the job's own repository. `job_workflow_ref` is the one that has the job: a reusable workflow, of any repository. Naming only the reusable workflow admits every repository that calls it, which is an error; a public one can be called by anyone.",
    incident: "A platform team trusts its deployment workflow by `job_workflow_ref` alone. Any stranger calls that public workflow, with inputs of their own, and its job gets in.",
    remedy: "name the reusable workflow in `job_workflow_ref`, and the repositories that may call it in `repository_owner`, `repository` or `sub`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "job_workflow_ref": "acme/workflows/.github/workflows/deploy.yml@refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository_owner": "acme", "job_workflow_ref": "acme/workflows/.github/workflows/deploy.yml@refs/heads/main" } }
]"#,
    ),
};

/// Strangers are admitted since only the workflow that they call is named.
pub(super) fn reason(
    cx: &mut Context<'_>,
    allow: usize,
    definition: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    let (claim, _) = rule_on(definition, "job_workflow_ref")?;
    let said = cx.analysis.said(allow, "called_owner");
    if said.named.is_empty() && said.starts.is_empty() {
        return None;
    }
    let message = format!(
        "strangers are admitted: any repository can call this workflow, and {} is admitted",
        token(witness)
    );
    Some(Finding::on_rule(allow, claim, RULE.says(message)).severity(Severity::Error))
}

/// `workflow_ref` names another repository than the other rules do.
pub(super) fn find(cx: &mut Context<'_>) {
    if cx
        .grammar()
        .is_none_or(|grammar| grammar.atom("called_owner").is_none())
    {
        return;
    }
    for (policy, definition) in cx.policies().iter().enumerate() {
        let Some((claim, pattern)) = rule_on(definition, "workflow_ref") else {
            continue;
        };
        let repository = pattern.split("/.github/").next().unwrap_or_default();
        let named = ["repository", "sub"]
            .iter()
            .filter_map(|claim| rule_on(definition, claim));
        let is_other = named.into_iter().any(|(_, pattern)| {
            let own = pattern.strip_prefix("repo:").unwrap_or(pattern);
            let own = own.split(':').next().unwrap_or_default();
            !own.contains(['*', '?']) && !repository.contains(['*', '?']) && own != repository
        });
        if is_other {
            let message =
                format!("`workflow_ref` is in the job's own repository, never in `{repository}`");
            let help = "a reusable workflow of another repository is in `job_workflow_ref`";
            cx.add(Finding::on_rule(policy, claim, RULE.says(message)).help(help));
        }
    }
}
