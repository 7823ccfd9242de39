//! Where the parts of a document are in its text, as ranges of bytes.
//!
//! [`Value::parse`](super::Value::parse) decides whether a text is JSON. Positions are also needed
//! while someone types, so [`Spans::read`] accepts more: what comes before an error has its
//! positions, and so has a member that occurs twice. For every text that `Value::parse` accepts,
//! both agree on its parts.

use std::ops::Range;

use super::{JsonError, MAX_DEPTH};
use crate::claim_path::ClaimPath;

/// A range of bytes in a text.
pub type Span = Range<usize>;

/// The positions of all parts of a document.
///
/// ```
/// use claimgate::json::spans::{Part, Spans};
///
/// let text = r#"{"policies": [{"decision": "alow"}]}"#;
/// let spans = Spans::read(text);
/// let found = spans.find("policies[0].decision").unwrap();
/// let Part::Member(member) = found.part else { unreachable!() };
/// assert_eq!(&text[member.key.clone()], r#""decision""#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    /// The document's value, if the text has the beginning of one.
    pub root: Option<Node>,
}

/// A value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its range, with quotes or brackets.
    pub span: Span,
    /// Its parts.
    pub content: Content,
}

/// The parts of a [`Node`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// None: a string, a number, a boolean or `null`.
    Scalar,
    /// The items of an array.
    Array(Vec<Node>),
    /// The members of an object.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The range of its name, with quotes.
    pub key: Span,
    /// Its value; none if the text ends or breaks before it.
    pub value: Option<Node>,
}

/// The part of a document that a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The part, or the last one on the way if the document does not have it.
    pub part: Part<'a>,
    /// What remains of the path; empty if the document has the part.
    pub rest: &'a str,
}

/// A part that a path can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A member of an object.
    Member(&'a Member),
    /// An item of an array, or the whole document.
    Value(&'a Node),
}

impl Spans {
    /// Reads a JSON text up to its first error.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0 };
        Self {
            root: scanner.node(0),
        }
    }

    /// The part that the path of a diagnostic leads to, such as `policies[1].rules.sub`. None if
    /// the text has no value.
    ///
    /// A name with dots is found as it is written, and as a quoted segment of a claim path. If the
    /// document does not have the part, the last part on the way is returned.
    #[must_use]
    pub fn find<'a>(&'a self, path: &'a str) -> Option<Found<'a>> {
        let root = self.root.as_ref()?;
        Some(follow(Part::Value(root), path))
    }
}

impl Node {
    /// The range that stands for the value where a message points at it: all of a scalar; of an
    /// object or array, which may be long, its opening bracket, or without one its first name.
    #[must_use]
    pub fn head(&self) -> Span {
        let start = self.span.start;
        match &self.content {
            Content::Scalar => self.span.clone(),
            Content::Object(members) => match members.first() {
                Some(first) if first.key.start == start => first.key.clone(),
                _ => start..start + 1,
            },
            Content::Array(_) => start..start + 1,
        }
    }
}

impl<'a> Part<'a> {
    /// The value, if the text has it.
    #[must_use]
    pub fn value(self) -> Option<&'a Node> {
        match self {
            Self::Member(member) => member.value.as_ref(),
            Self::Value(node) => Some(node),
        }
    }
}

impl JsonError {
    /// The range of the error in the text that has it: the second name of a duplicate member, else
    /// a character. If the text ends too early, it is the last character that is not white space.
    ///
    /// ```
    /// use claimgate::json::Value;
    ///
    /// let text = r#"{"a": 1, "a": 2}"#;
    /// let error = Value::parse(text).unwrap_err();
    /// assert_eq!(error.span(text), 9..12);
    /// ```
    #[must_use]
    pub fn span(&self, text: &str) -> Span {
        let (line, column) = self.place();
        let mut lines = text.split_inclusive('\n');
        let before = lines.by_ref().take(line.saturating_sub(1));
        let start: usize = before.map(str::len).sum();
        // The column counts bytes, and is behind the character.
        let mut end = start + column.min(lines.next().map_or(0, str::len));
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let before = before.trim_end_matches([' ', '\n', '\r', '\t']);
        let last = before.chars().next_back().map_or(0, char::len_utf8);
        let start = match self {
            Self::DuplicateMember { .. } => opening_quote(before),
            _ => None,
        };
        start.unwrap_or(before.len() - last)..before.len()
    }
}

/// The characters of a JSON string, each with the range in `literal` where it is written: `\u0041`
/// is one character. `literal` includes the quotes; the closing one may be missing.
///
/// ```
/// use claimgate::json::spans::characters;
///
/// let characters: Vec<_> = characters(r#""a\n""#).collect();
/// assert_eq!(characters, [(1..2, 'a'), (2..4, '\n')]);
/// ```
pub fn characters(literal: &str) -> impl Iterator<Item = (Span, char)> + '_ {
    let mut at = usize::from(literal.starts_with('"'));
    std::iter::from_fn(move || {
        let (c, length) = character(literal.get(at..)?)?;
        let start = at;
        at += length;
        Some((start..at, c))
    })
}

