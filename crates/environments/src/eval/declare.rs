//! Declares the expressions of a definition.

use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Access, Call, Entry, Expression, Form as Ast, Function, Key, Part, Place};
use crate::json::Json;
use crate::path::join_key;
use crate::schema::{Rules, Schema, Type};
use crate::text::quote;

use super::arena::{Expr, ExprId, Form, Invocation, Piece, Properties, Reference, State, ValueId};
use super::{Evaluator, Outcome};

impl Evaluator<'_> {
    /// Declares an expression at a path, over a base.
    pub(super) fn declare(
        &mut self,
        path: &str,
        expression: &Expression,
        base: Option<ValueId>,
    ) -> Outcome<ExprId> {
        let (form, schema) = match &expression.form {
            Ast::Null => (Form::Literal(Json::Null), Schema::of(Type::Null)),
            Ast::Bool(value) => literal(Type::Boolean, Json::Bool(*value)),
            Ast::Number(number) => literal(Type::Number, Json::Number(number.clone())),
            Ast::String(text) => literal(Type::String, Json::String(text.clone())),
            Ast::Interpolation(parts) => (interpolation(parts), Schema::of(Type::String)),
            Ast::Reference(access) => (Form::Reference(reference(access)), Schema::Any),
            Ast::Array(elements) => {
                let mut declared = Vec::with_capacity(elements.len());
                for (at, element) in elements.iter().enumerate() {
                    declared.push(self.declare(&format!("{path}[{at}]"), element, None)?);
                }
                (Form::Array(declared.into()), Schema::array(Schema::Any))
            }
            Ast::Object(entries) => {
                let properties = self.declare_properties(path, entries, base)?;
                (Form::Object(Rc::new(properties)), Schema::map(Schema::Any))
            }
            Ast::Call(call) => self.declare_call(call)?,
        };
        let place = expression.place.clone();
        Ok(self.add_expr(path, place, form, schema.into(), base))
    }

    pub(super) fn add_expr(
        &mut self,
        path: &str,
        place: Place,
        form: Form,
        schema: Arc<Schema>,
        base: Option<ValueId>,
    ) -> ExprId {
        self.arena.add_expr(Expr {
            path: path.into(),
            place,
            form,
            base,
            schema,
            state: State::Declared,
            is_secret: false,
            value: None,
        })
    }

    /// An expression that could not be read.
    pub(super) fn declare_missing(&mut self, path: &str, base: Option<ValueId>) -> ExprId {
        let any = self.any.clone();
        self.add_expr(path, Place::default(), Form::Missing, any, base)
    }

    /// An expression that is already known and stands at a place.
    pub(super) fn declare_known(
        &mut self,
        place: Place,
        form: Form,
        schema: Arc<Schema>,
        base: Option<ValueId>,
    ) -> ExprId {
        let expr = self.add_expr("", place, form, schema, base);
        self.arena[expr].state = State::Done;
        expr
    }

    fn declare_properties(
        &mut self,
        path: &str,
        entries: &[Entry],
        base: Option<ValueId>,
    ) -> Outcome<Properties> {
        let mut properties = Properties::default();
        for entry in entries {
            let Some(Key { place, text }) = &entry.key else {
                continue;
            };
            let range = place.range.clone();
            properties.key_ranges.insert(text.clone(), range);
            if properties.members.contains_key(text) {
                self.error(place, format!("duplicate key {}", quote(&**text)));
                continue;
            }
            let base = self.base_property(base, text, place)?;
            let member = self.declare(&join_key(path, text), &entry.value, base)?;
            properties.members.insert(text.clone(), member);
        }
        Ok(properties)
    }

    /// The property that a member overrides.
    pub(super) fn base_property(
        &mut self,
        base: Option<ValueId>,
        name: &Arc<str>,
        place: &Place,
    ) -> Outcome<Option<ValueId>> {
        match base {
            Some(base) => self.property(base, place, name),
            None => Ok(None),
        }
    }

    fn declare_operand(&mut self, operand: Option<&Arc<Expression>>) -> Outcome<ExprId> {
        match operand {
            Some(expression) => self.declare("", expression, None),
            None => Ok(self.declare_missing("", None)),
        }
    }

    fn declare_call(&mut self, call: &Call) -> Outcome<(Form, Schema)> {
        let is_secret = matches!(call.function, Function::Plaintext | Function::Ciphertext);
        let hides = call.function == Function::Plaintext && !self.options.show_plaintext;
        let mut operands = Vec::with_capacity(call.operands.len());
        for operand in &call.operands {
            let operand = self.declare_operand(operand.as_ref())?;
            let expr = &mut self.arena[operand];
            expr.is_secret = is_secret;
            if hides {
                expr.schema = Schema::of(Type::String).into();
            }
            operands.push(operand);
        }
        let has_provider = matches!(call.function, Function::Open | Function::Rotate);
        let provider = has_provider.then(|| self.declare_provider(call.provider.as_ref()));
        let invocation = Invocation {
            call: call.clone(),
            operands,
            provider,
        };
        Ok((Form::Call(Rc::new(invocation)), result(call.function)))
    }

    fn declare_provider(&mut self, name: Option<&Key>) -> ExprId {
        let Some(Key { place, text }) = name else {
            return self.declare_missing("", None);
        };
        let (form, schema) = literal(Type::String, Json::String(text.clone()));
        self.add_expr("", place.clone(), form, schema.into(), None)
    }
}

/// The schema of a function's result, before its evaluation.
fn result(function: Function) -> Schema {
    match function {
        Function::Concat => Schema::array(Schema::Any),
        Function::Split => Schema::array(Schema::of(Type::String)),
        Function::Final
        | Function::FromJson
        | Function::Open
        | Function::Rotate
        | Function::Validate => Schema::Any,
        _ => Rules::of(Type::String).into(),
    }
}

fn literal(kind: Type, value: Json) -> (Form, Schema) {
    (Form::Literal(value.clone()), Schema::constant(kind, value))
}

fn reference(access: &Access) -> Reference {
    Reference {
        accessors: access.clone().into(),
        targets: vec![None; access.len()],
    }
}

fn interpolation(parts: &[Part]) -> Form {
    let pieces = parts.iter().map(|part| Piece {
        text: part.text.clone(),
        reference: part.access.as_ref().map(reference),
    });
    Form::Interpolation(pieces.collect())
}
