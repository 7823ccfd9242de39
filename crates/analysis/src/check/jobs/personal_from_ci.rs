//! `personal-from-ci`: CI exchanges its tokens for those of a person.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::TokenType;

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "personal-from-ci",
    severity: Severity::Warning,
    basis: Basis::Heuristic,
    title: "CI jobs get a personal token.",
    about: "A personal token can do whatever the person can, in every organization, and its use is recorded as theirs.",
    incident: "The person leaves or is promoted, and the job stops, or can do more than before, without any change of its policy.",
    remedy: "use a token of type team or organization",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "personal", "userLogin": "octocat", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "team", "teamName": "web", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if !cx.traits().is_ci {
        return;
    }
    for (allow, definition) in cx.allows() {
        if definition.token_type == TokenType::Personal {
            let message = format!("this gives jobs of {} a personal token", cx.provider());
            cx.add(Finding::on(allow, RULE.says(message)));
        }
    }
}
