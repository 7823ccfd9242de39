//! Policies as the server keeps them: the engine's, and for a deny, whether it only reports what it
//! would deny.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::json::Value;
use claimgate::policy::{Decision, PolicyDefinition, parse_policies};

/// The member that makes a deny policy report only. It is this server's own.
pub const REPORT_ONLY: &str = "reportOnly";

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the engine knows of it.
    pub definition: PolicyDefinition,
    /// Whether it is a deny that only reports.
    pub report_only: bool,
}

/// Reads `{"policies": […]}` or an array of policies.
///
/// # Errors
/// Everything that is wrong, in order.
pub fn parse(json: &str) -> Result<Vec<Policy>, Diagnostics> {
    let refuse = |path: String, code, message: String| Diagnostic::error(path, code, message);
    let mut document = Value::parse(json)
        .map_err(|error| refuse(String::new(), error.code(), error.to_string()))?;
    let mut marks = Vec::new();
    let path = mark_path(&document);
    for (index, policy) in policies_of(&mut document).iter_mut().enumerate() {
        marks.push(take_mark(policy).map_err(|found| {
            let message = format!("expected `true` or `false`, found {found}");
            refuse(path(index), "policy-type", message)
        })?);
    }
    let definitions = parse_policies(&document.to_json())?;
    let mut policies = Vec::with_capacity(definitions.len());
    for (index, definition) in definitions.into_iter().enumerate() {
        let report_only = marks.get(index).copied().unwrap_or_default();
        if report_only && definition.decision == Decision::Allow {
            let message = "an allow policy cannot be report-only: it would still allow";
            return Err(refuse(path(index), "report-only-allow", message.to_owned()).into());
        }
        policies.push(Policy {
            definition,
            report_only,
        });
    }
    Ok(policies)
}

/// Indices of the policies that are enforced; with `issuer_reports` no deny is.
#[must_use]
pub fn enforced(policies: &[Policy], issuer_reports: bool) -> Vec<usize> {
    let reports = |policy: &Policy| {
        policy.report_only || issuer_reports && policy.definition.decision == Decision::Deny
    };
    policies
        .iter()
        .enumerate()
        .filter(|(_, policy)| !reports(policy))
        .map(|(index, _)| index)
        .collect()
}

/// The policies as JSON, an array as the API has it: `authorizedPermissions` is always there.
#[must_use]
pub fn to_json(policies: &[Policy]) -> serde_json::Value {
    let policy = |policy: &Policy| {
        let mut json = serde_json::to_value(&policy.definition).unwrap_or_default();
        if let Some(members) = json.as_object_mut() {
            members
                .entry("authorizedPermissions")
                .or_insert_with(|| serde_json::json!([]));
            if policy.report_only {
                members.insert(REPORT_ONLY.to_owned(), true.into());
            }
        }
        json
    };
    policies.iter().map(policy).collect()
}

/// Where a policy's mark stands, as the engine names places: by what the policies are in.
fn mark_path(document: &Value) -> impl Fn(usize) -> String + use<> {
    let is_array = matches!(document, Value::Array(_));
    let is_named = document.member("policies").is_some();
    move |index| match (is_array, is_named) {
        (true, _) => format!("[{index}].{REPORT_ONLY}"),
        (false, true) => format!("policies[{index}].{REPORT_ONLY}"),
        (false, false) => REPORT_ONLY.to_owned(),
    }
}

fn policies_of(document: &mut Value) -> &mut [Value] {
    if document.member("policies").is_none() {
        return match document {
            Value::Array(items) => items,
            single => std::slice::from_mut(single),
        };
    }
    let Value::Object(members) = document else {
        return &mut [];
    };
    match members.iter_mut().find(|(name, _)| name == "policies") {
        Some((_, Value::Array(items))) => items,
        _ => &mut [],
    }
}

/// Takes the mark off a policy, or says what stands in its place.
fn take_mark(policy: &mut Value) -> Result<bool, &'static str> {
    let Value::Object(members) = policy else {
        return Ok(false);
    };
    let Some(place) = members.iter().position(|(name, _)| name == REPORT_ONLY) else {
        return Ok(false);
    };
    match members.remove(place).1 {
        Value::Bool(mark) => Ok(mark),
        Value::Null => Ok(false),
        other => Err(other.kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, to_json};

    const DENY: &str = r#"{"decision": "deny", "tokenType": "team", "teamName": "a", "reportOnly": true, "rules": {}}"#;

    #[test]
    fn the_mark_is_read_and_written() {
        for document in [
            DENY.to_owned(),
            format!("[{DENY}]"),
            format!("{{\"policies\": [{DENY}]}}"),
        ] {
            let policies = parse(&document).unwrap();
            assert!(policies[0].report_only, "{document}");
            let json = to_json(&policies);
            assert_eq!(json[0]["reportOnly"], true);
            assert_eq!(json[0]["authorizedPermissions"], serde_json::json!([]));
            assert_eq!(
                parse(&json.to_string()).unwrap()[0]
                    .definition
                    .team_name
                    .as_deref(),
                Some("a")
            );
        }
    }

    #[test]
    fn a_mark_on_an_allow_or_of_another_type_is_refused() {
        let allow = DENY
            .replace("deny", "allow")
            .replace("{}", "{\"sub\": \"a\"}");
        assert_eq!(parse(&allow).unwrap_err()[0].code, "report-only-allow");
        let text = DENY.replace("true", "\"yes\"");
        assert_eq!(parse(&text).unwrap_err()[0].path, "reportOnly");
        assert_eq!(
            parse(&format!("[{text}]")).unwrap_err()[0].path,
            "[0].reportOnly"
        );
        assert_eq!(
            parse(&format!("{{\"policies\": [{text}]}}")).unwrap_err()[0].path,
            "policies[0].reportOnly"
        );
    }

    #[test]
    fn what_the_engine_refuses_is_refused_with_its_words() {
        let errors = parse(&DENY.replace("teamName", "teamNam")).unwrap_err();
        assert_eq!(errors[0].help.as_deref(), Some("did you mean `teamName`?"));
    }
}
