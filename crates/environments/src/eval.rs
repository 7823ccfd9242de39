//! Checks and opens environments.
//!
//! Expressions are declared first, each with the imported value that it overrides, then evaluated in the
//! order of their keys, on demand where one refers to another. Each is evaluated once.

mod access;
mod arena;
mod builtins;
mod declare;
mod export;
mod expressions;
mod imports;
mod merge;
mod open;
mod texts;
mod validate;
mod validate_schema;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::Place;
use crate::ast::document::Document;
use crate::diagnostic::Diagnostic;
use crate::environment::Environment;
use crate::host::{Context, Decrypter, Host};
use crate::limits::{Limit, MAX_CHAIN, MAX_VALUES};
use crate::schema::Schema;

use arena::{Arena, ExprId, Value, ValueId};
use open::CallSchemas;

/// What an evaluation yields.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Evaluation {
    /// The environment; none of a definition without imports and values, and none after a limit was
    /// exceeded. With errors it holds what could be evaluated.
    pub environment: Option<Environment>,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// How much a check or open shows.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Whether a check decrypts secrets. An open always does.
    pub show_secrets: bool,
    /// Whether expressions and schemas hold the text of secrets that the definition has in plain text.
    /// Only for definitions that their reader wrote.
    pub show_plaintext: bool,
}

impl Options {
    /// The same, and a check decrypts secrets.
    #[must_use]
    pub fn show_secrets(mut self, show: bool) -> Self {
        self.show_secrets = show;
        self
    }

    /// The same, with the text of secrets in expressions and schemas.
    #[must_use]
    pub fn show_plaintext(mut self, show: bool) -> Self {
        self.show_plaintext = show;
        self
    }
}

/// Checks a definition: providers are not opened, and what depends on them is unknown.
#[must_use]
pub fn check(name: &str, document: &Document, host: Host<'_>, options: Options) -> Evaluation {
    evaluate(name, document, host, Mode::Check, options)
}

/// Opens a definition: secrets are decrypted and providers opened.
#[must_use]
pub fn open(name: &str, document: &Document, host: Host<'_>, options: Options) -> Evaluation {
    evaluate(name, document, host, Mode::Open, options)
}

fn evaluate(
    name: &str,
    document: &Document,
    host: Host<'_>,
    mode: Mode,
    options: Options,
) -> Evaluation {
    if document.is_empty() {
        return Evaluation::default();
    }
    let mut evaluator = Evaluator::new(host, mode, options);
    let name: Arc<str> = name.into();
    let scope = Scope::root(&name, host);
    let environment = evaluator.root(scope, document);
    let (environment, limit) = match environment {
        Ok(environment) => (Some(environment), None),
        Err(exceeded) => (None, Some(exceeded.diagnostic)),
    };
    let mut diagnostics = evaluator.diagnostics;
    diagnostics.extend(limit.map(|diagnostic| *diagnostic));
    Evaluation {
        environment,
        diagnostics,
    }
}

/// Whether providers are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Check,
    Open,
}

/// A limit was exceeded: the evaluation ends.
#[derive(Debug)]
struct Exceeded {
    diagnostic: Box<Diagnostic>,
}

type Outcome<T> = Result<T, Exceeded>;

/// One environment's evaluation.
struct Scope<'a> {
    name: Arc<str>,
    /// The name under which it was imported.
    declared: Arc<str>,
    is_root: bool,
    decrypter: &'a dyn Decrypter,
    context: Context,
    /// The value of `${context}`.
    context_value: Option<ValueId>,
    /// The value of `${imports}`.
    imports: Option<ValueId>,
    /// The imports that are merged below the values.
    base: Option<ValueId>,
    root: Option<ExprId>,
}

impl<'a> Scope<'a> {
    fn root(name: &Arc<str>, host: Host<'a>) -> Self {
        Self::new(name, name, true, host.decrypter, host.context.within(name))
    }

    fn new(
        name: &Arc<str>,
        declared: &Arc<str>,
        is_root: bool,
        decrypter: &'a dyn Decrypter,
        context: Context,
    ) -> Self {
        Self {
            name: name.clone(),
            declared: declared.clone(),
            is_root,
            decrypter,
            context,
            context_value: None,
            imports: None,
            base: None,
            root: None,
        }
    }
}

/// An imported environment.
#[derive(Clone, Copy)]
enum Imported {
    Evaluating,
    Done(ValueId),
    Failed,
}

/// The evaluation of an environment and all that it imports.
struct Evaluator<'a> {
    host: Host<'a>,
    mode: Mode,
    options: Options,
    arena: Arena,
    imported: HashMap<Arc<str>, Imported>,
    diagnostics: Vec<Diagnostic>,
    /// How many evaluations wait for each other.
    depth: usize,
    /// How many comparisons with schemas were made.
    comparisons: usize,
    /// The bytes of the result so far.
    result_bytes: usize,
    /// The schemas of the arguments of `fn::open` and `fn::rotate`.
    call_schemas: HashMap<ExprId, CallSchemas>,
    any: Arc<Schema>,
}

impl<'a> Evaluator<'a> {
    fn new(host: Host<'a>, mode: Mode, options: Options) -> Self {
        Self {
            host,
            mode,
            options,
            arena: Arena::default(),
            imported: HashMap::new(),
            diagnostics: Vec::new(),
            depth: 0,
            comparisons: 0,
            result_bytes: 0,
            call_schemas: HashMap::new(),
            any: Arc::default(),
        }
    }

    fn decrypts(&self) -> bool {
        self.mode == Mode::Open || self.options.show_secrets
    }

    fn place(&self, expr: ExprId) -> Place {
        self.arena[expr].place.clone()
    }

    fn error(&mut self, place: &Place, summary: impl Into<String>) {
        self.diagnostics.push(place.error(summary));
    }

    fn exceeded(&self, place: &Place, limit: Limit) -> Exceeded {
        let diagnostic = Diagnostic::limit(place.range.clone(), &place.path, limit);
        Exceeded {
            diagnostic: Box::new(diagnostic),
        }
    }

    /// Adds a value, within the limit.
    fn add(&mut self, value: Value) -> Outcome<ValueId> {
        if self.arena.len() >= MAX_VALUES {
            return Err(self.exceeded(&self.place(value.def), Limit::Values));
        }
        Ok(self.arena.add(value))
    }

    /// Runs a step that waits for the one before.
    fn nested<T>(
        &mut self,
        place: impl FnOnce(&Self) -> Place,
        step: impl FnOnce(&mut Self) -> Outcome<T>,
    ) -> Outcome<T> {
        if self.depth >= MAX_CHAIN {
            return Err(self.exceeded(&place(self), Limit::Chain));
        }
        self.depth += 1;
        let result = step(self);
        self.depth -= 1;
        result
    }

    fn root(&mut self, mut scope: Scope<'a>, document: &Document) -> Outcome<Environment> {
        let value = self.environment(&mut scope, document)?;
        self.export_environment(&scope, value)
    }
}

/// The keys of a value, shared.
type Keys = Rc<[Arc<str>]>;
