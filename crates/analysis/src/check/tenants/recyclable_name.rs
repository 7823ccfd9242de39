//! `recyclable-name`: an allow pins names that others can register again.

use claimgate::diagnostic::{Basis, Severity};

use super::mutable_name::{identifiers, with_names_only};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "recyclable-name",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "Allows pin only names, which others can register once they have been renamed or deleted.",
    about: "Whose name it is can change; an identifier is never given out again. One finding for all policies of the issuer, and only a note: as long as your names stay yours, no one else gets in.",
    incident: "Astrix (\"Sub:jugation\") took over names of GitHub organizations that cloud roles still trusted. The guide of google-github-actions/auth recommends numeric identifiers for this reason, and Spacelift documents the same of slugs.",
    remedy: "add a rule on an identifier, such as `repository_owner_id`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main", "repository_owner_id": "65" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if !cx.traits().is_recyclable {
        return;
    }
    let policies = with_names_only(cx);
    let Some(first) = policies.first().copied() else {
        return;
    };
    let message =
        "this pins only names, which others can register once they have been renamed or deleted";
    let help = format!("add a rule on {}", identifiers(cx));
    let mut found = Finding::on(first, RULE.says(message))
        .also(policies)
        .help(help);
    if let Some(witness) = cx.outsider(first, &[claimgate_providers::grammar::class::RECYCLED_NAME])
    {
        found = found.witness(witness);
    }
    cx.add(found);
}
