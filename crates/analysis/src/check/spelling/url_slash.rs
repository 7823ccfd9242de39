//! `url-slash`: the URL of an issuer ends with a slash.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::{IssuerForm, grammar};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "url-slash",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "The URL of the issuer ends with a slash.",
    about: "A token's `iss` has to be the same, character by character. Auth0 and AKS do end theirs with a slash, most do not. It is a warning where the provider is known without one.",
    incident: "Every token is refused as one of an unknown issuer, and the two URLs look the same in the message.",
    remedy: "compare it with `iss` of a token, and remove the slash if that has none",
    found_in: Example::at(
        "https://gitlab.com/",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "project_path": "acme/web", "ref": "main" } }
]"#,
    ),
    not_in: Example::at(
        "https://gitlab.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "project_path": "acme/web", "ref": "main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let Some(without) = cx.issuer.url.strip_suffix('/') else {
        return;
    };
    // AKS has the slash.
    let has_slash = |own: &&IssuerForm| {
        matches!(own, IssuerForm::Around(_, end) if end.ends_with('/'))
            || matches!(own, IssuerForm::Around(start, _) if start.contains("prod-aks."))
    };
    if cx
        .grammar()
        .is_some_and(|own| own.issuers.iter().any(|form| has_slash(&form)))
    {
        return;
    }
    let severity = match grammar(without) {
        Some(_) => Severity::Warning,
        None => Severity::Note,
    };
    let message = "the URL ends with a slash: only tokens whose `iss` does too are of this issuer";
    cx.add(Finding::on_issuer("url", RULE.says(message)).severity(severity));
}
