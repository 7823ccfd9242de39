//! `audience-only`: the only rule of an allow is on `aud`, which the job chooses itself.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::PolicyDefinition;

use crate::answer::Witness;
use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::pin::is_only_audience;

pub(in crate::check) const RULE: Rule = Rule {
    code: "audience-only",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "The only rule of an allow is on `aud`, which the job chooses itself.",
    about: "An audience says for which service a token was issued, not to whom. On an issuer that many share, any job can request this audience. Where it is not known whether the issuer is shared, it is a note.",
    incident: "Wiz, and StateWard's advisory SC-GHA-OIDC-MISCONFIG-2021, found cloud roles that trusted any GitHub token with the default audience `sts.amazonaws.com`: any repository on GitHub could assume them.",
    remedy: "add a rule on `sub` that begins with the owner and its separator, such as `repo:OWNER/`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "urn:pulumi:org:acme" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "urn:pulumi:org:acme", "sub": "repo:acme/web:*" } }
]"#,
    ),
};

pub(super) fn reason(
    _: &mut Context<'_>,
    allow: usize,
    definition: &PolicyDefinition,
    witness: &Witness,
) -> Option<Finding> {
    if !is_only_audience(definition) {
        return None;
    }
    let message = format!(
        "strangers are admitted: any job can request this audience, and {} is admitted",
        token(witness)
    );
    Some(Finding::on(allow, RULE.says(message)))
}

/// On an issuer that is not known to be shared.
pub(super) fn find(cx: &mut Context<'_>) {
    for (allow, definition) in cx.allows() {
        let has_grammar = cx.grammar().is_some();
        if has_grammar && is_only_audience(definition) && cx.stranger(allow).is_none() {
            let is_shared = cx.analysis.stranger(allow).is_some();
            let message = "the only rule is on `aud`: it says for which service a token is, not to whom it was issued";
            let found = Finding::on(allow, RULE.says(message)).severity(Severity::Note);
            if !is_shared {
                cx.add(found.basis(Basis::Heuristic));
            }
        }
    }
}
