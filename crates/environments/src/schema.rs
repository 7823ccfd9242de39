//! Schemas of values: a subset of JSON Schema 2020-12.

mod build;
mod compile;
mod definition;
mod meta;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::json::Json;
use crate::number::Number;

pub use compile::SchemaError;
pub(crate) use definition::merged;
pub(crate) use meta::schema_of_schemas;

/// A schema: everything, nothing, or rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Schema {
    /// Every value, `true` in JSON.
    #[default]
    Any,
    /// No value, `false` in JSON.
    Nothing,
    /// Values that follow rules.
    Rules(Box<Rules>),
}

/// Schemas by name.
pub type Schemas = BTreeMap<Arc<str>, Arc<Schema>>;

/// The rules of a schema. A rule that is absent or empty allows everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of JSON Schema")]
pub struct Rules {
    #[serde(rename = "$defs", skip_serializing_if = "BTreeMap::is_empty")]
    pub definitions: Schemas,
    #[serde(rename = "$ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Arc<Schema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Arc<Schema>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix_items: Vec<Arc<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Arc<Schema>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_properties: Option<Arc<Schema>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: Schemas,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    #[serde(rename = "const", skip_serializing_if = "Option::is_none")]
    pub constant: Option<Json>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multiple_of: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_maximum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_items: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_items: Option<Number>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unique_items: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_properties: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_properties: Option<Number>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Arc<str>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dependent_required: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Json>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// The properties that only a rotation reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rotate_only: Vec<Arc<str>>,
    /// Where `reference` is looked up, once the schema is compiled.
    #[serde(skip)]
    scope: Option<Arc<Schemas>>,
    /// Whether only a rotation reads the value.
    #[serde(skip)]
    is_rotate_only: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of JSON Schema")]
pub enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    /// The name in JSON Schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_bool(true),
            Self::Nothing => serializer.serialize_bool(false),
            Self::Rules(rules) => rules.serialize(serializer),
        }
    }
}

impl From<Rules> for Schema {
    fn from(rules: Rules) -> Self {
        Self::Rules(Box::new(rules))
    }
}
