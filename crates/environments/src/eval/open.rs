//! Opens providers and rotators, and turns their values into the evaluator's and back.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::host::{HostError, Inputs};
use crate::json::Json;
use crate::schema::{Schema, SchemaError, Schemas, Type};
use crate::value;

use super::arena::{Content, ExprId, Invocation, Value, ValueId};
use super::{Evaluator, Mode, Outcome, Scope};

/// The schemas of a call, as far as they are valid.
#[derive(Clone, Default)]
pub(super) struct CallSchemas {
    pub(super) inputs: Arc<Schema>,
    pub(super) state: Arc<Schema>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn open_provider(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        invocation: &Invocation,
    ) -> Outcome<ValueId> {
        let (Some(name), [inputs]) = (&invocation.call.provider, invocation.operands.as_slice())
        else {
            return self.add(Value::unknown(expr, self.any.clone()));
        };
        let providers = self.host.providers;
        let provider = self.report(expr, providers.provider(&name.text));
        let accept = match provider {
            Some(provider) => {
                self.set_output(expr, &provider.outputs());
                self.compiled(expr, &provider.inputs(), "input schema")
            }
            None => self.any.clone(),
        };
        self.call_schemas.insert(
            expr,
            CallSchemas {
                inputs: accept.clone(),
                ..CallSchemas::default()
            },
        );
        let (inputs, is_valid) = self.evaluate_typed(scope, *inputs, &accept)?;
        let is_unknown = self.contains_unknown(inputs)?;
        let unknown = Value::unknown(expr, self.arena[expr].schema.clone());
        let Some(provider) = provider.filter(|_| is_valid && !is_unknown && self.opens()) else {
            return self.add(unknown);
        };
        let Some(members) = self.inputs(expr, inputs)? else {
            return self.add(unknown);
        };
        let opened = provider.open(&members, &scope.context);
        self.opened(expr, opened, &[inputs])
    }

    pub(super) fn open_rotator(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        invocation: &Invocation,
    ) -> Outcome<ValueId> {
        let (Some(name), [inputs, state]) =
            (&invocation.call.provider, invocation.operands.as_slice())
        else {
            return self.add(Value::unknown(expr, self.any.clone()));
        };
        let providers = self.host.providers;
        let rotator = self.report(expr, providers.rotator(&name.text));
        let schemas = match rotator {
            Some(rotator) => {
                self.set_output(expr, &rotator.outputs());
                let null = Arc::new(Schema::of(Type::Null));
                let state = Schema::one_of(vec![rotator.state(), null]);
                CallSchemas {
                    inputs: self.compiled(expr, &rotator.inputs(), "input schema"),
                    state: self.compiled(expr, &Arc::new(state), "state schema"),
                }
            }
            None => CallSchemas::default(),
        };
        self.call_schemas.insert(expr, schemas.clone());
        let (inputs, has_inputs) = self.evaluate_typed(scope, *inputs, &schemas.inputs)?;
        let (state, has_state) = self.evaluate_typed(scope, *state, &schemas.state)?;
        let is_unknown =
            self.contains_observable_unknown(inputs)? || self.contains_unknown(state)?;
        let unknown = Value::unknown(expr, self.arena[expr].schema.clone());
        let is_known = has_inputs && has_state && !is_unknown;
        let Some(rotator) = rotator.filter(|_| is_known && self.opens()) else {
            return self.add(unknown);
        };
        let Some(members) = self.inputs(expr, inputs)? else {
            return self.add(unknown);
        };
        let stored = match self.host_value(state)?.content {
            value::Content::Object(members) => Some(members),
            _ => None,
        };
        let opened = rotator.open(&members, stored.as_ref(), &scope.context);
        self.opened(expr, opened, &[inputs, state])
    }

    fn opens(&self) -> bool {
        self.mode == Mode::Open
    }

    fn report<T>(&mut self, expr: ExprId, result: Result<T, HostError>) -> Option<T> {
        match result {
            Ok(found) => Some(found),
            Err(error) => {
                self.error(&self.place(expr), error.0);
                None
            }
        }
    }

    fn compiled(&mut self, expr: ExprId, schema: &Arc<Schema>, what: &str) -> Arc<Schema> {
        self.compile(expr, schema, what).unwrap_or_default()
    }

    fn set_output(&mut self, expr: ExprId, schema: &Arc<Schema>) {
        if let Some(schema) = self.compile(expr, schema, "schema") {
            self.arena[expr].schema = schema;
        }
    }

    fn compile(&mut self, expr: ExprId, schema: &Arc<Schema>, what: &str) -> Option<Arc<Schema>> {
        let compiled: Result<_, SchemaError> = schema.compile();
        let problem = |error| HostError(format!("internal error: invalid {what} ({error})"));
        self.report(expr, compiled.map_err(problem))
    }

