//! Patterns as lists of tokens.

use claimgate::pattern::{Dialect, PartKind, parts};

/// An element of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Token {
    /// This character.
    Char(char),
    /// Exactly one character.
    One,
    /// Zero or one character.
    Optional,
    /// Zero or more characters.
    Many,
}

impl Token {
    pub(crate) fn is_wildcard(self) -> bool {
        !matches!(self, Self::Char(_))
    }
}

/// The tokens of a pattern, in normal form: equal ones for `?*` and `*?`.
pub(crate) fn tokens(pattern: &str, dialect: Dialect) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in parts(pattern, dialect) {
        match part.kind {
            PartKind::Literal => tokens.extend(part.text.chars().map(Token::Char)),
            PartKind::Escape => tokens.extend(part.text.chars().skip(1).map(Token::Char)),
            PartKind::One => tokens.push(Token::One),
            PartKind::Optional => tokens.push(Token::Optional),
            PartKind::Many => tokens.push(Token::Many),
        }
    }
    normal(&tokens)
}

/// The tokens of a pattern in which only `*` is a wildcard, such as an entry of an issuer's audiences.
pub(crate) fn only_star(text: &str) -> Vec<Token> {
    let token = |c| match c {
        '*' => Token::Many,
        c => Token::Char(c),
    };
    normal(&text.chars().map(token).collect::<Vec<_>>())
}

/// The tokens of a text.
pub(crate) fn literal(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}

/// In each run of wildcards: first those for one character, then the optional ones, or one `*`
/// instead of them.
pub(super) fn normal(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    for run in tokens.chunk_by(|a, b| a.is_wildcard() && b.is_wildcard()) {
        let count = |token| run.iter().filter(move |other| **other == token);
        out.extend(run.iter().filter(|token| !token.is_wildcard()));
        out.extend(count(Token::One));
        match run.contains(&Token::Many) {
            true => out.push(Token::Many),
            false => out.extend(count(Token::Optional)),
        }
    }
    out
}
