//! Checks a schema, and prepares it for use: references know where they are looked up, and the
//! properties that only a rotation reads are marked.

use std::sync::Arc;

use regex_lite::Regex;

use crate::number::Number;

use super::{Rules, Schema, Schemas};

/// Why a schema cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// A reference that is no fragment.
    #[error("only fragment references of the form #/$defs/ref are supported")]
    Reference,
    /// A reference to a schema that does not exist.
    #[error("unknown subschema {0}")]
    UnknownReference(Arc<str>),
    /// A reference that leads to itself.
    #[error("subschema {0} refers to itself")]
    Cycle(Arc<str>),
    /// A length that is no count.
    #[error("expected a count, found {0}")]
    Count(Number),
    /// A pattern that is no regular expression.
    #[error("invalid pattern: {0}")]
    Pattern(String),
    /// JSON that is no schema.
    #[error("expected {expected} for `{member}`")]
    Member {
        /// The member.
        member: Arc<str>,
        /// What it must be.
        expected: &'static str,
    },
}

impl Schema {
    /// Prepares a schema of its own, whose references point to its own definitions.
    pub(crate) fn compile(self: &Arc<Self>) -> Result<Arc<Self>, SchemaError> {
        let definitions = self.rules().map(|rules| &rules.definitions);
        let scope = Arc::new(definitions.cloned().unwrap_or_default());
        for (name, schema) in scope.iter() {
            compile(schema, &scope)?;
            check_cycle(name, schema, &scope)?;
        }
        compile(self, &scope)
    }

    /// The schema that `$ref` refers to.
    pub(crate) fn target(&self) -> Option<Arc<Self>> {
        let rules = self.rules()?;
        let scope = rules.scope.as_ref()?;
        let name = target_name(rules.reference.as_ref()?).ok()?;
        compile(scope.get(&*name)?, scope).ok()
    }
}

/// A definition must not be a reference that leads back to itself: following it would not end.
fn check_cycle(name: &Arc<str>, schema: &Schema, scope: &Schemas) -> Result<(), SchemaError> {
    let mut at = schema;
    for _ in 0..=scope.len() {
        let Some(reference) = at.rules().and_then(|rules| rules.reference.as_ref()) else {
            return Ok(());
        };
        match scope.get(&*target_name(reference)?) {
            Some(next) => at = next,
            None => return Err(SchemaError::UnknownReference(reference.clone())),
        }
    }
    Err(SchemaError::Cycle(name.clone()))
}

fn target_name(reference: &str) -> Result<String, SchemaError> {
    let name = reference.strip_prefix("#/$defs/");
    match name {
        Some(name) if !name.contains('/') => Ok(name.to_owned()),
        _ => Err(SchemaError::Reference),
    }
}

fn compile(schema: &Arc<Schema>, scope: &Arc<Schemas>) -> Result<Arc<Schema>, SchemaError> {
    let Some(rules) = schema.rules() else {
        return Ok(schema.clone());
    };
    check(rules, scope)?;
    let list = |schemas: &[Arc<Schema>]| -> Result<Vec<_>, SchemaError> {
        schemas
            .iter()
            .map(|schema| compile(schema, scope))
            .collect()
    };
    let one = |schema: &Option<Arc<Schema>>| -> Result<Option<_>, SchemaError> {
        schema
            .as_ref()
            .map(|schema| compile(schema, scope))
            .transpose()
    };
    let mut properties = Schemas::new();
    for (name, property) in &rules.properties {
        let mut property = compile(property, scope)?;
        if rules.rotate_only.contains(name) {
            property = rotate_only(&property);
        }
        properties.insert(name.clone(), property);
    }
    Ok(Arc::new(Schema::from(Rules {
        any_of: list(&rules.any_of)?,
        one_of: list(&rules.one_of)?,
        prefix_items: list(&rules.prefix_items)?,
        items: one(&rules.items)?,
        additional_properties: one(&rules.additional_properties)?,
        properties,
        scope: Some(scope.clone()),
        ..rules.clone()
    })))
}

fn check(rules: &Rules, scope: &Schemas) -> Result<(), SchemaError> {
    if let Some(reference) = &rules.reference
        && !scope.contains_key(&*target_name(reference)?)
    {
        return Err(SchemaError::UnknownReference(reference.clone()));
    }
    let counts = [
        &rules.max_length,
        &rules.min_length,
        &rules.max_items,
        &rules.min_items,
        &rules.max_properties,
        &rules.min_properties,
    ];
    for count in counts.into_iter().flatten() {
        count
            .as_usize()
            .ok_or_else(|| SchemaError::Count(count.clone()))?;
    }
    if let Some(pattern) = &rules.pattern {
        Regex::new(pattern).map_err(|error| SchemaError::Pattern(error.to_string()))?;
    }
    Ok(())
}

/// The same schema for a value that only a rotation reads, its parts included.
fn rotate_only(schema: &Arc<Schema>) -> Arc<Schema> {
    let Some(rules) = schema.rules().filter(|rules| !rules.is_rotate_only) else {
        return schema.clone();
    };
    let list = |schemas: &[Arc<Schema>]| schemas.iter().map(rotate_only).collect();
    let properties = rules.properties.iter();
    Arc::new(Schema::from(Rules {
        any_of: list(&rules.any_of),
        one_of: list(&rules.one_of),
        prefix_items: list(&rules.prefix_items),
        items: rules.items.as_ref().map(rotate_only),
        additional_properties: rules.additional_properties.as_ref().map(rotate_only),
        rotate_only: rules.properties.keys().cloned().collect(),
        properties: properties
            .map(|(name, schema)| (name.clone(), rotate_only(schema)))
            .collect(),
        is_rotate_only: true,
        ..rules.clone()
    }))
}