    fn inputs(&mut self, expr: ExprId, inputs: ValueId) -> Outcome<Option<Inputs>> {
        match self.host_value(inputs)?.content {
            value::Content::Object(members) => Ok(Some(members)),
            _ => {
                self.error(&self.place(expr), "provider inputs must be an object");
                Ok(None)
            }
        }
    }

    fn opened(
        &mut self,
        expr: ExprId,
        opened: Result<value::Value, HostError>,
        inputs: &[ValueId],
    ) -> Outcome<ValueId> {
        match opened {
            Ok(output) if output.secret => self.import_value(&output.into_secret(), expr),
            Ok(output) => self.import_value(&output, expr),
            Err(error) => {
                let message = self.without_secrets(error.0, inputs)?;
                self.error(&self.place(expr), message);
                self.add(Value::unknown(expr, self.arena[expr].schema.clone()))
            }
        }
    }

    /// A provider's message without the secrets that it was given.
    fn without_secrets(&mut self, message: String, values: &[ValueId]) -> Outcome<String> {
        let mut secrets = Vec::new();
        for value in values {
            collect_secrets(&self.host_value(*value)?, &mut secrets);
        }
        // A secret may contain another one: the longest is replaced first.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let replaced = secrets.iter().filter(|secret| secret.len() >= 3);
        Ok(replaced.fold(message, |message, secret| {
            message.replace(&**secret, "[secret]")
        }))
    }

    /// A value as providers get it, without its origin.
    pub(super) fn host_value(&mut self, value: ValueId) -> Outcome<value::Value> {
        let (unknown, secret) = (self.arena[value].unknown, self.arena[value].secret);
        let content = match self.arena[value].content.clone() {
            Content::Null => value::Content::Null,
            Content::Bool(value) => value::Content::Bool(value),
            Content::Number(number) => value::Content::Number(number),
            Content::String(bytes) => value::Content::String(crate::text::lossy(&bytes).into()),
            Content::Array(elements) => {
                let elements = elements.iter().map(|element| self.host_value(*element));
                value::Content::Array(elements.collect::<Outcome<_>>()?)
            }
            Content::Object(_) => {
                let members = self.members(value)?.into_iter();
                let members = members.map(|(name, member)| Ok((name, self.host_value(member)?)));
                value::Content::Object(members.collect::<Outcome<_>>()?)
            }
        };
        let mut value = value::Value::from(content);
        (value.unknown, value.secret) = (unknown, secret);
        Ok(value)
    }

    /// A provider's value as the value of an expression.
    pub(super) fn import_value(&mut self, value: &value::Value, expr: ExprId) -> Outcome<ValueId> {
        let shows = !value.secret || self.options.show_plaintext;
        let constant = |kind: Type, json: Json| match shows {
            true => Schema::constant(kind, json),
            false => Schema::of(kind),
        };
        let (content, schema) = match &value.content {
            _ if value.unknown => (Content::Null, Schema::Any),
            value::Content::Null => (Content::Null, Schema::of(Type::Null)),
            value::Content::Bool(value) => (
                Content::Bool(*value),
                constant(Type::Boolean, Json::Bool(*value)),
            ),
            value::Content::Number(number) => (
                Content::Number(number.clone()),
                constant(Type::Number, Json::Number(number.clone())),
            ),
            value::Content::String(text) => (
                Content::String(text.as_bytes().into()),
                constant(Type::String, Json::String(text.clone())),
            ),
            value::Content::Array(values) => {
                let mut elements = Vec::with_capacity(values.len());
                for value in values {
                    elements.push(self.import_value(value, expr)?);
                }
                let items = elements
                    .iter()
                    .map(|value| self.arena[*value].schema.clone());
                let schema = Schema::tuple(items.collect());
                (Content::Array(elements.into()), schema)
            }
            value::Content::Object(members) => {
                let mut imported = BTreeMap::new();
                let mut schemas = Schemas::new();
                for (name, member) in members {
                    let member = self.import_value(member, expr)?;
                    schemas.insert(name.clone(), self.arena[member].schema.clone());
                    imported.insert(name.clone(), member);
                }
                (Content::Object(Rc::new(imported)), Schema::record(schemas))
            }
        };
        self.add(Value {
            secret: value.secret || self.arena[expr].is_secret,
            unknown: value.unknown,
            ..Value::new(expr, schema.into(), content)
        })
    }
}

fn collect_secrets(value: &value::Value, secrets: &mut Vec<Arc<str>>) {
    match &value.content {
        value::Content::String(text) if value.secret => {
            secrets.push(text.clone());
            secrets.extend(text.lines().map(Arc::from));
        }
        value::Content::Number(number) if value.secret => secrets.push(number.as_str().into()),
        value::Content::Array(values) => {
            values
                .iter()
                .for_each(|value| collect_secrets(value, secrets));
        }
        value::Content::Object(members) => {
            members
                .values()
                .for_each(|value| collect_secrets(value, secrets));
        }
        _ => {}
    }
}
