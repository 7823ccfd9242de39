//! Policies from JSON: strict, all errors at once, each with its place and the nearest known name.

use super::{Decision, NAME, NOTE, PolicyDefinition, REPORT_ONLY, TokenType};
use crate::claim_path::ClaimPath;
use crate::diagnostic::{Diagnostic, Diagnostics, join};
use crate::expected::nearest;
use crate::json::Value;
use crate::json::object::{Object, ObjectReader};

const POLICY_KEYS: [&str; 11] = [
    NAME,
    NOTE,
    "decision",
    "tokenType",
    "teamName",
    "userLogin",
    "runnerID",
    "roleID",
    REPORT_ONLY,
    "authorizedPermissions",
    "rules",
];
const DOCUMENT_KEYS: [&str; 5] = ["policies", "id", "version", "created", "modified"];

/// Parses one policy, an array of policies, or `{"policies": [...]}` as in Pulumi's API.
///
/// # Errors
/// All errors of the text, in its order.
///
/// ```
/// let policies = claimgate::policy::parse_policies(
///     r#"{"decision": "allow", "tokenType": "organization", "rules": {"sub": "repo:octo-org/*"}}"#,
/// );
/// assert_eq!(policies.map(|policies| policies.len()), Ok(1));
/// ```
pub fn parse_policies(json: &str) -> Result<Vec<PolicyDefinition>, Diagnostics> {
    let value = Value::parse_document(json)
        .map_err(|error| Diagnostic::error("", error.code(), error.to_string()))?;
    let mut reader = ObjectReader::new("policy-wrong-value").null_is_absent();
    let policies = document(&mut reader, &value);
    reader.errors.or(policies)
}

fn document(reader: &mut ObjectReader, value: &Value) -> Vec<PolicyDefinition> {
    let expected = "a policy, an array of policies or `{\"policies\": […]}`";
    match value {
        Value::Array(items) => policies(reader, "", items),
        Value::Object(members) if !members.is_empty() => {
            let Some(object) = reader.object("", value, expected) else {
                return Vec::new();
            };
            match object.written("policies") {
                None if misspells_policies(&object) => {
                    reader.refuse_others(&object, &DOCUMENT_KEYS);
                    Vec::new()
                }
                None => policy(reader, &object).into_iter().collect(),
                Some(inner) => {
                    reader.refuse_others(&object, &DOCUMENT_KEYS);
                    match inner {
                        Value::Array(items) => policies(reader, "policies", items),
                        other => {
                            reader.wrong("policies", "an array of policies", Some(other));
                            Vec::new()
                        }
                    }
                }
            }
        }
        other => {
            reader.wrong("", expected, Some(other));
            Vec::new()
        }
    }
}

/// Whether an object is no policy, but has something like `polices`.
fn misspells_policies(object: &Object<'_>) -> bool {
    let mut names = object.members.iter().map(|(name, _)| name.as_str());
    names.clone().all(|name| !POLICY_KEYS.contains(&name))
        && names.any(|name| nearest(name, &["policies"]).is_some())
}

fn policies(reader: &mut ObjectReader, name: &str, items: &[Value]) -> Vec<PolicyDefinition> {
    let mut policies = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("{name}[{index}]");
        if let Some(object) = reader.object(&path, item, "a policy object") {
            policies.extend(policy(reader, &object));
        }
    }
    policies
}

fn policy(reader: &mut ObjectReader, object: &Object<'_>) -> Option<PolicyDefinition> {
    reader.refuse_others(object, &POLICY_KEYS);
    let name = text(reader, object, NAME);
    let note = text(reader, object, NOTE);
    let decision = reader.required_word(object, "decision", &["allow", "deny"], Decision::parse);
    let token_types = TokenType::ALL.map(TokenType::as_str);
    let token_type = reader.required_word(object, "tokenType", &token_types, TokenType::parse);
    let team_name = text(reader, object, "teamName");
    let user_login = text(reader, object, "userLogin");
    let runner_id = text(reader, object, "runnerID");
    let role_id = text(reader, object, "roleID");
    let report_only = reader.flag(object, REPORT_ONLY);
    let authorized_permissions = reader.texts(object, "authorizedPermissions");
    let rules = rules(reader, object);
    Some(PolicyDefinition {
        name,
        note,
        decision: decision?,
        token_type: token_type?,
        team_name,
        user_login,
        runner_id,
        role_id,
        report_only,
        authorized_permissions,
        rules,
    })
}

/// An optional string; `null` and the empty string are how Pulumi's API writes an absent one.
fn text(reader: &mut ObjectReader, object: &Object<'_>, name: &str) -> Option<String> {
    let text = reader.text(object, name);
    text.filter(|text| !text.is_empty())
}

fn rules(reader: &mut ObjectReader, object: &Object<'_>) -> Vec<(String, String)> {
    let path = object.at("rules");
    let Some(Value::Object(members)) = object.written("rules") else {
        let expected = "an object of claim paths and patterns";
        reader.wrong(path, expected, object.written("rules"));
        if object.written("rules").is_some() {
            reader.help("write `\"rules\": {\"sub\": \"PATTERN\"}`");
        }
        return Vec::new();
    };
    let mut rules = Vec::with_capacity(members.len());
    for (claim, pattern) in members {
        match pattern.scalar_text() {
            Some(text) => rules.push((claim.clone(), text)),
            None => {
                let path = join(&path, &ClaimPath::of(&[claim]));
                reader.wrong(path, "a pattern in a string", Some(pattern));
                if let Value::Array(_) = pattern {
                    let help = "a rule has one pattern: write a policy for each";
                    reader.help(help);
                }
            }
        }
    }
    rules
}
