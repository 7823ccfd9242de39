//! Compares values with schemas.

mod types;

use std::sync::Arc;

use crate::ast::Place;
use crate::json::Json;
use crate::limits::{Limit, MAX_COMPARISONS, MAX_VALUE_DEPTH};
use crate::path::join_key;
use crate::schema::{Rules, Schema, Type};

use super::arena::{Content, ExprId, Form, ValueId};
use super::{Evaluator, Outcome, Scope};

/// What to blame for a value that does not follow a schema: the part of a literal, or an expression with
/// the path to the part of its value.
#[derive(Clone)]
pub(super) struct Blame {
    pub(super) expr: ExprId,
    path: String,
    is_within: bool,
}

impl Blame {
    pub(super) fn of(expr: ExprId) -> Self {
        Self {
            expr,
            path: String::new(),
            is_within: false,
        }
    }
}

/// The errors of a comparison.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<(Place, String)>);

impl<'a> Evaluator<'a> {
    /// Evaluates an expression and compares its value with a schema.
    pub(super) fn evaluate_typed(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accept: &Arc<Schema>,
    ) -> Outcome<(ValueId, bool)> {
        self.evaluate_and_compare(scope, expr, accept, false)
    }

    /// The same with a schema that may contain secrets, which messages must not quote.
    pub(super) fn evaluate_and_compare(
        &mut self,
        scope: &Scope<'a>,
        expr: ExprId,
        accept: &Arc<Schema>,
        hides: bool,
    ) -> Outcome<(ValueId, bool)> {
        let value = self.evaluate(scope, expr, accept)?;
        let mut findings = Findings::default();
        let follows = self.follows(value, accept, &mut findings)?;
        for (place, message) in findings.0 {
            let hidden = || "expected a value that follows the schema, which contains secrets";
            let message = if hides { hidden().to_owned() } else { message };
            self.error(&place, message);
        }
        Ok((value, follows))
    }

    /// Counts a step, within the limits.
    pub(super) fn compare_step(&mut self, expr: ExprId) -> Outcome<()> {
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS || self.depth > MAX_VALUE_DEPTH {
            return Err(self.exceeded(&self.place(expr), Limit::Comparisons));
        }
        Ok(())
    }

    fn follows(
        &mut self,
        value: ValueId,
        accept: &Arc<Schema>,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let blame = Blame::of(self.arena[value].def);
        self.compare(value, accept, &blame, findings)
    }

    fn compare(
        &mut self,
        value: ValueId,
        accept: &Arc<Schema>,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        self.compare_step(blame.expr)?;
        let rules = match &**accept {
            Schema::Any => return Ok(true),
            Schema::Nothing => return Ok(false),
            Schema::Rules(rules) => rules,
        };
        self.depth += 1;
        let follows = match self.arena[value].unknown {
            true => {
                let schema = self.arena[value].schema.clone();
                self.schema_follows(Some(&schema), Some(accept), blame, findings)
            }
            false => self.compare_rules(value, accept, rules, blame, findings),
        };
        self.depth -= 1;
        follows
    }

    fn compare_rules(
        &mut self,
        value: ValueId,
        accept: &Schema,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let follows_target = match accept.target() {
            Some(target) => self.compare(value, &target, blame, findings)?,
            None => true,
        };
        let follows_any = self.compare_any_of(value, rules, blame, findings)?;
        let follows_one = self.compare_one_of(value, rules, blame, findings)?;
        let is_constant = match &rules.constant {
            Some(constant) if !self.equals(value, constant) => {
                self.find(blame, format!("expected {}", text(constant)), findings)
            }
            _ => true,
        };
        let is_listed = self.is_listed(value, rules, blame, findings);
        let has_type = self.compare_type(value, rules, blame, findings)?;
        Ok(follows_target && follows_any && follows_one && is_constant && is_listed && has_type)
    }

