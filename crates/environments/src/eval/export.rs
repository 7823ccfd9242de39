//! The result of an evaluation, in the shape of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::access::Step;
use crate::ast::{Accessor as Written, Function, Place};
use crate::environment::{
    AccessExpr, Accessor, BuiltinExpr, Environment, EvaluatedContext, Expr, Interpolation,
    PropertyAccessor,
};
use crate::json::Json;
use crate::limits::{Limit, MAX_RESULT_BYTES, MAX_VALUE_DEPTH};
use crate::position::Range;
use crate::schema::{Schema, Schemas, Type, merged, schema_of_schemas};
use crate::text::lossy;
use crate::value::{self, Trace};

use super::arena::{Content, ExprId, Form, Invocation, Reference, ValueId};
use super::{Evaluator, Outcome, Scope};

/// What a value or expression adds to the size of a result, beside its text: its range above all.
const BYTES_EACH: usize = 160;

impl Evaluator<'_> {
    /// The result of an environment's evaluation.
    pub(super) fn export_environment(
        &mut self,
        scope: &Scope<'_>,
        value: ValueId,
    ) -> Outcome<Environment> {
        let name = &scope.name;
        let schema = match self.arena[value].base {
            Some(base) => merged(&self.arena[base].schema, &self.arena[value].schema),
            None => self.arena[value].schema.clone(),
        };
        let execution_context = match scope.context_value {
            Some(context) => Some(EvaluatedContext {
                properties: members(self.export_value(context, name)?),
                schema: self.arena[context].schema.clone(),
            }),
            None => None,
        };
        let expressions = match scope.root {
            Some(root) => self.export_expr(root, name)?.object,
            None => BTreeMap::new(),
        };
        Ok(Environment {
            expressions,
            properties: members(self.export_value(value, name)?),
            schema: Some(schema),
            execution_context,
        })
    }

    /// Counts what is added to the result, within the limit.
    fn add_bytes(&mut self, bytes: usize) -> Outcome<()> {
        self.result_bytes += BYTES_EACH + bytes;
        match self.result_bytes > MAX_RESULT_BYTES {
            true => Err(self.exceeded(&Place::default(), Limit::ResultBytes)),
            false => Ok(()),
        }
    }

    fn export_value(&mut self, value: ValueId, environment: &Arc<str>) -> Outcome<value::Value> {
        self.export_within(value, environment, 0)
    }

    fn export_within(
        &mut self,
        value: ValueId,
        environment: &Arc<str>,
        depth: usize,
    ) -> Outcome<value::Value> {
        if depth > 2 * MAX_VALUE_DEPTH {
            return Err(self.exceeded(&self.place(self.arena[value].def), Limit::ValueDepth));
        }
        let found = self.arena[value].clone();
        let content = match &found.content {
            Content::Null => value::Content::Null,
            Content::Bool(value) => value::Content::Bool(*value),
            Content::Number(number) => value::Content::Number(number.clone()),
            Content::String(bytes) => {
                self.add_bytes(bytes.len())?;
                value::Content::String(lossy(bytes).into())
            }
            Content::Array(elements) => {
                let elements = elements.iter();
                let elements =
                    elements.map(|element| self.export_within(*element, environment, depth + 1));
                value::Content::Array(elements.collect::<Outcome<_>>()?)
            }
            Content::Object(_) => {
                let mut exported = BTreeMap::new();
                for (name, member) in self.members(value)? {
                    self.add_bytes(name.len())?;
                    exported.insert(name, self.export_within(member, environment, depth + 1)?);
                }
                value::Content::Object(exported)
            }
        };
        self.add_bytes(0)?;
        let base = match found.base {
            Some(base) => Some(Box::new(self.export_within(
                base,
                &"<import>".into(),
                depth + 1,
            )?)),
            None => None,
        };
        let mut exported = value::Value::from(content);
        (exported.unknown, exported.secret) = (found.unknown, found.secret);
        exported.trace = Trace {
            definition: Some(self.range(found.def, environment)),
            base,
        };
        Ok(exported)
    }

    fn range(&self, expr: ExprId, environment: &Arc<str>) -> Range {
        range(&self.arena[expr].place, environment)
    }

    fn export_expr(&mut self, expr: ExprId, environment: &Arc<str>) -> Outcome<Expr> {
        self.add_bytes(0)?;
        let found = self.arena[expr].clone();
        let base = match found.base.map(|base| self.arena[base].def) {
            Some(base) => Some(Box::new(self.export_expr(base, environment)?)),
            None => None,
        };
        let mut exported = Expr {
            schema: Some(found.schema.clone()),
            base,
            ..Expr::new(self.range(expr, environment))
        };
        match &found.form {
            Form::Missing | Form::Placeholder | Form::Literal(Json::Null) => {}
            Form::Literal(literal) => {
                let is_hidden = found.is_secret && !self.options.show_plaintext;
                exported.literal =
                    (!is_hidden || self.is_ciphertext(literal)).then(|| literal.clone());
            }
            Form::Interpolation(pieces) => {
                let pieces = pieces.iter().map(|piece| Interpolation {
                    text: piece.text.clone(),
                    value: piece
                        .reference
                        .as_ref()
                        .map(|reference| self.export_reference(reference, environment))
                        .unwrap_or_default(),
                });
                exported.interpolate = pieces.collect();
            }
            Form::Reference(reference) => {
                exported.symbol = self.export_reference(reference, environment);
            }
            Form::Property { receiver, name } => {
                let receiver = self.arena[*receiver].def;
                return self.export_property(exported, receiver, name, environment);
            }
            Form::Array(elements) => {
                let elements = elements.iter();
                let elements = elements.map(|element| self.export_expr(*element, environment));
                exported.list = elements.collect::<Outcome<_>>()?;
            }
            Form::Object(properties) => {
                let ranges = properties.key_ranges.iter();
                let ranges = ranges.map(|(name, range)| {
                    let range = range.clone();
                    (
                        name.clone(),
                        range.unwrap_or_else(|| Range::nowhere(environment)),
                    )
                });
                exported.key_ranges = ranges.collect();
                for (name, member) in &properties.members {
                    let member = self.export_expr(*member, environment)?;
                    exported.object.insert(name.clone(), member);
                }
            }
            Form::Call(invocation) => {
                let call = self.export_call(expr, invocation, environment)?;
                exported.builtin = Some(Box::new(call));
            }
        }
        Ok(exported)
    }

    /// Whether a secret's literal is its ciphertext, which may be seen.
    fn is_ciphertext(&self, literal: &Json) -> bool {
        match literal {
            Json::String(text) => crate::secrets::envelope::open(text).is_ok(),
            _ => false,
        }
    }

    fn export_reference(
        &self,
        reference: &Reference,
        environment: &Arc<str>,
    ) -> Vec<PropertyAccessor> {
        let steps = reference.accessors.iter().zip(&reference.targets);
        let steps = steps.map(|(accessor, target)| PropertyAccessor {
            accessor: export_accessor(accessor, environment),
            value: match target {
                Some(target) => self.range(*target, environment),
                None => Range::nowhere(&"".into()),
            },
        });
        steps.collect()
    }

    /// A property of an unknown value: the steps from the value that is written.
    fn export_property(
        &mut self,
        mut exported: Expr,
        receiver: ExprId,
        name: &Arc<str>,
        environment: &Arc<str>,
    ) -> Outcome<Expr> {
        let step = export_accessor(&Written::name(name), environment);
        if matches!(self.arena[receiver].form, Form::Property { .. }) {
            let mut outer = self.export_expr(receiver, environment)?;
            if let Some(access) = &mut outer.access {
                access.accessors.push(step);
            }
            return Ok(outer);
        }
        exported.access = Some(AccessExpr {
            receiver: self.range(receiver, environment),
            accessors: vec![step],
        });
        Ok(exported)
    }

    fn export_call(
        &mut self,
        expr: ExprId,
        invocation: &Invocation,
        environment: &Arc<str>,
    ) -> Outcome<BuiltinExpr> {
        let call = &invocation.call;
        let schemas = self.call_schemas.get(&expr).cloned().unwrap_or_default();
        let string = || Arc::new(Schema::of(Type::String));
        let strings = || Arc::new(Schema::array(Schema::of(Type::String)));
        let mut operands = Vec::with_capacity(invocation.operands.len());
        for operand in &invocation.operands {
            operands.push(self.export_expr(*operand, environment)?);
        }
        let mut operand = operands.into_iter();
        let mut named = Vec::new();
        let name = &*call.name.text;
        if matches!(name, "fn::open" | "fn::rotate")
            && let Some(provider) = invocation.provider
        {
            let provider = self.export_expr(provider, environment)?;
            named.push(("provider", string(), provider));
        }
        let mut member = |name, schema| operand.next().map(|operand| (name, schema, operand));
        let mut within = range(&call.argument.place, environment);
        match call.function {
            Function::Open if name == "fn::open" => {
                named.extend(member("inputs", schemas.inputs));
                within = Range::nowhere(&"".into());
            }
            Function::Rotate => {
                named.extend(member("inputs", schemas.inputs));
                named.extend(member("state", schemas.state));
                within = Range::nowhere(&"".into());
            }
            Function::Validate => {
                named.extend(member("schema", schema_of_schemas()));
                named.extend(member("value", self.any.clone()));
            }
            Function::Ciphertext => named.extend(member("ciphertext", self.any.clone())),
            _ => {}
        }
        let (mut arg, mut arg_schema) = record(named, within.clone());
        let pair = matches!(call.function, Function::Join | Function::Split);
        if pair {
            arg = Expr {
                list: operand.collect(),
                ..Expr::new(within)
            };
        } else if let Some(only) = operand.next() {
            arg = only;
        }
        arg_schema = match call.function {
            Function::Open if name != "fn::open" => schemas_inputs(self, expr),
            Function::Open | Function::Rotate | Function::Validate => arg_schema,
            Function::Join => Arc::new(Schema::tuple(vec![string(), strings()])),
            Function::Split => Arc::new(Schema::tuple(vec![string(), string()])),
            Function::Concat => Arc::new(Schema::array(Schema::array(Schema::Any))),
            Function::ToBase64 | Function::FromBase64 => string(),
            _ => self.any.clone(),
        };
        Ok(BuiltinExpr {
            name: call.name.text.clone(),
            name_range: range(&call.name.place, environment),
            arg_schema,
            arg,
        })
    }
}

