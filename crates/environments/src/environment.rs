//! What an evaluation yields, in the shape of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::json::Json;
use crate::path::{Path, Step};
use crate::position::Range;
use crate::schema::Schema;
use crate::text::quote;
use crate::value::{Content, Secrets, Value};

/// A checked or opened environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Environment {
    /// The expressions of the definition.
    #[serde(rename = "exprs", skip_serializing_if = "BTreeMap::is_empty")]
    pub expressions: BTreeMap<Arc<str>, Expr>,
    /// The values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<Arc<str>, Value>,
    /// The schema of the values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Arc<Schema>>,
    /// What `${context}` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_context: Option<EvaluatedContext>,
}

/// The context of an evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EvaluatedContext {
    /// The values.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<Arc<str>, Value>,
    /// The schema of the values.
    pub schema: Arc<Schema>,
}

impl Environment {
    /// The plain JSON value of all properties.
    #[must_use]
    pub fn to_json(&self, secrets: Secrets) -> Json {
        let members = self.properties.iter();
        Json::Object(
            members
                .map(|(name, value)| (name.clone(), value.to_json(secrets)))
                .collect(),
        )
    }

    /// All properties as one value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Content::Object(self.properties.clone()).into()
    }

    /// The value at a path, `aws.login["access key"]`.
    #[must_use]
    pub fn property(&self, path: &Path) -> Option<&Value> {
        match path.steps().split_first() {
            Some((Step::Key(name), rest)) => self.properties.get(&**name)?.at(&Path::from(rest)),
            _ => None,
        }
    }

    /// The values of `environmentVariables` that can be variables: scalars, as text.
    pub fn environment_variables(&self) -> impl Iterator<Item = (&str, Value)> {
        self.members("environmentVariables")
            .filter_map(|(name, value)| {
                let is_scalar = !matches!(value.content, Content::Array(_) | Content::Object(_));
                is_scalar.then(|| (name, text(value)))
            })
    }

    /// The contents of `files`, by the variable that holds the file's path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Value)> {
        let is_string = |value: &Value| matches!(value.content, Content::String(_));
        self.members("files")
            .filter(move |(_, value)| is_string(value))
    }

    /// The variables of a program: those of `environmentVariables`, then those of `files`. The paths of files are
    /// unknown before the files are written.
    pub fn variables(&self, secrets: Secrets) -> impl Iterator<Item = (&str, String)> {
        let variables = self.environment_variables();
        let variables = variables.map(move |(name, value)| (name, value.to_text(secrets)));
        let files = self.files().map(|(name, _)| (name, "[unknown]".to_owned()));
        variables.chain(files)
    }

    /// The same as a dotenv file: `NAME="text"` in each line, quoted as Go does.
    #[must_use]
    pub fn to_dotenv(&self, secrets: Secrets) -> String {
        let variables = self.variables(secrets);
        variables
            .map(|(name, text)| format!("{name}={}\n", quote(text)))
            .collect()
    }

    fn members(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        let members = match self.properties.get(name).map(|value| &value.content) {
            Some(Content::Object(members)) => Some(members),
            _ => None,
        };
        let members = members.into_iter().flatten();
        members.map(|(name, value)| (&**name, value))
    }

    /// The same without expressions and context, as an opened environment is sent.
    #[must_use]
    pub fn without_expressions(mut self) -> Self {
        self.expressions = BTreeMap::new();
        self.execution_context = None;
        self
    }
}

fn text(value: &Value) -> Value {
    Value {
        content: Content::String(value.to_text(Secrets::Revealed).into()),
        ..value.clone()
    }
}

/// An expression of a definition. Without any of the optional members it is `null`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Expr {
    /// Where it was written.
    pub range: Range,
    /// The schema of its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Arc<Schema>>,
    /// The expression of the value that it is merged over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Box<Expr>>,
    /// Where an object's keys were written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub key_ranges: BTreeMap<Arc<str>, Range>,
    /// A scalar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub literal: Option<Json>,
    /// Text with references.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interpolate: Vec<Interpolation>,
    /// One reference alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub symbol: Vec<PropertyAccessor>,
    /// A part of a value that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<AccessExpr>,
    /// A list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<Expr>,
    /// An object.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub object: BTreeMap<Arc<str>, Expr>,
    /// A call of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builtin: Option<Box<BuiltinExpr>>,
}

impl Expr {
    pub(crate) fn new(range: Range) -> Self {
        Self {
            range,
            schema: None,
            base: None,
            key_ranges: BTreeMap::new(),
            literal: None,
            interpolate: Vec::new(),
            symbol: Vec::new(),
            access: None,
            list: Vec::new(),
            object: BTreeMap::new(),
            builtin: None,
        }
    }
}

/// Text and the reference behind it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interpolation {
    /// The text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The reference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub value: Vec<PropertyAccessor>,
}

/// A name or an index.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Accessor {
    /// The index in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<i64>,
    /// The name of a property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Arc<str>>,
    /// Where it was written.
    pub range: Range,
}

/// An accessor and what it leads to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PropertyAccessor {
    /// The accessor.
    #[serde(flatten)]
    pub accessor: Accessor,
    /// Where what it leads to was written.
    pub value: Range,
}

/// A part of a value that is unknown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AccessExpr {
    /// Where the value was written.
    pub receiver: Range,
    /// The path to the part.
    pub accessors: Vec<Accessor>,
}

/// A call of a function.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BuiltinExpr {
    /// The function, `fn::join`.
    pub name: Arc<str>,
    /// Where its name was written.
    pub name_range: Range,
    /// The schema of its argument.
    pub arg_schema: Arc<Schema>,
    /// Its argument.
    pub arg: Expr,
}
