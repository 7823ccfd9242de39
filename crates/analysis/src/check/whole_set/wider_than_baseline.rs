//! `wider-than-baseline`: policies admit more than they did before a change.

use claimgate::diagnostic::{Basis, Severity};

use crate::check::context::{Context, token};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::model::PolicyModel;
use crate::questions::difference;

pub(in crate::check) const RULE: Rule = Rule {
    code: "wider-than-baseline",
    severity: Severity::Error,
    basis: Basis::Proved,
    title: "The policies admit more than before the change.",
    about: "With `--baseline`, `claimgate check` compares by meaning, not by text: policies that are reformatted, renamed, merged or split admit the same. Only what is opened is a finding, with a token for each allow that opens something. The example is compared with an issuer without policies.",
    incident: "AWS offers the same as `CheckNoNewAccess`, because reviews of policies by eye miss it: one `*` too many in a change of a hundred lines.",
    remedy: "narrow the allow, or have the change approved and move the baseline",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "deny", "tokenType": "organization", "rules": { "sub": "repo:acme/web:pull_request" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let Some(baseline) = cx.options.baseline.as_deref() else {
        return;
    };
    let Ok(before) = PolicyModel::new(baseline, cx.dialect) else {
        return;
    };
    let before = match cx.options.without_facts {
        true => before.without_facts(),
        false => before,
    };
    let mut seen = Vec::new();
    for kind in difference(&before, cx.model).kinds {
        let admitted = kind.opened.into_iter().map(|change| (change, true));
        let roles = kind.opened_roles.into_iter().map(|change| (change, false));
        for (change, is_admitted) in admitted.chain(roles) {
            if seen.contains(&change.policy) {
                continue;
            }
            seen.push(change.policy);
            let (token, gives) = (token(&change.witness), &change.gives);
            let message = match is_admitted {
                true => format!("this admits what was refused before: {token}"),
                false => {
                    format!("this now gives {gives} to {token}, which got another role before")
                }
            };
            let found = Finding::on(change.policy, RULE.says(message)).basis(cx.facts());
            cx.add(found.witness(change.witness));
        }
        for unknown in kind.undecided.iter().filter(|unknown| unknown.is_new) {
            let reason = unknown.reason;
            cx.yes(unknown.policy, crate::answer::Answer::Undecided { reason });
        }
    }
}
