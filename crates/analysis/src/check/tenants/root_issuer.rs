//! `root-issuer`: the issuer that all tenants share, where each has one of its own.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "root-issuer",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "The issuer is the one that all customers share, although each has one of its own.",
    about: "CircleCI and Vercel have an issuer for each organization or team. With it, a forgotten rule does not open the policies to strangers.",
    incident: "Both recommend the issuer of the team in their documentation; the shared one is kept for those who set it up first.",
    remedy: "register the issuer of your organization or team instead",
    found_in: Example::at(
        "https://oidc.vercel.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "https://vercel.com/acme", "sub": "owner:acme:project:web:environment:production" } }
]"#,
    ),
    not_in: Example::at(
        "https://oidc.vercel.com/acme",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "https://vercel.com/acme", "sub": "owner:acme:project:web:environment:production" } }
]"#,
    ),
};

/// The shared issuers, each with the form of those of tenants.
const ROOTS: [(&str, &str); 2] = [
    (
        "https://oidc.circleci.com",
        "https://oidc.circleci.com/org/ORGANIZATION_ID",
    ),
    ("https://oidc.vercel.com", "https://oidc.vercel.com/TEAM"),
];

pub(super) fn find(cx: &mut Context<'_>) {
    let url = cx.issuer.url.trim_end_matches('/');
    if let Some((root, own)) = ROOTS.iter().find(|(root, _)| *root == url) {
        let message = format!("all customers share the issuer `{root}`");
        let help = format!("register the issuer of your organization or team: `{own}`");
        cx.add(Finding::on_issuer("url", RULE.says(message)).help(help));
    }
}
