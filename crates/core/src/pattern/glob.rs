//! Patterns through `globset`.
//!
//! `globset` works on bytes, has wildcards of its own (`[`, `{`, `**/`) and turns `\` into `/` on
//! some hosts. So a pattern is translated into a small part of its language: escaped ASCII
//! literals, `?`, `*` and `{?,}`. For "one character" to be one byte, characters outside ASCII are
//! *folded*: a pattern can only distinguish the literals that it names, so each such literal gets an
//! ASCII byte that the pattern does not use, and every other character becomes one common byte.
//! That keeps the answer exact and the value one byte a character.

use std::borrow::Cow;
use std::collections::BTreeSet;

use globset::{Candidate, GlobBuilder, GlobMatcher};

use super::runs::{Piece, pieces};
use super::{Item, Token};

/// A pattern compiled by `globset`.
#[derive(Clone)]
pub(super) struct Glob {
    matcher: GlobMatcher,
    fold: Fold,
}

impl Glob {
    pub(super) fn compile(items: &[Item]) -> Option<Self> {
        let fold = Fold::new(items)?;
        let glob = GlobBuilder::new(&glob_text(items, &fold))
            .backslash_escape(true)
            .empty_alternates(true)
            .literal_separator(false)
            .build();
        Some(Self {
            matcher: glob.ok()?.compile_matcher(),
            fold,
        })
    }

    pub(super) fn is_match(&self, value: &str) -> bool {
        self.matcher
            .is_match_candidate(&Candidate::from_bytes(self.fold.apply(value).as_bytes()))
    }
}

/// Writes the pattern in globset's language. A run of wildcards gets its shortest form, `..*` for
/// `*.?*.`, because `**` would be another wildcard.
fn glob_text(items: &[Item], fold: &Fold) -> String {
    let mut text = String::new();
    for part in pieces(items) {
        match part {
            Piece::Literal(c) => push_escaped(fold.literal(c), &mut text),
            Piece::Run(run) => {
                text.extend(std::iter::repeat_n('?', run.ones));
                text.extend(std::iter::repeat_n("{?,}", run.optional));
                text.extend(run.many.then_some('*'));
            }
        }
    }
    text
}

fn push_escaped(c: char, text: &mut String) {
    if !c.is_ascii_alphanumeric() {
        text.push('\\');
    }
    text.push(c);
}

/// The replacement of characters that `globset` would not match as one literal character by one byte
/// each.
#[derive(Clone)]
pub(super) struct Fold {
    /// The pattern's literals that need a replacement, with their replacements.
    stand_ins: Vec<(char, char)>,
    /// Replaces every character that the pattern does not name.
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
        let mut free =
            ('\u{1}'..='\u{7f}').filter(|c| !literals.contains(c) && !matches!(c, '/' | '\\'));
        let other = free.next()?;
        let stand_ins = literals
            .iter()
            .filter(|c| needs_folding(**c))
            .map(|c| Some((*c, free.next()?)))
            .collect::<Option<Vec<_>>>()?;
        Some(Self { stand_ins, other })
    }

    fn literal(&self, c: char) -> char {
        self.stand_ins
            .iter()
            .find(|(from, _)| *from == c)
            .map_or(c, |(_, to)| *to)
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
