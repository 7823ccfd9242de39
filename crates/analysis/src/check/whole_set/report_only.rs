//! `report-only`: a deny, or an issuer, that only reports what it would deny.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::policy::{Decision, REPORT_ONLY};

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "report-only",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "A deny only reports what it would deny.",
    about: "It denies nothing yet. `report-only-differs` says whether enforcing it would change anything.",
    incident: "A deny is tried out and then forgotten: it looks like protection in every review, and stops no token.",
    remedy: "once the audit log reports nothing that should be allowed, remove `reportOnly`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } },
  { "decision": "deny", "tokenType": "organization", "reportOnly": true, "rules": { "event_name": "pull_request*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "event_name": "pull_request*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let message = "this only reports what it would deny; it denies nothing yet";
    let policies = cx.issuer.policies.iter();
    if cx.issuer.report_only && policies.clone().any(|own| own.decision == Decision::Deny) {
        cx.add(Finding::on_issuer(REPORT_ONLY, RULE.says(message)));
    }
    for (index, _) in policies.enumerate().filter(|(_, own)| own.report_only) {
        let mut found = Finding::on(index, RULE.says(message));
        found.diagnostic.path += ".";
        found.diagnostic.path += REPORT_ONLY;
        cx.add(found);
    }
}
