//! Strict JSON: no duplicate member at any depth, no excessive nesting, integers kept apart from
//! fractions.
//!
//! Readers of JSON interpret duplicate members in different ways ([RFC 8259, section 4], [RFC 7519,
//! section 4]); a token or a policy must have one meaning.
//!
//! [RFC 8259, section 4]: https://www.rfc-editor.org/rfc/rfc8259#section-4
//! [RFC 7519, section 4]: https://www.rfc-editor.org/rfc/rfc7519#section-4

#[doc(hidden)]
pub mod object;
pub mod places;
mod read;
pub mod spans;
mod write;

use serde::ser::{Serialize, SerializeMap, Serializer};

pub use write::write;

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number written as an integer that fits 64 bits, signed or not.
    Integer(i128),
    /// Any other number.
    Fraction(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object, its members in the order they were written.
    Object(Vec<(String, Value)>),
}

/// A text that is not acceptable JSON. Lines and columns count from 1.
///
/// ```
/// use claimgate::json::Value;
///
/// let error = Value::parse("[1,\n2,]").unwrap_err();
/// assert_eq!((error.code(), error.place()), ("json-syntax", (2, 3)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON at all.
    #[error("not JSON: {message} at line {line}, column {column}")]
    Syntax {
        /// The parser's message.
        message: String,
        /// Line of the error.
        line: usize,
        /// Column of the error.
        column: usize,
    },
    /// An object names a member twice.
    #[error("member `{name}` occurs twice in one object (line {line}, column {column})")]
    DuplicateMember {
        /// The member's name.
        name: String,
        /// Line of the second.
        line: usize,
        /// Column of the second.
        column: usize,
    },
    /// Deeper than [`MAX_DEPTH`].
    #[error("arrays and objects nest deeper than {max} levels (line {line}, column {column})")]
    TooDeep {
        /// The limit.
        max: usize,
        /// Line where it was exceeded.
        line: usize,
        /// Column where it was exceeded.
        column: usize,
    },
}

impl JsonError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => "json-syntax",
            Self::DuplicateMember { .. } => "json-duplicate-member",
            Self::TooDeep { .. } => "json-too-deep",
        }
    }

    /// Line and column of the error, from 1.
    #[must_use]
    pub fn place(&self) -> (usize, usize) {
        match self {
            Self::Syntax { line, column, .. }
            | Self::DuplicateMember { line, column, .. }
            | Self::TooDeep { line, column, .. } => (*line, *column),
        }
    }
}

impl Value {
    /// The kind of value, with an article: `a string`, `an object`.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// assert_eq!(Value::parse("1e3")?.kind(), "a fraction or a number beyond 64 bits");
    /// # Ok::<(), claimgate::json::JsonError>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Fraction(_) => "a fraction or a number beyond 64 bits",
            Self::String(_) => "a string",
            Self::Array(items) if items.is_empty() => "an empty array",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// A member of an object.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// let value = Value::parse(r#"{"a": "b"}"#)?;
    /// assert_eq!(value.member("a").and_then(Value::as_str), Some("b"));
    /// # Ok::<(), claimgate::json::JsonError>(())
    /// ```
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text that a rule is matched against: a string itself, an integer's or boolean's JSON
    /// text; `None` for other values.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// assert_eq!(Value::Bool(true).scalar_text().as_deref(), Some("true"));
    /// assert_eq!(Value::Fraction(0.5).scalar_text(), None);
    /// ```
    #[must_use]
    pub fn scalar_text(&self) -> Option<String> {
        match self {
            Self::String(text) => Some(text.clone()),
            Self::Bool(flag) => Some(flag.to_string()),
            Self::Integer(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// Compact JSON.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// assert_eq!(Value::parse("[ true,\n null ]")?.to_json(), "[true,null]");
    /// # Ok::<(), claimgate::json::JsonError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        write(self)
    }

    /// JSON indented by two spaces.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Integer(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(signed), _) => serializer.serialize_i64(signed),
                (_, Ok(unsigned)) => serializer.serialize_u64(unsigned),
                _ => serializer.serialize_i128(*number),
            },
            Self::Fraction(number) => serializer.serialize_f64(*number),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
