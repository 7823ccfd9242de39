//! The schema that schemas follow.

use std::sync::{Arc, LazyLock};

use crate::json::Json;

use super::{Rules, Schema};

/// The schema of schemas, for the argument of `fn::validate`.
pub(crate) fn schema_of_schemas() -> Arc<Schema> {
    SCHEMA.clone()
}

static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| {
    let schema = Json::first(TEXT)
        .ok()
        .and_then(|json| Schema::from_json(&json).ok());
    // A property without rules is written `{}`, not `true`.
    let schema = Arc::new(schema.unwrap_or_else(|| Rules::default().into()));
    schema.compile().unwrap_or(schema)
});

const TEXT: &str = r##"{
  "$ref": "#/$defs/schema",
  "$defs": {
    "schema": {
      "anyOf": [
        { "type": "boolean" },
        {
          "type": "object",
          "properties": {
            "$defs": { "type": "object", "additionalProperties": { "$ref": "#/$defs/schema" } },
            "$ref": { "type": "string" },
            "anyOf": { "type": "array", "items": { "$ref": "#/$defs/schema" } },
            "oneOf": { "type": "array", "items": { "$ref": "#/$defs/schema" } },
            "prefixItems": { "type": "array", "items": { "$ref": "#/$defs/schema" } },
            "items": { "$ref": "#/$defs/schema" },
            "additionalProperties": { "$ref": "#/$defs/schema" },
            "properties": { "type": "object", "additionalProperties": { "$ref": "#/$defs/schema" } },
            "type": { "type": "string", "enum": ["string", "number", "boolean", "array", "object", "null"] },
            "const": {},
            "enum": { "type": "array" },
            "multipleOf": { "type": "number" },
            "maximum": { "type": "number" },
            "exclusiveMaximum": { "type": "number" },
            "minimum": { "type": "number" },
            "exclusiveMinimum": { "type": "number" },
            "maxLength": { "type": "number" },
            "minLength": { "type": "number" },
            "pattern": { "type": "string" },
            "maxItems": { "type": "number" },
            "minItems": { "type": "number" },
            "uniqueItems": { "type": "boolean" },
            "maxProperties": { "type": "number" },
            "minProperties": { "type": "number" },
            "required": { "type": "array", "items": { "type": "string" } },
            "dependentRequired": {
              "type": "object",
              "additionalProperties": { "type": "array", "items": { "type": "string" } }
            },
            "title": { "type": "string" },
            "description": { "type": "string" },
            "default": {},
            "deprecated": { "type": "boolean" },
            "examples": { "type": "array" }
          }
        }
      ]
    }
  }
}"##;
