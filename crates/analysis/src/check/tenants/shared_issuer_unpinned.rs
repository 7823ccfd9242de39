//! `shared-issuer-unpinned`: an allow on an issuer that signs tokens for everybody leaves the tenant
//! open.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;
use claimgate_providers::shared_issuer;

use crate::answer::Witness;
use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::pin::advice;

pub(crate) const RULE: Rule = Rule {
    code: "shared-issuer-unpinned",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "An allow on an issuer that signs tokens for everyone does not say whose tokens it is for.",
    about: "Everyone who has an account gets tokens of GitHub Actions, GitLab.com, HCP Terraform and others. A rule has to name the tenant, up to the separator that ends its name. The finding shows a stranger's token that is admitted.",
    incident: "Datadog found AWS roles in 2023 that any GitHub repository could assume, and Tinder's security team roles that a prefix of the name opened. AWS refuses to create such roles since June 2025.",
    remedy: "add a rule that names the owner or organization, up to the separator after its name",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:*:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/*:ref:refs/heads/main" } }
]"#,
    ),
};

/// The help where strangers are kept out once each `.` stands for itself.
pub(crate) const OPENED_BY_DOTS: &str = "only a `.` that stands for any character admits it: write `\\.` for a dot, which other systems do not read";

pub(super) fn reason(
    cx: &mut Context<'_>,
    allow: usize,
    _: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    let found = Finding::on(allow, RULE.says(admitted(witness)));
    let is_opened_by_dots = cx
        .plain
        .stranger(allow)
        .is_some_and(|answer| answer.is_no());
    Some(match (is_opened_by_dots, shared_issuer(&cx.issuer.url)) {
        (true, _) => found.help(OPENED_BY_DOTS),
        (false, Some(issuer)) => found.help(advice(issuer)),
        (false, None) => found,
    })
}

/// The message that a stranger's token is admitted.
pub(crate) fn admitted(witness: &Witness) -> String {
    format!("strangers are admitted: for example, {}", token(witness))
}
