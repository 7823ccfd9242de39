//! Expressions of a definition.

pub(crate) mod access;
pub(crate) mod document;
mod functions;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::number::Number;
use crate::position::Range;
use crate::syntax::{Kind, Member, Node};

pub(crate) use access::{Access, Accessor, Part};

/// Where an expression was written, if it was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(crate) range: Option<Range>,
    pub(crate) path: Arc<str>,
}

impl Place {
    pub(crate) fn of(node: &Node) -> Self {
        Self {
            range: Some(node.range.clone()),
            path: node.path.clone(),
        }
    }

    pub(crate) fn error(&self, summary: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.range.clone(), &self.path, summary)
    }
}

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub(crate) place: Place,
    pub(crate) form: Form,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    /// Text with references.
    Interpolation(Vec<Part>),
    /// One reference alone.
    Reference(Access),
    Array(Vec<Arc<Expression>>),
    Object(Vec<Entry>),
    Call(Box<Call>),
}

/// A member of an object. Without a key if the key is no string.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: Option<Key>,
    pub(crate) value: Arc<Expression>,
}

/// A name with its place.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) place: Place,
    pub(crate) text: Arc<str>,
}

/// A call of a function.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: Key,
    pub(crate) function: Function,
    pub(crate) argument: Arc<Expression>,
    /// The function's operands, as far as they could be read.
    pub(crate) operands: Vec<Option<Arc<Expression>>>,
    /// The provider of `fn::open` and `fn::rotate`.
    pub(crate) provider: Option<Key>,
}

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Concat,
    Final,
    FromBase64,
    FromJson,
    Join,
    Open,
    Rotate,
    /// A secret in plain text.
    Plaintext,
    /// An encrypted secret.
    Ciphertext,
    Split,
    ToBase64,
    ToJson,
    ToString,
    ToYaml,
    Validate,
}

impl Expression {
    pub(crate) fn new(place: Place, form: Form) -> Arc<Self> {
        Arc::new(Self { place, form })
    }

    pub(crate) fn string(&self) -> Option<Key> {
        match &self.form {
            Form::String(text) => Some(Key {
                place: self.place.clone(),
                text: text.clone(),
            }),
            _ => None,
        }
    }

    fn entries(&self) -> Option<&[Entry]> {
        match &self.form {
            Form::Object(entries) => Some(entries),
            _ => None,
        }
    }
}

/// Reads an expression.
pub(crate) fn parse(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Arc<Expression> {
    let form = match &node.kind {
        Kind::Null => Form::Null,
        Kind::Bool(value) => Form::Bool(*value),
        Kind::Number(number) => Form::Number(number.clone()),
        Kind::String(text) => string(node, text, diagnostics),
        Kind::Array(nodes) => {
            Form::Array(nodes.iter().map(|node| parse(node, diagnostics)).collect())
        }
        Kind::Object(members) => object(node, members, diagnostics),
    };
    Expression::new(Place::of(node), form)
}

fn string(node: &Node, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Form {
    let mut parts = access::parse(node, text, diagnostics);
    match (parts.len(), parts.pop()) {
        (1, Some(Part { text, access: None })) => Form::String(text.into()),
        (
            1,
            Some(Part {
                text,
                access: Some(access),
            }),
        ) if text.is_empty() => Form::Reference(access),
        (_, Some(last)) => {
            parts.push(last);
            Form::Interpolation(parts)
        }
        (_, None) => Form::String(text.into()),
    }
}

fn object(node: &Node, members: &[Member], diagnostics: &mut Vec<Diagnostic>) -> Form {
    if let [member] = members {
        if let Some(call) = functions::parse(member, diagnostics) {
            return Form::Call(Box::new(call));
        }
        if member.name.to_lowercase().starts_with("fn::") {
            let mut place = Place::of(&member.key);
            place.path = node.path.clone();
            diagnostics.push(place.error("'fn::' is a reserved prefix"));
        }
    } else {
        let calls = members
            .iter()
            .filter(|member| member.name.starts_with("fn::"));
        diagnostics.extend(calls.map(|member| {
            Place::of(node).error(format!(
                "illegal call to builtin function: {:?} must be the only key within its containing object",
                member.name
            ))
        }));
    }
    Form::Object(
        members
            .iter()
            .map(|member| entry(member, diagnostics))
            .collect(),
    )
}

fn entry(member: &Member, diagnostics: &mut Vec<Diagnostic>) -> Entry {
    let key = parse(&member.key, diagnostics).string();
    if key.is_none() {
        diagnostics.push(Place::of(&member.key).error("object keys must be strings"));
    }
    let value = parse(&member.value, diagnostics);
    Entry { key, value }
}
