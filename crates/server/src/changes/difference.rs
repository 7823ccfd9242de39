//! What a change made different.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::issuers::record::IssuerSettings;

/// The longest value that is kept, in bytes.
const MAX_LENGTH: usize = 256 * 1_024;

/// The settings of an issuer.
pub(crate) fn settings(settings: &IssuerSettings) -> Value {
    let mut members = serde_json::to_value(settings).unwrap_or_default();
    let jwks = settings.jwks.as_deref();
    if let Some(jwks) = jwks.and_then(|jwks| serde_json::from_str(jwks).ok()) {
        members["jwks"] = jwks;
    }
    members
}

/// The members of two objects that differ, before and after.
pub(crate) fn members(before: &Value, after: &Value) -> [Option<Value>; 2] {
    let only = |one: &Value, other: &Value| {
        let members = one.as_object().into_iter().flatten();
        let differing = members.filter(|(name, value)| other.get(name) != Some(value));
        let differing: Map<_, _> = differing
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Some(bounded(Value::Object(differing)))
    };
    [only(before, after), only(after, before)]
}

/// The policies that are in one of two lists only, with their places there, from 0. An edited policy
/// is in both results. Order does not matter, as it does not to decisions.
pub(crate) fn policies(before: &str, after: &str) -> [Option<Value>; 2] {
    let [before, after] = [before, after].map(list);
    [(&before, &after), (&after, &before)].map(|(one, other)| {
        let policies = only(one, other).into_iter();
        let policies = policies.map(|(place, policy)| json!({"index": place, "policy": policy}));
        Some(bounded(json!({"policies": policies.collect::<Value>()})))
    })
}

/// The values of a list that another one does not have, or not as often, with their places. It takes time
/// in proportion to the lists: an administrator may replace thousands of policies at once.
fn only<'a>(one: &'a [Value], other: &[Value]) -> Vec<(usize, &'a Value)> {
    let mut counts: HashMap<&Value, usize> = HashMap::new();
    for value in other {
        *counts.entry(value).or_default() += 1;
    }
    let mut is_only = |(_, value): &(usize, &Value)| match counts.get_mut(*value) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    one.iter()
        .enumerate()
        .filter(|place| is_only(place))
        .collect()
}

/// A value, or a note in its place if it is too long to keep.
pub(crate) fn bounded(value: Value) -> Value {
    let length = value.to_string().len();
    if length <= MAX_LENGTH {
        return value;
    }
    note(length)
}

/// The value of a text, or a note in its place without parsing it: a transaction waits for this.
pub(crate) fn bounded_text(text: &str) -> Value {
    if text.len() <= MAX_LENGTH {
        return serde_json::from_str(text).unwrap_or_default();
    }
    note(text.len())
}

fn note(length: usize) -> Value {
    json!({"note": format!("{length} bytes, over the limit of {MAX_LENGTH}")})
}

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{MAX_LENGTH, members, only, policies};

    #[test]
    fn only_members_that_differ_are_kept() {
        for (before, after, expected) in [
            (
                json!({"a": 1, "b": 2}),
                json!({"a": 1, "b": 3}),
                [json!({"b": 2}), json!({"b": 3})],
            ),
            (
                json!({"a": null}),
                json!({"a": [1]}),
                [json!({"a": null}), json!({"a": [1]})],
            ),
            (json!({"a": 1}), json!({}), [json!({"a": 1}), json!({})]),
            (json!({"a": 1}), json!({"a": 1}), [json!({}), json!({})]),
        ] {
            assert_eq!(
                members(&before, &after),
                expected.map(Some),
                "{before} {after}"
            );
        }
    }

    #[test]
    fn a_policy_that_is_in_both_lists_is_not_a_difference_wherever_it_is() {
        for (before, after, removed, added) in [
            ("[]", "[1]", json!([]), json!([{"index": 0, "policy": 1}])),
            ("[1, 2]", "[2, 1]", json!([]), json!([])),
            (
                "[1, 2, 3]",
                "[1, 4, 3]",
                json!([{"index": 1, "policy": 2}]),
                json!([{"index": 1, "policy": 4}]),
            ),
            (
                "[1, 1]",
                "[1]",
                json!([{"index": 1, "policy": 1}]),
                json!([]),
            ),
            (
                r#"[{"a": 1, "b": 2}]"#,
                r#"[{"b": 2, "a": 1}, {}]"#,
                json!([]),
                json!([{"index": 1, "policy": {}}]),
            ),
        ] {
            let expected = [removed, added].map(|policies| Some(json!({"policies": policies})));
            assert_eq!(policies(before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn equal_policies_count_one_by_one() {
        let places = |difference: Option<Value>| -> Vec<u64> {
            let difference = difference.unwrap();
            let policies = difference["policies"].as_array().unwrap();
            let place = |policy: &Value| policy["index"].as_u64().unwrap();
            policies.iter().map(place).collect()
        };
        for (before, after, removed, added) in [
            ("[1, 2, 1, 2, 1]", "[2, 1]", &[2, 3, 4][..], &[][..]),
            ("[2, 1]", "[1, 1, 2, 2, 2]", &[], &[1, 3, 4]),
            ("[1, 1, 2]", "[2, 3, 3, 1]", &[1], &[1, 2]),
            ("[1, 1.0]", "[1.0, 1.0]", &[0], &[1]),
        ] {
            let found = policies(before, after).map(places);
            assert_eq!(found, [removed, added], "{before} {after}");
        }
    }

    /// Comparing each of them with each other one would take minutes.
    #[test]
    fn thousands_of_policies_are_compared_with_thousands_of_others() {
        let all = |from: usize| -> Vec<Value> {
            let policy =
                |index| json!({"rules": {"sub": format!("repo:acme/r{index}:*"), "aud": "a"}});
            (from..from + 10_000).map(policy).collect()
        };
        let (before, after, overlap) = (all(0), all(10_000), all(9_990));
        assert_eq!(only(&before, &after).len(), 10_000);
        assert_eq!(only(&after, &before).len(), 10_000);
        let places: Vec<usize> = only(&after, &overlap)
            .into_iter()
            .map(|(at, _)| at)
            .collect();
        assert_eq!(places, (9_990..10_000).collect::<Vec<_>>());
        let reversed: Vec<Value> = before.iter().rev().cloned().collect();
        assert_eq!(only(&before, &reversed), []);
        let [removed, added] = [before, after].map(|all| json!(all).to_string());
        for note in policies(&removed, &added) {
            assert!(note.unwrap()["note"].is_string());
        }
    }

    #[test]
    fn what_is_too_long_is_named_by_its_length() {
        let long = json!({"a": "b".repeat(MAX_LENGTH)});
        let [before, after] = members(&long, &json!({"a": 1}));
        let note = before.unwrap()["note"].as_str().unwrap().to_owned();
        assert!(
            note.starts_with(&format!("{} bytes", MAX_LENGTH + 8)),
            "{note}"
        );
        assert_eq!(after, Some(json!({"a": 1})));
        let _: Value = long;
    }
}
