//! Differences between two versions of policies.

use claimgate::pattern::visible;
use claimgate::policy::{PolicyDefinition, to_json};

use super::change::{Change, ChangeKind, Line, compare};

/// The changes from saved to edited policies; empty if only their order differs.
pub fn changes(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<Change> {
    changes_at(saved, edited, |index| index, |index| index)
}

/// [`changes`] of some of the policies: two functions tell the places that they have among all, from 0.
pub fn changes_at(
    saved: &[PolicyDefinition],
    edited: &[PolicyDefinition],
    saved_place: impl Fn(usize) -> usize,
    edited_place: impl Fn(usize) -> usize,
) -> Vec<Change> {
    let pairs = pair(saved, edited);
    let changed =
        |(index, policy): (usize, &PolicyDefinition)| match pairs.get(index).copied().flatten() {
            Some(old) => {
                let details = details(saved.get(old)?, policy);
                let number = edited_place(index) + 1;
                let title = format!("policy {number}, {}, changes", kind_of(policy));
                (!details.is_empty()).then_some(Change {
                    kind: ChangeKind::Changed,
                    title,
                    details,
                })
            }
            None => Some(Change {
                kind: ChangeKind::Added,
                title: format!(
                    "policy {}, {}, is new",
                    edited_place(index) + 1,
                    kind_of(policy)
                ),
                details: policy
                    .rules
                    .iter()
                    .map(|rule| format!("rule {}", written(rule)))
                    .collect(),
            }),
        };
    let removed = |(index, policy): (usize, &PolicyDefinition)| {
        (!pairs.contains(&Some(index))).then(|| Change {
            kind: ChangeKind::Removed,
            title: format!(
                "the former policy {}, {}, is removed",
                saved_place(index) + 1,
                kind_of(policy)
            ),
            details: policy
                .rules
                .iter()
                .map(|rule| format!("rule {}", written(rule)))
                .collect(),
        })
    };
    edited
        .iter()
        .enumerate()
        .filter_map(changed)
        .chain(saved.iter().enumerate().filter_map(removed))
        .collect()
}

/// Both texts line by line, the edited policies in the order of the saved ones.
pub fn lines(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<Line> {
    let pairs = pair(saved, edited);
    let mut ordered: Vec<(usize, PolicyDefinition)> = Vec::new();
    for (index, policy) in edited.iter().enumerate() {
        let old = pairs.get(index).copied().flatten();
        let place = old.unwrap_or(saved.len() + index);
        ordered.push((
            place,
            in_order_of(policy, old.and_then(|old| saved.get(old))),
        ));
    }
    ordered.sort_by_key(|(place, _)| *place);
    let edited: Vec<_> = ordered.into_iter().map(|(_, policy)| policy).collect();
    compare(&to_json(saved), &to_json(&edited))
}

/// For each edited policy, the saved one that it is derived from.
fn pair(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<Option<usize>> {
    let mut scores: Vec<(usize, usize, usize)> = Vec::new();
    for (new, policy) in edited.iter().enumerate() {
        for (old, former) in saved.iter().enumerate() {
            scores.push((similarity(former, policy), old, new));
        }
    }
    // The most similar pairs first; among equals, those with the nearest positions.
    scores.sort_by_key(|(score, old, new)| (std::cmp::Reverse(*score), old.abs_diff(*new), *new));
    let mut pairs = vec![None; edited.len()];
    let mut taken = vec![false; saved.len()];
    for (score, old, new) in scores {
        if score >= 4 && pairs.get(new) == Some(&None) && taken.get(old) == Some(&false) {
            pairs[new] = Some(old);
            taken[old] = true;
        }
    }
    pairs
}

/// How much two policies have in common.
fn similarity(one: &PolicyDefinition, other: &PolicyDefinition) -> usize {
    if details(one, other).is_empty() {
        return usize::MAX;
    }
    let same_claim =
        |rule: &&(String, String)| other.rules.iter().any(|(claim, _)| *claim == rule.0);
    let same_rules = one
        .rules
        .iter()
        .filter(|rule| other.rules.contains(rule))
        .count();
    usize::from(one.decision == other.decision) * 2
        + usize::from(one.token_type == other.token_type)
        + usize::from(target_of(one) == target_of(other))
        + same_rules * 4
        + one.rules.iter().filter(same_claim).count()
}

fn details(old: &PolicyDefinition, new: &PolicyDefinition) -> Vec<String> {
    let mut details = Vec::new();
    let mut field = |name: &str, old: String, new: String| {
        if old != new {
            details.push(format!("`{name}`: {old} becomes {new}"));
        }
    };
    field(
        "decision",
        quoted(Some(old.decision.as_str())),
        quoted(Some(new.decision.as_str())),
    );
    field(
        "tokenType",
        quoted(Some(old.token_type.as_str())),
        quoted(Some(new.token_type.as_str())),
    );
    let texts = [
        ("teamName", &old.team_name, &new.team_name),
        ("userLogin", &old.user_login, &new.user_login),
        ("runnerID", &old.runner_id, &new.runner_id),
        ("roleID", &old.role_id, &new.role_id),
    ];
    for (name, old, new) in texts {
        field(name, quoted(old.as_deref()), quoted(new.as_deref()));
    }
    field("authorizedPermissions", permissions(old), permissions(new));
    match (old.report_only, new.report_only) {
        (false, true) => details.push("it now only reports what it would deny".to_owned()),
        (true, false) => details.push("it now denies, instead of only reporting".to_owned()),
        _ => {}
    }
    for (claim, pattern) in &old.rules {
        match new.rules.iter().find(|(other, _)| other == claim) {
            None => details.push(format!(
                "rule on `{}` is removed: it was `{}`",
                visible(claim),
                visible(pattern)
            )),
            Some((_, other)) if other != pattern => {
                details.push(format!(
                    "`{}`: `{}` becomes `{}`",
                    visible(claim),
                    visible(pattern),
                    visible(other)
                ));
            }
            Some(_) => {}
        }
    }
    let is_new = |rule: &&(String, String)| !old.rules.iter().any(|(claim, _)| *claim == rule.0);
    details.extend(
        new.rules
            .iter()
            .filter(is_new)
            .map(|rule| format!("new rule {}", written(rule))),
    );
    details
}

fn target_of(policy: &PolicyDefinition) -> [&Option<String>; 3] {
    [&policy.team_name, &policy.user_login, &policy.runner_id]
}

fn kind_of(policy: &PolicyDefinition) -> String {
    format!(
        "{} {}",
        policy.decision.as_str(),
        policy.token_type.as_str()
    )
}

fn written((claim, pattern): &(String, String)) -> String {
    format!("`{}` matches `{}`", visible(claim), visible(pattern))
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(
        || "nothing".to_owned(),
        |text| format!("`{}`", visible(text)),
    )
}

fn permissions(policy: &PolicyDefinition) -> String {
    let list = policy
        .authorized_permissions
        .as_ref()
        .filter(|list| !list.is_empty());
    quoted(list.map(|list| list.join(", ")).as_deref())
}

/// The policy with its rules in the order of another's.
fn in_order_of(policy: &PolicyDefinition, other: Option<&PolicyDefinition>) -> PolicyDefinition {
    let mut policy = policy.clone();
    if let Some(other) = other {
        let place = |claim: &String| other.rules.iter().position(|(known, _)| known == claim);
        policy
            .rules
            .sort_by_key(|(claim, _)| place(claim).unwrap_or(usize::MAX));
    }
    policy
}
