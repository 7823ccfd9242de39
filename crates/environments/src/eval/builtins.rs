//! Calls of functions.

use std::rc::Rc;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::ast::Function;
use crate::json::Json;
use crate::schema::{Schema, Type, schema_of_schemas};
use crate::secrets::envelope;
use crate::text::{Plain, to_json, to_yaml};

use super::arena::{Content, ExprId, Invocation, Value, ValueId};
use super::texts::json;
use super::{Evaluator, Outcome, Scope};

impl<'a> Evaluator<'a> {
    /// Evaluates a call.
    pub(super) fn call(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        invocation: &Invocation,
    ) -> Outcome<ValueId> {
        let strings = Arc::new(Schema::array(Schema::of(Type::String)));
        let string = Arc::new(Schema::of(Type::String));
        let arrays = Arc::new(Schema::array(Schema::array(Schema::Any)));
        let any = self.any.clone();
        let operands = invocation.operands.as_slice();
        match (invocation.function(), operands) {
            (Function::Open, _) => self.open_provider(scope, expr, invocation),
            (Function::Rotate, _) => self.open_rotator(scope, expr, invocation),
            (Function::Validate, [schema, value]) => self.validate(scope, expr, *schema, *value),
            (Function::Plaintext, [text]) => self.evaluate(scope, *text, &any),
            (Function::Ciphertext, [_]) => self.decrypt(scope, expr, invocation),
            (Function::Final, [value]) => {
                let value = self.evaluate(scope, *value, &any)?;
                let result = self.pass_through(expr, value)?;
                self.arena[result].is_final = true;
                Ok(result)
            }
            (Function::ToString, [value]) => self.call_to_string(scope, expr, *value),
            (Function::ToJson | Function::ToYaml, [value]) => {
                let value = self.evaluate(scope, *value, &any)?;
                self.function(expr, &[value], |evaluator| {
                    let plain = evaluator.plain(value)?;
                    let text = match invocation.function() {
                        Function::ToJson => to_json(&plain),
                        _ => to_yaml(&plain),
                    };
                    Ok(Ok(Content::String(text.into_bytes().into())))
                })
            }
            (Function::FromJson, [text]) => self.call_from_json(scope, expr, *text, &string),
            (Function::Concat, [lists]) => self.typed(scope, expr, &[(*lists, arrays)], concat),
            (Function::Join, [delimiter, parts]) => self.typed(
                scope,
                expr,
                &[(*delimiter, string), (*parts, strings)],
                join,
            ),
            (Function::Split, [delimiter, text]) => self.split(scope, expr, *delimiter, *text),
            (Function::ToBase64, [text]) => self.typed(scope, expr, &[(*text, string)], to_base64),
            (Function::FromBase64, [text]) => {
                self.typed(scope, expr, &[(*text, string)], from_base64)
            }
            _ => self.add(Value::unknown(expr, self.arena[expr].schema.clone())),
        }
    }

    /// Evaluates operands that must follow schemas, then a function of their values.
    fn typed(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        operands: &[(ExprId, Arc<Schema>)],
        function: impl FnOnce(&mut Self, &[ValueId]) -> Result<Content, String>,
    ) -> Outcome<ValueId> {
        let mut values = Vec::with_capacity(operands.len());
        let mut is_valid = true;
        for (operand, schema) in operands {
            let (value, follows) = self.evaluate_typed(scope, *operand, schema)?;
            values.push(value);
            is_valid &= follows;
        }
        if !is_valid {
            return self.add(Value::unknown(expr, self.arena[expr].schema.clone()));
        }
        self.function(expr, &values, |evaluator| Ok(function(evaluator, &values)))
    }

    /// The result of a function of these values: unknown or secret if one of them is.
    fn function(
        &mut self,
        expr: ExprId,
        values: &[ValueId],
        function: impl FnOnce(&mut Self) -> Outcome<Result<Content, String>>,
    ) -> Outcome<ValueId> {
        let schema = self.arena[expr].schema.clone();
        let result = self.add(Value::new(expr, schema, Content::Null))?;
        self.combine(result, values)?;
        if self.arena[result].unknown {
            return Ok(result);
        }
        match function(self)? {
            Ok(content) => {
                if let Content::String(bytes) = &content {
                    self.check_length(expr, bytes.len())?;
                }
                self.arena[result].content = content;
            }
            Err(problem) => {
                self.error(&self.place(expr), problem);
                self.arena[result].unknown = true;
            }
        }
        Ok(result)
    }