fn schemas_inputs(evaluator: &Evaluator<'_>, expr: ExprId) -> Arc<Schema> {
    let schemas = evaluator.call_schemas.get(&expr);
    schemas
        .map(|schemas| schemas.inputs.clone())
        .unwrap_or_default()
}

/// An object of named operands, and its schema.
fn record(members: Vec<(&str, Arc<Schema>, Expr)>, range: Range) -> (Expr, Arc<Schema>) {
    let mut schemas = Schemas::new();
    let mut object = Expr::new(range);
    for (name, schema, operand) in members {
        schemas.insert(name.into(), schema);
        object.object.insert(name.into(), operand);
    }
    (object, Arc::new(Schema::record(schemas)))
}

fn range(place: &Place, environment: &Arc<str>) -> Range {
    let range = place.range.clone();
    range.unwrap_or_else(|| Range::nowhere(environment))
}

fn export_accessor(accessor: &Written, environment: &Arc<str>) -> Accessor {
    let (index, key) = match &accessor.step {
        Step::Name(key) | Step::Key(key) => (None, Some(key.clone())),
        Step::Index(index) => (Some(*index), None),
    };
    let range = accessor.range.clone();
    Accessor {
        index,
        key,
        range: range.unwrap_or_else(|| Range::nowhere(environment)),
    }
}

fn members(value: value::Value) -> BTreeMap<Arc<str>, value::Value> {
    match value.content {
        value::Content::Object(members) => members,
        _ => BTreeMap::new(),
    }
}
