//! A pattern and a value that it does not match, one above the other, with carets where they part.

use claimgate::pattern::{PartKind, Stop};

use crate::policies::pattern_help::parts;

/// A text in three parts: before the difference, the different part, and the rest. With the padding, the
/// second parts of pattern and value begin in the same column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The text before the difference.
    pub before: String,
    /// How many spaces are between the first two parts.
    pub padding: usize,
    /// The segment that differs; empty if the text ends there.
    pub differing: String,
    /// The rest.
    pub after: String,
}

/// The rows, and the line below them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// The pattern.
    pub pattern: Row,
    /// The value.
    pub value: Row,
    /// The column of the first caret, from 0.
    pub column: usize,
    /// How many carets there are: at least one.
    pub carets: usize,
    /// What the pattern expects there: `expected` and code in backticks.
    pub expected: String,
}

impl Alignment {
    /// The length of the longest line, in characters.
    pub fn width(&self) -> usize {
        let len = |row: &Row| {
            let texts = [&row.before, &row.differing, &row.after];
            row.padding + texts.map(|text| text.chars().count()).iter().sum::<usize>()
        };
        let note = self.column + self.carets + 1 + self.expected.chars().count();
        len(&self.pattern).max(len(&self.value)).max(note)
    }
}

/// Aligns a pattern and a value at the segment where they differ.
pub fn align(pattern: &str, value: &str, stop: &Stop) -> Alignment {
    let written = Written::of(pattern);
    let text: Vec<char> = value.chars().collect();
    let (at, reached) = (
        stop.pattern.chars.min(written.chars.len()),
        stop.value.chars.min(text.len()),
    );
    let back = written.back_into_segment(at, &text, reached);
    let (from, start) = (at - back, reached - back);
    let (wanted, found) = (written.segment(from), segment(&text, start));
    let column = from.max(start);
    Alignment {
        pattern: row(&written.chars, from, wanted, column),
        value: row(&text, start, found, column),
        column,
        carets: found.max(1),
        expected: written.expected(from, wanted, start == text.len()),
    }
}

/// A pattern by character: whether each one is a wildcard, or a part of an escape.
struct Written {
    chars: Vec<char>,
    kinds: Vec<PartKind>,
}

impl Written {
    fn of(pattern: &str) -> Self {
        let kinds = parts(pattern)
            .into_iter()
            .flat_map(|part| vec![part.kind; part.text.chars().count()])
            .collect();
        Self {
            chars: pattern.chars().collect(),
            kinds,
        }
    }

    fn is_literal(&self, index: usize) -> bool {
        matches!(self.kinds.get(index), None | Some(PartKind::Literal))
    }

    /// How many equal characters before the difference belong to its segment.
    fn back_into_segment(&self, at: usize, text: &[char], reached: usize) -> usize {
        let is_same = |back: &usize| {
            let (index, place) = (at - back, reached - back);
            self.is_literal(index) && self.chars[index] == text[place] && !is_separator(text[place])
        };
        // Nothing of the pattern is left, or of its segment: the carets begin at the difference.
        if self.chars.get(at).is_none_or(|c| is_separator(*c)) || !self.is_literal(at) {
            return 0;
        }
        (1..=at.min(reached)).take_while(is_same).count()
    }

    /// The length of the literal segment from `from` on.
    fn segment(&self, from: usize) -> usize {
        let literal = (from..self.chars.len())
            .take_while(|index| self.is_literal(*index))
            .count();
        segment(&self.chars[from..from + literal], 0)
    }

    fn expected(&self, from: usize, wanted: usize, is_end: bool) -> String {
        let literal: String = self.chars[from..from + wanted].iter().collect();
        let after_star = from > 0 && self.kinds.get(from - 1) == Some(&PartKind::Many);
        match self.kinds.get(from) {
            None => "expected the end".to_owned(),
            Some(PartKind::One) if is_end => "expected one more character".to_owned(),
            Some(PartKind::Literal) if after_star => {
                format!("expected `{literal}` after what `*` matches")
            }
            Some(PartKind::Literal) => format!("expected `{literal}`"),
            Some(_) => format!(
                "expected `{}`",
                self.chars[from..].iter().collect::<String>()
            ),
        }
    }
}

