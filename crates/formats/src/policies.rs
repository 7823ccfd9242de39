//! Policies within other things.

use claimgate::audience::AUDIENCES;
use claimgate::diagnostic::Diagnostic;
use claimgate::expected::found;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, PolicySet, parse_policies};

use super::document::PoliciesPlace;
use super::notes::CHANGED;
use super::reader::Reader;

/// The members that a service adds to a body of policies.
const OWN: [&str; 5] = ["id", "version", "created", "modified", "findings"];

/// Reads policies: an array, an object with one, or the JSON text of either. And where the array
/// is.
pub(super) fn policies(
    reader: &mut Reader,
    path: &str,
    value: &Value,
) -> (Vec<PolicyDefinition>, PoliciesPlace) {
    match value {
        Value::Array(items) => (
            list(reader, path, items),
            PoliciesPlace::Array(path.to_owned()),
        ),
        Value::Object(_) if value.member("policies").is_some() => {
            let Some(body) = reader.object(path, value, "an object") else {
                return (Vec::new(), nowhere(path));
            };
            reader.ignore(&body, &OWN, "the service sets it");
            reader.refuse_others_but(&body, &["policies"], &OWN);
            let path = body.at("policies");
            let policies = match value.member("policies") {
                Some(Value::Array(items)) => list(reader, &path, items),
                other => wrong(reader, &path, other.unwrap_or(value)),
            };
            (policies, PoliciesPlace::Array(path))
        }
        Value::String(text) => match Value::parse_document(text) {
            Ok(Value::String(_)) => (wrong(reader, path, value), nowhere(path)),
            Ok(inner) => policies(reader, path, &inner),
            Err(error) => {
                let error = Diagnostic::error(path, error.code(), error.to_string());
                reader.errors.push(error);
                (Vec::new(), nowhere(path))
            }
        },
        other => (wrong(reader, path, other), nowhere(path)),
    }
}

fn wrong(reader: &mut Reader, path: &str, value: &Value) -> Vec<PolicyDefinition> {
    let message = format!(
        "expected an array of policies, found {}",
        found(Some(value))
    );
    reader
        .errors
        .push(Diagnostic::error(path, "policy-wrong-value", message));
    Vec::new()
}

fn nowhere(path: &str) -> PoliciesPlace {
    PoliciesPlace::Array(path.to_owned())
}

/// Adds what is wrong with policies that could be read and cannot be compiled.
pub(super) fn check(reader: &mut Reader, place: &PoliciesPlace, policies: &[PolicyDefinition]) {
    if let Err(errors) = PolicySet::compile(policies, Dialect::Pulumi) {
        let locate = |error: Diagnostic| {
            let path = place.locate(&error.path).into_owned();
            error.at(path)
        };
        reader.errors.extend(errors.into_iter().map(locate));
    }
}

/// The policies of an issuer as Pulumi Cloud has them: without names and notes, and without the
/// report-only ones, which would deny there.
pub(super) fn enforced(issuer: &IssuerDefinition) -> Vec<PolicyDefinition> {
    let is_enforced = |policy: &&PolicyDefinition| {
        let is_deny = policy.decision == Decision::Deny;
        !(policy.report_only || issuer.report_only && is_deny)
    };
    issuer
        .policies
        .iter()
        .filter(is_enforced)
        .map(|policy| PolicyDefinition {
            name: None,
            note: None,
            ..policy.clone()
        })
        .collect()
}

/// The members of an issuer and its policies that Pulumi Cloud does not have, and the effect of that.
pub(super) fn left_out(
    issuer: &IssuerDefinition,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let is_labelled = |policy: &PolicyDefinition| policy.name.is_some() || policy.note.is_some();
    let audiences = (
        AUDIENCES,
        "`audiences` are left out: Pulumi Cloud has none, so give every allow a rule on `aud`",
    );
    let labels = (
        "policies",
        "names and notes of policies are left out: Pulumi Cloud has none",
    );
    let audiences = issuer.audiences.as_ref().map(|_| audiences);
    let labels = issuer.policies.iter().any(is_labelled).then_some(labels);
    audiences.into_iter().chain(labels)
}

fn list(reader: &mut Reader, path: &str, items: &[Value]) -> Vec<PolicyDefinition> {
    let mut tidied = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        tidied.push(if cfg!(feature = "import") {
            tidy(reader, &format!("{path}[{index}]"), item)
        } else {
            item.clone()
        });
    }
    match parse_policies(&Value::Array(tidied).to_json()) {
        Ok(policies) => policies,
        Err(errors) => {
            reader.errors.extend(errors.within(path));
            Vec::new()
        }
    }
}

/// Takes out of a policy what Pulumi Cloud writes and the engine has no use for.
fn tidy(reader: &mut Reader, path: &str, policy: &Value) -> Value {
    let Value::Object(members) = policy else {
        return policy.clone();
    };
    let tidy = |(name, value): &(String, Value)| {
        let value = match (name.as_str(), value) {
            ("authorizedPermissions", Value::Array(items)) => permissions(reader, path, items),
            ("rules", Value::Object(rules)) => {
                note_texts(reader, path, rules);
                value.clone()
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    };
    Value::Object(members.iter().map(tidy).collect())
}

fn permissions(reader: &mut Reader, path: &str, items: &[Value]) -> Value {
    let (standard, kept): (Vec<&Value>, Vec<&Value>) = items
        .iter()
        .partition(|item| item.as_str() == Some("standard"));
    if !standard.is_empty() {
        let sentence = "`standard` is left out: every token has it";
        reader.note(CHANGED, format!("{path}.authorizedPermissions"), sentence);
    }
    Value::Array(kept.into_iter().cloned().collect())
}

fn note_texts(reader: &mut Reader, path: &str, rules: &[(String, Value)]) {
    for (claim, pattern) in rules
        .iter()
        .filter(|(_, pattern)| matches!(pattern, Value::Bool(_) | Value::Integer(_)))
    {
        let sentence = format!(
            "{} is taken as the pattern `{}`",
            pattern.kind(),
            pattern.to_json()
        );
        reader.note(CHANGED, format!("{path}.rules.{claim}"), sentence);
    }
}