    /// The same value as the result of a call.
    pub(super) fn pass_through(&mut self, expr: ExprId, value: ValueId) -> Outcome<ValueId> {
        let (schema, content) = {
            let value = &self.arena[value];
            (value.schema.clone(), value.content.clone())
        };
        let result = self.add(Value::new(expr, schema, content))?;
        self.combine(result, &[value])?;
        Ok(result)
    }

    fn call_to_string(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        value: ExprId,
    ) -> Outcome<ValueId> {
        let any = self.any.clone();
        let value = self.evaluate(scope, value, &any)?;
        let text = self.text(value)?;
        let content = match text.unknown {
            true => Content::Null,
            false => Content::String(text.bytes.into()),
        };
        let schema = self.arena[expr].schema.clone();
        self.add(Value {
            unknown: text.unknown,
            secret: text.secret,
            ..Value::new(expr, schema, content)
        })
    }

    fn call_from_json(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        text: ExprId,
        string: &Arc<Schema>,
    ) -> Outcome<ValueId> {
        let mut parsed = None;
        let value = self.typed(
            scope,
            expr,
            &[(text, string.clone())],
            |evaluator, values| {
                let text = values.first().map(|value| evaluator.bytes(*value));
                let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
                match Json::first(&text) {
                    Ok(json) => {
                        parsed = Some(json);
                        Ok(Content::Null)
                    }
                    // The parser's message may quote the text, which may be secret.
                    Err(error) => Err(format!(
                        "decoding JSON string: invalid JSON at line {}, column {}",
                        error.line(),
                        error.column()
                    )),
                }
            },
        )?;
        let Some(json) = parsed else {
            return Ok(value);
        };
        let mut found = crate::value::Value::from(&json);
        if self.arena[value].secret {
            found = found.into_secret();
        }
        self.import_value(&found, expr)
    }

    fn split(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        delimiter: ExprId,
        text: ExprId,
    ) -> Outcome<ValueId> {
        let string = Arc::new(Schema::of(Type::String));
        let mut parts = None;
        let operands = [(delimiter, string.clone()), (text, string.clone())];
        let result = self.typed(scope, expr, &operands, |evaluator, values| {
            let [delimiter, text] = values else {
                return Ok(Content::Null);
            };
            let (delimiter, text) = (evaluator.bytes(*delimiter), evaluator.bytes(*text));
            parts = Some(split(&delimiter, &text));
            Ok(Content::Null)
        })?;
        if let Some(parts) = parts {
            let mut values = Vec::with_capacity(parts.len());
            for part in parts {
                let content = Content::String(part.into());
                values.push(self.add(Value::new(expr, string.clone(), content))?);
            }
            self.arena[result].content = Content::Array(values.into());
        }
        Ok(result)
    }

    fn decrypt(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        invocation: &Invocation,
    ) -> Outcome<ValueId> {
        let place = self.place(expr);
        let operand = invocation.call.operands.first().and_then(Option::as_ref);
        let text = operand.and_then(|operand| operand.string());
        let text = text.map(|text| text.text).unwrap_or_default();
        let decrypted = match envelope::open(&text) {
            Err(error) => Err(format!("invalid ciphertext: {error}")),
            Ok(_) if !self.decrypts() => Ok(None),
            Ok(ciphertext) => match scope.decrypter.decrypt(&ciphertext) {
                Ok(plaintext) => Ok(Some(plaintext)),
                Err(error) => Err(format!("decrypting: {error}")),
            },
        };
        let mut value = Value::unknown(expr, self.arena[expr].schema.clone());
        value.secret = true;
        match decrypted {
            Ok(Some(plaintext)) => {
                value.unknown = false;
                value.content = Content::String(plaintext.into());
            }
            Ok(None) => {}
            Err(problem) => self.error(&place, problem),
        }
        self.add(value)
    }

