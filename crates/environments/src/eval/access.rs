//! Follows references.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::access::Step;
use crate::ast::{Accessor, Place};
use crate::schema::{Schema, Type};
use crate::suggestions::nearest;
use crate::text::quote;

use super::arena::{Content, ExprId, Form, Value, ValueId};
use super::{Evaluator, Outcome, Scope};

const NO_RECEIVER: &str = "receiver must be an array or an object";

/// What the steps of a reference lead to.
pub(super) type Targets = Vec<Option<ExprId>>;

/// A reference that is followed step by step.
struct Walk<'r> {
    /// The expression that refers.
    expr: ExprId,
    accessors: &'r [Accessor],
    targets: Targets,
}

impl<'r> Walk<'r> {
    /// The next step, if there is one.
    fn next(&self) -> Option<&'r Accessor> {
        self.accessors.get(self.targets.len())
    }
}

impl<'a> Evaluator<'a> {
    /// Follows a reference and copies the value that it leads to.
    pub(super) fn reference(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accessors: &[Accessor],
        accept: &Arc<Schema>,
    ) -> Outcome<(ValueId, Targets)> {
        let mut walk = Walk {
            expr,
            accessors,
            targets: Vec::with_capacity(accessors.len()),
        };
        let value = self.follow(scope, &mut walk, accept)?;
        // The value is merged with what the reference overrides: a copy, therefore.
        let copy = self.copy(value)?;
        self.arena[copy].def = expr;
        walk.targets.resize(accessors.len(), None);
        Ok((copy, walk.targets))
    }

    fn follow(
        &mut self,
        scope: &Scope<'a>,
        walk: &mut Walk<'_>,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let first = walk.next().and_then(Accessor::key).map(|key| &**key);
        let receiver = match first {
            Some("imports") => scope.imports,
            Some("context") => scope.context_value,
            Some("environments") => return self.follow_environment(scope, walk),
            _ => return self.follow_expressions(scope, walk, accept),
        };
        match receiver {
            Some(receiver) => {
                walk.targets.push(Some(self.arena[receiver].def));
                self.follow_value(walk, receiver)
            }
            None => self.invalid(walk),
        }
    }

