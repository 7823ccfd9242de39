//! `actor-only`: an allow trusts a person, in whatever repository they start a job.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;

use super::is_only_on;
use crate::answer::Witness;
use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::sent::{is_sent_claim, known_claims};

pub(in crate::check) const RULE: Rule = Rule {
    code: "actor-only",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "An allow trusts whom a job was started by, in any repository.",
    about: "A person starts jobs in many repositories: by a push, a comment, or a schedule that they last edited. The code of the job is that of the repository, not theirs.",
    incident: "GitHub's guide to hardening OIDC pins the repository, and not the person: a contribution to someone else's project runs its workflow with the contributor as the actor.",
    remedy: "add a rule on whose job it is: `sub`, or the identifier of the repository or project",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "actor": "octocat" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "actor": "octocat", "repository": "acme/web" } }
]"#,
    ),
};

pub(super) fn reason(
    cx: &mut Context<'_>,
    allow: usize,
    definition: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    let traits = cx.traits();
    let claims = [traits.people, traits.chosen].concat();
    if !is_only_on(definition, &claims) || is_only_on(definition, traits.chosen) {
        return None;
    }
    let message = format!(
        "this trusts a person in any repository: {} is admitted",
        token(witness)
    );
    let found = Finding::on(allow, RULE.says(message));
    let sends = |claim: &&&str| {
        cx.grammar()
            .is_some_and(|own| is_sent_claim(&known_claims(own), claim))
    };
    let lasting = ["repository_id", "project_id"];
    Some(match lasting.iter().find(sends) {
        Some(id) => found.help(format!("add a rule on whose job it is: `sub`, or `{id}`")),
        None => found.help("add a rule on whose job it is: `sub`"),
    })
}
