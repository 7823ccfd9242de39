//! Differences between two versions of policies, or of a whole issuer, in words and line by line.
//! As for decisions, the order of policies does not count.

use claimgate::json::Value;
use claimgate::pattern::visible;
use claimgate::policy::{PolicyDefinition, to_json};

use super::issuer_part::Part;
use super::lifetime;
use super::storage::StoredIssuer;
use claimgate_formats::Sample;
use similar::{ChangeTag, TextDiff};

/// A change of a policy, or of another part of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its kind.
    pub kind: ChangeKind,
    /// Its title: `policy 2, allow organization, is new`.
    pub title: String,
    /// What changed within it.
    pub details: Vec<String>,
}

/// The kinds of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Added.
    Added,
    /// Removed.
    Removed,
    /// Changed.
    Changed,
}

/// A line of one text or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// In both texts (none), only in the edited one (added), or only in the saved one (removed).
    pub kind: Option<ChangeKind>,
    /// The text.
    pub text: String,
}

/// The changes from saved to edited policies; empty if only their order differs.
pub fn changes(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<Change> {
    let pairs = pair(saved, edited);
    let changed =
        |(index, policy): (usize, &PolicyDefinition)| match pairs.get(index).copied().flatten() {
            Some(old) => {
                let details = details(saved.get(old)?, policy);
                let title = format!("policy {}, {}, changes", index + 1, kind_of(policy));
                (!details.is_empty()).then_some(Change {
                    kind: ChangeKind::Changed,
                    title,
                    details,
                })
            }
            None => Some(Change {
                kind: ChangeKind::Added,
                title: format!("policy {}, {}, is new", index + 1, kind_of(policy)),
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
            title: format!("the former policy {}, {}, goes", index + 1, kind_of(policy)),
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

/// The changes from one version of an issuer to another, part by part.
pub fn issuer_changes(old: &StoredIssuer, new: &StoredIssuer) -> Vec<Change> {
    let change = |part: Part| {
        let details = part_details(part, old, new);
        let title = part.name().filter(|_| !details.is_empty())?.to_owned();
        Some(Change {
            kind: ChangeKind::Changed,
            title,
            details,
        })
    };
    Part::differing(old, new)
        .filter_map(change)
        .chain(changes(&old.policies, &new.policies))
        .collect()
}

/// What changed within a part, in words. The policies have changes of their own.
fn part_details(part: Part, old: &StoredIssuer, new: &StoredIssuer) -> Vec<String> {
    match part {
        Part::Keys => keys(old.jwks.as_deref(), new.jwks.as_deref()),
        Part::Thumbprints => in_one_only("thumbprint", &old.thumbprints, &new.thumbprints),
        Part::Audiences => in_one_only("audience", audiences(old), audiences(new)),
        Part::Samples => samples(&old.samples, &new.samples),
        Part::Policies | Part::Preset => Vec::new(),
        Part::Name | Part::MaxExpiration | Part::SingleUse | Part::ReportOnly => {
            becomes(&part_text(part, old), &part_text(part, new))
        }
    }
}

/// Both versions of an issuer line by line, without the parts that are the same.
pub fn issuer_lines(old: &StoredIssuer, new: &StoredIssuer) -> Vec<Line> {
    let lines_of = |part: Part| match (part, part.name()) {
        (Part::Policies, _) => lines(&old.policies, &new.policies),
        (Part::Samples, _) | (_, None) => Vec::new(),
        (_, Some(name)) => {
            let line = |issuer| format!("{name}: {}", part_text(part, issuer));
            compare(&line(old), &line(new))
        }
    };
    Part::differing(old, new).flat_map(lines_of).collect()
}

/// A part as text. Policies and samples have none.
fn part_text(part: Part, issuer: &StoredIssuer) -> String {
    match part {
        Part::Name => issuer.name.clone(),
        Part::MaxExpiration => lifetime::describe(issuer.max_expiration),
        Part::Keys => {
            let jwks = issuer.jwks.as_deref();
            jwks.map_or_else(|| "none".to_owned(), pretty)
        }
        Part::Thumbprints => issuer.thumbprints.join(", "),
        Part::Audiences => audiences(issuer).join(", "),
        Part::SingleUse => yes_or_no(issuer.single_use).to_owned(),
        Part::ReportOnly => yes_or_no(issuer.report_only).to_owned(),
        Part::Preset => issuer.preset.clone(),
        Part::Policies | Part::Samples => String::new(),
    }
}

fn audiences(issuer: &StoredIssuer) -> &[String] {
    issuer.audiences.as_deref().unwrap_or_default()
}

fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn becomes(old: &str, new: &str) -> Vec<String> {
    let differs = old != new;
    differs
        .then(|| format!("`{}` becomes `{}`", visible(old), visible(new)))
        .into_iter()
        .collect()
}

/// The items that only the old list has, and those that only the new one has.
fn in_one_only(what: &str, old: &[String], new: &[String]) -> Vec<String> {
    let goes = old
        .iter()
        .filter(|one| !new.contains(one))
        .map(|one| format!("{what} `{}` goes", visible(one)));
    let comes = new
        .iter()
        .filter(|one| !old.contains(one))
        .map(|one| format!("new {what} `{}`", visible(one)));
    let mut details: Vec<_> = goes.chain(comes).collect();
    if details.is_empty() && old != new {
        details.push("only their order".to_owned());
    }
    details
}

fn samples(old: &[Sample], new: &[Sample]) -> Vec<String> {
    let name = |sample: &Sample| visible(&sample.name).to_string();
    let find = |among: &[Sample], id: &str| among.iter().find(|sample| sample.id == id).cloned();
    let mut details = Vec::new();
    for sample in old {
        match find(new, &sample.id) {
            None => details.push(format!("sample `{}` goes", name(sample))),
            Some(other) if other != *sample => {
                details.push(format!("sample `{}` says something else", name(&other)));
            }
            Some(_) => {}
        }
    }
    let comes = new.iter().filter(|sample| find(old, &sample.id).is_none());
    details.extend(comes.map(|sample| format!("new sample `{}`", name(sample))));
    if details.is_empty() && old != new {
        details.push("only their order".to_owned());
    }
    details
}

/// The differences between two key sets, key by key.
fn keys(old: Option<&str>, new: Option<&str>) -> Vec<String> {
    if old == new {
        return Vec::new();
    }
    let (Some(old), Some(new)) = (keys_of(old), keys_of(new)) else {
        return vec!["they are others".to_owned()];
    };
    let find = |among: &[(String, String)], id: &str| {
        among
            .iter()
            .find(|(other, _)| other == id)
            .map(|(_, key)| key.clone())
    };
    let mut details = Vec::new();
    for (id, key) in &old {
        match find(&new, id) {
            None => details.push(format!("key `{}` goes", visible(id))),
            Some(other) if other != *key => {
                details.push(format!("key `{}` is another one", visible(id)));
            }
            Some(_) => {}
        }
    }
    let comes = new.iter().filter(|(id, _)| find(&old, id).is_none());
    details.extend(comes.map(|(id, _)| format!("new key `{}`", visible(id))));
    if details.is_empty() {
        details.push("the same keys, written otherwise".to_owned());
    }
    details
}

/// The keys of a set, each with its identifier, or with its position if it has none. None if the
/// text is not a key set.
fn keys_of(jwks: Option<&str>) -> Option<Vec<(String, String)>> {
    let Some(jwks) = jwks else {
        return Some(Vec::new());
    };
    let set = Value::parse(jwks).ok()?;
    let items = match set.member("keys") {
        Some(Value::Array(items)) => items.as_slice(),
        _ => return None,
    };
    let key = |(index, item): (usize, &Value)| {
        let id = item
            .member("kid")
            .and_then(Value::as_str)
            .map_or_else(|| (index + 1).to_string(), str::to_owned);
        (id, item.to_json())
    };
    Some(items.iter().enumerate().map(key).collect())
}

fn pretty(jwks: &str) -> String {
    Value::parse(jwks).map_or_else(|_| jwks.to_owned(), |set| set.to_json_pretty())
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
        (false, true) => details.push("it only reports what it would deny".to_owned()),
        (true, false) => details.push("it denies, and does not only report any more".to_owned()),
        _ => {}
    }
    for (claim, pattern) in &old.rules {
        match new.rules.iter().find(|(other, _)| other == claim) {
            None => details.push(format!(
                "rule on `{}` goes: it was `{}`",
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

/// The longest common lines are kept; removed lines come before added ones.
fn compare(old: &str, new: &str) -> Vec<Line> {
    let line = |change: similar::Change<&str>| Line {
        kind: match change.tag() {
            ChangeTag::Equal => None,
            ChangeTag::Delete => Some(ChangeKind::Removed),
            ChangeTag::Insert => Some(ChangeKind::Added),
        },
        text: change.value().trim_end_matches('\n').to_owned(),
    };
    let diff = TextDiff::from_lines(old, new);
    diff.iter_all_changes().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use claimgate::policy::{Decision, TokenType};
    use proptest::prelude::*;

    fn allow(pattern: &str) -> PolicyDefinition {
        PolicyDefinition::new(Decision::Allow, TokenType::Organization)
            .rule("aud", "octo")
            .rule("sub", pattern)
    }

    fn deny() -> PolicyDefinition {
        PolicyDefinition::new(Decision::Deny, TokenType::Organization)
            .rule("event_name", "pull_request")
    }

    fn described(saved: &[PolicyDefinition], edited: &[PolicyDefinition]) -> Vec<String> {
        let tell = |change: Change| format!("{}: {}", change.title, change.details.join("; "));
        changes(saved, edited).into_iter().map(tell).collect()
    }

    #[test]
    fn changes_are_described_in_words() {
        let cases: [(&[PolicyDefinition], &[PolicyDefinition], &[&str]); 5] = [
            (
                &[],
                &[deny()],
                &["policy 1, deny organization, is new: rule `event_name` matches `pull_request`"],
            ),
            (
                &[deny()],
                &[],
                &[
                    "the former policy 1, deny organization, goes: rule `event_name` matches `pull_request`",
                ],
            ),
            (
                &[allow("a*")],
                &[allow("b*")],
                &["policy 1, allow organization, changes: `sub`: `a*` becomes `b*`"],
            ),
            (&[allow("a"), deny()], &[deny(), allow("a")], &[]),
            (
                &[allow("a"), deny()],
                &[deny().rule("ref", "x"), allow("a")],
                &["policy 1, deny organization, changes: new rule `ref` matches `x`"],
            ),
        ];
        for (saved, edited, expected) in cases {
            assert_eq!(described(saved, edited), expected);
        }
    }

    #[test]
    fn changed_fields_are_described() {
        let old = PolicyDefinition {
            role_id: Some("a".to_owned()),
            ..allow("x")
        };
        let new = PolicyDefinition {
            authorized_permissions: Some(vec!["admin".to_owned()]),
            ..allow("x")
        };
        let described = described(&[old], &[new]);
        assert!(
            described[0].contains(
                "`roleID`: `a` becomes nothing; `authorizedPermissions`: nothing becomes `admin`"
            ),
            "{described:?}"
        );
    }

    fn version(name: &str, kid: &str, policies: Vec<PolicyDefinition>) -> StoredIssuer {
        let jwks = Some(format!(
            r#"{{"keys":[{{"kty":"OKP","kid":"a"}},{{"kty":"OKP","kid":"{kid}"}}]}}"#
        ));
        StoredIssuer {
            name: name.to_owned(),
            jwks,
            policies,
            ..StoredIssuer::blank("1".to_owned(), 0)
        }
    }

    #[test]
    fn versions_of_an_issuer_are_compared_part_by_part() {
        let (old, new) = (
            version("A", "b", vec![allow("a")]),
            version("B", "c", vec![allow("b")]),
        );
        let new = StoredIssuer {
            max_expiration: Some(60),
            thumbprints: vec!["ab".to_owned()],
            ..new
        };
        let described: Vec<_> = issuer_changes(&old, &new)
            .into_iter()
            .map(|change| format!("{}: {}", change.title, change.details.join("; ")))
            .collect();
        let expected = [
            "name: `A` becomes `B`",
            "max expiration: `25 hours, the default` becomes `1 minute`",
            "thumbprints: new thumbprint `ab`",
            "keys: key `b` goes; new key `c`",
            "policy 1, allow organization, changes: `sub`: `a` becomes `b`",
        ];
        assert_eq!(described, expected);
        assert_eq!(issuer_changes(&old, &old), []);
        let text = issuer_lines(&old, &new);
        let goes: Vec<_> = text
            .iter()
            .filter(|line| line.kind == Some(ChangeKind::Removed))
            .map(|line| line.text.trim())
            .collect();
        let expected = [
            "name: A",
            "max expiration: 25 hours, the default",
            "thumbprints:",
            r#""kid": "b""#,
            r#""sub": "a""#,
        ];
        assert_eq!(goes, expected);
        let renamed = StoredIssuer {
            name: "C".to_owned(),
            ..old.clone()
        };
        let text: Vec<_> = issuer_lines(&old, &renamed)
            .into_iter()
            .map(|line| line.text)
            .collect();
        assert_eq!(text, ["name: A", "name: C"], "what is the same is left out");
    }

    #[test]
    fn keys_and_samples_that_differ_say_how() {
        let keys = |old, new| super::keys(Some(old), Some(new));
        let one = r#"{"keys":[{"kid":"a","n":"1"}]}"#;
        assert_eq!(
            keys(one, r#"{"keys":[{"kid":"a","n":"2"}]}"#),
            ["key `a` is another one"]
        );
        assert_eq!(
            keys(one, r#"{"keys": [{"kid":"a","n":"1"}]}"#),
            ["the same keys, written otherwise"]
        );
        assert_eq!(keys(one, "{"), ["they are others"]);
        assert_eq!(super::keys(Some(one), None), ["key `a` goes"]);
        let sample = |id: &str, name: &str| Sample {
            id: id.to_owned(),
            name: name.to_owned(),
            claims: "{}".to_owned(),
            token_type: "organization".to_owned(),
            target: String::new(),
            admin: false,
        };
        let described = samples(
            &[sample("1", "A"), sample("2", "B")],
            &[sample("1", "A2"), sample("3", "C")],
        );
        assert_eq!(
            described,
            [
                "sample `A2` says something else",
                "sample `B` goes",
                "new sample `C`"
            ]
        );
    }

    #[test]
    fn the_text_shows_removed_and_added_lines_in_the_saved_order() {
        let lines = lines(&[allow("a"), deny()], &[deny(), allow("b")]);
        let marked: Vec<_> = lines
            .iter()
            .filter_map(|line| Some((line.kind?, line.text.trim())))
            .collect();
        let expected = [
            (ChangeKind::Removed, r#""sub": "a""#),
            (ChangeKind::Added, r#""sub": "b""#),
        ];
        assert_eq!(marked, expected);
    }

    proptest! {
        #[test]
        fn order_is_no_change_and_lines_add_up(
            saved in prop::collection::vec(claimgate_testing::policy(), 0..5),
            edited in prop::collection::vec(claimgate_testing::policy(), 0..5),
        ) {
            let mut turned: Vec<_> = saved.iter().rev().cloned().collect();
            turned.iter_mut().for_each(|policy| policy.rules.reverse());
            prop_assert_eq!(changes(&saved, &turned), []);
            prop_assert!(lines(&saved, &turned).iter().all(|line| line.kind.is_none()));
            let lines = lines(&saved, &edited);
            let old: Vec<_> = lines.iter().filter(|line| line.kind != Some(ChangeKind::Added)).map(|line| line.text.as_str()).collect();
            prop_assert_eq!(old.join("\n"), to_json(&saved).lines().collect::<Vec<_>>().join("\n"));
            let one_side = saved.len().abs_diff(edited.len());
            prop_assert!(changes(&saved, &edited).len() >= one_side);
        }
    }
}
