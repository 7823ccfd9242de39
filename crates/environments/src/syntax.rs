//! A definition's YAML as a tree with ranges, to the byte.

mod places;

use std::ops;
use std::sync::Arc;

use claimgate_formats::yaml::{Event, ScalarStyle, events};

use crate::diagnostic::{Diagnostic, has_errors};
use crate::limits::{Limit, MAX_DEFINITION_BYTES, MAX_DEPTH};
use crate::number::Number;
use crate::path::join_key;
use crate::position::{Lines, Position, Range, cells};
use crate::scalar::{self, Scalar};
use places::{before_blanks, closing, dash, header};

/// A part of a definition.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// The range that clients receive.
    pub range: Range,
    /// The bytes that were written.
    pub span: ops::Range<usize>,
    /// The path in the document, `values.a[0]`.
    pub path: Arc<str>,
    /// How a scalar was written.
    pub(crate) style: Style,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Any other scalar.
    String(Arc<str>),
    /// A list.
    Array(Vec<Node>),
    /// An object, its members in the order they were written. A key may repeat.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The key, as it was written.
    pub name: Arc<str>,
    /// The key's place.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Other,
}

impl Node {
    /// The members of an object.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The range of a part of a plain scalar, by bytes of its value.
    pub(crate) fn part(&self, part: ops::Range<usize>) -> Option<Range> {
        let Kind::String(text) = &self.kind else {
            return None;
        };
        if self.style != Style::Plain || self.range.begin.line != self.range.end.line {
            return None;
        }
        let position = |at: usize| {
            let begin = self.range.begin;
            text.get(..at).map(|before| Position {
                line: begin.line,
                column: begin.column + cells(before),
                byte: begin.byte + at,
            })
        };
        Some(Range {
            environment: self.range.environment.clone(),
            begin: position(part.start)?,
            end: position(part.end)?,
        })
    }
}

/// Reads a definition. `None` for one that has a syntax error.
pub(crate) fn read(name: &Arc<str>, text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let nowhere: Arc<str> = "".into();
    if text.len() > MAX_DEFINITION_BYTES {
        let limit = Limit::DefinitionBytes(text.len());
        return (None, vec![Diagnostic::limit(None, &nowhere, limit)]);
    }
    let mut builder = Builder {
        name: name.clone(),
        text,
        lines: Lines::of(text),
        open: Vec::new(),
        document: None,
        diagnostics: Vec::new(),
    };
    builder.read();
    let Builder {
        document,
        diagnostics,
        ..
    } = builder;
    match document {
        _ if has_errors(&diagnostics) => (None, diagnostics),
        document => (document, diagnostics),
    }
}

/// An empty definition.
pub(crate) fn empty(name: &Arc<str>) -> Node {
    Node {
        kind: Kind::Object(Vec::new()),
        range: Range::nowhere(name),
        span: 0..0,
        path: "".into(),
        style: Style::Other,
    }
}

struct Builder<'a> {
    name: Arc<str>,
    text: &'a str,
    lines: Lines<'a>,
    open: Vec<Open>,
    document: Option<Node>,
    diagnostics: Vec<Diagnostic>,
}

/// A list or object that is not closed yet.
struct Open {
    start: usize,
    path: Arc<str>,
    parts: Parts,
}

enum Parts {
    Array(Vec<Node>),
    Object(Vec<Member>, Option<(Arc<str>, Node)>),
}

impl Parts {
    /// What the parts make, where the first begins, and where the last ends.
    fn close(self) -> (Kind, Option<usize>, Option<(Position, usize)>) {
        let end = |node: &Node| (node.range.end, node.span.end);
        match self {
            Self::Array(nodes) => {
                let first = nodes.first().map(|node| node.span.start);
                let last = nodes.last().map(end);
                (Kind::Array(nodes), first, last)
            }
            Self::Object(members, _) => {
                let first = members.first().map(|member| member.key.span.start);
                let last = members.last().map(|member| end(&member.value));
                (Kind::Object(members), first, last)
            }
        }
    }
}

