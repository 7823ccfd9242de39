//! Patterns compiled: to comparisons of literals where that is enough, else through `globset`.
//!
//! A literal is compared; literals around `*` and `.` are looked for from left to right, which is
//! exact because each has a fixed length. What is left are patterns with a `?` that takes zero or
//! one character. They go through `globset`, when they are first matched: compiled, one takes more
//! memory than a hundred patterns written down. A build without the feature `globset`, for the sake
//! of its size, matches them as the reference does, in time linear in pattern × value.
use std::sync::OnceLock;

#[cfg(feature = "globset")]
use super::glob::Glob;
use super::runs::{Bounds, Piece, pieces};
use super::segments::Segments;
use super::{Dialect, Item, Token, parse, reference};

#[derive(Clone)]
pub(super) enum Matcher {
    /// No wildcard and no escape: the value is the source.
    Source,
    /// No wildcard: the value is this text.
    Exact(Box<str>),
    /// One `*` at this byte of the source, otherwise only literals without escapes.
    OneStar(u32),
    /// Wildcards only: so many characters.
    Length(Bounds),
    /// Literals, `.` and `*`.
    Segments(Segments),
    /// Everything else.
    Other(Box<OnceLock<Other>>),
}

#[derive(Clone)]
pub(super) enum Other {
    #[cfg(feature = "globset")]
    Glob(Glob),
    /// Without `globset`, or if there are more distinct characters than bytes to fold them into.
    Reference(Vec<Item>),
}

impl Other {
    fn compile(items: Vec<Item>) -> Self {
        #[cfg(feature = "globset")]
        if let Some(glob) = Glob::compile(&items) {
            return Self::Glob(glob);
        }
        Self::Reference(items)
    }

    fn is_match(&self, value: &str) -> bool {
        match self {
            #[cfg(feature = "globset")]
            Self::Glob(glob) => glob.is_match(value),
            Self::Reference(items) => reference::is_match(items, value),
        }
    }
}

impl Matcher {
    pub(super) fn compile(source: &str, items: &[Item]) -> Self {
        if let Some(text) = literal_text(items) {
            return if text == source {
                Self::Source
            } else {
                Self::Exact(text.into())
            };
        }
        if let [Piece::Run(run)] = *pieces(items) {
            return Self::Length(run.bounds());
        }
        if let Some(star) = one_star(source, items) {
            return Self::OneStar(star);
        }
        match Segments::of(items) {
            Some(segments) => Self::Segments(segments),
            None => Self::Other(Box::default()),
        }
    }

    pub(super) fn is_match(&self, source: &str, dialect: Dialect, value: &str) -> bool {
        match self {
            Self::Source => source == value,
            Self::Exact(text) => **text == *value,
            Self::OneStar(star) => {
                let (prefix, rest) = source
                    .split_at_checked(*star as usize)
                    .unwrap_or((source, ""));
                let suffix = rest.get(1..).unwrap_or_default();
                value
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.ends_with(suffix))
            }
            Self::Length(bounds) => bounds.contains(value.chars().count()),
            Self::Segments(segments) => segments.is_match(value),
            Self::Other(other) => other
                .get_or_init(|| Other::compile(parse(source, dialect)))
                .is_match(value),
        }
    }
}

/// The position of the only wildcard, if it is a `*` and nothing is escaped.
fn one_star(source: &str, items: &[Item]) -> Option<u32> {
    let mut wildcards = items.iter().filter(|item| item.token.is_wildcard());
    let star = wildcards.next().filter(|item| item.token == Token::Many)?;
    let is_plain =
        wildcards.next().is_none() && items.iter().all(|item| item.end - item.start == 1);
    let (byte, _) = source.char_indices().nth(star.start)?;
    u32::try_from(byte).ok().filter(|_| is_plain)
}

fn literal_text(items: &[Item]) -> Option<String> {
    items
        .iter()
        .map(|item| match item.token {
            Token::Literal(c) => Some(c),
            _ => None,
        })
        .collect()
}
