//! Patterns compiled through `globset`.
//!
//! `globset` works on bytes, has wildcards of its own (`[`, `{`, `**/`) and turns `\` into `/` on some hosts. So a
//! pattern is written anew in a small part of its language: escaped ASCII literals, `?`, `*` and `{?,}`. For "one
//! character" to be one byte, characters outside ASCII are *folded*: a pattern can only tell apart the literals that
//! it names, so each such literal gets an ASCII byte that the pattern does not use, and every other character
//! becomes one common byte. That keeps the answer exact and the value one byte a character.

use std::borrow::Cow;
use std::collections::BTreeSet;

use globset::{Candidate, GlobBuilder, GlobMatcher};

use super::{Item, Token, reference};

#[derive(Clone)]
pub(super) enum Matcher {
    /// No wildcard: the value is this text.
    Exact(String),
    Glob {
        matcher: Box<GlobMatcher>,
        fold: Fold,
    },
    /// More distinct characters than there are bytes to fold them into.
    Reference,
}

impl Matcher {
    pub(super) fn compile(items: &[Item]) -> Self {
        if let Some(text) = literal_text(items) {
            return Self::Exact(text);
        }
        let Some(fold) = Fold::new(items) else {
            return Self::Reference;
        };
        let glob = GlobBuilder::new(&glob_text(items, &fold))
            .backslash_escape(true)
            .empty_alternates(true)
            .literal_separator(false)
            .build();
        match glob {
            Ok(glob) => Self::Glob { matcher: Box::new(glob.compile_matcher()), fold },
            Err(_) => Self::Reference,
        }
    }

    pub(super) fn is_match(&self, items: &[Item], value: &str) -> bool {
        match self {
            Self::Exact(text) => text == value,
            Self::Glob { matcher, fold } => {
                matcher.is_match_candidate(&Candidate::from_bytes(fold.apply(value).as_bytes()))
            }
            Self::Reference => reference::is_match(items, value),
        }
    }
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

/// Writes the pattern in globset's language. A run of wildcards is put in its shortest form, `..*` for `*.?*.`:
/// `**` would be another wildcard there.
fn glob_text(items: &[Item], fold: &Fold) -> String {
    let mut text = String::new();
    let mut run = Run::default();
    for item in items {
        match item.token {
            Token::Literal(c) => {
                run.flush(&mut text);
                push_escaped(fold.literal(c), &mut text);
            }
            Token::One => run.ones += 1,
            Token::Optional => run.optional += 1,
            Token::Many => run.many = true,
        }
    }
    run.flush(&mut text);
    text
}

#[derive(Default)]
struct Run {
    ones: usize,
    optional: usize,
    many: bool,
}

impl Run {
    fn flush(&mut self, text: &mut String) {
        text.extend(std::iter::repeat_n('?', self.ones));
        if self.many {
            text.push('*');
        } else {
            text.extend(std::iter::repeat_n("{?,}", self.optional));
        }
        *self = Self::default();
    }
}

fn push_escaped(c: char, text: &mut String) {
    if !c.is_ascii_alphanumeric() {
        text.push('\\');
    }
    text.push(c);
}

/// How characters that globset would not take for one character, or not for themselves, become one byte each.
#[derive(Clone)]
pub(super) struct Fold {
    /// The pattern's literals that need one, with their stand-ins.
    stand_ins: Vec<(char, char)>,
    /// Stands for every character that the pattern does not name.
    other: char,
}

impl Fold {
    fn new(items: &[Item]) -> Option<Self> {
        let literals: BTreeSet<char> = items
            .iter()
            .filter_map(|item| match item.token {
                Token::Literal(c) => Some(c),
                _ => None,
            })
            .collect();
        let mut free = ('\u{1}'..='\u{7f}').filter(|c| !literals.contains(c) && !matches!(c, '/' | '\\'));
        let other = free.next()?;
        let stand_ins = literals
            .iter()
            .filter(|c| needs_folding(**c))
            .map(|c| Some((*c, free.next()?)))
            .collect::<Option<Vec<_>>>()?;
        Some(Self { stand_ins, other })
    }

    fn literal(&self, c: char) -> char {
        self.stand_ins.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)
    }

    fn apply<'a>(&self, value: &'a str) -> Cow<'a, str> {
        if self.stand_ins.is_empty() && !value.chars().any(needs_folding) {
            return Cow::Borrowed(value);
        }
        Cow::Owned(value.chars().map(|c| self.fold_char(c)).collect())
    }

    fn fold_char(&self, c: char) -> char {
        for (from, to) in &self.stand_ins {
            if *from == c {
                return *to;
            }
            if *to == c {
                return self.other;
            }
        }
        if needs_folding(c) { self.other } else { c }
    }
}

fn needs_folding(c: char) -> bool {
    !c.is_ascii() || c == '\\'
}