impl Builder<'_> {
    fn read(&mut self) {
        for event in events(self.text) {
            let is_read = match event {
                Ok((event, span)) => self.event(event, span),
                // The parser has a limit of its own, above ours.
                Err(error) if error.message.contains("recursion limit") => self.too_deep(error.at),
                Err(error) => {
                    let line = self.lines.position(error.at).line;
                    self.error(error.at, format!("yaml: line {line}: {}", error.message))
                }
            };
            if is_read.is_none() {
                return;
            }
        }
    }

    /// Reports an error that ends the reading.
    fn error(&mut self, at: usize, summary: String) -> Option<()> {
        let range = self.range(at..at);
        let path = self.path();
        let diagnostic = Diagnostic::error(Some(range), &path, summary);
        self.diagnostics.push(diagnostic);
        None
    }

    fn too_deep(&mut self, at: usize) -> Option<()> {
        let range = self.range(at..at);
        let path = self.path();
        let diagnostic = Diagnostic::limit(Some(range), &path, Limit::Depth);
        self.diagnostics.push(diagnostic);
        None
    }

    fn range(&self, span: ops::Range<usize>) -> Range {
        Range {
            environment: self.name.clone(),
            begin: self.lines.position(span.start),
            end: self.lines.position(span.end),
        }
    }

    fn event(&mut self, event: Event<'_>, span: ops::Range<usize>) -> Option<()> {
        match event {
            Event::Alias(_) => self.error(span.start, "alias nodes are not supported".to_owned()),
            Event::Scalar(text, style, _, tag) => {
                let is_core = |handle: &str| handle == "tag:yaml.org,2002:" || handle == "!!";
                let tag = tag.as_deref().map(|tag| match is_core(&tag.handle) {
                    true => tag.suffix.as_str(),
                    false => "",
                });
                self.scalar(&text, style, tag, span)
            }
            Event::SequenceStart(..) => self.begin(Parts::Array(Vec::new()), span),
            Event::MappingStart(..) => self.begin(Parts::Object(Vec::new(), None), span),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            _ => Some(()),
        }
    }

    /// The path of the part that comes next.
    fn path(&self) -> Arc<str> {
        match self.open.last() {
            None => "".into(),
            Some(open) => match &open.parts {
                Parts::Array(nodes) => format!("{}[{}]", open.path, nodes.len()).into(),
                Parts::Object(_, Some((name, _))) => join_key(&open.path, name).into(),
                Parts::Object(_, None) => open.path.clone(),
            },
        }
    }

    fn begin(&mut self, parts: Parts, span: ops::Range<usize>) -> Option<()> {
        let wants_key = matches!(
            self.open.last().map(|open| &open.parts),
            Some(Parts::Object(_, None))
        );
        if wants_key {
            return self.error(span.start, "mapping keys must be strings".to_owned());
        }
        let path = self.path();
        if self.open.len() >= MAX_DEPTH {
            return self.too_deep(span.start);
        }
        let is_member = self
            .open
            .last()
            .is_some_and(|open| matches!(open.parts, Parts::Object(..)));
        let start = match parts {
            Parts::Array(_) if is_member => dash(self.text, span.start),
            _ => span.start,
        };
        self.open.push(Open { start, path, parts });
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        let (kind, first, last) = open.parts.close();
        let start = first.map_or(open.start, |first| open.start.min(first));
        let begin = self.lines.position(start);
        let (end, written) = last.unwrap_or((begin, start));
        // A flow collection ends with its bracket, a block collection with its last part.
        let closing = match self.text.as_bytes().get(start) {
            Some(b'[') => closing(self.text, written.max(start + 1), b']'),
            Some(b'{') => closing(self.text, written.max(start + 1), b'}'),
            _ => None,
        };
        let written = closing.unwrap_or(written);
        let node = Node {
            kind,
            range: Range {
                environment: self.name.clone(),
                begin,
                end,
            },
            span: start..written,
            path: open.path,
            style: Style::Other,
        };
        self.put(node)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&str>,
        span: ops::Range<usize>,
    ) -> Option<()> {
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => header(self.text, span.start)..span.end,
            ScalarStyle::Plain if span.is_empty() => {
                let at = before_blanks(self.text, span.start);
                at..at
            }
            _ => span,
        };
        let value = match scalar::read(text, style, tag) {
            Ok(value) => value,
            Err(error) => return self.error(span.start, error.to_string()),
        };
        let begin = self.lines.position(span.start);
        let end = match style {
            ScalarStyle::Literal => {
                let rest = text.rsplit('\n').next().unwrap_or_default();
                self.lines
                    .below(begin, text.matches('\n').count(), rest.len())
            }
            _ => Position {
                line: begin.line,
                column: begin.column + cells(text),
                byte: begin.byte + text.len(),
            },
        };
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        let node = Node {
            kind: match value {
                Scalar::Null => Kind::Null,
                Scalar::Bool(value) => Kind::Bool(value),
                Scalar::Number(number) => Kind::Number(number),
                Scalar::String(text) => Kind::String(text),
            },
            range: Range {
                environment: self.name.clone(),
                begin,
                end,
            },
            span,
            path: self.path(),
            style: if is_plain { Style::Plain } else { Style::Other },
        };
        self.put_scalar(text, node)
    }

    fn put_scalar(&mut self, text: &str, mut node: Node) -> Option<()> {
        let Some(Open {
            path,
            parts: Parts::Object(_, key @ None),
            ..
        }) = self.open.last_mut()
        else {
            return self.put(node);
        };
        node.path = join_key(path, text).into();
        let is_string = matches!(node.kind, Kind::String(_));
        let (range, path) = (node.range.clone(), node.path.clone());
        *key = Some((text.into(), node));
        if !is_string {
            let summary = "mapping keys must be strings";
            let diagnostic = Diagnostic::error(Some(range), &path, summary);
            self.diagnostics.push(diagnostic);
        }
        Some(())
    }

    fn put(&mut self, node: Node) -> Option<()> {
        match self.open.last_mut().map(|open| &mut open.parts) {
            Some(Parts::Array(nodes)) => nodes.push(node),
            Some(Parts::Object(members, key)) => {
                if let Some((name, key)) = key.take() {
                    let value = node;
                    members.push(Member { name, key, value });
                }
            }
            None if self.document.is_some() => {
                let summary = "expected one YAML document, found a second".to_owned();
                return self.error(node.span.start, summary);
            }
            None => self.document = Some(node),
        }
        Some(())
    }
}
