//! Values over values: an object is merged member by member, everything else replaces.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::Place;
use crate::limits::{Limit, MAX_VALUE_DEPTH};
use crate::schema::{Type, merged};

use super::arena::{Content, Form, Value, ValueId};
use super::{Evaluator, Keys, Outcome};

impl Evaluator<'_> {
    /// Whether a value is or may be an object.
    pub(super) fn is_object(&self, value: Option<ValueId>) -> bool {
        let Some(value) = value.map(|value| &self.arena[value]) else {
            return false;
        };
        match value.unknown {
            true => {
                matches!(*value.schema, crate::schema::Schema::Any)
                    || value.schema.kind() == Some(Type::Object)
            }
            false => matches!(value.content, Content::Object(_)),
        }
    }

    /// The keys of an object, those of its base included.
    pub(super) fn keys(&mut self, value: ValueId) -> Option<Keys> {
        if let Some(keys) = &self.arena[value].merged_keys {
            return Some(keys.clone());
        }
        let Content::Object(members) = self.arena[value].content.clone() else {
            return None;
        };
        let base = self.arena[value].base;
        let below = base.and_then(|base| self.keys(base));
        let mut keys: BTreeSet<Arc<str>> = members.keys().cloned().collect();
        keys.extend(below.iter().flat_map(|keys| keys.iter().cloned()));
        let keys: Keys = keys.into_iter().collect();
        // Keys that were needed before a merge stay, as with the upstream evaluator; those of an empty object do not.
        if !keys.is_empty() {
            self.arena[value].merged_keys = Some(keys.clone());
        }
        Some(keys)
    }

    /// A property of an object, or of its base. Of an unknown value it is unknown.
    pub(super) fn property(
        &mut self,
        value: ValueId,
        place: &Place,
        name: &Arc<str>,
    ) -> Outcome<Option<ValueId>> {
        let base = self.arena[value].base;
        if let Content::Object(members) = &self.arena[value].content {
            if let Some(member) = members.get(name) {
                return Ok(Some(*member));
            }
            return match base {
                Some(base) => self.property(base, place, name),
                None => Ok(None),
            };
        }
        if !self.arena[value].unknown {
            return Ok(None);
        }
        let schema = self.arena[value].schema.property(name);
        let base = match base {
            Some(base) => self.property(base, place, name)?,
            None => None,
        };
        let form = Form::Property {
            receiver: value,
            name: name.clone(),
        };
        let def = self.declare_known(place.clone(), form, schema.clone(), base);
        let property = Value {
            base,
            ..Value::unknown(def, schema)
        };
        self.add(property).map(Some)
    }

    /// Merges a value over a base. The value is changed.
    pub(super) fn merge(&mut self, value: ValueId, base: Option<ValueId>) -> Outcome<()> {
        let Some(base) = base.filter(|base| !self.is_same(value, *base)) else {
            return Ok(());
        };
        match self.arena[value].base {
            Some(own) => self.merge(own, Some(base))?,
            // A property of an unknown value may already be merged over this one.
            None if self.is_below(value, base) => return Ok(()),
            None => self.arena[value].base = Some(base),
        }
        let own = self.arena[value].base.unwrap_or(base);
        if let Content::Object(members) = self.arena[value].content.clone() {
            for (name, member) in members.iter() {
                let place = self.place(self.arena[*member].def);
                let below = self.property(own, &place, name)?;
                self.merge(*member, below)?;
            }
        }
        let schema = merged(&self.arena[own].schema, &self.arena[value].schema);
        self.arena[value].schema = schema;
        Ok(())
    }

    /// Whether a value is below another one.
    fn is_below(&self, value: ValueId, top: ValueId) -> bool {
        let mut at = Some(top);
        while let Some(base) = at {
            if base == value {
                return true;
            }
            at = self.arena[base].base;
        }
        false
    }

    /// Whether two values are the same, or the same property of the same unknown value.
    fn is_same(&self, a: ValueId, b: ValueId) -> bool {
        if a == b {
            return true;
        }
        let unknown_property = |value: ValueId| {
            let value = &self.arena[value];
            match &self.arena[value.def].form {
                Form::Property { receiver, name } if value.unknown => Some((*receiver, name)),
                _ => None,
            }
        };
        match (unknown_property(a), unknown_property(b)) {
            (Some((a, a_name)), Some((b, b_name))) => a_name == b_name && self.is_same(a, b),
            _ => false,
        }
    }

    /// Copies a value with all its parts and bases.
    pub(super) fn copy(&mut self, value: ValueId) -> Outcome<ValueId> {
        self.copy_within(value, &mut BTreeMap::new(), 0)
    }

    fn copy_within(
        &mut self,
        value: ValueId,
        copies: &mut BTreeMap<ValueId, ValueId>,
        depth: usize,
    ) -> Outcome<ValueId> {
        if let Some(copy) = copies.get(&value) {
            return Ok(*copy);
        }
        let original = self.arena[value].clone();
        if depth > MAX_VALUE_DEPTH {
            return Err(self.exceeded(&self.place(original.def), Limit::ValueDepth));
        }
        let content = match &original.content {
            Content::Array(elements) => {
                let mut copied = Vec::with_capacity(elements.len());
                for element in elements.iter() {
                    copied.push(self.copy_within(*element, copies, depth + 1)?);
                }
                Content::Array(copied.into())
            }
            Content::Object(members) => {
                let mut copied = BTreeMap::new();
                for (name, member) in members.iter() {
                    let copy = self.copy_within(*member, copies, depth + 1)?;
                    copied.insert(name.clone(), copy);
                }
                Content::Object(Rc::new(copied))
            }
            scalar => scalar.clone(),
        };
        let base = match original.base {
            Some(base) => Some(self.copy_within(base, copies, depth + 1)?),
            None => None,
        };
        let copy = self.add(Value {
            base,
            content,
            merged_keys: None,
            rotate_only: false,
            ..original
        })?;
        copies.insert(value, copy);
        Ok(copy)
    }

    /// Whether a value or a part of it is unknown.
    pub(super) fn contains_unknown(&mut self, value: ValueId) -> Outcome<bool> {
        self.contains(value, &|value| value.unknown)
    }

    /// The same without values that only a rotation reads.
    pub(super) fn contains_observable_unknown(&mut self, value: ValueId) -> Outcome<bool> {
        if self.arena[value].unknown {
            return Ok(!self.arena[value].rotate_only);
        }
        self.contains_in_parts(value, &|evaluator, part| {
            evaluator.contains_observable_unknown(part)
        })
    }

    /// Whether a value or a part of it is secret.
    pub(super) fn contains_secret(&mut self, value: ValueId) -> Outcome<bool> {
        self.contains(value, &|value| value.secret)
    }

    fn contains(&mut self, value: ValueId, is: &dyn Fn(&Value) -> bool) -> Outcome<bool> {
        if is(&self.arena[value]) {
            return Ok(true);
        }
        self.contains_in_parts(value, &|evaluator, part| evaluator.contains(part, is))
    }

    fn contains_in_parts(
        &mut self,
        value: ValueId,
        contains: &dyn Fn(&mut Self, ValueId) -> Outcome<bool>,
    ) -> Outcome<bool> {
        if let Content::Array(elements) = self.arena[value].content.clone() {
            for element in elements.iter() {
                if contains(self, *element)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        for part in self.members(value)?.into_values() {
            if contains(self, part)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The members of an object, those of its base included.
    pub(super) fn members(&mut self, value: ValueId) -> Outcome<BTreeMap<Arc<str>, ValueId>> {
        let Some(keys) = self.keys(value) else {
            return Ok(BTreeMap::new());
        };
        let place = self.place(self.arena[value].def);
        let mut members = BTreeMap::new();
        for key in keys.iter() {
            if let Some(member) = self.property(value, &place, key)? {
                members.insert(key.clone(), member);
            }
        }
        Ok(members)
    }

    /// Makes a value unknown or secret if others are.
    pub(super) fn combine(&mut self, value: ValueId, others: &[ValueId]) -> Outcome<()> {
        for other in others {
            let unknown = self.contains_unknown(value)? || self.contains_unknown(*other)?;
            let secret = self.contains_secret(value)? || self.contains_secret(*other)?;
            let value = &mut self.arena[value];
            (value.unknown, value.secret) = (unknown, secret);
        }
        Ok(())
    }
}
