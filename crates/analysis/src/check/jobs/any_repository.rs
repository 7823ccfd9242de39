//! `any-repository`: an allow admits all repositories or projects of an owner.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::{GITHUB_ACTIONS, class};

use crate::answer::Witness;
use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "any-repository",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "An allow admits every repository or project of an owner.",
    about: "It admits jobs of repositories that do not exist yet, and of those that only interns or contractors write to. Findings on branches and environments are left out where every repository is admitted.",
    incident: "The scanner frontdoor has a rule for it (FD010): one forgotten repository of the organization is enough.",
    remedy: "name the repository, or pin the reusable workflow that all of them call in `job_workflow_ref`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/*:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

/// The title of the first class of the owner's other things, such as another repository, that an allow admits,
/// with a token.
fn other(cx: &mut Context<'_>, allow: usize) -> Option<(&'static str, Witness)> {
    let classes = cx.grammar()?.outsiders.iter();
    let mut classes = classes.filter(|own| class::OTHERS.contains(&own.id));
    classes.find_map(|own| Some((own.title, cx.outsider(allow, &[own.id])?)))
}

/// Whether an allow is meant for all that call a reusable workflow, which it names.
fn is_by_workflow(cx: &Context<'_>, allow: usize) -> bool {
    let definition = cx.policies().get(allow);
    definition.is_some_and(|own| rule_on(own, "job_workflow_ref").is_some())
}

/// Whether findings on branches, tags and environments would say less than what is known: every
/// repository is admitted, what runs is a workflow that the allow names, or the branch is protected.
pub(super) fn is_wider(cx: &mut Context<'_>, allow: usize) -> bool {
    is_by_workflow(cx, allow) || is_protected(cx, allow) || other(cx, allow).is_some()
}

/// Whether an allow requires a branch or an environment that is protected.
pub(super) fn is_protected(cx: &Context<'_>, allow: usize) -> bool {
    let definition = cx.policies().get(allow);
    let requires = |claim: &str| {
        let rule = definition.and_then(|own| rule_on(own, claim));
        rule.is_some_and(|(_, pattern)| pattern == "true")
    };
    requires("ref_protected") || requires("environment_protected")
}

pub(super) fn find(cx: &mut Context<'_>) {
    let is_github = cx.is_of(GITHUB_ACTIONS);
    for (allow, _) in cx.allows() {
        if is_by_workflow(cx, allow) {
            continue;
        }
        if let Some((title, witness)) = other(cx, allow) {
            let message = format!("this admits {title}");
            let mut found = Finding::on(allow, RULE.says(message));
            if !is_github {
                found = found.help("name the one that the policy is for");
            }
            cx.add(found.witness(witness));
        }
    }
}
