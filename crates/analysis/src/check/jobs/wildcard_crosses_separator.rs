//! `wildcard-crosses-separator`: a `*` in the middle of a subject admits other kinds of jobs.

use claimgate::diagnostic::{Basis, Severity};
use claimgate::pattern::{PartKind, parts};

use crate::answer::Witness;
use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};
use crate::questions::Class;

pub(in crate::check) const RULE: Rule = Rule {
    code: "wildcard-crosses-separator",
    severity: Severity::Warning,
    basis: Basis::Facts,
    title: "A `*` within a subject spans its separators, and admits jobs of other kinds.",
    about: "`*` matches `:` and `/` too. A pattern such as `repo:acme/web:*main` is meant for a branch, and admits an environment that is named so: the author of the job names it.",
    incident: "GitHub's reference of subjects shows why: branch, tag, environment and pull request differ only in what follows the repository, which a `*` skips.",
    remedy: "write the whole form, such as `:ref:refs/heads/main`, and keep `*` for the end",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:*main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/*main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if cx.grammar().is_none() {
        return;
    }
    for (allow, definition) in cx.allows() {
        let Some((claim, pattern)) = rule_on(definition, "sub") else {
            continue;
        };
        let parts = parts(pattern, cx.dialect);
        let ends_open = parts.last().is_none_or(|part| part.kind == PartKind::Many);
        let has_many = parts.iter().any(|part| part.kind == PartKind::Many);
        if ends_open || !has_many || cx.stranger(allow).is_some() {
            continue;
        }
        let kinds = kinds(cx, allow);
        if let Some(witness) = kinds.into_iter().skip(1).last() {
            let message = format!(
                "the `*` in `{pattern}` spans separators, and admits jobs of several kinds"
            );
            cx.add(Finding::on_rule(allow, claim, RULE.says(message)).witness(witness));
        }
    }
}

/// A token for each kind of job that is admitted and that its subject tells: branches, tags,
/// environments. A customized subject has any form.
fn kinds(cx: &mut Context<'_>, allow: usize) -> Vec<Witness> {
    let shapes = cx.grammar().map_or(&[][..], |grammar| grammar.shapes);
    let (mut kinds, mut found): (Vec<&str>, _) = (Vec::new(), Vec::new());
    for shape in shapes {
        let kind = shape.name.split(',').next().unwrap_or_default();
        if kind == "custom" || kinds.contains(&kind) {
            continue;
        }
        let class = Class {
            shapes: &[shape.name],
            ..Class::default()
        };
        if let Some(witness) = cx.admits(allow, &class) {
            kinds.push(kind);
            found.push(witness);
        }
    }
    found
}
