//! Evaluates expressions, each once.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::json::Json;
use crate::limits::{Limit, MAX_STRING_BYTES};
use crate::schema::{Schema, Schemas};

use super::arena::{Content, ExprId, Form, Piece, Properties, State, Value, ValueId};
use super::{Evaluator, Mode, Outcome, Scope};

impl<'a> Evaluator<'a> {
    /// Evaluates an expression. The schema that its value is meant for decides only whether it is
    /// evaluated at all: inputs that a rotation reads are skipped.
    pub(super) fn evaluate(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        match (self.arena[expr].state, self.arena[expr].value) {
            (State::Done, Some(value)) => return Ok(value),
            (State::Evaluating, _) => {
                let message = format!("cyclic reference to {}", self.arena[expr].path);
                self.error(&self.place(expr), message);
                return self.add(Value::unknown(expr, self.any.clone()));
            }
            _ => self.arena[expr].state = State::Evaluating,
        }
        let value = self.nested(
            |evaluator| evaluator.place(expr),
            |evaluator| evaluator.evaluate_once(scope, expr, accept),
        )?;
        let evaluated = &mut self.arena[expr];
        (evaluated.state, evaluated.value) = (State::Done, Some(value));
        Ok(value)
    }

    fn evaluate_once(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let is_skipped = accept.is_rotate_only() && (self.mode == Mode::Open || !scope.is_root);
        if is_skipped {
            return self.skipped(expr);
        }
        let base = self.arena[expr].base;
        if let Some(base) = base.filter(|base| self.arena[*base].is_final) {
            return Ok(self.keep_final(expr, base));
        }
        let value = self.evaluate_form(scope, expr, accept)?;
        self.arena[value].rotate_only |= accept.is_rotate_only();
        self.arena[value].secret |= self.arena[expr].is_secret;
        self.merge(value, base)?;
        self.arena[expr].schema = self.arena[value].schema.clone();
        Ok(value)
    }

    fn skipped(&mut self, expr: ExprId) -> Outcome<ValueId> {
        let (path, base) = (self.arena[expr].path.clone(), self.arena[expr].base);
        let missing = self.declare_missing(&path, base);
        self.add(Value {
            rotate_only: true,
            ..Value::unknown(missing, self.any.clone())
        })
    }

    fn keep_final(&mut self, expr: ExprId, base: ValueId) -> ValueId {
        let mut warning = self.place(expr).error("cannot override final value");
        warning.severity = Severity::Warning;
        self.diagnostics.push(warning);
        self.arena[expr].schema = self.arena[base].schema.clone();
        base
    }

    fn evaluate_form(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let schema = self.arena[expr].schema.clone();
        match self.arena[expr].form.clone() {
            Form::Missing | Form::Placeholder | Form::Property { .. } => {
                self.add(Value::unknown(expr, schema))
            }
            Form::Literal(literal) => {
                let content = scalar(&literal);
                self.add(Value::new(expr, schema, content))
            }
            Form::Interpolation(pieces) => self.interpolation(scope, expr, &pieces),
            Form::Reference(mut reference) => {
                let (value, targets) = self.reference(scope, expr, &reference.accessors, accept)?;
                reference.targets = targets;
                self.arena[expr].form = Form::Reference(reference);
                Ok(value)
            }
            Form::Array(elements) => self.array(scope, expr, &elements, accept),
            Form::Object(properties) => self.object(scope, expr, &properties, accept),
            Form::Call(invocation) => self.call(scope, expr, &invocation),
        }
    }

    fn array(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        elements: &[ExprId],
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let mut values = Vec::with_capacity(elements.len());
        for (at, element) in elements.iter().enumerate() {
            let accept = self.accept(accept, |accept| accept.item(at));
            values.push(self.evaluate(scope, *element, &accept)?);
        }
        let items = values.iter().map(|value| self.arena[*value].schema.clone());
        let schema = Schema::tuple(items.collect());
        self.add(Value::new(
            expr,
            schema.into(),
            Content::Array(values.into()),
        ))
    }

    fn object(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        properties: &Properties,
        accept: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let mut values = BTreeMap::new();
        let mut schemas = Schemas::new();
        for (name, member) in &properties.members {
            let accept = self.accept(accept, |accept| accept.property(name));
            let value = self.evaluate(scope, *member, &accept)?;
            values.insert(name.clone(), value);
            schemas.insert(name.clone(), self.arena[value].schema.clone());
        }
        let content = Content::Object(Rc::new(values));
        self.add(Value::new(expr, Schema::record(schemas).into(), content))
    }

    /// The schema that a part is meant for.
    fn accept(&self, accept: &Arc<Schema>, part: impl Fn(&Schema) -> Arc<Schema>) -> Arc<Schema> {
        match accept.rules() {
            Some(_) => part(accept),
            None => accept.clone(),
        }
    }

    /// Evaluates text with references. As in other implementations of the language, whether the text is
    /// secret is decided by all references.
    fn interpolation(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        pieces: &[Piece],
    ) -> Outcome<ValueId> {
        let mut text: Vec<u8> = Vec::new();
        let (mut unknown, mut secret) = (false, false);
        let mut resolved = pieces.to_vec();
        let any = self.any.clone();
        for piece in &mut resolved {
            text.extend(piece.text.as_bytes());
            let Some(reference) = &mut piece.reference else {
                continue;
            };
            let (value, targets) = self.reference(scope, expr, &reference.accessors, &any)?;
            reference.targets = targets;
            let part = self.text(value)?;
            unknown |= part.unknown;
            secret |= part.secret;
            text.extend(part.bytes);
            self.check_length(expr, text.len())?;
        }
        self.arena[expr].form = Form::Interpolation(resolved.into());
        if unknown {
            text = b"[unknown]".to_vec();
        }
        let schema = self.arena[expr].schema.clone();
        self.add(Value {
            unknown,
            secret,
            ..Value::new(expr, schema, Content::String(text.into()))
        })
    }

    /// Checks the length of a string that an expression yields.
    pub(super) fn check_length(&self, expr: ExprId, length: usize) -> Outcome<()> {
        match length > MAX_STRING_BYTES {
            true => Err(self.exceeded(&self.place(expr), Limit::StringBytes)),
            false => Ok(()),
        }
    }
}

/// A scalar as a value.
fn scalar(literal: &Json) -> Content {
    match literal {
        Json::Bool(value) => Content::Bool(*value),
        Json::Number(number) => Content::Number(number.clone()),
        Json::String(text) => Content::String(text.as_bytes().into()),
        _ => Content::Null,
    }
}
