//! `any-tag`: an allow pins branches and leaves tags open.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::class;

use crate::check::context::Context;
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

use super::any_ref;

pub(in crate::check) const RULE: Rule = Rule {
    code: "any-tag",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "An allow pins branches, and admits every tag.",
    about: "Everyone who can push can create or move a tag, to any commit. Tags are often less protected than branches.",
    incident: "tj-actions, CVE-2025-30066 (2025): the attackers moved existing version tags of an action that 23,000 repositories used to their own commit.",
    remedy: "name the tags, protect them by a rule set, or leave them out",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/tags/*" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/tags/v*" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    let open = cx.open_to(class::OTHER_TAG, |cx, allow, _| {
        !any_ref::is_wider(cx, allow)
    });
    for (allow, _, witness) in open {
        let message = "this admits jobs of any tag";
        cx.add(Finding::on(allow, RULE.says(message)).witness(witness));
    }
}