    fn compare_any_of(
        &mut self,
        value: ValueId,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let mut all = Findings::default();
        let mut follows = rules.any_of.is_empty();
        for schema in &rules.any_of {
            let mut own = Findings::default();
            follows |= self.compare(value, schema, blame, &mut own)?;
            all.0.append(&mut own.0);
        }
        if follows {
            return Ok(true);
        }
        findings.0.append(&mut all.0);
        Ok(self.find(blame, "at least one subschema must match", findings))
    }

    fn compare_one_of(
        &mut self,
        value: ValueId,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let mut all = Findings::default();
        let mut follows = rules.one_of.is_empty();
        for schema in &rules.one_of {
            let mut own = Findings::default();
            if self.compare(value, schema, blame, &mut own)? {
                if follows {
                    return Ok(self.find(blame, "exactly one subschema may match", findings));
                }
                follows = true;
            }
            all.0.append(&mut own.0);
        }
        if follows {
            return Ok(true);
        }
        findings.0.append(&mut all.0);
        Ok(self.find(blame, "exactly one subschema must match", findings))
    }

    fn is_listed(
        &mut self,
        value: ValueId,
        rules: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let alternatives = &rules.alternatives;
        if alternatives.is_empty() || alternatives.iter().any(|listed| self.equals(value, listed)) {
            return true;
        }
        let expected = match alternatives.as_slice() {
            [only] => format!("expected {}", text(only)),
            _ => format!(
                "expected one of {}",
                text(&Json::Array(alternatives.clone()))
            ),
        };
        self.find(blame, expected, findings)
    }

    /// Whether a value is equal to a constant.
    fn equals(&self, value: ValueId, constant: &Json) -> bool {
        match (&self.arena[value].content, constant) {
            (Content::Null, Json::Null) => true,
            (Content::Bool(a), Json::Bool(b)) => a == b,
            (Content::Number(a), Json::Number(b)) => a == b,
            (Content::String(a), Json::String(b)) => **a == *b.as_bytes(),
            (Content::Array(a), Json::Array(b)) => {
                let mut pairs = a.iter().zip(b);
                a.len() == b.len() && pairs.all(|(a, b)| self.equals(*a, b))
            }
            (Content::Object(a), Json::Object(b)) => {
                let is_equal = |(name, constant): (&Arc<str>, &Json)| {
                    a.get(name)
                        .is_some_and(|member| self.equals(*member, constant))
                };
                a.len() == b.len() && b.iter().all(is_equal)
            }
            _ => false,
        }
    }

    /// What to blame for an item.
    pub(super) fn blame_item(&self, blame: &Blame, index: usize) -> Blame {
        if let Form::Array(elements) = &self.arena[blame.expr].form
            && let Some(element) = elements.get(index)
        {
            return Blame {
                path: format!("[{index}]"),
                ..Blame::of(*element)
            };
        }
        Blame {
            path: format!("{}[{index}]", blame.path),
            is_within: true,
            ..blame.clone()
        }
    }

    /// What to blame for a property.
    pub(super) fn blame_property(&self, blame: &Blame, name: &str) -> Blame {
        if let Form::Object(properties) = &self.arena[blame.expr].form
            && let Some(member) = properties.members.get(name)
        {
            return Blame {
                path: join_key("", name),
                ..Blame::of(*member)
            };
        }
        Blame {
            path: join_key(&blame.path, name),
            is_within: true,
            ..blame.clone()
        }
    }

    /// Records an error. Returns `false`, for the value that does not follow.
    pub(super) fn find(
        &self,
        blame: &Blame,
        message: impl Into<String>,
        findings: &mut Findings,
    ) -> bool {
        let message = message.into();
        let message = match blame.is_within {
            true => format!("{}: {message}", blame.path),
            false => message,
        };
        findings.0.push((self.place(blame.expr), message));
        false
    }

    pub(super) fn type_error(
        &self,
        expected: Type,
        actual: Type,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let message = format!("expected {}, got {}", expected.name(), actual.name());
        self.find(blame, message, findings)
    }
}

fn text(json: &Json) -> String {
    serde_json::to_string(json).unwrap_or_default()
}