    /// `fn::validate`: the value, with an error for each rule of the schema that it breaks.
    fn validate(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        schema: ExprId,
        value: ExprId,
    ) -> Outcome<ValueId> {
        let (found, is_schema) = self.evaluate_typed(scope, schema, &schema_of_schemas())?;
        let any = self.any.clone();
        if self.contains_unknown(found)? || !is_schema {
            let value = self.evaluate(scope, value, &any)?;
            return self.pass_through(expr, value);
        }
        let hides = self.contains_secret(found)?;
        let plain = self.plain(found)?;
        let accept = self.read_schema(schema, &plain, hides);
        let (value, _) = match accept {
            Some(accept) => self.evaluate_and_compare(scope, value, &accept, hides)?,
            None => (self.evaluate(scope, value, &any)?, false),
        };
        self.pass_through(expr, value)
    }

    fn read_schema(&mut self, expr: ExprId, plain: &Plain, hides: bool) -> Option<Arc<Schema>> {
        let read = Schema::from_json(&json(plain));
        match read.and_then(|schema| Arc::new(schema).compile()) {
            Ok(schema) => Some(schema),
            Err(error) => {
                let reason = if hides {
                    "it contains secrets".to_owned()
                } else {
                    error.to_string()
                };
                self.error(&self.place(expr), format!("invalid schema: {reason}"));
                None
            }
        }
    }

    /// The bytes of a string.
    fn bytes(&self, value: ValueId) -> Arc<[u8]> {
        match &self.arena[value].content {
            Content::String(bytes) => bytes.clone(),
            _ => Arc::default(),
        }
    }

    /// The elements of a list.
    fn elements(&self, value: ValueId) -> Rc<[ValueId]> {
        match &self.arena[value].content {
            Content::Array(elements) => elements.clone(),
            _ => Rc::default(),
        }
    }
}

fn concat(evaluator: &mut Evaluator<'_>, values: &[ValueId]) -> Result<Content, String> {
    let lists = values
        .iter()
        .flat_map(|lists| evaluator.elements(*lists).to_vec());
    let elements: Vec<_> = lists
        .flat_map(|list| evaluator.elements(list).to_vec())
        .collect();
    Ok(Content::Array(elements.into()))
}

fn join(evaluator: &mut Evaluator<'_>, values: &[ValueId]) -> Result<Content, String> {
    let [delimiter, parts] = values else {
        return Ok(Content::Null);
    };
    let delimiter = evaluator.bytes(*delimiter);
    let parts = evaluator.elements(*parts);
    let parts: Vec<_> = parts.iter().map(|part| evaluator.bytes(*part)).collect();
    Ok(Content::String(parts.join(&*delimiter).into()))
}

fn to_base64(evaluator: &mut Evaluator<'_>, values: &[ValueId]) -> Result<Content, String> {
    let bytes = values.first().map(|value| evaluator.bytes(*value));
    let encoded = STANDARD.encode(bytes.unwrap_or_default());
    Ok(Content::String(encoded.into_bytes().into()))
}

fn from_base64(evaluator: &mut Evaluator<'_>, values: &[ValueId]) -> Result<Content, String> {
    let bytes = values.first().map(|value| evaluator.bytes(*value));
    let bytes = bytes.unwrap_or_default();
    // Line breaks are allowed anywhere.
    let text: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|b| !b"\r\n".contains(b))
        .collect();
    match envelope::BASE64.decode(text) {
        Ok(decoded) => Ok(Content::String(decoded.into())),
        Err(_) => Err("decoding base64 string: illegal base64 data".to_owned()),
    }
}

/// Splits bytes. An empty delimiter splits between characters.
fn split(delimiter: &[u8], text: &[u8]) -> Vec<Vec<u8>> {
    if delimiter.is_empty() {
        let chunks = text.utf8_chunks();
        let parts = chunks.flat_map(|chunk| {
            let chars = chunk.valid().chars().map(|c| c.to_string().into_bytes());
            chars
                .chain(chunk.invalid().iter().map(|byte| vec![*byte]))
                .collect::<Vec<_>>()
        });
        return parts.collect();
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest
        .windows(delimiter.len())
        .position(|part| part == delimiter)
    {
        parts.push(rest.get(..at).unwrap_or_default().to_vec());
        rest = rest.get(at + delimiter.len()..).unwrap_or_default();
    }
    parts.push(rest.to_vec());
    parts
}
