//! `mutable-name`: an allow pins names that can change, and no identifier.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::sorted::distinct;

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "mutable-name",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "Allows pin names that can change, where the provider sends identifiers that do not.",
    about: "Once the name changes, the policy no longer matches. Where others can register the old name, it is `recyclable-name`. One finding for all policies of the issuer.",
    incident: "A project is renamed on a Friday afternoon, and its deployments are refused until someone finds the policy.",
    remedy: "add a rule on the identifier, such as `terraform_workspace_id`, or keep names stable",
    found_in: Example::at(
        "https://app.terraform.io",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "organization:acme:project:web:workspace:prod:run_phase:apply" } }
]"#,
    ),
    not_in: Example::at(
        "https://app.terraform.io",
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "organization:acme:project:web:workspace:prod:run_phase:apply", "terraform_workspace_id": "ws-qj2xAbCdEfGhIjKl" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if cx.traits().is_recyclable {
        return;
    }
    let policies = with_names_only(cx);
    let Some(first) = policies.first().copied() else {
        return;
    };
    let ids = identifiers(cx);
    let message = "this pins only names, which can change, and no identifier";
    let help = format!("add a rule on {ids}, or keep names stable");
    cx.add(
        Finding::on(first, RULE.says(message))
            .also(policies)
            .help(help),
    );
}

/// The allows that pin names and no identifier, and admit no stranger.
pub(super) fn with_names_only(cx: &mut Context<'_>) -> Vec<usize> {
    let lasting = cx.traits().lasting;
    let allows = cx.allows();
    let named: Vec<usize> = allows
        .into_iter()
        .filter(|(_, own)| lasting.iter().any(|(name, _)| rule_on(own, name).is_some()))
        .filter(|(_, own)| lasting.iter().all(|(_, id)| rule_on(own, id).is_none()))
        .map(|(allow, _)| allow)
        .collect();
    named
        .into_iter()
        .filter(|allow| !cx.plain.pins_identifier(*allow) && cx.stranger(*allow).is_none())
        .collect()
}

/// The claims with identifiers, for a sentence.
pub(super) fn identifiers(cx: &Context<'_>) -> String {
    let traits = cx.traits();
    let lasting = traits.lasting.iter();
    let of_things = lasting.filter(|(name, _)| !traits.people.contains(name));
    let ids = distinct(of_things.map(|(_, id)| *id).collect());
    let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
    match ids.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => ids.join(""),
    }
}
