//! The parts of a pattern, for displaying it.

use super::trace::{Position, Span};
use super::{Dialect, Item, Pattern, Token, parse};

/// The kind of a part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Matches itself.
    Literal,
    /// An escape: matches the character after its `\`.
    Escape,
    /// Matches exactly one character.
    One,
    /// Matches zero or one character.
    Optional,
    /// Matches zero or more characters.
    Many,
}

/// A part of a pattern: one wildcard, one escape, or the longest run of literal characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Its kind.
    pub kind: PartKind,
    /// Its text.
    pub text: String,
    /// Its position in the pattern.
    pub span: Span,
}

/// The parts that `source` is written in; together they are the text. Any length is accepted.
///
/// ```
/// use claimgate::pattern::{Dialect, PartKind, parts};
///
/// let parts = parts(r"v1\.*", Dialect::Pulumi);
/// assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), ["v1", r"\.", "*"]);
/// assert_eq!(parts[2].kind, PartKind::Many);
/// ```
#[must_use]
pub fn parts(source: &str, dialect: Dialect) -> Vec<Part> {
    let mut chars = source.chars();
    let mut end = Position::default();
    let mut parts: Vec<Part> = Vec::new();
    for item in parse(source, dialect) {
        let kind = kind(&item);
        let start = end;
        let text: String = chars.by_ref().take(item.end - item.start).collect();
        end.chars = item.end;
        end.utf16 += text.encode_utf16().count();
        match parts.last_mut() {
            Some(part) if part.kind == PartKind::Literal && kind == PartKind::Literal => {
                part.text.push_str(&text);
                part.span.end = end;
            }
            _ => parts.push(Part {
                kind,
                text,
                span: Span { start, end },
            }),
        }
    }
    parts
}

impl Pattern {
    /// The [`parts`] that it is written in.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        parts(&self.source, self.dialect)
    }
}

fn kind(item: &Item) -> PartKind {
    match item.token {
        Token::Literal(_) if item.end - item.start > 1 => PartKind::Escape,
        Token::Literal(_) => PartKind::Literal,
        Token::One => PartKind::One,
        Token::Optional => PartKind::Optional,
        Token::Many => PartKind::Many,
    }
}
