//! Common schemas.

use std::sync::Arc;

use crate::json::Json;

use super::{Rules, Schema, Schemas, Type};

impl Schema {
    /// The schema of every value of a type.
    #[must_use]
    pub fn of(kind: Type) -> Self {
        Rules::of(kind).into()
    }

    /// The schema of one scalar.
    #[must_use]
    pub fn constant(kind: Type, value: Json) -> Self {
        Rules {
            constant: Some(value),
            ..Rules::of(kind)
        }
        .into()
    }

    /// The schema of lists whose items all follow a schema.
    #[must_use]
    pub fn array(items: Self) -> Self {
        Rules {
            items: Some(Arc::new(items)),
            ..Rules::of(Type::Array)
        }
        .into()
    }

    /// The schema of lists of a fixed length.
    #[must_use]
    pub fn tuple(items: Vec<Arc<Self>>) -> Self {
        Rules {
            prefix_items: items,
            items: Some(Arc::new(Self::Nothing)),
            ..Rules::of(Type::Array)
        }
        .into()
    }

    /// The schema of objects with these properties, all of them required.
    #[must_use]
    pub fn record(properties: Schemas) -> Self {
        Rules {
            required: properties.keys().cloned().collect(),
            properties,
            ..Rules::of(Type::Object)
        }
        .into()
    }

    /// The schema of objects whose properties all follow a schema.
    #[must_use]
    pub fn map(values: Self) -> Self {
        Rules {
            additional_properties: Some(Arc::new(values)),
            ..Rules::of(Type::Object)
        }
        .into()
    }

    /// The schema of values that follow exactly one of several.
    #[must_use]
    pub fn one_of(schemas: Vec<Arc<Self>>) -> Self {
        Rules {
            one_of: schemas,
            ..Rules::default()
        }
        .into()
    }
}

impl Rules {
    /// The rule that a value has a type.
    #[must_use]
    pub fn of(kind: Type) -> Self {
        Self {
            kind: Some(kind),
            ..Self::default()
        }
    }
}
