//! What a recorded change made different, for people to read: policies in words, other members as text.

use claimgate::policy::{PolicyDefinition, parse_policies};
use serde_json::{Map, Value};

use super::listed::thousands;
use crate::issuers::diff::{Change, changes_at};
use crate::issuers::lifetime;

/// What was different before and after a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The changes of policies.
    pub policies: Vec<Change>,
    /// The other members.
    pub members: Vec<Member>,
}

/// A member that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What it is called.
    pub label: String,
    /// Its value before, if it had one.
    pub before: Option<String>,
    /// Its value after, if it has one.
    pub after: Option<String>,
}

/// Reads the two sides of a change.
pub fn recorded(before: Option<&Value>, after: Option<&Value>) -> Recorded {
    let [before, after] = [before, after].map(|side| side.and_then(Value::as_object));
    let [(saved, saved_places), (edited, edited_places)] = [before, after].map(policies);
    let place = |places: &[usize], index: usize| places.get(index).copied().unwrap_or(index);
    let policies = changes_at(
        &saved,
        &edited,
        |index| place(&saved_places, index),
        |index| place(&edited_places, index),
    );
    let mut names: Vec<&String> = before.into_iter().flatten().map(|(name, _)| name).collect();
    for (name, _) in after.into_iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let side = |side: Option<&Map<String, Value>>, name: &str| {
        let value = side.and_then(|members| members.get(name));
        value
            .map(|value| text(name, value))
            .filter(|text| !text.is_empty())
    };
    let member = |name: &String| Member {
        label: label(name),
        before: side(before, name),
        after: side(after, name),
    };
    let is_shown = |name: &&String| *name != "policies" || policies.is_empty();
    let members = names.into_iter().filter(is_shown).map(member);
    let has_value = |member: &Member| member.before.is_some() || member.after.is_some();
    Recorded {
        members: members.filter(has_value).collect(),
        policies,
    }
}

/// The policies of a side, with their places: those that differ, or all of a deleted issuer. None if
/// they cannot be read, which shows them as JSON.
fn policies(side: Option<&Map<String, Value>>) -> (Vec<PolicyDefinition>, Vec<usize>) {
    let list = side.and_then(|members| members.get("policies")?.as_array());
    let mut places = Vec::new();
    let mut bare = Vec::new();
    for (index, entry) in list.into_iter().flatten().enumerate() {
        let place = entry.get("index").and_then(Value::as_u64);
        places.push(
            place
                .and_then(|place| usize::try_from(place).ok())
                .unwrap_or(index),
        );
        bare.push(entry.get("policy").unwrap_or(entry).clone());
    }
    let read = parse_policies(&Value::Array(bare).to_string());
    (read.unwrap_or_default(), places)
}

/// What a member is called: those of issuers as in the app, others by their name.
fn label(name: &str) -> String {
    match name {
        "url" => "URL".to_owned(),
        "jwks" => "Keys".to_owned(),
        name => words(name),
    }
}

/// "Max expiration" for `maxExpiration`.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if words.is_empty() {
            words.extend(letter.to_uppercase());
        } else if letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn text(name: &str, value: &Value) -> String {
    if name == "jwks"
        && let Some(keys) = value.get("keys").and_then(Value::as_array)
    {
        return key_ids(keys);
    }
    match (name, value) {
        ("maxExpiration", Value::Number(seconds)) => lifetime::describe(seconds.as_u64()),
        (_, Value::Null) => String::new(),
        (_, Value::Bool(true)) => "yes".to_owned(),
        (_, Value::Bool(false)) => "no".to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, Value::Number(number)) => number
            .as_u64()
            .map_or_else(|| number.to_string(), thousands),
        (_, Value::Array(items)) if items.iter().all(is_plain) => {
            let items: Vec<_> = items.iter().map(|item| text(name, item)).collect();
            items.join(", ")
        }
        (_, value) => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

/// "2 keys: a, b".
fn key_ids(keys: &[Value]) -> String {
    let id = |key: &Value| {
        key.get("kid")
            .and_then(Value::as_str)
            .unwrap_or("no kid")
            .to_owned()
    };
    let ids: Vec<_> = keys.iter().map(id).collect();
    match ids.len() {
        0 => "no keys".to_owned(),
        1 => format!("1 key: {}", ids.join(", ")),
        count => format!("{count} keys: {}", ids.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_edited_policy_is_a_change_at_its_place() {
        let side = |sub: &str| {
            let policy = json!({"decision": "allow", "tokenType": "organization", "rules": {"sub": sub, "aud": "a"}});
            json!({"policies": [{"index": 4, "policy": policy}]})
        };
        let found = recorded(Some(&side("one")), Some(&side("two")));
        assert_eq!(found.members, []);
        let [change] = found.policies.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(change.title, "policy 5, allow organization, changes");
        assert_eq!(change.details, ["`sub`: `one` becomes `two`"]);
    }

    #[test]
    fn members_are_text_on_both_sides() {
        let before =
            json!({"name": "CI", "maxExpiration": 3600, "thumbprints": [], "singleUse": false});
        let after = json!({"name": "CD", "jwks": {"keys": [{"kid": "a"}, {}]}, "singleUse": true});
        let members = recorded(Some(&before), Some(&after)).members;
        let shown: Vec<_> = members
            .iter()
            .map(|member| {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
                [
                    member.label.clone(),
                    side(&member.before),
                    side(&member.after),
                ]
                .join("|")
            })
            .collect();
        let mut sorted = shown.clone();
        sorted.sort();
        let hour = lifetime::describe(Some(3_600));
        assert_eq!(
            sorted,
            [
                "Keys|-|2 keys: a, no kid".to_owned(),
                format!("Max expiration|{hour}|-"),
                "Name|CI|CD".to_owned(),
                "Single use|no|yes".to_owned(),
            ]
        );
    }

    #[test]
    fn a_deleted_issuer_had_its_policies() {
        let policy = json!({"decision": "deny", "tokenType": "team", "rules": {"sub": "x"}});
        let found = recorded(
            Some(&json!({"url": "https://a", "policies": [policy]})),
            None,
        );
        assert_eq!(
            found.policies[0].title,
            "the former policy 1, deny team, is removed"
        );
        assert_eq!(found.members[0].label, "URL");
    }

    #[test]
    fn policies_that_cannot_be_read_stay_as_json() {
        let found = recorded(
            None,
            Some(&json!({"policies": [{"policy": {"decision": "?"}}]})),
        );
        assert_eq!(found.policies, []);
        assert!(
            found.members[0]
                .after
                .as_deref()
                .is_some_and(|text| text.contains("decision"))
        );
    }
}
