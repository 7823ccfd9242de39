//! YAML as the value that its JSON would be: one document, without tags, anchors, aliases and repeated keys.

use claimgate::diagnostic::Diagnostic;
use claimgate::json::spans::{Content, Member, Node, Span, Spans};
use claimgate::json::{MAX_DEPTH, Value};
pub use saphyr_parser::{Event, ScalarStyle};
use saphyr_parser::{Marker, Parser};

use super::unreadable::Unreadable;

/// Reads one YAML document.
///
/// Plain `null`, booleans and decimal integers are what they are in JSON; every other scalar is its
/// text.
///
/// # Errors
/// The first error, `yaml-syntax`.
pub fn parse(text: &str) -> Result<Value, Diagnostic> {
    read(text).0.map_err(|error| *error.diagnostic)
}

/// The same, with the positions of the parts.
pub(super) fn read(text: &str) -> (Result<Value, Unreadable>, Spans) {
    let mut builder = Builder {
        open: Vec::new(),
        document: None,
    };
    match builder.read(text) {
        Ok((value, node)) => (Ok(value), Spans { root: Some(node) }),
        Err(error) => (Err(error), Spans::default()),
    }
}

/// The parser's events in a text, each with the bytes that it covers. A block scalar's bytes begin at
/// its indicator.
///
/// # Errors
/// The first place that is not YAML, after which no event follows.
pub fn events(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), NotYaml>> {
    let offsets = Offsets::of(text);
    Parser::new_from_str(text).map(move |event| match event {
        Ok((event, span)) => Ok((event, offsets.of_span(text, span))),
        Err(error) => Err(NotYaml {
            message: error.info().to_owned(),
            at: offsets.at(*error.marker()),
        }),
    })
}

/// A text that is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotYaml {
    /// What the parser says.
    pub message: String,
    /// The byte at which it says so.
    pub at: usize,
}

/// The bytes at which characters begin: the parser counts characters.
struct Offsets(Vec<usize>);

impl Offsets {
    fn of(text: &str) -> Self {
        let starts = text.char_indices().map(|(at, _)| at);
        Self(starts.chain([text.len()]).collect())
    }

    fn at(&self, marker: Marker) -> usize {
        let end = || self.0.last().copied().unwrap_or_default();
        self.0.get(marker.index()).copied().unwrap_or_else(end)
    }

    fn of_span(&self, text: &str, span: saphyr_parser::Span) -> Span {
        let (start, end) = (self.at(span.start), self.at(span.end));
        let written = text.get(start..end).unwrap_or_default();
        start..start + quoted(written).unwrap_or(written).len()
    }
}

/// The quoted string that a text begins with: the parser adds the white space and the comment
/// behind it.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        let is_escaped = match quote {
            '"' => c == '\\',
            _ => c == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\''),
        };
        if is_escaped {
            chars.next();
        } else if c == quote {
            return text.get(..=at);
        }
    }
    None
}

/// Reads the parser's events.
struct Builder {
    open: Vec<Open>,
    document: Option<(Value, Node)>,
}

/// An array or object that is not closed yet.
struct Open {
    start: usize,
    parts: Parts,
}

enum Parts {
    Array(Vec<Value>, Vec<Node>),
    Object(Vec<(String, Value)>, Vec<Member>, Option<(String, Span)>),
}

impl Builder {
    fn read(&mut self, text: &str) -> Result<(Value, Node), Unreadable> {
        for event in events(text) {
            let (event, span) = event.map_err(|error| problem(text, error.at, &error.message))?;
            let at = span.start;
            self.event(event, span)
                .map_err(|message| problem(text, at, &message))?;
        }
        self.document.take().ok_or_else(|| {
            let message = "expected a YAML document, found nothing";
            Diagnostic::error("", "yaml-syntax", message).into()
        })
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        match event {
            Event::Alias(_) => {
                return Err("an alias, which is not supported: write out its value".to_owned());
            }
            Event::Scalar(_, _, 1.., _)
            | Event::SequenceStart(1.., _)
            | Event::MappingStart(1.., _) => {
                return Err("an anchor, which is not supported: remove it".to_owned());
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err("a tag, which is not supported: remove it".to_owned());
            }
            Event::Scalar(text, style, ..) if !self.wants_key() => {
                self.put(scalar(&text, style), Content::Scalar, span)?;
            }
            Event::Scalar(text, ..) => self.key(&text, span)?,
            Event::SequenceStart(..) => self.open(Parts::Array(Vec::new(), Vec::new()), span)?,
            Event::MappingStart(..) => {
                self.open(Parts::Object(Vec::new(), Vec::new(), None), span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            _ => {}
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        let parts = self.open.last().map(|open| &open.parts);
        matches!(parts, Some(Parts::Object(_, _, None)))
    }

    fn open(&mut self, parts: Parts, span: Span) -> Result<(), String> {
        if self.wants_key() {
            return Err("a key that is not text".to_owned());
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("nesting deeper than {MAX_DEPTH} levels"));
        }
        let start = span.start;
        self.open.push(Open { start, parts });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), String> {
        let Some(Open { start, parts }) = self.open.pop() else {
            return Ok(());
        };
        let (value, content) = match parts {
            Parts::Array(values, nodes) => (Value::Array(values), Content::Array(nodes)),
            Parts::Object(values, members, _) => (Value::Object(values), Content::Object(members)),
        };
        self.put(value, content, start..span.end)
    }

    fn key(&mut self, text: &str, span: Span) -> Result<(), String> {
        if let Some(Parts::Object(members, _, key)) =
            self.open.last_mut().map(|open| &mut open.parts)
        {
            if members.iter().any(|(name, _)| name == text) {
                return Err(format!("key `{text}` occurs twice"));
            }
            *key = Some((text.to_owned(), span));
        }
        Ok(())
    }

    fn put(&mut self, value: Value, content: Content, span: Span) -> Result<(), String> {
        let node = Node { span, content };
        match self.open.last_mut().map(|open| &mut open.parts) {
            Some(Parts::Array(values, nodes)) => {
                values.push(value);
                nodes.push(node);
            }
            Some(Parts::Object(values, members, key)) => {
                if let Some((name, key)) = key.take() {
                    values.push((name.clone(), value));
                    let value = Some(node);
                    members.push(Member { name, key, value });
                }
            }
            None if self.document.is_some() => return Err("a second document".to_owned()),
            None => self.document = Some((value, node)),
        }
        Ok(())
    }
}

fn problem(text: &str, at: usize, message: &str) -> Unreadable {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    let message = format!("not YAML: {message} at line {line}, column {column}");
    Unreadable {
        span: Some(at..at),
        ..Diagnostic::error("", "yaml-syntax", message).into()
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => integer(text).map_or_else(|| Value::String(text.to_owned()), Value::Integer),
    }
}

/// An integer that is written as JSON would write it.
fn integer(text: &str) -> Option<i128> {
    let number: i128 = text.parse().ok()?;
    let fits = i64::try_from(number).is_ok() || u64::try_from(number).is_ok();
    (fits && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests;
