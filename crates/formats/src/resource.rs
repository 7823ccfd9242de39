//! Issuers as `pulumiservice:index:OidcIssuer`, in YAML and in TypeScript.

use std::collections::BTreeSet;

use claimgate::diagnostic::Diagnostic;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;

use super::notes::{LEFT_OUT, REMARK};
use super::policies::{enforced, left_out};
use super::value::{dollars_doubled, object, policies_value};
use claimgate::text::quote::double;

/// A program's text, and what could not be written into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The text.
    pub text: String,
    /// What is left out, and what to mind.
    pub notes: Vec<Diagnostic>,
}

/// Writes issuers of an organization as a Pulumi program in YAML.
pub fn yaml(issuers: &[IssuerDefinition], organization: &str) -> Exported {
    let resource = |issuer: &IssuerDefinition| {
        let kind = Value::String("pulumiservice:index:OidcIssuer".to_owned());
        dollars_doubled(&object([
            ("type", kind),
            ("properties", properties(issuer, organization)),
        ]))
    };
    let resources = resource_names(issuers)
        .into_iter()
        .zip(issuers.iter().map(resource))
        .collect();
    let text = |text: &str| Value::String(text.to_owned());
    let program = [
        ("name", text("oidc-issuers")),
        ("runtime", text("yaml")),
        ("resources", Value::Object(resources)),
    ];
    Exported {
        text: yaml_block(&object(program)),
        notes: notes(issuers),
    }
}

/// Writes issuers of an organization as a Pulumi program in TypeScript.
pub fn typescript(issuers: &[IssuerDefinition], organization: &str) -> Exported {
    let mut text = "import * as pulumiservice from \"@pulumi/pulumiservice\";\n".to_owned();
    for (name, issuer) in resource_names(issuers).iter().zip(issuers) {
        let properties = typescript_value(&properties(issuer, organization), 0);
        text.push_str(&format!(
            "\nnew pulumiservice.OidcIssuer({}, {properties});\n",
            double(name)
        ));
    }
    Exported {
        text,
        notes: notes(issuers),
    }
}

/// The resource's properties, named as the provider names them.
fn properties(issuer: &IssuerDefinition, organization: &str) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let mut members = vec![
        ("organization", text(organization)),
        ("name", text(&issuer.name)),
        ("url", text(&issuer.url)),
    ];
    members.extend(
        issuer
            .max_expiration
            .map(|seconds| ("maxExpirationSeconds", Value::Integer(seconds.into()))),
    );
    if !issuer.thumbprints.is_empty() {
        members.push((
            "thumbprints",
            Value::Array(issuer.thumbprints.iter().map(|print| text(print)).collect()),
        ));
    }
    let policies = enforced(issuer);
    if !policies.is_empty() {
        members.push(("policies", policies_value(&policies)));
    }
    object(members)
}

fn notes(issuers: &[IssuerDefinition]) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    for (index, issuer) in issuers.iter().enumerate() {
        let mut note = |code, name: &str, sentence: &str| {
            notes.push(Diagnostic::note(code, sentence).at(format!("issuers[{index}].{name}")));
        };
        if issuer.jwks.is_some() {
            note(
                LEFT_OUT,
                "jwks",
                "keys are left out: the resource has none, and Pulumi Cloud fetches them",
            );
        }
        for (name, sentence) in left_out(issuer) {
            note(LEFT_OUT, name, sentence);
        }
        let policies = enforced(issuer);
        if policies.len() < issuer.policies.len() {
            note(
                LEFT_OUT,
                "policies",
                "report-only policies are left out: Pulumi Cloud has none, and would enforce them",
            );
        }
        if policies.is_empty() {
            note(
                REMARK,
                "policies",
                "without policies, the resource does not change the issuer's policies",
            );
        }
        let is_bare = |policy: &claimgate::policy::PolicyDefinition| {
            policy.token_type == claimgate::policy::TokenType::Organization
                && policy.role_id.is_none()
                && policy
                    .authorized_permissions
                    .as_ref()
                    .is_none_or(Vec::is_empty)
        };
        if policies.iter().any(is_bare) {
            let sentence = "the provider's description asks for `authorizedPermissions` or `roleID` with organization tokens; \
                            its examples have neither";
            note(REMARK, "policies", sentence);
        }
    }
    notes
}

