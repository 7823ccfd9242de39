//! JSON values whose numbers keep their text.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::limits::MAX_DEPTH;
use crate::number::Number;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Arc<str>),
    /// An array.
    Array(Vec<Json>),
    /// An object. Of a repeated member the last counts.
    Object(BTreeMap<Arc<str>, Json>),
}

impl Serialize for Json {
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

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        read(raw.get(), 0).map_err(D::Error::custom)
    }
}

impl Json {
    /// Reads the first JSON value of a text. What follows it is ignored, as other implementations of the
    /// language do.
    pub(crate) fn first(text: &str) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let first = Box::<RawValue>::deserialize(&mut reader)?;
        read(first.get(), 0)
    }
}

fn read(text: &str, depth: usize) -> Result<Json, serde_json::Error> {
    if depth > MAX_DEPTH {
        let message = format!("arrays and objects nest deeper than {MAX_DEPTH} levels");
        return Err(serde_json::Error::custom(message));
    }
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let value = match text.as_bytes().first() {
        Some(b'{') => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let members = members.into_iter().map(|(name, value)| {
                let value = read(value.get(), depth + 1)?;
                Ok((name.into(), value))
            });
            Json::Object(members.collect::<Result<_, serde_json::Error>>()?)
        }
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(text)?;
            let values = values.into_iter().map(|value| read(value.get(), depth + 1));
            Json::Array(values.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Json::String(serde_json::from_str::<String>(text)?.into()),
        Some(b't' | b'f') => Json::Bool(serde_json::from_str(text)?),
        Some(b'n') => Json::Null,
        _ => {
            let wrong = || serde_json::Error::custom("expected a number");
            Json::Number(Number::new(text).ok_or_else(wrong)?)
        }
    };
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text() {
        let text = r#"{"a":[1.10,1e2,-0],"b":{"c":null,"d":"\u0041"}}"#;
        let value = Json::first(&format!("{text} rest")).unwrap();
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(written, text.replace("\\u0041", "A"));
        for text in ["", "{", "[1,]", "nul", "01", "{\"a\"}"] {
            assert!(Json::first(text).is_err(), "{text}");
        }
        assert!(Json::first(&"[".repeat(100)).is_err());
    }
}
