//! `team-pattern-wide`: an allow for teams admits requests for any team.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::{Part, PartKind, parts};
use claimgate::policy::TokenType;

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "team-pattern-wide",
    severity: Severity::Warning,
    basis: Basis::Proved,
    title: "An allow for teams admits requests for teams that it does not name.",
    about: "The client requests the team, so a job gets the token of any team that matches. A pattern that begins with `*` is a warning, other wildcards are a note.",
    incident: "A policy for `*-deploy` admits the team `prod-deploy` of next year.",
    remedy: "name the team, or write one policy for each team, or use a token of type organization",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "team", "teamName": "*-deploy", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "team", "teamName": "web-deploy", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, definition) in cx.allows() {
        let team = definition.team_name.as_deref().unwrap_or_default();
        if definition.token_type != TokenType::Team {
            continue;
        }
        let parts = parts(team, cx.dialect);
        let is_many = |part: &Part| part.kind == PartKind::Many;
        let severity = match parts.first().is_some_and(is_many) {
            true => Severity::Warning,
            false => Severity::Note,
        };
        if parts.iter().any(is_many) {
            let message = format!("this admits requests for every team that matches `{team}`");
            let mut found = Finding::on(allow, RULE.says(message)).severity(severity);
            found.diagnostic.path += ".teamName";
            cx.add(found);
        }
    }
}
