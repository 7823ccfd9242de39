//! `ssh-rerun`: an allow admits CircleCI jobs that were rerun with SSH.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::{Context, is_admin};
use crate::check::finding::Finding;
use crate::check::fix::with_rule;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "ssh-rerun",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow admits CircleCI jobs that someone has rerun with SSH.",
    about: "Anyone who reruns a job with SSH has a shell in it, and its ID token. It is a warning if the allow grants admin permission.",
    incident: "CircleCI's documentation recommends the claim `ssh-rerun` for this: otherwise everyone who may rerun a job has what the job has.",
    remedy: "add a rule on `oidc.circleci.com/ssh-rerun`, in quotes, with the pattern `false`",
    found_in: Example::at(
        "https://oidc.circleci.com/org/00000000-0000-4000-8000-000000000001",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/user/*" } }
]"#,
    ),
    not_in: Example::at(
        "https://oidc.circleci.com/org/00000000-0000-4000-8000-000000000001",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/user/*", "\"oidc.circleci.com/ssh-rerun\"": "false" } }
]"#,
    ),
};

const CLAIM: &str = "\"oidc.circleci.com/ssh-rerun\"";

pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, definition, witness) in cx.open_to(class::SSH_RERUN, |_, _, _| true) {
        let severity = match is_admin(definition) {
            true => Severity::Warning,
            false => Severity::Note,
        };
        let message = "this admits jobs that someone has rerun with SSH";
        let mut found = Finding::on(allow, RULE.says(message)).severity(severity);
        let title = "exclude reruns with SSH";
        let fix = with_rule(cx, title, allow, (CLAIM, "false"));
        found.fixes.extend(fix);
        cx.add(found.witness(witness));
    }
}
