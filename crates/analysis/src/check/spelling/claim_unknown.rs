//! `claim-unknown`: the provider is not known to send a claim.

use claimgate::claim_path::ClaimPath;
use claimgate::diagnostic::{Basis, Severity};
use claimgate::expected::nearest;
use claimgate_providers::senders;

use super::{is_sent_claim, known_claims, rules};
use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "claim-unknown",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "A rule is on a claim that the provider is not known to send.",
    about: "A rule on a missing claim never matches: an allow admits nothing, a deny stops nothing. A path with dots in a name needs quotes; where the quoted path is known, it is an error.",
    incident: "AWS: a condition on a key that does not exist never matches, and a deny with it protects nothing. `kubernetes.io.namespace` in place of `\"kubernetes.io\".namespace` is the usual form.",
    remedy: "correct the name, or leave the rule if the provider does send the claim",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repositry": "acme/web", "sub": "repo:acme/*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository": "acme/web" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let Some(grammar) = cx.grammar() else {
        return;
    };
    let known = known_claims(grammar);
    for (policy, claim, _) in rules(cx) {
        if is_sent_claim(&known, &claim)
            || grammar.has_named_by_users(&claim)
            || !senders(&claim, grammar.id).is_empty()
        {
            continue;
        }
        let message = format!("{} is not known to send the claim `{claim}`", grammar.name);
        let found = Finding::on_rule(policy, &claim, RULE.says(message));
        let quoted = known.iter().find(|own| unquoted(own) == claim);
        let is_written = |own: &&str| {
            cx.policies()
                .get(policy)
                .is_some_and(|policy| rule_on(policy, own).is_some())
        };
        let found = match (
            quoted,
            nearest(&claim, &known).filter(|own| !is_written(own)),
        ) {
            (Some(quoted), _) => found
                .severity(Severity::Error)
                .help(format!("write `{quoted}`: a name with dots needs quotes")),
            (None, Some(near)) => found.help(format!("did you mean `{near}`?")),
            (None, None) => found,
        };
        cx.add(found);
    }
}

/// The path without quotes, as it is often written.
fn unquoted(claim: &str) -> String {
    ClaimPath::parse(claim).map_or_else(|_| claim.to_owned(), |path| path.segments().join("."))
}
