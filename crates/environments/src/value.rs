//! Values that an evaluation yields, in the shape of the REST API.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::json::Json;
use crate::number::Number;
use crate::path::{Path, Step};
use crate::position::Range;
use crate::text::{Plain, quote, to_yaml};

/// A value with its origin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Value {
    /// What it is. `null` and what is unknown are left out in JSON.
    #[serde(rename = "value", skip_serializing_if = "Content::is_null")]
    pub content: Content,
    /// Whether it is secret.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secret: bool,
    /// Whether it is unknown: it depends on a provider that was not asked, or on an error.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// Where it comes from. Providers leave it empty.
    pub trace: Trace,
}

/// What a [`Value`] is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// A list.
    Array(Vec<Value>),
    /// An object.
    Object(BTreeMap<Arc<str>, Value>),
}

/// Where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// The expression that yields it.
    #[serde(rename = "def", serialize_with = "range_or_nowhere")]
    pub definition: Option<Range>,
    /// The value that it was merged over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Box<Value>>,
}

pub(crate) fn range_or_nowhere<S: Serializer>(
    range: &Option<Range>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match range {
        Some(range) => range.serialize(serializer),
        None => Range::nowhere(&"".into()).serialize(serializer),
    }
}

impl Content {
    fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(values) => serializer.collect_seq(values),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (&**name, value)))
            }
        }
    }
}

impl From<Content> for Value {
    fn from(content: Content) -> Self {
        Self {
            content,
            secret: false,
            unknown: false,
            trace: Trace::default(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Content::String(text.into()).into()
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        let content = match json {
            Json::Null => Content::Null,
            Json::Bool(value) => Content::Bool(*value),
            Json::Number(number) => Content::Number(number.clone()),
            Json::String(text) => Content::String(text.clone()),
            Json::Array(values) => Content::Array(values.iter().map(Self::from).collect()),
            Json::Object(members) => {
                let members = members.iter();
                Content::Object(
                    members
                        .map(|(name, value)| (name.clone(), value.into()))
                        .collect(),
                )
            }
        };
        content.into()
    }
}

/// Whether secrets are shown as `[secret]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// As `[secret]`.
    Redacted,
    /// As they are.
    Revealed,
}

impl Value {
    /// An object of values.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let members = members.into_iter();
        Content::Object(members.map(|(name, value)| (name.into(), value)).collect()).into()
    }

    /// The same value, secret with all its parts.
    #[must_use]
    pub fn into_secret(mut self) -> Self {
        self.secret = true;
        self.content = match self.content {
            Content::Array(values) => {
                Content::Array(values.into_iter().map(Self::into_secret).collect())
            }
            Content::Object(members) => {
                let members = members.into_iter();
                Content::Object(
                    members
                        .map(|(name, value)| (name, value.into_secret()))
                        .collect(),
                )
            }
            scalar => scalar,
        };
        self
    }

    /// The string, if it is one that is known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) if !self.unknown => Some(text),
            _ => None,
        }
    }

    /// A property of an object.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Self> {
        match &self.content {
            Content::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The part at a path.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<&Self> {
        path.steps().iter().try_fold(self, Self::step)
    }

    /// The part at a path, or the unknown value that it is a part of.
    #[must_use]
    pub fn at_or_unknown(&self, path: &Path) -> Option<&Self> {
        let mut steps = path.steps().iter();
        steps.try_fold(self, |value, step| match value.unknown {
            true => Some(value),
            false => value.step(step),
        })
    }

    fn step(&self, step: &Step) -> Option<&Self> {
        match (&self.content, step) {
            (Content::Object(members), Step::Key(key)) => members.get(&**key),
            (Content::Array(values), Step::Index(index)) => values.get(*index),
            _ => None,
        }
    }

    /// The same value with `[secret]` in place of each secret, also of those that it was merged over.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let content = match &self.content {
            _ if self.unknown => Content::Null,
            _ if self.secret => Content::String("[secret]".into()),
            Content::Array(values) => Content::Array(values.iter().map(Self::redacted).collect()),
            Content::Object(members) => {
                let members = members.iter();
                Content::Object(
                    members
                        .map(|(name, value)| (name.clone(), value.redacted()))
                        .collect(),
                )
            }
            scalar => scalar.clone(),
        };
        let base = self.trace.base.as_ref();
        Self {
            content,
            trace: Trace {
                base: base.map(|base| Box::new(base.redacted())),
                ..self.trace.clone()
            },
            ..*self
        }
    }

    /// The YAML that `fn::toYAML` would write, with numbers as text. What is unknown is `[unknown]`.
    #[must_use]
    pub fn to_yaml(&self, secrets: Secrets) -> String {
        to_yaml(&Plain::from(&self.to_json(secrets)))
    }

    /// The plain JSON value. What is unknown is `[unknown]`.
    #[must_use]
    pub fn to_json(&self, secrets: Secrets) -> Json {
        match &self.content {
            _ if self.secret && secrets == Secrets::Redacted => Json::String("[secret]".into()),
            _ if self.unknown => Json::String("[unknown]".into()),
            Content::Null => Json::Null,
            Content::Bool(value) => Json::Bool(*value),
            Content::Number(number) => Json::Number(number.clone()),
            Content::String(text) => Json::String(text.clone()),
            Content::Array(values) => {
                Json::Array(values.iter().map(|value| value.to_json(secrets)).collect())
            }
            Content::Object(members) => {
                let members = members.iter();
                Json::Object(
                    members
                        .map(|(name, value)| (name.clone(), value.to_json(secrets)))
                        .collect(),
                )
            }
        }
    }

    /// The text that the value has in an environment variable: lists and objects are quoted parts
    /// with commas.
    #[must_use]
    pub fn to_text(&self, secrets: Secrets) -> String {
        match &self.content {
            _ if self.secret && secrets == Secrets::Redacted => "[secret]".to_owned(),
            _ if self.unknown => "[unknown]".to_owned(),
            Content::Null => String::new(),
            Content::Bool(value) => value.to_string(),
            Content::Number(number) => number.to_string(),
            Content::String(text) => text.to_string(),
            Content::Array(values) => {
                let parts = values.iter().map(|value| quote(value.to_text(secrets)));
                parts.collect::<Vec<_>>().join(",")
            }
            Content::Object(members) => {
                let parts = members.iter().map(|(name, value)| {
                    format!("{}={}", quote(&**name), quote(value.to_text(secrets)))
                });
                parts.collect::<Vec<_>>().join(",")
            }
        }
    }
}