/// A valid resource name for every issuer, none of them twice.
fn resource_names(issuers: &[IssuerDefinition]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(issuers.len());
    for issuer in issuers {
        let base = resource_name(&issuer.name);
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

/// The words of a label in lowercase ASCII letters and digits, with dashes between them: `github-actions`. Empty for a
/// label without any.
#[must_use]
pub fn slug(label: &str) -> String {
    let words = label.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

/// Lower case letters, digits and dashes, a letter first.
fn resource_name(name: &str) -> String {
    let words = slug(name);
    match words.chars().next() {
        None => "issuer".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("issuer-{words}"),
        Some(_) => words,
    }
}

/// A value as YAML in block style, every string in double quotes.
pub fn yaml_block(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Array(items) if !items.is_empty() => yaml_items(items, 0, &mut text),
        Value::Object(members) if !members.is_empty() => yaml_members(members, 0, &mut text),
        other => {
            text.push_str(&flat(other));
            text.push('\n');
        }
    }
    text
}

fn yaml_members(members: &[(String, Value)], indent: usize, text: &mut String) {
    for (position, (name, value)) in members.iter().enumerate() {
        // The first member may follow the dash of its item.
        if position > 0 || !text.ends_with("- ") {
            text.push_str(&" ".repeat(indent));
        }
        text.push_str(&if is_word(name) {
            name.clone()
        } else {
            double(name)
        });
        text.push(':');
        match value {
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                yaml_items(items, indent + 2, text);
            }
            Value::Object(members) if !members.is_empty() => {
                text.push('\n');
                yaml_members(members, indent + 2, text);
            }
            other => text.push_str(&format!(" {}\n", flat(other))),
        }
    }
}

fn yaml_items(items: &[Value], indent: usize, text: &mut String) {
    for item in items {
        text.push_str(&" ".repeat(indent));
        match item {
            Value::Array(items) if !items.is_empty() => {
                text.push_str("-\n");
                yaml_items(items, indent + 2, text);
            }
            Value::Object(members) if !members.is_empty() => {
                text.push_str("- ");
                yaml_members(members, indent + 2, text);
            }
            other => text.push_str(&format!("- {}\n", flat(other))),
        }
    }
}

fn typescript_value(value: &Value, indent: usize) -> String {
    let (inner, outer) = ("  ".repeat(indent + 1), "  ".repeat(indent));
    match value {
        Value::Array(items) if !items.is_empty() => {
            let items: String = items
                .iter()
                .map(|item| format!("{inner}{},\n", typescript_value(item, indent + 1)))
                .collect();
            format!("[\n{items}{outer}]")
        }
        Value::Object(members) if !members.is_empty() => {
            let member = |(name, value): &(String, Value)| {
                format!(
                    "{inner}{}: {},\n",
                    typescript_key(name),
                    typescript_value(value, indent + 1)
                )
            };
            format!(
                "{{\n{}{outer}}}",
                members.iter().map(member).collect::<String>()
            )
        }
        other => flat(other),
    }
}

/// A key of an object literal. `__proto__` in quotes would be the object's prototype.
fn typescript_key(name: &str) -> String {
    match name {
        "__proto__" => "[\"__proto__\"]".to_owned(),
        name if is_word(name) => name.to_owned(),
        name => double(name),
    }
}

/// A name that needs no quotes as a key.
fn is_word(name: &str) -> bool {
    let is_keyword = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .contains(&name.to_ascii_lowercase().as_str());
    !is_keyword
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A value without anything in it, in one line.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => double(text),
        other => other.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn words_are_kept_with_dashes_between_them() {
        assert_eq!(slug(" GitHub  Actions (main)"), "github-actions-main");
        assert_eq!(slug("Ämter/2"), "mter-2");
        assert_eq!(slug("–"), "");
    }
}
