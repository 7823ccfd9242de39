//! The wildcard language of claim patterns.
//!
//! A pattern is matched against one whole value: anchored at both ends, case-sensitive, by Unicode
//! scalar value.
//!
//! | written | [`Dialect::Pulumi`] | [`Dialect::StringLike`] |
//! |---|---|---|
//! | `*` | zero or more characters, `/` and `:` included | the same |
//! | `?` | zero or one character | exactly one character |
//! | `.` | exactly one character | itself |
//! | `\*` `\?` `\.` `\\` | the character itself (our extension) | the same, without `\.` |
//! | anything else, `[`, `{`, a lone `\` included | itself | itself |
//!
//! ```
//! use claimgate::pattern::{Dialect, Pattern};
//!
//! let pattern = Pattern::new("repo:octo-org/*:pull_request", Dialect::Pulumi)?;
//! assert!(pattern.is_match("repo:octo-org/octo-repo:pull_request"));
//! assert!(!pattern.is_match("repo:other/octo-repo:pull_request"));
//! # Ok::<(), claimgate::pattern::PatternError>(())
//! ```

mod automaton;
mod compile;
mod dialect;
mod display;
mod literals;
mod parts;
mod reference;
mod runs;
mod segments;
mod trace;

use std::fmt;

pub use dialect::Dialect;
pub use display::visible;
pub use parts::{Part, PartKind, parts};
pub use trace::{Capture, Position, Span, Stop, Trace};

pub(crate) use automaton::Meter;
use automaton::tracing::Tracing;
use compile::Matcher;
pub(crate) use display::shorten_to;
pub(crate) use literals::Literals;
pub(crate) use runs::Bounds;

/// The longest pattern that is accepted, in characters.
pub const MAX_PATTERN_CHARS: usize = 4096;

/// A pattern that cannot be compiled.
///
/// ```
/// use claimgate::pattern::{Dialect, MAX_PATTERN_CHARS, Pattern};
///
/// let error = Pattern::new(&"a".repeat(MAX_PATTERN_CHARS + 1), Dialect::Pulumi).unwrap_err();
/// assert_eq!(error.code(), "pattern-too-long");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// More than [`MAX_PATTERN_CHARS`] characters.
    #[error("expected a pattern of at most {max} characters, found {found}")]
    TooLong {
        /// How many characters were found.
        found: usize,
        /// How many are accepted.
        max: usize,
    },
}

impl PatternError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "pattern-too-long",
        }
    }
}

/// One element of a parsed pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Literal(char),
    /// Exactly one character.
    One,
    /// Zero or one character.
    Optional,
    /// Zero or more characters.
    Many,
}

impl Token {
    pub(crate) fn is_wildcard(self) -> bool {
        !matches!(self, Self::Literal(_))
    }
}

/// A token with its place in the source, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) token: Token,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A compiled pattern.
#[derive(Clone)]
pub struct Pattern {
    source: Box<str>,
    dialect: Dialect,
    matcher: Matcher,
}

impl Pattern {
    /// Compiles `source`. Every text is a pattern; only its length is limited.
    ///
    /// # Errors
    /// [`PatternError::TooLong`] above [`MAX_PATTERN_CHARS`] characters.
    pub fn new(source: &str, dialect: Dialect) -> Result<Self, PatternError> {
        let found = source.chars().count();
        if found > MAX_PATTERN_CHARS {
            return Err(PatternError::TooLong {
                found,
                max: MAX_PATTERN_CHARS,
            });
        }
        let matcher = Matcher::compile(source, &parse(source, dialect));
        Ok(Self {
            source: source.into(),
            dialect,
            matcher,
        })
    }

    /// The pattern that accepts only `text`, which may have any length.
    pub(crate) fn literal(text: &str) -> Self {
        let source: Box<str> = escape(text, Dialect::StringLike).into();
        let matcher = Matcher::compile(&source, &parse(&source, Dialect::StringLike));
        Self {
            source,
            dialect: Dialect::StringLike,
            matcher,
        }
    }

    fn items(&self) -> Vec<Item> {
        parse(&self.source, self.dialect)
    }

    /// The literals that every accepted value contains.
    pub(crate) fn literals(&self) -> Literals {
        Literals::of(&self.items())
    }