/// The first character of the rest of a string, and how many bytes it is written with; none at the
/// string's end.
fn character(rest: &str) -> Option<(char, usize)> {
    let mut chars = rest.chars();
    let escaped = match chars.next()? {
        '"' => return None,
        '\\' => chars.next(),
        c => return Some((c, c.len_utf8())),
    };
    Some(match escaped {
        Some('u') => unicode(rest),
        Some('n') => ('\n', 2),
        Some('t') => ('\t', 2),
        Some('r') => ('\r', 2),
        Some('b') => ('\u{8}', 2),
        Some('f') => ('\u{c}', 2),
        Some(c) => (c, 1 + c.len_utf8()),
        None => ('\\', 1),
    })
}

/// The character that `\u` begins, which may take two of them.
fn unicode(rest: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = rest.get(at..at + 6)?.strip_prefix("\\u")?;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let Some(first) = unit(0) else {
        return (char::REPLACEMENT_CHARACTER, 2);
    };
    let units = std::iter::once(first).chain(unit(6));
    let c = char::decode_utf16(units).next().and_then(Result::ok);
    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    (c, if c.len_utf16() == 2 { 12 } else { 6 })
}

/// Where the string begins that a text ends with.
fn opening_quote(text: &str) -> Option<usize> {
    let inner = text.strip_suffix('"')?;
    let is_escape = |before: &&str| before.ends_with('\\');
    let mut quotes = inner.rmatch_indices('"').map(|(at, _)| at);
    quotes.find(|at| {
        let mut before = inner.get(..*at);
        let mut escapes = 0;
        while let Some(shorter) = before.filter(is_escape) {
            escapes += 1;
            before = shorter.strip_suffix('\\');
        }
        escapes % 2 == 0
    })
}

/// Follows a path from a part, as far as it leads.
fn follow<'a>(part: Part<'a>, path: &'a str) -> Found<'a> {
    let here = Found { part, rest: path };
    let inner = match part.value().map(|node| &node.content) {
        Some(Content::Array(items)) => {
            index(path).and_then(|(index, rest)| Some(follow(Part::Value(items.get(index)?), rest)))
        }
        Some(Content::Object(members)) => members
            .iter()
            .filter_map(|member| Some(follow(Part::Member(member), after(path, &member.name)?)))
            .reduce(|best, other| {
                if other.rest.len() < best.rest.len() {
                    other
                } else {
                    best
                }
            }),
        _ => None,
    };
    inner.unwrap_or(here)
}

/// The index that a path begins with, and what follows it.
fn index(path: &str) -> Option<(usize, &str)> {
    let (digits, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((digits.parse().ok()?, rest))
}

/// What follows a name in a path that begins with it: as it is written, or quoted.
fn after<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    let path = path.strip_prefix('.').unwrap_or(path);
    let rest_of = |name: &str| {
        let rest = path.strip_prefix(name)?;
        let is_whole = rest.is_empty() || rest.starts_with(['.', '[']);
        (is_whole && !name.is_empty()).then_some(rest)
    };
    rest_of(name).or_else(|| {
        let is_quoted = path.starts_with('"');
        is_quoted.then(|| rest_of(&ClaimPath::of(&[name])))?
    })
}

/// Reads up to the first error.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&is_skipped) {
            self.at += 1;
        }
    }

    /// Passes over white space and then that character, if it follows.
    fn take(&mut self, wanted: u8) -> bool {
        self.skip(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        let follows = self.peek() == Some(wanted);
        self.at += usize::from(follows);
        follows
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        let is_object = self.take(b'{');
        let is_array = !is_object && self.take(b'[');
        let start = self.at - usize::from(is_object || is_array);
        let content = if is_object {
            Content::Object(self.members(depth))
        } else if is_array {
            Content::Array(self.items(depth))
        } else {
            if self.peek() == Some(b'"') {
                self.string();
            } else {
                self.skip(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | 0x80..)
                });
            }
            (self.at > start).then_some(Content::Scalar)?
        };
        let span = start..self.at;
        Some(Node { span, content })
    }

    fn items(&mut self, depth: usize) -> Vec<Node> {
        let mut items = Vec::new();
        while let Some(item) = self.node(depth + 1) {
            items.push(item);
            if !self.take(b',') {
                break;
            }
        }
        self.take(b']');
        items
    }

    fn members(&mut self, depth: usize) -> Vec<Member> {
        let mut members = Vec::new();
        while self.take(b'"') {
            self.at -= 1;
            let key = self.string();
            let literal = self.text.get(key.clone()).unwrap_or_default();
            let name = characters(literal).map(|(_, c)| c).collect();
            let value = if self.take(b':') {
                self.node(depth + 1)
            } else {
                None
            };
            members.push(Member { name, key, value });
            if !self.take(b',') {
                break;
            }
        }
        self.take(b'}');
        members
    }

    /// A string; without a closing quote it ends with the line.
    fn string(&mut self) -> Span {
        let start = self.at;
        self.at += 1;
        loop {
            self.skip(|byte| !matches!(byte, b'"' | b'\\' | b'\n'));
            if !self.take_escape() {
                break;
            }
        }
        self.at += usize::from(self.peek() == Some(b'"'));
        start..self.at
    }

    /// Passes over a `\` and what it escapes, but not over the end of the line.
    fn take_escape(&mut self) -> bool {
        let is_escape = self.peek() == Some(b'\\');
        if is_escape {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'"' | b'\\')));
        }
        is_escape
    }
}
