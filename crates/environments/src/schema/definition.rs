//! The schemas of parts, and of values that are merged.

use std::sync::Arc;

use super::{Rules, Schema, Type};

impl Schema {
    /// The rules, if there are any.
    #[must_use]
    pub fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Rules(rules) => Some(rules),
            _ => None,
        }
    }

    /// The type that values have, if the schema names one.
    #[must_use]
    pub fn kind(&self) -> Option<Type> {
        self.rules().and_then(|rules| rules.kind)
    }

    /// Whether only a rotation reads the value.
    pub(crate) fn is_rotate_only(&self) -> bool {
        self.rules().is_some_and(|rules| rules.is_rotate_only)
    }

    /// The schema of a list's item.
    pub(crate) fn item(&self, index: usize) -> Arc<Self> {
        self.part(
            |schema| schema.item(index),
            |rules| match rules.kind {
                Some(Type::Array) => {
                    let prefix = rules.prefix_items.get(index);
                    prefix.or(rules.items.as_ref()).cloned()
                }
                _ => None,
            },
        )
    }

    /// The schema of an object's property.
    pub(crate) fn property(&self, name: &str) -> Arc<Self> {
        self.part(
            |schema| schema.property(name),
            |rules| match rules.kind {
                Some(Type::Object) => {
                    let property = rules.properties.get(name);
                    property.or(rules.additional_properties.as_ref()).cloned()
                }
                _ => None,
            },
        )
    }

    fn part(
        &self,
        of_alternative: impl Fn(&Self) -> Arc<Self>,
        own: impl Fn(&Rules) -> Option<Arc<Self>>,
    ) -> Arc<Self> {
        let Some(rules) = self.rules() else {
            return Arc::new(Self::Nothing);
        };
        let alternatives = rules.any_of.iter().chain(&rules.one_of);
        let parts = alternatives.map(|schema| of_alternative(schema));
        union(parts.chain(own(rules)).collect())
    }
}

fn union(mut schemas: Vec<Arc<Schema>>) -> Arc<Schema> {
    schemas.retain(|schema| !matches!(**schema, Schema::Nothing));
    let is_rotate_only = schemas.iter().all(|schema| schema.is_rotate_only());
    match schemas.len() {
        0 => Arc::new(Schema::Nothing),
        1 => schemas.swap_remove(0),
        _ => Arc::new(Schema::from(Rules {
            one_of: schemas,
            is_rotate_only,
            ..Rules::default()
        })),
    }
}

/// The schema of a value that is merged over another.
pub(crate) fn merged(base: &Arc<Schema>, top: &Arc<Schema>) -> Arc<Schema> {
    let (Some(below), Some(above)) = (base.rules(), top.rules()) else {
        return top.clone();
    };
    if below.kind != Some(Type::Object) || above.kind != Some(Type::Object) {
        return top.clone();
    }
    let mut properties = below.properties.clone();
    for (name, top) in &above.properties {
        let property = match properties.get(name) {
            Some(base) => merged(base, top),
            None => top.clone(),
        };
        properties.insert(name.clone(), property);
    }
    let additional = match (&below.additional_properties, &above.additional_properties) {
        (None, additional) | (additional, None) => additional.clone(),
        (Some(_), Some(_)) => Some(Arc::new(Schema::Any)),
    };
    Arc::new(Schema::from(Rules {
        required: properties.keys().cloned().collect(),
        properties,
        additional_properties: additional,
        ..Rules::of(Type::Object)
    }))
}
