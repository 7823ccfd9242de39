//! A pattern taken apart as it is written, for whoever shows it.

use super::reference::{Span, span};
use super::{Item, Pattern, Token};

/// What a part of a pattern does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Stands for itself.
    Literal,
    /// An escape: stands for the character behind its `\`.
    Escape,
    /// Takes exactly one character.
    One,
    /// Takes zero or one character.
    Optional,
    /// Takes zero or more characters.
    Many,
}

/// A part of a pattern: one wildcard, one escape, or the longest run of characters that stand for
/// themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it does.
    pub kind: PartKind,
    /// It as written.
    pub text: String,
    /// Where it stands in the pattern.
    pub span: Span,
}

impl Pattern {
    /// The parts that it is written in; together they are its source.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, PartKind, Pattern};
    ///
    /// let parts = Pattern::new(r"v1\.*", Dialect::Pulumi)?.parts();
    /// assert_eq!(parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>(), ["v1", r"\.", "*"]);
    /// assert_eq!(parts[2].kind, PartKind::Many);
    /// # Ok::<(), claimgate::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let source: Vec<char> = self.source.chars().collect();
        let mut parts: Vec<(PartKind, usize, usize)> = Vec::new();
        for item in self.items() {
            let kind = kind(&item);
            match parts.last_mut() {
                Some((PartKind::Literal, _, end)) if kind == PartKind::Literal => *end = item.end,
                _ => parts.push((kind, item.start, item.end)),
            }
        }
        let part = |(kind, start, end)| {
            let text = source.iter().take(end).skip(start).collect();
            Part {
                kind,
                text,
                span: span(&source, start, end),
            }
        };
        parts.into_iter().map(part).collect()
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
