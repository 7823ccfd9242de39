//! `attacker-chosen-only`: all claims that an allow pins are chosen by the author of the job.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;

use super::is_only_on;
use crate::answer::Witness;
use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "attacker-chosen-only",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "All claims that an allow has rules on are chosen by the author of the job.",
    about: "Branch, environment, workflow name, event and audience are what the author of a job writes, in any repository. They restrict which of your jobs get in, and never who gets in.",
    incident: "OH-MY-DC (Unit 42) describes policies that trust a branch, an environment or a workflow's name: an attacker names theirs the same. AWS warns of `request_tags` for the same reason.",
    remedy: "add a rule on what the author cannot choose: the owner and repository in `sub`, or their identifiers",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "environment": "production", "ref": "refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "environment": "production", "repository": "acme/web" } }
]"#,
    ),
};

pub(super) fn reason(
    cx: &mut Context<'_>,
    allow: usize,
    definition: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    if !is_only_on(definition, cx.traits().chosen) {
        return None;
    }
    let message = format!(
        "strangers are admitted: the author of a job chooses all of these claims, and {} is admitted",
        token(witness)
    );
    Some(Finding::on(allow, RULE.says(message)))
}