    /// Follows a reference through lists and objects that need not be evaluated for it.
    fn follow_expressions(
        &mut self,
        scope: &Scope<'a>,
        walk: &mut Walk<'_>,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let Some(mut receiver) = scope.root else {
            return self.invalid(walk);
        };
        while let Some(accessor) = walk.next() {
            let next = match self.arena[receiver].form.clone() {
                Form::Array(elements) => {
                    let index = self.index(walk, accessor, Some(elements.len()));
                    index.and_then(|index| elements.get(index).copied())
                }
                Form::Object(properties) => match self.key(walk, accessor) {
                    Some(key) => match properties.members.get(&key) {
                        Some(member) => Some(*member),
                        None => {
                            let base = self.arena[receiver].base;
                            if let Some(base) = base.filter(|base| self.is_object(Some(*base))) {
                                return self.follow_value(walk, base);
                            }
                            self.unknown_property(walk, accessor, properties.members.keys());
                            None
                        }
                    },
                    None => None,
                },
                // A secret's text is no list and no object, whichever way it is written.
                _ => {
                    let value = self.evaluate(scope, receiver, accept)?;
                    return self.follow_value(walk, value);
                }
            };
            match next {
                Some(next) => receiver = next,
                None => return self.invalid(walk),
            }
            walk.targets.push(Some(receiver));
        }
        let any = self.any.clone();
        self.evaluate(scope, receiver, &any)
    }

    /// Follows `environments.PROJECT.NAME…`: the environment is imported, but not merged.
    fn follow_environment(&mut self, scope: &Scope<'a>, walk: &mut Walk<'_>) -> Outcome<ValueId> {
        let [_, project, environment, ..] = walk.accessors else {
            return self.invalid(walk);
        };
        let names = (self.key(walk, project), self.key(walk, environment));
        let (Some(project), Some(environment)) = names else {
            return self.invalid(walk);
        };
        let name = format!("{project}/{environment}");
        let place = self.place(walk.expr);
        let value = match self.import(scope, &place, &name)? {
            Some(value) => value,
            None => {
                let missing = self.declare_missing("", None);
                self.add(Value::unknown(missing, self.any.clone()))?
            }
        };
        let environments = self.wrap(walk.expr, &environment, value)?;
        let projects = self.wrap(walk.expr, &project, environments)?;
        let root = self.wrap(walk.expr, &"environments".into(), projects)?;
        self.follow_value(walk, root)
    }

    /// An object with one member.
    fn wrap(&mut self, def: ExprId, name: &Arc<str>, value: ValueId) -> Outcome<ValueId> {
        let member = self.arena[value].schema.clone();
        let schema = Schema::record([(name.clone(), member)].into());
        let content = Content::Object(Rc::new(BTreeMap::from([(name.clone(), value)])));
        self.add(Value::new(def, schema.into(), content))
    }

    /// Follows the rest of a reference through a value.
    fn follow_value(&mut self, walk: &mut Walk<'_>, mut receiver: ValueId) -> Outcome<ValueId> {
        while let Some(accessor) = walk.next() {
            let found = self.arena[receiver].clone();
            if found.unknown {
                return self.follow_unknown(walk, found.schema);
            }
            let next = match &found.content {
                Content::Array(elements) => {
                    let index = self.index(walk, accessor, Some(elements.len()));
                    index.and_then(|index| elements.get(index).copied())
                }
                Content::Object(members) => match self.key(walk, accessor) {
                    Some(key) => match (members.get(&key), found.base) {
                        (Some(member), _) => Some(*member),
                        (None, Some(base)) if self.is_object(Some(base)) => {
                            receiver = base;
                            continue;
                        }
                        (None, _) if found.secret => {
                            self.unknown_property(walk, accessor, [].into_iter());
                            None
                        }
                        (None, _) => {
                            self.unknown_property(walk, accessor, members.keys());
                            None
                        }
                    },
                    None => None,
                },
                _ => {
                    self.accessor_error(walk.expr, accessor, NO_RECEIVER);
                    None
                }
            };
            match next {
                Some(next) => receiver = next,
                None => return self.invalid(walk),
            }
            walk.targets.push(Some(self.arena[receiver].def));
        }
        Ok(receiver)
    }

    /// Follows the rest of a reference through a value of which only the schema is known.
    fn follow_unknown(&mut self, walk: &mut Walk<'_>, schema: Arc<Schema>) -> Outcome<ValueId> {
        let mut schema = schema;
        let mut value = None;
        while let Some(accessor) = walk.next() {
            if !matches!(*schema, Schema::Any) {
                let next = match schema.kind() {
                    Some(Type::Array) => {
                        let length = tuple_length(&schema);
                        let index = self.index(walk, accessor, length);
                        index.map(|index| schema.item(index))
                    }
                    Some(Type::Object) => self.key(walk, accessor).map(|key| schema.property(&key)),
                    _ => {
                        self.accessor_error(walk.expr, accessor, NO_RECEIVER);
                        None
                    }
                };
                match next {
                    Some(next) => schema = next,
                    None => return self.invalid(walk),
                }
            }
            value = Some(self.stand_in(walk, schema.clone())?);
        }
        match value {
            Some(value) => Ok(value),
            None => self.invalid(walk),
        }
    }

    /// An unknown value that a step leads to.
    fn stand_in(&mut self, walk: &mut Walk<'_>, schema: Arc<Schema>) -> Outcome<ValueId> {
        let place = self.place(walk.expr);
        let def = self.declare_known(place, Form::Placeholder, self.any.clone(), None);
        walk.targets.push(Some(def));
        self.add(Value::unknown(def, schema))
    }

    /// Ends a reference that leads nowhere: each step left leads to an unknown value.
    fn invalid(&mut self, walk: &mut Walk<'_>) -> Outcome<ValueId> {
        let mut value = self.stand_in(walk, self.any.clone())?;
        while walk.targets.len() < walk.accessors.len() {
            value = self.stand_in(walk, self.any.clone())?;
        }
        Ok(value)
    }

    fn accessor_error(&mut self, expr: ExprId, accessor: &Accessor, summary: impl Into<String>) {
        let place = self.place(expr);
        let range = accessor.range.clone().or(place.range.clone());
        self.error(&Place { range, ..place }, summary);
    }

    fn unknown_property<'k>(
        &mut self,
        walk: &Walk<'_>,
        accessor: &Accessor,
        names: impl Iterator<Item = &'k Arc<str>>,
    ) {
        let name = accessor.key().cloned().unwrap_or_default();
        let meant = nearest(&name, names.map(|name| &**name));
        let meant = meant.map(|name| format!("; did you mean {}?", quote(name)));
        let message = format!(
            "unknown property {}{}",
            quote(&*name),
            meant.unwrap_or_default()
        );
        self.accessor_error(walk.expr, accessor, message);
    }

    fn index(
        &mut self,
        walk: &Walk<'_>,
        accessor: &Accessor,
        length: Option<usize>,
    ) -> Option<usize> {
        let problem = match &accessor.step {
            Step::Name(_) | Step::Key(_) => {
                "cannot access an array element using a property name".to_owned()
            }
            Step::Index(index) => match (usize::try_from(*index), length) {
                (Err(_), _) => "array indices must not be negative".to_owned(),
                (Ok(index), Some(length)) if index >= length => {
                    format!("array index {index} out-of-bounds for array of length {length}")
                }
                (Ok(index), _) => return Some(index),
            },
        };
        self.accessor_error(walk.expr, accessor, problem);
        None
    }

    fn key(&mut self, walk: &Walk<'_>, accessor: &Accessor) -> Option<Arc<str>> {
        let key = accessor.key().cloned();
        if key.is_none() {
            let problem = "cannot access an object property using an integer index";
            self.accessor_error(walk.expr, accessor, problem);
        }
        key
    }
}

/// The length of lists of a fixed length.
fn tuple_length(schema: &Schema) -> Option<usize> {
    let rules = schema.rules()?;
    let is_fixed = matches!(rules.items.as_deref(), Some(Schema::Nothing));
    is_fixed.then_some(rules.prefix_items.len())
}
