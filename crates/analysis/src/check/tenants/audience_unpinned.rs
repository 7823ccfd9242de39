//! `audience-unpinned`: tokens that were issued for another service match as well.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::escape;

use crate::check::context::{Context, rule_on, shown};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Class;

pub(in crate::check) const RULE: Rule = Rule {
    code: "audience-unpinned",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "Tokens that were issued for another service are admitted.",
    about: "No rule on `aud`, and no audience of the issuer, names the service that a token has to be issued for. A service that receives such a token, or anyone who reads its logs, can exchange it here.",
    incident: "CVE-2024-5798: Vault did not check the audiences of a role properly, so that tokens for other services could be accepted. A token that a job sends to one cloud is worth as much at the next.",
    remedy: "add a rule on `aud` with the audience that the job requests, such as `urn:pulumi:org:NAME`, or list the audiences of the issuer",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "sub": "repo:acme/web:*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "urn:pulumi:org:acme", "sub": "repo:acme/web:*" } }
]"#,
    ),
};

/// Audiences of other services, in the forms that audiences have.
const OTHERS: [&str; 3] = [
    "sts.amazonaws.com",
    "https://vault.example.com",
    "urn:example:vault",
];

pub(super) fn find(cx: &mut Context<'_>) {
    cx.take_heuristic(RULE.code);
    for (allow, definition) in cx.allows() {
        let names_one = |text: &str| {
            let outline = crate::outline::outline(text, cx.dialect);
            crate::outline::names_audience(&outline)
        };
        let rule = rule_on(definition, "aud");
        // Most name it: then there is no question to ask.
        if rule.is_some_and(|(_, pattern)| names_one(pattern)) {
            continue;
        }
        for other in OTHERS {
            let rules = [("aud".to_owned(), escape(other, cx.dialect))];
            let class = Class {
                rules: &rules,
                ..Class::default()
            };
            let answer = cx.analysis.admits(allow, &class);
            if let Some(witness) = cx.yes(allow, answer) {
                let message = format!(
                    "a token that was issued for `{}` is admitted",
                    shown(&witness, "aud")
                );
                let found = match rule {
                    Some((claim, _)) => Finding::on_rule(allow, claim, RULE.says(message)),
                    None => Finding::on(allow, RULE.says(message)),
                };
                cx.add(found.basis(cx.facts()).witness(witness));
                break;
            }
        }
    }
}
