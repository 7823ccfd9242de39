//! JSON Schemas ([draft 2020-12](https://json-schema.org/draft/2020-12)) of what the engine reads
//! and writes, made from its types.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, json};

use crate::claims::Claims;
use crate::exchange::GrantedToken;
use crate::explain::Explanation;
use crate::inspect::Inspection;
use crate::policy::{
    Decision, MAX_NAME_CHARS, MAX_NOTE_CHARS, NAME, NOTE, PolicyDefinition, REPORT_ONLY, TokenType,
};

/// The schemas with their file names: `policies.json` is what
/// [`parse_policies`](crate::policy::parse_policies) reads, the others are what [`Explanation`],
/// [`Inspection`] and [`GrantedToken`] are written as.
///
/// ```
/// let names: Vec<_> = claimgate::schema::all().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["explanation.json", "grant.json", "inspection.json", "policies.json"]);
/// ```
#[must_use]
pub fn all() -> Vec<(&'static str, Schema)> {
    vec![
        schema::<Explanation>("explanation.json"),
        schema::<GrantedToken>("grant.json"),
        schema::<Inspection>("inspection.json"),
        schema::<Policies>("policies.json"),
    ]
}

fn schema<T: JsonSchema>(name: &'static str) -> (&'static str, Schema) {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), json!(name));
    (name, schema)
}

impl JsonSchema for Claims {
    fn schema_name() -> Cow<'static, str> {
        "Claims".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "A JSON object as the token has it." })
    }
}

/// A policy, an array of policies, or `{"policies": [...]}`.
struct Policies;

impl JsonSchema for Policies {
    fn schema_name() -> Cow<'static, str> {
        "Policies".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let policy = generator.subschema_for::<PolicyDefinition>();
        let text = json!({ "type": ["string", "null"], "description": "What Pulumi's API writes; not looked at." });
        json_schema!({
            "description": "The policies of an issuer. A schema cannot say what claim paths and patterns look like, nor that \
                no member occurs twice; the parser does.",
            "anyOf": [
                policy,
                { "type": "array", "items": policy },
                {
                    "type": "object",
                    "properties": {
                        "policies": { "type": "array", "items": policy },
                        "id": true, "version": true, "created": text, "modified": text
                    },
                    "required": ["policies"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

impl JsonSchema for PolicyDefinition {
    fn schema_name() -> Cow<'static, str> {
        "Policy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds: Vec<Schema> = TokenType::ALL
            .into_iter()
            .map(|token_type| policy(token_type, generator))
            .collect();
        json_schema!({ "description": "One policy; its fields depend on `tokenType`.", "oneOf": kinds })
    }
}

/// The fields of the policies for one type of token.
fn policy(token_type: TokenType, generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    properties.insert(
        "decision".to_owned(),
        json!(generator.subschema_for::<Decision>()),
    );
    let kind = json!({ "const": token_type.as_str(), "description": "The kind of access token." });
    properties.insert("tokenType".to_owned(), kind);
    let mut required = vec!["decision", "tokenType", "rules"];
    let target = match token_type {
        TokenType::Organization => None,
        TokenType::Team => Some(("teamName", "A pattern against the requested team.")),
        TokenType::Personal => Some(("userLogin", "The login, without regard to ASCII case.")),
        TokenType::Runner => Some(("runnerID", "The deployment runner, exactly.")),
    };
    if let Some((name, description)) = target {
        properties.insert(
            name.to_owned(),
            json!({ "type": "string", "minLength": 1, "description": description }),
        );
        required.push(name);
    }
    let absent = json!({ "enum": ["", null], "description": "Not with this token type." });
    for name in ["teamName", "userLogin", "runnerID", "roleID"] {
        properties.entry(name).or_insert_with(|| absent.clone());
    }
    let mut permissions = json!({
        "type": ["array", "null"],
        "items": { "const": "admin" },
        "description": "`admin`: the token may have admin permission, if requested."
    });
    if token_type == TokenType::Organization {
        let role = json!({ "type": ["string", "null"], "description": "The custom role that the token gets." });
        properties.insert("roleID".to_owned(), role);
    } else {
        permissions = json!({ "type": ["array", "null"], "maxItems": 0, "description": "Not with this token type." });
    }
    properties.insert("authorizedPermissions".to_owned(), permissions);
    for (name, max) in [(NAME, MAX_NAME_CHARS), (NOTE, MAX_NOTE_CHARS)] {
        let text = json!({
            "type": ["string", "null"],
            "maxLength": max,
            "description": "For people, without effect on decisions. An extension."
        });
        properties.insert(name.to_owned(), text);
    }
    let report_only = json!({
        "type": ["boolean", "null"],
        "description": "Deny policies only: the policy does not deny, and decisions report what it would have denied. An extension."
    });
    properties.insert(REPORT_ONLY.to_owned(), report_only);
    let rules = json!({
        "type": "object",
        "additionalProperties": { "type": ["string", "boolean", "integer"] },
        "description": "Claim paths and patterns; all of them must match. An allow needs at least one."
    });
    properties.insert("rules".to_owned(), rules);
    json_schema!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "if": { "properties": { "decision": { "const": "allow" } } },
        "then": { "properties": { "rules": { "minProperties": 1 }, REPORT_ONLY: { "enum": [false, null] } } }
    })
}
