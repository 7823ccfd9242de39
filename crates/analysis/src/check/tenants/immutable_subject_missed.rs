//! `immutable-subject-missed`: a rule on GitHub's `sub` matches only its form without identifiers.

use claimgate::diagnostic::{Basis, Severity};
use claimgate_providers::grammar::GITHUB_ACTIONS;

use crate::check::context::{Context, rule_on};
use crate::check::finding::Finding;
use crate::check::rule::{Example, Rule};

pub(in crate::check) const RULE: Rule = Rule {
    code: "immutable-subject-missed",
    severity: Severity::Note,
    basis: Basis::Facts,
    title: "A rule on GitHub's `sub` matches only the form without identifiers.",
    about: "Repositories that were created, renamed or moved since 2026-07-15 send `repo:OWNER@ID/REPOSITORY@ID:…`; older ones can opt in. Their jobs are refused by a rule for `repo:OWNER/REPOSITORY:…`. Yet it is a note, not an error: from the policy alone it cannot be known whether the repository is such a one, and most are older, so an error would fail the check of policies that work. There is one finding for all policies of the issuer.",
    incident: "A repository is moved to another organization and back, and its deployments are refused from then on, although owner and name are the same as ever.",
    remedy: "add a policy for the form with identifiers, `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID`, with the same ending, or pin `repository_id` and the branch or environment instead of `sub`",
    found_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "sub": "repo:acme/web:ref:refs/heads/main" } }
]"#,
    ),
    not_in: Example::github(
        r#"[
  { "decision": "allow", "tokenType": "organization", "rules": { "aud": "acme", "repository": "acme/web", "ref": "refs/heads/main" } }
]"#,
    ),
};

pub(super) fn find(cx: &mut Context<'_>) {
    if !cx.is_of(GITHUB_ACTIONS) {
        return;
    }
    let subject = |policy: &claimgate::policy::PolicyDefinition| {
        rule_on(policy, "sub").map(|(_, pattern)| pattern.clone())
    };
    let subjects: Vec<(usize, String)> = cx
        .allows()
        .into_iter()
        .filter_map(|(allow, own)| Some((allow, subject(own)?)))
        .collect();
    let has_ids = |subject: &str| {
        subject.strip_prefix("repo:").is_some_and(|rest| {
            rest.split([':', '/'])
                .next()
                .unwrap_or_default()
                .contains(['@', '*', '?'])
        })
    };
    let is_covered = subjects.iter().any(|(_, subject)| has_ids(subject));
    let names: Vec<(usize, String)> = subjects
        .into_iter()
        .filter(|(_, subject)| subject.starts_with("repo:") && !has_ids(subject))
        .collect();
    let Some((first, subject)) = names.first().filter(|_| !is_covered) else {
        return;
    };
    let message = "tokens of repositories created, renamed or moved since 2026-07-15 have identifiers in `sub`, and do not match this";
    let mut found = Finding::on_rule(*first, "sub", RULE.says(message));
    if let Some(help) = help(subject) {
        let others = match names.len() {
            1 => "",
            _ => "; the same goes for the other policies",
        };
        found = found.help(format!("{help}{others}"));
    }
    cx.add(found.also(names.iter().map(|(allow, _)| *allow)));
}

/// What to write instead of a subject without identifiers.
fn help(subject: &str) -> Option<String> {
    let (owner, rest) = subject.strip_prefix("repo:")?.split_once('/')?;
    let (repository, rest) = match rest.split_once(':') {
        Some((repository, rest)) => (repository, format!(":{rest}")),
        None => (rest, String::new()),
    };
    // A wildcard covers the identifier, too.
    let (repository, id) = match repository.contains(['*', '?']) {
        true => (repository.to_owned(), "repository_owner_id"),
        false => (format!("{repository}@REPOSITORY_ID"), "repository_id"),
    };
    let endings = [
        (":ref:", "ref"),
        (":environment:", "environment"),
        (":pull_request", "event_name"),
    ];
    let mut endings = endings.iter();
    let claims = match endings.find(|(start, _)| rest.starts_with(start)) {
        Some((_, claim)) => format!("`{id}` and `{claim}`"),
        None => format!("`{id}`"),
    };
    Some(format!(
        "add a policy for the form with identifiers, `repo:{owner}@OWNER_ID/{repository}{rest}`, or pin {claims} instead of `sub`"
    ))
}

#[cfg(test)]
mod tests {
    use super::help;

    #[test]
    fn the_help_keeps_the_end_of_the_subject() {
        for (subject, form, claims) in [
            (
                "repo:acme/web:environment:prod",
                "repo:acme@OWNER_ID/web@REPOSITORY_ID:environment:prod",
                "`repository_id` and `environment`",
            ),
            (
                "repo:acme/web:ref:refs/heads/*",
                "repo:acme@OWNER_ID/web@REPOSITORY_ID:ref:refs/heads/*",
                "`repository_id` and `ref`",
            ),
            (
                "repo:acme/web:pull_request",
                "repo:acme@OWNER_ID/web@REPOSITORY_ID:pull_request",
                "`repository_id` and `event_name`",
            ),
            (
                "repo:acme/web-*:*",
                "repo:acme@OWNER_ID/web-*:*",
                "`repository_owner_id`",
            ),
            (
                "repo:acme/*",
                "repo:acme@OWNER_ID/*",
                "`repository_owner_id`",
            ),
        ] {
            let help = help(subject).unwrap();
            assert!(help.contains(&format!("`{form}`")), "{help}");
            assert!(
                help.ends_with(&format!("pin {claims} instead of `sub`")),
                "{help}"
            );
        }
        assert_eq!(help("repo:acme*"), None);
    }
}
