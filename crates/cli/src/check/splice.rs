//! Changes of policies in the text of a file: only the bytes that they concern are replaced, so that
//! layout and comments stay.

use std::ops::Range;

use claimgate::json::spans::{Content, Member, Node, Spans};
use claimgate::json::{Value, write};
use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Edit, apply};
use claimgate_formats::append::{Addition, insertion};
use claimgate_formats::text::spans;
use claimgate_formats::{IssuerPlace, PoliciesPlace};

use super::checked::located_path;

/// The text with changes to the policies of an issuer; `None` if the text does not have them where
/// they can be changed, as in a program.
pub(super) fn spliced(
    text: &str,
    place: &IssuerPlace,
    policies: &[PolicyDefinition],
    edits: &[Edit],
) -> Option<String> {
    let spans = spans(text);
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let is_deny = |edit: &&Edit| matches!(edit, Edit::AddDeny { .. });
    let (denies, others): (Vec<&Edit>, Vec<&Edit>) = edits.iter().partition(is_deny);
    if !denies.is_empty() {
        let changed = apply(policies, edits);
        let added = changed.get(changed.len().checked_sub(denies.len())?..)?;
        changes.push(add(text, &spans, place, added)?);
    }
    for edit in others {
        changes.push(match edit {
            Edit::SetRule {
                policy,
                claim,
                pattern,
            } => set_rule(text, &spans, place, (*policy, claim, pattern))?,
            Edit::RemovePolicy { policy } => remove(text, &spans, place, *policy)?,
            _ => return None,
        });
    }
    // From the end, so that the ranges of the others stay as they are.
    changes.sort_by_key(|(range, _): &(Range<usize>, String)| std::cmp::Reverse(range.start));
    let is_apart = |pair: &[(Range<usize>, String)]| match pair {
        [(later, _), (earlier, _)] => earlier.end <= later.start,
        _ => true,
    };
    if !changes.windows(2).all(is_apart) {
        return None;
    }
    let mut changed = text.to_owned();
    for (range, with) in changes {
        changed.replace_range(range, &with);
    }
    Some(changed)
}

fn node<'a>(spans: &'a Spans, path: &'a str) -> Option<&'a Node> {
    let found = spans.find(path)?;
    found.rest.is_empty().then(|| found.part.value())?
}

/// Adds policies at the end of their array.
fn add(
    text: &str,
    spans: &Spans,
    place: &IssuerPlace,
    policies: &[PolicyDefinition],
) -> Option<(Range<usize>, String)> {
    let PoliciesPlace::Array(array) = &place.policies else {
        return None;
    };
    let item = |policy| Value::parse(&write(policy)).ok();
    let items: Option<Vec<Value>> = policies.iter().map(item).collect();
    let Addition { at, text, .. } = insertion(text, node(spans, array)?, &items?)?;
    Some((at..at, text))
}

/// Replaces the pattern of a rule, or adds the rule.
fn set_rule(
    text: &str,
    spans: &Spans,
    place: &IssuerPlace,
    (policy, claim, pattern): (usize, &str, &str),
) -> Option<(Range<usize>, String)> {
    let path = located_path(place, &format!("policies[{policy}].rules"));
    let rules = node(spans, &path)?;
    let Content::Object(members) = &rules.content else {
        return None;
    };
    let quoted = quoted(pattern);
    let is_same = |member: &&Member| {
        claimgate::claim_path::ClaimPath::parse(&member.name).is_ok_and(|own| {
            claimgate::claim_path::ClaimPath::parse(claim)
                .is_ok_and(|path| own.segments() == path.segments())
        })
    };
    if let Some(member) = members.iter().find(is_same) {
        return Some((member.value.as_ref()?.span.clone(), quoted));
    }
    let added = format!("{}: {quoted}", self::quoted(claim));
    let Some(last) = members.last() else {
        let is_flow = text.get(rules.span.clone())?.starts_with('{');
        return is_flow.then(|| (rules.span.clone(), format!("{{ {added} }}")));
    };
    let end = last.value.as_ref()?.span.end;
    if !text.get(rules.span.start..)?.starts_with('{') {
        // A block of YAML: a line of its own, behind a comment on the last one.
        let indent = line_start(text, last.key.start)?;
        let at = end + text.get(end..)?.find('\n').unwrap_or(text.len() - end);
        return Some((
            at..at,
            format!("\n{}{added}", " ".repeat(last.key.start - indent)),
        ));
    }
    let before = match members.len().checked_sub(2).and_then(|at| members.get(at)) {
        Some(previous) => text
            .get(previous.value.as_ref()?.span.end..last.key.start)?
            .to_owned(),
        None => format!(",{}", text.get(rules.span.start + 1..last.key.start)?),
    };
    let before = if before == "," {
        ", ".to_owned()
    } else {
        before
    };
    Some((end..end, format!("{before}{added}")))
}

