//! Patterns compiled: to comparisons of literals where that is enough, else through `globset`.
//!
//! A literal is compared; literals around `*` and `.` are looked for from left to right, which is exact because each has a
//! fixed length. What is left are patterns with a `?` that takes zero or one character. They go through `globset`, when
//! they are first matched: compiled, one takes more memory than a hundred patterns written down.
//!
//! `globset` works on bytes, has wildcards of its own (`[`, `{`, `**/`) and turns `\` into `/` on some hosts. So a
//! pattern is written anew in a small part of its language: escaped ASCII literals, `?`, `*` and `{?,}`. For "one
//! character" to be one byte, characters outside ASCII are *folded*: a pattern can only tell apart the literals that
//! it names, so each such literal gets an ASCII byte that the pattern does not use, and every other character
//! becomes one common byte. That keeps the answer exact and the value one byte a character.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use globset::{Candidate, GlobBuilder, GlobMatcher};

use super::segments::Segments;
use super::{Dialect, Item, Token, parse, reference};

#[derive(Clone)]
pub(super) enum Matcher {
    /// No wildcard and no escape: the value is the source.
    Source,
    /// No wildcard: the value is this text.
    Exact(Box<str>),
    /// One `*` at this byte of the source, and else nothing but literals without escapes.
    OneStar(u32),
    /// Wildcards only: so many characters.
    Length(Bounds),
    /// Literals, `.` and `*`.
    Segments(Segments),
    /// Everything else; nothing inside if there are more distinct characters than bytes to fold them into.
    Glob(Box<OnceLock<Option<Glob>>>),
}

impl Matcher {
    pub(super) fn compile(source: &str, items: &[Item]) -> Self {
        if let Some(text) = literal_text(items) {
            return if text == source { Self::Source } else { Self::Exact(text.into()) };
        }
        if let [Part::Run(run)] = *parts(items) {
            return Self::Length(run.bounds());
        }
        if let Some(star) = one_star(source, items) {
            return Self::OneStar(star);
        }
        match Segments::of(items) {
            Some(segments) => Self::Segments(segments),
            None => Self::Glob(Box::default()),
        }
    }

    pub(super) fn is_match(&self, source: &str, dialect: Dialect, value: &str) -> bool {
        match self {
            Self::Source => source == value,
            Self::Exact(text) => **text == *value,
            Self::OneStar(star) => {
                let (prefix, rest) = source.split_at_checked(*star as usize).unwrap_or((source, ""));
                let suffix = rest.get(1..).unwrap_or_default();
                value.strip_prefix(prefix).is_some_and(|rest| rest.ends_with(suffix))
            }
            Self::Length(bounds) => bounds.contains(value.chars().count()),
            Self::Segments(segments) => segments.is_match(value),
            Self::Glob(glob) => match glob.get_or_init(|| Glob::compile(&parse(source, dialect))) {
                Some(glob) => glob.is_match(value),
                None => reference::is_match(&parse(source, dialect), value),
            },
        }
    }
}

/// Where the only wildcard stands, if it is a `*` and nothing is escaped.
fn one_star(source: &str, items: &[Item]) -> Option<u32> {
    let mut wildcards = items.iter().filter(|item| item.token.is_wildcard());
    let star = wildcards.next().filter(|item| item.token == Token::Many)?;
    let is_plain = wildcards.next().is_none() && items.iter().all(|item| item.end - item.start == 1);
    let (byte, _) = source.char_indices().nth(star.start)?;
    u32::try_from(byte).ok().filter(|_| is_plain)
}

/// A pattern as `globset` has it.
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
        Some(Self { matcher: glob.ok()?.compile_matcher(), fold })
    }

    pub(super) fn is_match(&self, value: &str) -> bool {
        self.matcher.is_match_candidate(&Candidate::from_bytes(self.fold.apply(value).as_bytes()))
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
    for part in parts(items) {
        match part {
            Part::Literal(c) => push_escaped(fold.literal(c), &mut text),
            Part::Run(run) => {
                text.extend(std::iter::repeat_n('?', run.ones));
                text.extend(std::iter::repeat_n("{?,}", run.optional));
                text.extend(run.many.then_some('*'));
            }
        }
    }
    text
}

/// A pattern's literals, and its runs of wildcards in their shortest form.
pub(super) enum Part {
    Literal(char),
    Run(Run),
}

/// A run of wildcards: at least `ones` characters, and up to `optional` more or, with `many`, any number.
#[derive(Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) ones: usize,
    pub(super) optional: usize,
    pub(super) many: bool,
}

/// At least and at most so many characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Bounds {
    min: usize,
    max: usize,
}

impl Bounds {
    /// Whether there is no longest.
    pub(crate) fn is_open(self) -> bool {
        self.max == usize::MAX
    }

    pub(crate) fn contains(self, length: usize) -> bool {
        (self.min..=self.max).contains(&length)
    }
}

impl Run {
    pub(super) fn bounds(self) -> Bounds {
        Bounds { min: self.ones, max: if self.many { usize::MAX } else { self.ones + self.optional } }
    }

    fn add(&mut self, token: Token) {
        match token {
            Token::Literal(_) => {}
            Token::One => self.ones += 1,
            Token::Optional => self.optional += 1,
            Token::Many => self.many = true,
        }
        if self.many {
            self.optional = 0;
        }
    }
}

pub(super) fn parts(items: &[Item]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        match (item.token, parts.last_mut()) {
            (Token::Literal(c), _) => parts.push(Part::Literal(c)),
            (token, Some(Part::Run(run))) => run.add(token),
            (token, _) => {
                let mut run = Run::default();
                run.add(token);
                parts.push(Part::Run(run));
            }
        }
    }
    parts
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
