//! Values as text: quoted, as JSON, as YAML.

mod json;
mod quote;
mod yaml;
mod yaml_scalar;

pub(crate) use json::to_json;
pub(crate) use quote::quote;
pub(crate) use yaml::to_yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::Json;
use crate::number::Number;

/// A plain value. Strings are bytes: those of `fn::fromBase64` need not be text.
#[derive(Clone, Debug)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<[u8]>),
    Array(Vec<Plain>),
    Object(BTreeMap<Arc<str>, Plain>),
}

impl From<&Json> for Plain {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(number.clone()),
            Json::String(text) => Self::String(text.as_bytes().into()),
            Json::Array(values) => Self::Array(values.iter().map(Self::from).collect()),
            Json::Object(members) => {
                let members = members.iter();
                Self::Object(
                    members
                        .map(|(name, value)| (name.clone(), value.into()))
                        .collect(),
                )
            }
        }
    }
}

/// Bytes as text; each byte that is no text becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// A string as a YAML scalar on one line, plain if it can be.
pub(crate) fn yaml_line(text: &str) -> String {
    let mut line = String::new();
    yaml_scalar::write_flow(&mut line, text);
    line
}
