//! `claim-of-other-provider`: a rule is on a claim of another provider.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::text::list;
use claimgate_providers::senders;

use super::{is_sent_claim, known_claims, rules};
use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "claim-of-other-provider",
    severity: Severity::Error,
    basis: Basis::Facts,
    title: "A rule is on a claim that another provider sends, and this one does not.",
    about: "The policy was copied from one for another provider. A rule on a missing claim never matches.",
    incident: "frontdoor (FD005) looks for conditions copied between providers: a deny with one of them protects nothing.",
    remedy: "write the rule on this provider's claim, or move the policy to the other issuer",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*", "project_path": "acme/web" } }
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
    let known = known_claims(grammar);
    for (policy, claim, _) in rules(cx) {
        let senders = senders(&claim, grammar.id);
        if is_sent_claim(&known, &claim) || senders.is_empty() {
            continue;
        }
        let others: Vec<_> = senders.iter().take(3).copied().collect();
        let message = format!(
            "`{claim}` is a claim of {}, not of {}",
            list::enumerate(&others),
            grammar.name
        );
        cx.add(Finding::on_rule(policy, &claim, RULE.says(message)));
    }
}
