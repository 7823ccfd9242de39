//! Policies from JSON: strict, all errors at once, each with its place and the nearest known name.

use super::{Decision, NAME, NOTE, PolicyDefinition, REPORT_ONLY, TokenType};
use crate::claim_path::ClaimPath;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expected::{found, join, nearest, unknown_key};
use crate::json::Value;

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
    let mut reader = PolicyReader::default();
    let policies = reader.document(&value);
    reader.errors.or(policies)
}

#[derive(Default)]
struct PolicyReader {
    errors: Diagnostics,
}

impl PolicyReader {
    fn document(&mut self, value: &Value) -> Vec<PolicyDefinition> {
        match value {
            Value::Array(items) => self.policies("", items),
            Value::Object(members) if value.member("policies").is_some() => {
                self.unknown_keys("", members, &DOCUMENT_KEYS);
                match value.member("policies") {
                    Some(Value::Array(items)) => self.policies("policies", items),
                    other => {
                        self.wrong("policies", "an array of policies", other);
                        Vec::new()
                    }
                }
            }
            Value::Object(members) if !members.is_empty() => {
                self.policy("", value).into_iter().collect()
            }
            other => {
                self.wrong(
                    "",
                    "a policy, an array of policies or `{\"policies\": […]}`",
                    Some(other),
                );
                Vec::new()
            }
        }
    }

    fn policies(&mut self, name: &str, items: &[Value]) -> Vec<PolicyDefinition> {
        items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.policy(&format!("{name}[{index}]"), item))
            .collect()
    }

    fn policy(&mut self, path: &str, value: &Value) -> Option<PolicyDefinition> {
        let Value::Object(members) = value else {
            self.wrong(path, "a policy object", Some(value));
            return None;
        };
        self.unknown_keys(path, members, &POLICY_KEYS);
        let name = self.text(path, NAME, value);
        let note = self.text(path, NOTE, value);
        let decision = self.word(path, "decision", value, &["allow", "deny"], Decision::parse);
        let token_types = TokenType::ALL.map(TokenType::as_str);
        let token_type = self.word(path, "tokenType", value, &token_types, TokenType::parse);
        let team_name = self.text(path, "teamName", value);
        let user_login = self.text(path, "userLogin", value);
        let runner_id = self.text(path, "runnerID", value);
        let role_id = self.text(path, "roleID", value);
        let report_only = self.flag(path, REPORT_ONLY, value);
        let authorized_permissions = self.permissions(path, value);
        let rules = self.rules(path, value);
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

    fn word<T>(
        &mut self,
        path: &str,
        key: &str,
        value: &Value,
        words: &[&str],
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = value.member(key);
        let parsed = found.and_then(Value::as_str).and_then(parse);
        if parsed.is_none() {
            let expected = words
                .iter()
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let nearest = found
                .and_then(Value::as_str)
                .and_then(|found| nearest(found, words));
            self.wrong(&join(path, key), &format!("one of {expected}"), found);
            if let (Some(error), Some(nearest)) = (self.errors.last_mut(), nearest) {
                error.help = Some(format!("did you mean `{nearest}`?"));
            }
        }
        parsed
    }

    /// An optional string; `null` and the empty string are how Pulumi's API writes an absent one.
    fn text(&mut self, path: &str, key: &str, value: &Value) -> Option<String> {
        match value.member(key) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.is_empty() => None,
            Some(Value::String(text)) => Some(text.clone()),
            other => {
                self.wrong(&join(path, key), "a string", other);
                None
            }
        }
    }

    fn flag(&mut self, path: &str, key: &str, value: &Value) -> bool {
        match value.member(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            other => {
                self.wrong(&join(path, key), "`true` or `false`", other);
                false
            }
        }
    }

    fn permissions(&mut self, path: &str, value: &Value) -> Option<Vec<String>> {
        let path = join(path, "authorizedPermissions");
        match value.member("authorizedPermissions") {
            None | Some(Value::Null) => None,
            Some(Value::Array(items)) => {
                let mut permissions = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::String(text) => permissions.push(text.clone()),
                        other => self.wrong(&format!("{path}[{index}]"), "a string", Some(other)),
                    }
                }
                Some(permissions)
            }
            other => {
                self.wrong(&path, "an array of strings", other);
                None
            }
        }
    }

    fn rules(&mut self, path: &str, value: &Value) -> Vec<(String, String)> {
        let path = join(path, "rules");
        let Some(Value::Object(members)) = value.member("rules") else {
            self.wrong(
                &path,
                "an object of claim paths and patterns",
                value.member("rules"),
            );
            return Vec::new();
        };
        let mut rules = Vec::new();
        for (claim, pattern) in members {
            match pattern.scalar_text() {
                Some(text) => rules.push((claim.clone(), text)),
                None => self.wrong(
                    &join(&path, &ClaimPath::of(&[claim])),
                    "a pattern in a string",
                    Some(pattern),
                ),
            }
        }
        rules
    }

    fn unknown_keys(&mut self, path: &str, members: &[(String, Value)], known: &[&str]) {
        for (key, _) in members
            .iter()
            .filter(|(key, _)| !known.contains(&key.as_str()))
        {
            self.errors.push(unknown_key(path, key, known));
        }
    }

    fn wrong(&mut self, path: &str, expected: &str, value: Option<&Value>) {
        let message = format!("expected {expected}, found {}", found(value));
        self.errors
            .push(Diagnostic::error(path, "policy-wrong-value", message));
    }
}
