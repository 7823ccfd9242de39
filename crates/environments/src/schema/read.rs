//! Schemas from JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::Json;
use crate::number::Number;

use super::{Rules, Schema, SchemaError, Schemas, Type};

impl Schema {
    /// Reads a schema. Members that this subset does not know are ignored.
    ///
    /// # Errors
    /// [`SchemaError`], at the first member that has the wrong type.
    pub fn from_json(json: &Json) -> Result<Self, SchemaError> {
        match json {
            Json::Bool(true) => Ok(Self::Any),
            Json::Bool(false) => Ok(Self::Nothing),
            Json::Object(members) => {
                let mut rules = Rules::default();
                for (name, value) in members {
                    read(&mut rules, name, value)?;
                }
                Ok(rules.into())
            }
            _ => Err(wrong("schema", "an object or a boolean")),
        }
    }
}

fn wrong(member: &str, expected: &'static str) -> SchemaError {
    SchemaError::Member {
        member: member.into(),
        expected,
    }
}

fn read(rules: &mut Rules, name: &str, value: &Json) -> Result<(), SchemaError> {
    match name {
        "$defs" => rules.definitions = schemas(name, value)?,
        "properties" => rules.properties = schemas(name, value)?,
        "$ref" => rules.reference = Some(text(name, value)?),
        "pattern" => rules.pattern = Some(text(name, value)?),
        "title" => rules.title = Some(text(name, value)?),
        "description" => rules.description = Some(text(name, value)?),
        "anyOf" => rules.any_of = list(name, value, schema)?,
        "oneOf" => rules.one_of = list(name, value, schema)?,
        "prefixItems" => rules.prefix_items = list(name, value, schema)?,
        "items" => rules.items = Some(schema(name, value)?),
        "additionalProperties" => rules.additional_properties = Some(schema(name, value)?),
        "type" => rules.kind = Some(kind(name, value)?),
        "const" => rules.constant = Some(value.clone()).filter(|value| *value != Json::Null),
        "default" => rules.default = Some(value.clone()).filter(|value| *value != Json::Null),
        "enum" => rules.alternatives = list(name, value, |_, value| Ok(value.clone()))?,
        "examples" => rules.examples = list(name, value, |_, value| Ok(value.clone()))?,
        "required" => rules.required = list(name, value, text)?,
        "rotateOnly" => rules.rotate_only = list(name, value, text)?,
        "dependentRequired" => {
            rules.dependent_required = members(name, value, |name, value| list(name, value, text))?;
        }
        "uniqueItems" => rules.unique_items = boolean(name, value)?,
        "deprecated" => rules.deprecated = boolean(name, value)?,
        "secret" => rules.secret = boolean(name, value)?,
        _ => read_number(rules, name, value)?,
    }
    Ok(())
}

fn read_number(rules: &mut Rules, name: &str, value: &Json) -> Result<(), SchemaError> {
    let field = match name {
        "multipleOf" => &mut rules.multiple_of,
        "maximum" => &mut rules.maximum,
        "exclusiveMaximum" => &mut rules.exclusive_maximum,
        "minimum" => &mut rules.minimum,
        "exclusiveMinimum" => &mut rules.exclusive_minimum,
        "maxLength" => &mut rules.max_length,
        "minLength" => &mut rules.min_length,
        "maxItems" => &mut rules.max_items,
        "minItems" => &mut rules.min_items,
        "maxProperties" => &mut rules.max_properties,
        "minProperties" => &mut rules.min_properties,
        _ => return Ok(()),
    };
    *field = Some(number(name, value)?);
    Ok(())
}

fn number(name: &str, value: &Json) -> Result<Number, SchemaError> {
    match value {
        Json::Number(number) => Ok(number.clone()),
        _ => Err(wrong(name, "a number")),
    }
}

fn text(name: &str, value: &Json) -> Result<Arc<str>, SchemaError> {
    match value {
        Json::String(text) => Ok(text.clone()),
        _ => Err(wrong(name, "a string")),
    }
}

fn boolean(name: &str, value: &Json) -> Result<bool, SchemaError> {
    match value {
        Json::Bool(value) => Ok(*value),
        _ => Err(wrong(name, "a boolean")),
    }
}

fn kind(name: &str, value: &Json) -> Result<Type, SchemaError> {
    let types = [
        Type::Null,
        Type::Boolean,
        Type::Number,
        Type::String,
        Type::Array,
        Type::Object,
    ];
    let text = text(name, value)?;
    let kind = types.into_iter().find(|kind| kind.name() == &*text);
    kind.ok_or_else(|| wrong(name, "a type"))
}

fn schema(_: &str, value: &Json) -> Result<Arc<Schema>, SchemaError> {
    Schema::from_json(value).map(Arc::new)
}

fn schemas(name: &str, value: &Json) -> Result<Schemas, SchemaError> {
    members(name, value, schema)
}

fn list<T>(
    name: &str,
    value: &Json,
    item: impl Fn(&str, &Json) -> Result<T, SchemaError>,
) -> Result<Vec<T>, SchemaError> {
    match value {
        Json::Array(values) => values.iter().map(|value| item(name, value)).collect(),
        _ => Err(wrong(name, "an array")),
    }
}

fn members<T>(
    name: &str,
    value: &Json,
    member: impl Fn(&str, &Json) -> Result<T, SchemaError>,
) -> Result<BTreeMap<Arc<str>, T>, SchemaError> {
    let Json::Object(members) = value else {
        return Err(wrong(name, "an object"));
    };
    let members = members.iter();
    members
        .map(|(key, value)| Ok((key.clone(), member(name, value)?)))
        .collect()
}
