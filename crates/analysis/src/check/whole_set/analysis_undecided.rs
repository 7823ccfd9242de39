//! `analysis-undecided`: questions that take too much work.

use claimgate::diagnostic::{Basis, Severity};

use crate::answer::Undecided;
use crate::check::context::{Context, numbers};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "analysis-undecided",
    severity: Severity::Note,
    basis: Basis::Proved,
    title: "It takes too much work to find out whether a policy has other findings.",
    about: "The questions behind findings are hard in the worst case, so their work is limited and counted. Policies that people write are far from the limits; a pattern such as `*a............`, or a thousand policies on one claim, can reach them. What is not known is not reported as right.",
    incident: "A tool that says nothing when it gives up is read as an all-clear.",
    remedy: "write the policies with fewer wildcards, or fewer of them",
    found_in: Example::at(
        "https://ci.example.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "*a...............b" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "*b...............a" } }
]"#,
    ),
    not_in: Example::at(
        "https://ci.example.com",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "a*b" } },
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "ab*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    for (reason, policies) in cx.undecided().clone() {
        let policies: Vec<usize> = policies.into_iter().collect();
        let Some(first) = policies.first().copied() else {
            continue;
        };
        let verb = match policies.len() {
            1 => "has",
            _ => "have",
        };
        let message = format!(
            "it is not known whether {} {verb} other findings: {}",
            numbers(&policies),
            reason.sentence()
        );
        let mut found = Finding::on(first, RULE.says(message)).also(policies);
        if let Some(advice) = advice(reason) {
            found = found.help(advice);
        }
        cx.add(found);
    }
}

/// What to do where fewer wildcards would not help.
fn advice(reason: Undecided) -> Option<&'static str> {
    match reason {
        Undecided::NotConfirmed | Undecided::NotProved => Some(
            "test such tokens with `claimgate test`; unless the policies are very long, this is a mistake in the analysis: report it",
        ),
        _ => None,
    }
}

/// The finding on more policies than are analyzed.
pub(in crate::check) fn too_many(count: usize) -> Finding {
    let most = crate::check::MAX_POLICIES;
    let message = format!(
        "{count} policies on one issuer are more than are analyzed together ({most}): they are only read"
    );
    Finding::on_issuer("policies", RULE.says(message))
}
