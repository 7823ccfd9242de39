//! How a pattern matched a value, or where it stopped.

use serde::{Deserialize, Serialize};

use super::display::{into_segment, shorten};
use super::{Item, Token};

/// An offset into a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// In Unicode scalar values.
    pub chars: usize,
    /// In UTF-16 code units, as JavaScript counts.
    pub utf16: usize,
}

/// A range of a text, its end excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
}

/// What one wildcard matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Capture {
    /// The wildcard as written: `*`, `?` or `.`.
    pub wildcard: String,
    /// Its position in the pattern.
    pub pattern: Span,
    /// The matched range of the value.
    pub value: Span,
    /// The matched text.
    pub text: String,
}

/// Where a match stopped: the furthest position in the pattern that could be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Stop {
    /// The position in the pattern.
    pub pattern: Position,
    /// The position in the value.
    pub value: Position,
    /// What the pattern expects there; empty if it expects the end of the value.
    pub expected: String,
    /// The rest of the value; empty at its end.
    pub found: String,
    /// The mismatch in one sentence.
    pub sentence: String,
}

/// The result of matching a pattern against a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Trace {
    /// The pattern accepts the value.
    Matched {
        /// What each wildcard matched, in the pattern's order.
        captures: Vec<Capture>,
    },
    /// The pattern does not accept the value.
    Stopped(Stop),
}

impl Trace {
    /// Whether the pattern accepts the value.
    ///
    /// ```
    /// use claimgate::pattern::{Dialect, Pattern, Trace};
    ///
    /// let trace = Pattern::new("😀:prod", Dialect::Pulumi)?.trace("😀:dev");
    /// assert!(!trace.is_match());
    /// let Trace::Stopped(stop) = trace else { unreachable!() };
    /// assert_eq!((stop.value.chars, stop.value.utf16), (2, 3));
    /// assert_eq!(stop.sentence, "expected `prod` at character 3, found `dev`");
    /// # Ok::<(), claimgate::pattern::PatternError>(())
    /// ```
    #[must_use]
    pub fn is_match(&self) -> bool {
        matches!(self, Self::Matched { .. })
    }
}

/// What a trace needs to know about the ways in which tokens match a value.
pub(super) trait Reach {
    /// How many tokens can be matched, and the first and the last offset that the value is reached
    /// at after them.
    fn furthest(&mut self) -> (usize, usize, usize);

    /// The first offset that can be reached after so many tokens.
    fn first_offset(&mut self, tokens: usize) -> usize;

    /// Whether the tokens from `index` on accept the value from `offset` on.
    fn accepts(&mut self, index: usize, offset: usize) -> bool;
}

/// Traces the match of `value`. `source` is what the items were parsed from.
pub(super) fn trace(
    source: &[char],
    items: &[Item],
    value: &[char],
    reach: &mut impl Reach,
) -> Trace {
    let (reached, first, last) = reach.furthest();
    let text = Text {
        source,
        items,
        value,
    };
    if reached < items.len() {
        let floating = text
            .floating_run(reached)
            .map(|run| (run, reach.first_offset(run)));
        Trace::Stopped(text.stop(reached, first, floating))
    } else if last < value.len() {
        Trace::Stopped(text.stop(reached, last, None))
    } else {
        let ends = ends(items, value.len(), reach);
        Trace::Matched {
            captures: text.captures(&ends),
        }
    }
}

/// The offset after each token: the shortest text for each `*`, a character for each `?` where the
/// rest allows.
fn ends(items: &[Item], length: usize, reach: &mut impl Reach) -> Vec<usize> {
    let mut offset = 0;
    let each = |(index, item): (usize, &Item)| {
        match item.token {
            Token::Literal(_) | Token::One => offset += 1,
            Token::Optional => offset += usize::from(reach.accepts(index + 1, offset + 1)),
            Token::Many => {
                while offset < length && !reach.accepts(index + 1, offset) {
                    offset += 1;
                }
            }
        }
        offset
    };
    items.iter().enumerate().map(each).collect()
}

struct Text<'a> {
    source: &'a [char],
    items: &'a [Item],
    value: &'a [char],
}

/// A position that moves forward, so that positions of a whole text are found in one pass.
struct Cursor<'a> {
    chars: &'a [char],
    position: Position,
}

impl<'a> Cursor<'a> {
    fn new(chars: &'a [char]) -> Self {
        Self {
            chars,
            position: Position::default(),
        }
    }

