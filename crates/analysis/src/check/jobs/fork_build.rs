//! `fork-build`: an allow admits CircleCI builds of forks.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::CIRCLECI;

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "fork-build",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow does not say from which repository a CircleCI job was built.",
    about: "Where a project builds pull requests of forks and passes secrets to them, such a job has a token of the project: only `vcs-origin` tells it apart.",
    incident: "CircleCI documents that builds of forks get the OIDC token of the project if secrets are passed to them.",
    remedy: "add a rule on `oidc.circleci.com/vcs-origin`, in quotes, with the repository, or do not pass secrets to builds of forks",
    found_in: Example::at(
        "https://oidc.circleci.com/org/00000000-0000-4000-8000-000000000001",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/user/*" } }
]"#,
    ),
    not_in: Example::at(
        "https://oidc.circleci.com/org/00000000-0000-4000-8000-000000000001",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "org/00000000-0000-4000-8000-000000000001/project/00000000-0000-4000-8000-000000000002/user/*", "\"oidc.circleci.com/vcs-origin\"": "github.com/acme/web" } }
]"#,
    ),
};

const CLAIM: &str = "\"oidc.circleci.com/vcs-origin\"";

pub(super) fn find(cx: &mut Context<'_>) {
    if !cx.is_of(CIRCLECI) {
        return;
    }
    for (allow, definition) in cx.allows() {
        let subject = rule_on(definition, "sub").map(|(_, pattern)| pattern.as_str());
        let is_in_subject = subject.is_some_and(|own| own.contains("/vcs-origin/"));
        if rule_on(definition, CLAIM).is_none() && !is_in_subject && cx.stranger(allow).is_none() {
            let message =
                "this does not say which repository the job was built from, so a fork will do";
            cx.add(Finding::on(allow, RULE.says(message)));
        }
    }
}
