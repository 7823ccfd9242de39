//! Reading JSON strictly.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{JsonError, MAX_DEPTH, Value};
use crate::numbers::Numbers;

impl Value {
    /// Parses one JSON text, which may have white space around it.
    ///
    /// # Errors
    /// [`JsonError`] with line and column.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// assert_eq!(Value::parse("[1, 1.5]")?, Value::Array(vec![Value::Integer(1), Value::Fraction(1.5)]));
    /// assert_eq!(Value::parse(r#"{"a": 1, "a": 2}"#).unwrap_err().code(), "json-duplicate-member");
    /// # Ok::<(), claimgate::json::JsonError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        Self::read(text, false)
    }

    /// The same, but the outermost object may have a member twice: for a reader that has something to
    /// say about the names themselves.
    pub(crate) fn parse_repeated(text: &str) -> Result<Self, JsonError> {
        Self::read(text, true)
    }

    fn read(text: &str, may_repeat: bool) -> Result<Self, JsonError> {
        let problem = RefCell::new(None);
        let seed = Seed {
            depth: 0,
            may_repeat,
            problem: &problem,
        };
        let mut reader = serde_json::Deserializer::from_str(text);
        let result = seed
            .deserialize(&mut reader)
            .and_then(|value| reader.end().map(|()| value));
        result.map_err(|error| to_error(&error, problem.into_inner(), text))
    }

    /// Parses the JSON of a file or of a response, which may begin with a byte order mark: editors and
    /// web servers put one there ([RFC 8259, section
    /// 8.1](https://www.rfc-editor.org/rfc/rfc8259#section-8.1)).
    ///
    /// # Errors
    /// [`JsonError`] with line and column, not counting the mark.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// assert_eq!(Value::parse_document("\u{feff}true"), Ok(Value::Bool(true)));
    /// assert!(Value::parse("\u{feff}true").is_err());
    /// ```
    pub fn parse_document(text: &str) -> Result<Self, JsonError> {
        Self::parse(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// Reads a value from any deserializer, with the same strictness.
    ///
    /// # Errors
    /// The deserializer's errors, and one for a duplicate member or nesting that is too deep.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// let mut reader = serde_json::Deserializer::from_str(r#"{"a": 1, "a": 2}"#);
    /// assert!(Value::from_deserializer(&mut reader).is_err());
    /// ```
    pub fn from_deserializer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let problem = RefCell::new(None);
        Seed {
            depth: 0,
            may_repeat: false,
            problem: &problem,
        }
        .deserialize(deserializer)
    }
}

enum Problem {
    Duplicate(String),
    TooDeep,
}

fn to_error(error: &serde_json::Error, problem: Option<Problem>, source: &str) -> JsonError {
    let (line, column) = (error.line(), error.column());
    match problem {
        Some(Problem::Duplicate(name)) => JsonError::DuplicateMember { name, line, column },
        Some(Problem::TooDeep) => JsonError::TooDeep {
            max: MAX_DEPTH,
            line,
            column,
        },
        None => {
            let text = error.to_string();
            let message = text
                .rfind(" at line ")
                .and_then(|end| text.get(..end))
                .unwrap_or(&text);
            let (line, column) = match error.is_eof() {
                true => end_of(source),
                false => (line, column),
            };
            let syntax = |message| JsonError::Syntax {
                message,
                line,
                column,
            };
            let at = syntax(String::new()).span(source);
            let found = source.get(at).and_then(|own| own.chars().next());
            syntax(worded(message, found.filter(|_| !error.is_eof())))
        }
    }
}

/// The line and column of the last character that is not white space.
fn end_of(text: &str) -> (usize, usize) {
    let text = text.trim_end_matches([' ', '\n', '\r', '\t']);
    let line = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, line.len())
}

/// A message of the parser, with what it expected and what it found: a character, or the end of the text.
fn worded(message: &str, found: Option<char>) -> String {
    let expected = match message {
        "EOF while parsing a list" => "the rest of an array",
        "EOF while parsing an object" => "the rest of an object",
        "EOF while parsing a string" => "the rest of a string",
        "EOF while parsing a value" | "expected value" => "a value",
        "expected `,` or `]`" => "`,` or `]`",
        "expected `,` or `}`" => "`,` or `}`",
        "expected `:`" => "`:`",
        "key must be a string" => "a name in double quotes",
        "trailing characters" => "the end of the text",
        other => return other.to_owned(),
    };
    match found {
        Some(c) => format!("expected {expected}, found `{}`", c.escape_debug()),
        None => format!("expected {expected}, found the end of the text"),
    }
}

/// Up to this many members of an object, duplicates are searched one by one; beyond, in a set.
const FEW_MEMBERS: usize = 40;

/// The capacity for members of the outermost object: tokens usually have no more claims.
const USUAL_MEMBERS: usize = 32;

/// The names of an object's members: one bit for each, and the names once there are many.
#[derive(Default)]
struct Seen {
    marks: u64,
    names: Numbers<String>,
}

impl Seen {
    fn is_repeated(&mut self, before: &[(String, Value)], name: &str) -> bool {
        if before.len() < FEW_MEMBERS {
            let is_marked = self.marks & mark(name) != 0;
            self.marks |= mark(name);
            return is_marked && before.iter().any(|(other, _)| other == name);
        }
        if self.names.values().is_empty() {
            for (name, _) in before {
                self.names.number_of(name.as_str());
            }
        }
        !self.names.insert(name.to_owned())
    }
}

/// One bit of 64, by a name's length and ends.
fn mark(name: &str) -> u64 {
    let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
    let bytes = name.as_bytes();
    1 << ((bytes.len() * 7 + end(bytes.first()) * 5 + end(bytes.last())) % 64)
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    /// Whether the outermost object may have a member twice.
    may_repeat: bool,
    problem: &'a RefCell<Option<Problem>>,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth < MAX_DEPTH {
            return Ok(Self {
                depth: self.depth + 1,
                may_repeat: false,
                ..self
            });
        }
        *self.problem.borrow_mut() = Some(Problem::TooDeep);
        Err(E::custom(format_args!(
            "arrays and objects nest deeper than {MAX_DEPTH} levels"
        )))
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Fraction(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut seen = Seen::default();
        let room = if self.depth == 0 { USUAL_MEMBERS } else { 0 };
        let mut values: Vec<(String, Value)> = Vec::with_capacity(room);
        while let Some(name) = members.next_key::<String>()? {
            if !self.may_repeat && seen.is_repeated(&values, &name) {
                let message = format!("member `{name}` occurs twice in one object");
                *self.problem.borrow_mut() = Some(Problem::Duplicate(name));
                return Err(A::Error::custom(message));
            }
            let value = members.next_value_seed(inner)?;
            values.push((name, value));
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_was_expected_and_found() {
        for (text, expected) in [
            (
                "[1,\n",
                "a value, found the end of the text at line 1, column 3",
            ),
            (
                "[1\n\n",
                "the rest of an array, found the end of the text at line 1, column 2",
            ),
            (
                "{\"a\": 1\n,\"b\": 2",
                "the rest of an object, found the end of the text at line 2, column 7",
            ),
            ("[1 2]", "`,` or `]`, found `2` at line 1, column 4"),
            (
                "{a: 1}",
                "a name in double quotes, found `a` at line 1, column 2",
            ),
            ("1 x", "the end of the text, found `x` at line 1, column 3"),
        ] {
            let error = Value::parse(text).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("not JSON: expected {expected}"),
                "{text}"
            );
        }
    }
}