    fn advance(&mut self, offset: usize) -> Position {
        let passed = self
            .chars
            .get(self.position.chars..offset)
            .unwrap_or_default();
        self.position.utf16 += passed.iter().map(|c| c.len_utf16()).sum::<usize>();
        self.position.chars += passed.len();
        self.position
    }

    fn span(&mut self, start: usize, end: usize) -> Span {
        Span {
            start: self.advance(start),
            end: self.advance(end),
        }
    }
}

impl Text<'_> {
    fn captures(&self, ends: &[usize]) -> Vec<Capture> {
        let (mut pattern, mut value) = (Cursor::new(self.source), Cursor::new(self.value));
        let mut start = 0;
        let mut captures = Vec::new();
        for (item, end) in self.items.iter().zip(ends) {
            if item.token.is_wildcard() {
                captures.push(Capture {
                    wildcard: text(self.source, item.start, item.end),
                    pattern: pattern.span(item.start, item.end),
                    value: value.span(start, *end),
                    text: text(self.value, start, *end),
                });
            }
            start = *end;
        }
        captures
    }

    /// `floating` is the start of a run of literals after a `*`, and the first offset there.
    fn stop(&self, reached: usize, offset: usize, floating: Option<(usize, usize)>) -> Stop {
        let place = self
            .items
            .get(reached)
            .map_or(self.source.len(), |item| item.start);
        let expected = self.literal_from(reached);
        let found = text(self.value, offset, self.value.len());
        let sentence = self.sentence(reached, offset, floating, &expected, &found);
        Stop {
            pattern: Cursor::new(self.source).advance(place),
            value: Cursor::new(self.value).advance(offset),
            expected,
            found,
            sentence,
        }
    }

    /// The run of literals from token `index` on.
    fn literal_from(&self, index: usize) -> String {
        self.items
            .iter()
            .skip(index)
            .map_while(|item| match item.token {
                Token::Literal(c) => Some(c),
                _ => None,
            })
            .collect()
    }

    /// The run of literals that ends before token `index`.
    fn literal_before(&self, index: usize) -> String {
        let start = self
            .items
            .iter()
            .take(index)
            .rposition(|item| item.token.is_wildcard())
            .map_or(0, |last| last + 1);
        self.literal_from(start)
            .chars()
            .take(index - start)
            .collect()
    }

    fn sentence(
        &self,
        reached: usize,
        offset: usize,
        floating: Option<(usize, usize)>,
        expected: &str,
        found: &str,
    ) -> String {
        let place = offset + 1;
        let shown = shorten(found);
        if reached == self.items.len() {
            return format!(
                "the pattern ends, but the value continues with `{shown}` at character {place}"
            );
        }
        if let Some((run, from)) = floating {
            let literal = self.literal_from(run);
            let is_last = run + literal.chars().count() == self.items.len();
            let verb = if is_last { "end with" } else { "contain" };
            let literal = shorten(&literal);
            let rest = shorten(&text(self.value, from, self.value.len()));
            return format!(
                "after `*`, the rest of the value, `{rest}`, does not {verb} `{literal}`"
            );
        }
        if expected.is_empty() {
            return format!(
                "expected one more character at character {place}, but the value ends there"
            );
        }
        let back = into_segment(&self.literal_before(reached));
        let start = offset.saturating_sub(back);
        let wanted = shorten(&self.literal_from(reached.saturating_sub(back)));
        let shown = shorten(&text(self.value, start, self.value.len()));
        match (found.is_empty(), back) {
            (true, 0) => {
                format!("expected `{wanted}` at character {place}, but the value ends there")
            }
            (true, _) => format!(
                "expected `{wanted}` at character {}, but the value ends with `{shown}`",
                start + 1
            ),
            (false, 0) => format!("expected `{wanted}` at character {place}, found `{shown}`"),
            (false, _) => {
                format!(
                    "expected `{wanted}` at character {}, found `{shown}`; they differ from character {place}",
                    start + 1
                )
            }
        }
    }

    /// The start of the literal run that contains token `index`, if a `*` precedes the run.
    fn floating_run(&self, index: usize) -> Option<usize> {
        let wildcard = self
            .items
            .iter()
            .take(index + 1)
            .rposition(|item| item.token.is_wildcard())?;
        let is_many = self.items.get(wildcard)?.token == Token::Many;
        (is_many && wildcard < index).then_some(wildcard + 1)
    }
}

fn text(chars: &[char], start: usize, end: usize) -> String {
    chars.get(start..end).unwrap_or_default().iter().collect()
}