/// Removes a policy from its array.
fn remove(
    text: &str,
    spans: &Spans,
    place: &IssuerPlace,
    policy: usize,
) -> Option<(Range<usize>, String)> {
    let PoliciesPlace::Array(array) = &place.policies else {
        return None;
    };
    let array = node(spans, array)?;
    let Content::Array(items) = &array.content else {
        return None;
    };
    let item = &items.get(policy)?.span;
    let next = items.get(policy + 1).map(|next| next.span.start);
    let previous = policy.checked_sub(1).and_then(|at| items.get(at));
    if !text.get(array.span.start..)?.starts_with('[') {
        // Items of a block of YAML begin after a dash.
        let start = line_start(text, item.start)?;
        let end = match next {
            Some(next) => line_start(text, next)?,
            None => {
                item.end
                    + text
                        .get(item.end..)?
                        .find('\n')
                        .map_or(text.len() - item.end, |at| at + 1)
            }
        };
        return (items.len() > 1 && start < end).then(|| (start..end, String::new()));
    }
    let range = match (next, previous) {
        (Some(next), _) => item.start..next,
        (None, Some(previous)) => previous.span.end..item.end,
        (None, None) => array.span.start + 1..array.span.end - 1,
    };
    Some((range, String::new()))
}

/// Where the line of a byte begins.
fn line_start(text: &str, at: usize) -> Option<usize> {
    Some(text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1))
}

