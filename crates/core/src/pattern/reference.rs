//! The reference matcher: the definition of the language, and the source of every explanation.
//!
//! A table of `pattern × value` bits, filled row by row: time and memory linear in pattern length ×
//! value length.

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

/// For each value offset, whether it can be reached. Offsets out of range are unreachable.
type Row = Vec<bool>;

fn at(row: &[bool], offset: usize) -> bool {
    row.get(offset).copied().unwrap_or(false)
}

/// The row after `token`, from the row before it.
fn step(token: Token, row: &[bool], value: &[char]) -> Row {
    let mut carried = false;
    (0..=value.len())
        .map(|offset| {
            let before = offset.checked_sub(1);
            let previous = before.is_some_and(|before| at(row, before));
            match token {
                Token::Literal(c) => {
                    previous && before.and_then(|before| value.get(before)) == Some(&c)
                }
                Token::One => previous,
                Token::Optional => at(row, offset) || previous,
                Token::Many => {
                    carried |= at(row, offset);
                    carried
                }
            }
        })
        .collect()
}

fn start_row(value: &[char]) -> Row {
    let mut row = vec![false; value.len() + 1];
    if let Some(first) = row.first_mut() {
        *first = true;
    }
    row
}

pub(super) fn is_match(items: &[Item], value: &str) -> bool {
    let value: Vec<char> = value.chars().collect();
    let last = items.iter().fold(start_row(&value), |row, item| {
        step(item.token, &row, &value)
    });
    at(&last, value.len())
}

pub(super) fn trace(source: &str, items: &[Item], value: &str) -> Trace {
    let value: Vec<char> = value.chars().collect();
    let source: Vec<char> = source.chars().collect();
    let tracer = Tracer {
        source: &source,
        items,
        value: &value,
    };
    let (reached, row) = tracer.furthest();
    if reached == items.len() && at(&row, value.len()) {
        Trace::Matched {
            captures: tracer.captures(),
        }
    } else {
        Trace::Stopped(tracer.stop(reached, &row))
    }
}

struct Tracer<'a> {
    source: &'a [char],
    items: &'a [Item],
    value: &'a [char],
}

impl Tracer<'_> {
    /// How many tokens can be matched, and the value offsets reached after them.
    fn furthest(&self) -> (usize, Row) {
        let mut row = start_row(self.value);
        for (index, item) in self.items.iter().enumerate() {
            let next = step(item.token, &row, self.value);
            if !next.contains(&true) {
                return (index, row);
            }
            row = next;
        }
        (self.items.len(), row)
    }

    /// For each token index, the value offsets from which the tokens from there on accept the rest.
    fn suffix_rows(&self) -> Vec<Row> {
        let reversed: Vec<char> = self.value.iter().rev().copied().collect();
        let mut rows = vec![start_row(&reversed)];
        for item in self.items.iter().rev() {
            if let Some(next) = rows.last().map(|row| step(item.token, row, &reversed)) {
                rows.push(next);
            }
        }
        rows.reverse();
        for row in &mut rows {
            row.reverse();
        }
        rows
    }

    /// The shortest text for each `*`, a character for each `?` where the rest allows.
    fn captures(&self) -> Vec<Capture> {
        let rows = self.suffix_rows();
        let accepts =
            |index: usize, offset: usize| rows.get(index).is_some_and(|row| at(row, offset));
        let mut offset = 0;
        let mut captures = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let start = offset;
            match item.token {
                Token::Literal(_) | Token::One => offset += 1,
                Token::Optional => offset += usize::from(accepts(index + 1, offset + 1)),
                Token::Many => {
                    while offset < self.value.len() && !accepts(index + 1, offset) {
                        offset += 1;
                    }
                }
            }
            if item.token.is_wildcard() {
                captures.push(self.capture(item, start, offset));
            }
        }
        captures
    }

    fn capture(&self, item: &Item, start: usize, end: usize) -> Capture {
        Capture {
            wildcard: text(self.source, item.start, item.end),
            pattern: span(self.source, item.start, item.end),
            value: span(self.value, start, end),
            text: text(self.value, start, end),
        }
    }

    fn stop(&self, reached: usize, row: &[bool]) -> Stop {
        let at_end = reached == self.items.len();
        let offset = if at_end {
            row.iter().rposition(|reachable| *reachable)
        } else {
            row.iter().position(|reachable| *reachable)
        }
        .unwrap_or_default();
        let place = self
            .items
            .get(reached)
            .map_or(self.source.len(), |item| item.start);
        let expected = self.literal_from(reached);
        let found = text(self.value, offset, self.value.len());
        let sentence = self.sentence(reached, offset, &expected, &found);
        Stop {
            pattern: position(self.source, place),
            value: position(self.value, offset),
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

    fn sentence(&self, reached: usize, offset: usize, expected: &str, found: &str) -> String {
        let place = offset + 1;
        let shown = shorten(found);
        if reached == self.items.len() {
            return format!(
                "the pattern ends, but the value continues with `{shown}` at character {place}"
            );
        }
        if let Some(run) = self.floating_run(reached) {
            let literal = shorten(&self.literal_from(run));
            let is_last = run + self.literal_from(run).chars().count() == self.items.len();
            let verb = if is_last { "end with" } else { "contain" };
            let from = self.first_offset(run);
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

    /// The first value offset that can be reached after the first `index` tokens.
    fn first_offset(&self, index: usize) -> usize {
        self.items
            .iter()
            .take(index)
            .fold(start_row(self.value), |row, item| {
                step(item.token, &row, self.value)
            })
            .iter()
            .position(|reachable| *reachable)
            .unwrap_or_default()
    }
}

fn text(chars: &[char], start: usize, end: usize) -> String {
    chars.iter().take(end).skip(start).collect()
}

fn position(chars: &[char], offset: usize) -> Position {
    let utf16 = chars.iter().take(offset).map(|c| c.len_utf16()).sum();
    Position {
        chars: offset,
        utf16,
    }
}

fn span(chars: &[char], start: usize, end: usize) -> Span {
    Span {
        start: position(chars, start),
        end: position(chars, end),
    }
}
