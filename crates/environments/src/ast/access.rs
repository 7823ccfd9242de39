//! References in text: `${name.part[0]["any key"]}`.

use std::ops;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::position::Range;
use crate::syntax::Node;

use super::Place;

/// A piece of text and the reference behind it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) access: Option<Access>,
}

/// The path of a reference: at least one accessor.
pub(crate) type Access = Vec<Accessor>;

/// A step of a path.
#[derive(Clone, Debug)]
pub(crate) struct Accessor {
    pub(crate) step: Step,
    /// Where it was written, if the place is known.
    pub(crate) range: Option<Range>,
}

/// A name or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `.name`
    Name(Arc<str>),
    /// `["name"]`
    Key(Arc<str>),
    /// `[0]`
    Index(i64),
}

impl Accessor {
    /// The name or key.
    pub(crate) fn key(&self) -> Option<&Arc<str>> {
        match &self.step {
            Step::Name(key) | Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }

    pub(crate) fn name(name: &str) -> Self {
        Self {
            step: Step::Name(name.into()),
            range: None,
        }
    }
}

/// Splits a string into text and references. `$$` is `$`.
pub(crate) fn parse(node: &Node, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before = String::new();
    let mut parser = Parser {
        node,
        text,
        at: 0,
        accessors: Vec::new(),
        diagnostics,
    };
    while let Some(rest) = text.get(parser.at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("$$") {
            before.push('$');
            parser.at += 2;
        } else if rest.starts_with("${") {
            parser.at += 2;
            let access = Some(parser.access());
            let text = std::mem::take(&mut before);
            parts.push(Part { text, access });
        } else {
            let next = rest.chars().next().unwrap_or_default();
            before.push(next);
            parser.at += next.len_utf8();
        }
    }
    if !before.is_empty() {
        let (text, access) = (before, None);
        parts.push(Part { text, access });
    }
    parts
}

struct Parser<'a> {
    node: &'a Node,
    text: &'a str,
    at: usize,
    accessors: Vec<Accessor>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

const UNCLOSED: &str = "missing closing brace '}' in interpolation";
const UNCLOSED_SUBSCRIPT: &str = "subscript is missing closing bracket ']'";

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Skips the next character.
    fn skip(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn error(&mut self, start: usize, summary: &str) {
        let mut place = Place::of(self.node);
        if let Some(range) = self.node.part(start..self.at) {
            place.range = Some(range);
        }
        self.diagnostics.push(place.error(summary));
    }

    fn push(&mut self, start: usize, step: Step) {
        let range = self.node.part(start..self.at);
        self.accessors.push(Accessor { step, range });
    }

    /// Reads a path, from behind `${`.
    fn access(&mut self) -> Access {
        loop {
            let start = self.at;
            match self.peek() {
                Some('}') => {
                    self.skip();
                    return self.finish(start);
                }
                Some('.') => {
                    self.skip();
                    self.name(start);
                }
                Some('[') => {
                    self.skip();
                    self.subscript(start);
                }
                Some(c) if !is_space(c) => self.name(start),
                _ => {
                    self.error(start, UNCLOSED);
                    return self.finish(start);
                }
            }
        }
    }

    fn finish(&mut self, start: usize) -> Access {
        if self.accessors.is_empty() {
            self.push(start, Step::Name("".into()));
        }
        std::mem::take(&mut self.accessors)
    }

    /// Takes text up to a character that ends it.
    fn take_until(&mut self, ends: impl Fn(char) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(|c| !ends(c)) {
            self.skip();
        }
        self.slice(start..self.at)
    }

    fn slice(&self, range: ops::Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    fn name(&mut self, start: usize) {
        let name: Arc<str> = self.take_until(ends_name).into();
        if name.is_empty() {
            self.error(start, "property name must not be empty");
        }
        self.push(start, Step::Name(name));
    }

    fn subscript(&mut self, start: usize) {
        let step = match self.peek() {
            None => {
                self.error(start, UNCLOSED_SUBSCRIPT);
                return self.push(start, Step::Key("".into()));
            }
            Some('"') => {
                self.skip();
                Step::Key(self.quoted(start).into())
            }
            Some(_) => self.index(start),
        };
        match self.peek() {
            Some(']') => self.skip(),
            _ => self.error(start, UNCLOSED_SUBSCRIPT),
        }
        self.push(start, step);
    }

    fn quoted(&mut self, start: usize) -> String {
        let mut key = String::new();
        while let Some(mut c) = self.peek() {
            self.skip();
            if c == '"' {
                if key.is_empty() {
                    self.error(start + 1, "key subscript must not be empty");
                }
                return key;
            }
            if c == '\\' && self.peek() == Some('"') {
                self.skip();
                c = '"';
            }
            key.push(c);
        }
        self.error(start + 1, "key subscript is missing closing quote '\"'");
        key
    }

    fn index(&mut self, start: usize) -> Step {
        let text = self.take_until(|c| c == ']' || ends_name(c)).to_owned();
        let Ok(index) = text.parse() else {
            self.error(
                start + 1,
                "numeric subscript must be a positive base-10 integer",
            );
            return Step::Key(text.into());
        };
        if self.accessors.is_empty() {
            self.error(
                start,
                "the first accessor must be a property name or key subscript, not a numeric subscript",
            );
        }
        Step::Index(index)
    }
}

fn ends_name(c: char) -> bool {
    matches!(c, '.' | '[' | '}') || is_space(c)
}

/// White space in ASCII.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}
