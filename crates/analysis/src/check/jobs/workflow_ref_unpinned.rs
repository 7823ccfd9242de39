//! `workflow-ref-unpinned`: a rule names a workflow and not of which ref.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, rule_on, shown};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::{Class, Texts};

pub(in crate::check) const RULE: Rule = Rule {
    code: "workflow-ref-unpinned",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "A rule names a workflow, and admits its copy on any branch or tag.",
    about: "The part after `@` says from which ref the workflow was read. Anyone who can push a branch can change the workflow there and run it.",
    incident: "Public policies of octo-sts pin `job_workflow_ref` with `@*`: the pinned workflow is then whatever a branch says it is.",
    remedy: "end the pattern with the ref, such as `@refs/heads/main`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository_owner": "acme", "job_workflow_ref": "acme/workflows/.github/workflows/deploy.yml@*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository_owner": "acme", "job_workflow_ref": "acme/workflows/.github/workflows/deploy.yml@refs/heads/main" } }
]"#,
    ),
};

/// The claims that name a workflow, each with the part of it that is the ref.
const CLAIMS: [(&str, &str); 2] = [
    ("job_workflow_ref", "called_at"),
    ("workflow_ref", "workflow_at"),
];

pub(super) fn find(cx: &mut Context<'_>) {
    if cx.grammar().is_none() {
        return;
    }
    for (allow, definition) in cx.allows() {
        for (claim, part) in CLAIMS {
            let Some((own, _)) = rule_on(definition, claim) else {
                continue;
            };
            // A pinned branch pins the workflow of the job's own repository too.
            let is_by_ref = claim == "workflow_ref" && rule_on(definition, "ref").is_some();
            let said = cx.plain.said(allow, part);
            let is_named = !said.named.is_empty() || !said.starts.is_empty();
            if is_named || is_by_ref || cx.stranger(allow).is_some() {
                continue;
            }
            let class = Class {
                is: vec![(part, Texts::exact(["refs/heads/feature".to_owned()]))],
                ..Class::default()
            };
            if let Some(witness) = cx.admits(allow, &class) {
                let workflow = shown(&witness, claim);
                let message = format!("this admits the workflow of any branch: `{workflow}`");
                cx.add(Finding::on_rule(allow, own, RULE.says(message)).witness(witness));
            }
        }
    }
}