    /// The text that the pattern was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The dialect that it was compiled in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether it has no wildcard, and so accepts only one value.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, Pattern};
    ///
    /// assert!(!Pattern::new("v1.0", Dialect::Pulumi)?.is_literal());
    /// assert!(Pattern::new("v1.0", Dialect::StringLike)?.is_literal());
    /// # Ok::<(), claimgate::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.items().iter().any(|item| item.token.is_wildcard())
    }

    /// Whether it accepts the whole of `value`.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, Pattern};
    ///
    /// let pattern = Pattern::new("refs/heads/*", Dialect::Pulumi)?;
    /// assert!(pattern.is_match("refs/heads/feature/x"));
    /// // The whole value has to match, in case too.
    /// assert!(!pattern.is_match("x/refs/heads/main") && !pattern.is_match("Refs/heads/main"));
    /// # Ok::<(), claimgate::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn is_match(&self, value: &str) -> bool {
        self.is_match_metered(value, &mut ())
    }

    pub(crate) fn is_match_metered(&self, value: &str, meter: &mut impl Meter) -> bool {
        self.matcher
            .is_match(&self.source, self.dialect, value, meter)
    }

    /// The steps that matching takes for each character of a value: one for each 64 characters of
    /// the pattern, none if it is a literal, or a literal start and end around one `*`.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, Pattern};
    ///
    /// let weight = |pattern: &str| Pattern::new(pattern, Dialect::StringLike).map(|pattern| pattern.weight());
    /// assert_eq!((weight("v1.0"), weight("refs/*/main"), weight("*/v1.?")), (Ok(0), Ok(0), Ok(1)));
    /// assert_eq!(weight(&"*a".repeat(64)), Ok(2));
    /// ```
    #[must_use]
    pub fn weight(&self) -> u64 {
        if self.matcher.is_simple() {
            return 0;
        }
        self.source.chars().count().div_ceil(64) as u64
    }

    /// The steps that [`Pattern::is_match`] and [`Pattern::trace`] take, for tests of their bound.
    #[doc(hidden)]
    #[must_use]
    pub fn count_steps(&self, value: &str) -> (u64, u64) {
        let mut matching = 0;
        self.is_match_metered(value, &mut matching);
        (matching, self.trace_counted(value).1)
    }

    /// The same result as [`Pattern::is_match`], with what each wildcard matched, or where the match
    /// stopped.
    ///
    /// A `*` is shown with the shortest text that lets the rest match.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, Pattern, Trace};
    ///
    /// let pattern = Pattern::new("repo:*:pull_request", Dialect::Pulumi)?;
    /// let Trace::Matched { captures } = pattern.trace("repo:octo-org/x:pull_request") else { unreachable!() };
    /// assert_eq!(captures[0].text, "octo-org/x");
    /// # Ok::<(), claimgate::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn trace(&self, value: &str) -> Trace {
        self.trace_counted(value).0
    }

    fn trace_counted(&self, value: &str) -> (Trace, u64) {
        let (source, value): (Vec<char>, Vec<char>) =
            (self.source.chars().collect(), value.chars().collect());
        let items = self.items();
        let mut tracing = Tracing::new(&items, &value);
        let trace = trace::trace(&source, &items, &value, &mut tracing);
        (trace, tracing.steps)
    }

    /// The number of wildcards.
    pub(crate) fn wildcards(&self) -> usize {
        let items = self.items();
        items.iter().filter(|item| item.token.is_wildcard()).count()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern")
            .field("source", &self.source)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.dialect == other.dialect && self.source == other.source
    }
}

impl Eq for Pattern {}

/// Escapes `text`, so that as a pattern it matches only itself.
///
/// ```
/// use claimgate::pattern::{escape, Dialect, Pattern};
///
/// assert_eq!(escape("release-1.2", Dialect::Pulumi), r"release-1\.2");
/// assert!(!Pattern::new(r"release-1\.2", Dialect::Pulumi)?.is_match("release-1x2"));
/// # Ok::<(), claimgate::pattern::PatternError>(())
/// ```
#[must_use]
pub fn escape(text: &str, dialect: Dialect) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escapable(c, dialect) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// The reference matcher that property tests compare [`Pattern::is_match`] with.
///
/// ```
/// use claimgate::pattern::{Dialect, reference_match};
///
/// assert!(reference_match("a?c", Dialect::Pulumi, "ac"));
/// ```
#[must_use]
pub fn reference_match(pattern: &str, dialect: Dialect, value: &str) -> bool {
    reference::is_match(&parse(pattern, dialect), value)
}

/// [`Pattern::trace`] by the reference matcher, for property tests.
#[doc(hidden)]
#[must_use]
pub fn reference_trace(pattern: &str, dialect: Dialect, value: &str) -> Trace {
    let items = parse(pattern, dialect);
    let (source, value): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), value.chars().collect());
    let mut table = reference::Table::new(&items, &value);
    trace::trace(&source, &items, &value, &mut table)
}

fn parse(source: &str, dialect: Dialect) -> Vec<Item> {
    let mut items = Vec::new();
    let mut chars = source.chars().enumerate().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + 1;
        let token = match (c, dialect) {
            ('*', _) => Token::Many,
            ('?', Dialect::Pulumi) => Token::Optional,
            ('?', Dialect::StringLike) | ('.', Dialect::Pulumi) => Token::One,
            ('\\', _) => match chars.next_if(|(_, next)| is_escapable(*next, dialect)) {
                Some((_, escaped)) => {
                    end += 1;
                    Token::Literal(escaped)
                }
                None => Token::Literal('\\'),
            },
            (c, _) => Token::Literal(c),
        };
        items.push(Item { token, start, end });
    }
    items
}

fn is_escapable(c: char, dialect: Dialect) -> bool {
    matches!(c, '*' | '?' | '\\') || (c == '.' && dialect == Dialect::Pulumi)
}
