//! Claim paths: `sub`, `repository_owner`, `"kubernetes.io".serviceaccount.name`.
//!
//! Segments are joined by dots. A segment with a dot, a quote, white space or a `/` is written in
//! double quotes, with `\"` and `\\` inside.
//!
//! ```
//! use claimgate::claim_path::ClaimPath;
//!
//! let path = ClaimPath::parse(r#""kubernetes.io".pod.name"#)?;
//! assert_eq!(path.segments(), ["kubernetes.io", "pod", "name"]);
//! # Ok::<(), claimgate::claim_path::ClaimPathError>(())
//! ```

use std::fmt;
use std::iter::{Enumerate, Peekable};
use std::str::Chars;

/// A parsed claim path: at least one segment, none of them empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClaimPath {
    source: String,
    segments: Vec<String>,
}

/// A text that is not a claim path. Offsets are in characters, from 0.
///
/// ```
/// use claimgate::claim_path::ClaimPath;
///
/// let error = ClaimPath::parse("a..b").unwrap_err();
/// assert_eq!(error.code(), "claim-path-empty-segment");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimPathError {
    /// An empty text.
    #[error("expected a claim name, found nothing")]
    Empty,
    /// `a..b`, `.a`, `a.` or `""`.
    #[error("expected a claim name at character {}, found an empty segment", at + 1)]
    EmptySegment {
        /// Where the segment would start.
        at: usize,
    },
    /// A quote that is not closed.
    #[error("the `\"` at character {} is never closed", at + 1)]
    UnclosedQuote {
        /// The position of the quote.
        at: usize,
    },
    /// `\` before anything but `"` and `\`.
    #[error("expected `\\\"` or `\\\\` at character {}, found `\\{found}`", at + 1)]
    BadEscape {
        /// The position of the `\`.
        at: usize,
        /// The character after it.
        found: char,
    },
    /// Text right after a closing quote.
    #[error("expected `.` or the end after the closing quote at character {}, found `{found}`", at + 1)]
    AfterQuote {
        /// Its position.
        at: usize,
        /// The text at that position.
        found: char,
    },
    /// A character that a segment can only have in quotes.
    #[error("`{}` at character {} is only allowed in double quotes: `{quoted}`", found.escape_debug(), at + 1)]
    NeedsQuotes {
        /// Its position.
        at: usize,
        /// The character.
        found: char,
        /// The path with quotes.
        quoted: String,
    },
}

impl ClaimPathError {
    /// Stable code of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "claim-path-empty",
            Self::EmptySegment { .. } => "claim-path-empty-segment",
            Self::UnclosedQuote { .. } => "claim-path-unclosed-quote",
            Self::BadEscape { .. } => "claim-path-bad-escape",
            Self::AfterQuote { .. } => "claim-path-after-quote",
            Self::NeedsQuotes { .. } => "claim-path-needs-quotes",
        }
    }
}

impl ClaimPath {
    /// Parses a claim path.
    ///
    /// # Errors
    /// [`ClaimPathError`] says what was expected where.
    ///
    /// ```
    /// use claimgate::claim_path::ClaimPath;
    ///
    /// let path = ClaimPath::parse(r#""kubernetes.io".namespace"#)?;
    /// assert_eq!(path.segments(), ["kubernetes.io", "namespace"]);
    /// # Ok::<(), claimgate::claim_path::ClaimPathError>(())
    /// ```
    pub fn parse(source: &str) -> Result<Self, ClaimPathError> {
        if source.is_empty() {
            return Err(ClaimPathError::Empty);
        }
        let mut chars = source.chars().enumerate().peekable();
        let mut segments = Vec::new();
        let mut start = 0;
        loop {
            let segment = match chars.next_if(|(_, c)| *c == '"') {
                Some((at, _)) => quoted(&mut chars, at)?,
                None => bare(&mut chars, source)?,
            };
            if segment.is_empty() {
                return Err(ClaimPathError::EmptySegment { at: start });
            }
            segments.push(segment);
            match chars.next() {
                None => {
                    return Ok(Self {
                        source: source.to_owned(),
                        segments,
                    });
                }
                Some((at, '.')) => start = at + 1,
                Some((at, found)) => return Err(ClaimPathError::AfterQuote { at, found }),
            }
        }
    }

    /// Writes the path of the given member names, quoted if necessary.
    ///
    /// ```
    /// use claimgate::claim_path::ClaimPath;
    ///
    /// assert_eq!(ClaimPath::of(&["kubernetes.io", "namespace"]), r#""kubernetes.io".namespace"#);
    /// ```
    #[must_use]
    pub fn of(segments: &[&str]) -> String {
        segments
            .iter()
            .map(|segment| quote(segment))
            .collect::<Vec<_>>()
            .join(".")
    }

    /// The path as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The member names, outermost first.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

fn bare(
    chars: &mut Peekable<Enumerate<Chars<'_>>>,
    source: &str,
) -> Result<String, ClaimPathError> {
    let mut segment = String::new();
    while let Some((at, c)) = chars.next_if(|(_, c)| *c != '.') {
        if needs_quotes(c) {
            let quoted = with_quotes(source);
            return Err(ClaimPathError::NeedsQuotes {
                at,
                found: c,
                quoted,
            });
        }
        segment.push(c);
    }
    Ok(segment)
}

/// A path with the quotes that it lacks. With a `/` and without a quote it is taken for one name: such
/// names are URLs, `https://ci.example/project.id`, or begin with a host.
fn with_quotes(source: &str) -> String {
    if source.contains('/') && !source.contains('"') {
        return quote(source);
    }
    let mut segments: Vec<String> = Vec::new();
    let mut rest = source;
    loop {
        // Up to the next dot, or with its quotes.
        let after = rest.strip_prefix('"').and_then(|inner| {
            let mut is_escaped = false;
            let end = inner.find(|c| {
                let is_end = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                is_end
            });
            inner.get(end? + 1..)
        });
        let (segment, further) = match after {
            Some(after) => (rest.strip_suffix(after).unwrap_or(rest).to_owned(), after),
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (segment, further) = rest.split_at(end);
                (quote(segment), further)
            }
        };
        segments.push(segment);
        match further.strip_prefix('.') {
            Some(next) => rest = next,
            None => return segments.join(".") + further,
        }
    }
}

fn quoted(
    chars: &mut Peekable<Enumerate<Chars<'_>>>,
    start: usize,
) -> Result<String, ClaimPathError> {
    let mut segment = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok(segment),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => segment.push(escaped),
                Some((_, found)) => return Err(ClaimPathError::BadEscape { at, found }),
                None => break,
            },
            c => segment.push(c),
        }
    }
    Err(ClaimPathError::UnclosedQuote { at: start })
}

fn needs_quotes(c: char) -> bool {
    matches!(c, '"' | '/') || c.is_whitespace() || c.is_control()
}

fn quote(segment: &str) -> String {
    if !segment.is_empty() && !segment.chars().any(|c| c == '.' || needs_quotes(c)) {
        return segment.to_owned();
    }
    format!("\"{}\"", segment.replace('\\', "\\\\").replace('"', "\\\""))
}
