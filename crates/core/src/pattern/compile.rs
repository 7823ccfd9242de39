//! Patterns compiled: to comparisons of literals where that is enough, else to an automaton.
//!
//! A literal is compared; literals between `*` are searched for from left to right, which is exact
//! because each has a fixed length. What is left are patterns with a `?` that takes zero or one
//! character, or with a `.` between two `*`: they get an automaton when they are first matched.
use std::sync::OnceLock;

use super::automaton::{Automaton, Meter};
use super::runs::{Bounds, Piece, pieces};
use super::segments::Segments;
use super::{Dialect, Item, Token, parse};

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
    /// Literals and `*`, with `.` before the first and after the last `*`.
    Segments(Segments),
    /// Everything else.
    Other(Box<OnceLock<Automaton>>),
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

    pub(super) fn is_match(
        &self,
        source: &str,
        dialect: Dialect,
        value: &str,
        meter: &mut impl Meter,
    ) -> bool {
        match self {
            Self::Source => source == value,
            Self::Exact(text) => **text == *value,
            Self::OneStar(star) => {
                let (prefix, suffix) = around(source, *star);
                value
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.ends_with(suffix))
            }
            Self::Length(bounds) if bounds.is_any() => true,
            Self::Length(bounds) => {
                meter.add(value.len());
                bounds.contains(value.chars().count())
            }
            Self::Segments(segments) => segments.is_match(value, meter),
            Self::Other(automaton) => automaton
                .get_or_init(|| Automaton::of(parse(source, dialect).iter().map(|item| item.token)))
                .is_match(value, meter),
        }
    }

    /// Whether matching takes no more than comparing the start and the end of a value.
    pub(super) fn is_simple(&self) -> bool {
        match self {
            Self::Source | Self::Exact(_) | Self::OneStar(_) => true,
            Self::Length(bounds) => bounds.is_any(),
            Self::Segments(segments) => segments.is_simple(),
            Self::Other(_) => false,
        }
    }
}

/// What is before and after the `*` at a byte of the source.
fn around(source: &str, star: u32) -> (&str, &str) {
    let (prefix, rest) = source
        .split_at_checked(star as usize)
        .unwrap_or((source, ""));
    (prefix, rest.get(1..).unwrap_or_default())
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