/// A text as JSON writes it, which YAML reads too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use claimgate::policy::parse_policies;

    use super::*;

    fn set(policy: usize, claim: &str, pattern: &str) -> Edit {
        serde_json::from_value(serde_json::json!({
            "edit": "setRule", "policy": policy, "claim": claim, "pattern": pattern,
        }))
        .unwrap()
    }

    fn remove(policy: usize) -> Edit {
        serde_json::from_value(serde_json::json!({ "edit": "removePolicy", "policy": policy }))
            .unwrap()
    }

    fn place() -> IssuerPlace {
        IssuerPlace {
            issuer: String::new(),
            policies: PoliciesPlace::Array("policies".to_owned()),
        }
    }

    #[test]
    fn json_keeps_its_layout() {
        for (text, edit, expected) in [
            (
                r#"{"policies": [{"rules": {"sub": "a*",  "aud":"b"}}]}"#,
                set(0, "sub", "a/*"),
                r#"{"policies": [{"rules": {"sub": "a/*",  "aud":"b"}}]}"#,
            ),
            (
                r#"{"policies": [{"rules": {"sub": "a"}}]}"#,
                set(0, "x y", "\"*\\"),
                r#"{"policies": [{"rules": {"sub": "a", "x y": "\"*\\"}}]}"#,
            ),
            (
                "{\"policies\": [{\"rules\": {\n  \"sub\": \"a\",\n  \"b\": \"c\"\n}}]}",
                set(0, "d", "e"),
                "{\"policies\": [{\"rules\": {\n  \"sub\": \"a\",\n  \"b\": \"c\",\n  \"d\": \"e\"\n}}]}",
            ),
            (
                r#"{"policies": [{"rules": {}}]}"#,
                set(0, "d", "e"),
                r#"{"policies": [{"rules": { "d": "e" }}]}"#,
            ),
            (
                "{\"policies\": [\n  {\"n\": 1},\n  {\"n\": 2},\n  {\"n\": 3}\n]}",
                remove(1),
                "{\"policies\": [\n  {\"n\": 1},\n  {\"n\": 3}\n]}",
            ),
            (
                "{\"policies\": [\n  {\"n\": 1},\n  {\"n\": 2}\n]}",
                remove(1),
                "{\"policies\": [\n  {\"n\": 1}\n]}",
            ),
            (
                r#"{"policies": [{"n": 1}]}"#,
                remove(0),
                r#"{"policies": []}"#,
            ),
        ] {
            let found = spliced(text, &place(), &[], &[edit]);
            assert_eq!(found.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn yaml_keeps_its_comments() {
        let text = "policies:\n  # main\n  - decision: allow\n    rules:\n      aud: acme\n      sub: repo:acme* # ours\n  - decision: deny # all\n    rules: {sub: a}\n";
        for (edit, expected) in [
            (
                set(0, "sub", "repo:acme/*"),
                text.replace("repo:acme* #", "\"repo:acme/*\" #"),
            ),
            (
                set(0, "ref", "*"),
                text.replace("# ours\n", "# ours\n      \"ref\": \"*\"\n"),
            ),
            (
                set(1, "ref", "*"),
                text.replace("{sub: a}", "{sub: a, \"ref\": \"*\"}"),
            ),
            (
                remove(1),
                text.replace("  - decision: deny # all\n    rules: {sub: a}\n", ""),
            ),
        ] {
            let found = spliced(text, &place(), &[], &[edit]);
            assert_eq!(found.as_deref(), Some(expected.as_str()));
        }
    }

    #[test]
    fn denies_are_added_in_the_layout_of_the_text() {
        let policy = r#"{"decision": "allow", "tokenType": "team", "teamName": "ops", "rules": {"sub": "a*"}}"#;
        let policies = parse_policies(policy).unwrap();
        let deny = serde_json::json!({ "edit": "addDeny", "like": 0, "claim": "event_name", "pattern": "pull*" });
        let deny: Edit = serde_json::from_value(deny).unwrap();
        let json = r#"{"decision":"deny","tokenType":"team","teamName":"ops","rules":{"event_name":"pull*"}}"#;
        for (text, expected) in [
            (
                format!(r#"{{"policies": [{policy}]}}"#),
                format!(r#"{{"policies": [{policy}, {json}]}}"#),
            ),
            (
                "policies: # all\n  - decision: allow # ours\n    tokenType: team\n    teamName: ops\n    rules:\n      sub: a* # any\n".to_owned(),
                "policies: # all\n  - decision: allow # ours\n    tokenType: team\n    teamName: ops\n    rules:\n      sub: a* # any\n  - decision: \"deny\"\n    tokenType: \"team\"\n    teamName: \"ops\"\n    rules:\n      event_name: \"pull*\"\n".to_owned(),
            ),
        ] {
            let edits = [deny.clone(), set(0, "sub", "a/*")];
            let found = spliced(&text, &place(), &policies, &edits[..1]);
            assert_eq!(found.as_deref(), Some(expected.as_str()));
            let both = spliced(&text, &place(), &policies, &edits);
            let pattern = if text.starts_with('{') { "\"a*\"" } else { "a*" };
            let expected = expected.replacen(pattern, "\"a/*\"", 1);
            assert_eq!(both.as_deref(), Some(expected.as_str()));
        }
    }

    #[test]
    fn what_the_text_does_not_have_is_not_changed() {
        for text in ["{}", r#"{"policies": 7}"#, "const a = 1;", ""] {
            for edit in [remove(0), set(0, "a", "b")] {
                assert_eq!(spliced(text, &place(), &[], &[edit]), None, "{text}");
            }
        }
    }
}
