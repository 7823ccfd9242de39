//! `array-claim`: a rule is on a claim with several values.

use claimgate::diagnostic::{Basis, Severity};

use super::{claims_of, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::pin::is_same_claim;

pub(in crate::check) const RULE: Rule = Rule {
    code: "array-claim",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A rule is on a claim with several values: it holds if one of them matches.",
    about: "An allow on one value and a deny on another can both match the same token. `aud` is left out: most know that it can be a list.",
    incident: "An allow requires the group `deployers`, and a deny stops the group `contractors`: someone in both is denied, and someone in `deployers` and `contractors-eu` is not. Infisical and Vault do the same.",
    remedy: "check that one matching value is enough",
    found_in: Example::gitlab(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "project_path": "acme/web", "ref": "main", "ref_type": "branch", "groups_direct": "acme/deployers" } }
]"#,
    ),
    not_in: Example::gitlab(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "project_path": "acme/web", "ref": "main", "ref_type": "branch" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let Some(grammar) = cx.grammar() else {
        return;
    };
    for (policy, claim, _) in rules(cx) {
        let mut claims = claims_of(grammar);
        let is_many = claims.any(|own| own.is_many && is_same_claim(own.path, &claim));
        if is_many && !is_same_claim("aud", &claim) {
            let message = format!("`{claim}` has several values, and one that matches is enough");
            cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
        }
    }
}