fn row(chars: &[char], from: usize, length: usize, column: usize) -> Row {
    let slice = |from: usize, to: usize| chars[from..to].iter().collect::<String>();
    Row {
        before: slice(0, from),
        padding: column - from,
        differing: slice(from, from + length),
        after: slice(from + length, chars.len()),
    }
}

/// The length of the segment at a place: up to the next separator, which may begin it.
fn segment(chars: &[char], from: usize) -> usize {
    let rest = chars.get(from..).unwrap_or_default();
    let first = usize::from(!rest.is_empty());
    first
        + rest
            .iter()
            .skip(1)
            .take_while(|c| !is_separator(**c))
            .count()
}

const fn is_separator(c: char) -> bool {
    matches!(c, '/' | ':' | '@' | ',' | '|')
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::{Dialect, Pattern, Trace};
    use proptest::prelude::*;

    use super::*;

    fn aligned(pattern: &str, value: &str) -> Option<Alignment> {
        match Pattern::new(pattern, Dialect::Pulumi).unwrap().trace(value) {
            Trace::Stopped(stop) => Some(align(pattern, value, &stop)),
            Trace::Matched { .. } => None,
        }
    }

    /// The three lines as they are shown.
    fn lines(pattern: &str, value: &str) -> [String; 3] {
        let found = aligned(pattern, value).unwrap();
        let line = |row: &Row| {
            let padding = " ".repeat(row.padding);
            format!("{}{padding}{}{}", row.before, row.differing, row.after)
        };
        let carets = " ".repeat(found.column) + &"^".repeat(found.carets);
        [
            line(&found.pattern),
            line(&found.value),
            format!("{carets} {}", found.expected),
        ]
    }

    #[test]
    fn carets_are_under_the_segment_that_differs() {
        assert_eq!(
            lines(
                "repo:octo-org/octo-repo:*",
                "repo:octo-org/other:ref:refs/heads/main"
            ),
            [
                "repo:octo-org/octo-repo:*",
                "repo:octo-org/other:ref:refs/heads/main",
                "              ^^^^^ expected `octo-repo`",
            ]
        );
        assert_eq!(
            lines("urn:pulumi:org:acme", "urn:pulumi:org:acme-evil"),
            [
                "urn:pulumi:org:acme",
                "urn:pulumi:org:acme-evil",
                "                   ^^^^^ expected the end",
            ]
        );
        assert_eq!(
            lines("octo-org", "octo"),
            ["octo-org", "octo", "^^^^ expected `octo-org`"]
        );
        assert_eq!(
            lines("a.", "a"),
            ["a.", "a", " ^ expected one more character"]
        );
        assert_eq!(lines("main", ""), ["main", "", "^ expected `main`"]);
        assert_eq!(
            lines("Main", "main"),
            ["Main", "main", "^^^^ expected `Main`"]
        );
    }

    #[test]
    fn texts_of_different_lengths_before_the_difference_are_padded() {
        let [pattern, value, carets] = lines("v??:main", "v12:test");
        assert_eq!(pattern.find("main"), value.find("test"));
        assert_eq!(carets.find('^'), value.find("test"));
        let [pattern, value, _] = lines("?:main", ":test");
        assert_eq!(pattern.find("main"), value.find("test"));
    }

    proptest! {
        #[test]
        fn every_mismatch_can_be_aligned(pattern in "[ab:/*?.\\\\]{0,8}", value in "[ab:/.]{0,8}") {
            let Some(found) = aligned(&pattern, &value) else { return Ok(()) };
            let text = |row: &Row| format!("{}{}{}", row.before, row.differing, row.after);
            let column = |row: &Row| row.before.chars().count() + row.padding;
            prop_assert_eq!(text(&found.pattern), pattern);
            prop_assert_eq!(text(&found.value), value);
            prop_assert_eq!(column(&found.pattern), column(&found.value));
            prop_assert!(found.carets >= 1 && found.column < found.width());
            prop_assert!(found.expected.starts_with("expected "));
        }
    }
}
