//! Lines and columns of positions in a text.

use serde::{Deserialize, Serialize};

/// How many bytes are counted at most for one place.
const STEP: usize = 1024;

/// A place in a text; lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// The places of a text's bytes. A file may be one long line with thousands of findings.
///
/// ```
/// use claimgate::json::places::{Place, Places};
///
/// assert_eq!(Places::of("a\né: 1").at(4), Place { line: 2, column: 2 });
/// ```
#[derive(Clone, Debug)]
pub struct Places<'a> {
    text: &'a str,
    /// The place of a byte, about every [`STEP`] bytes.
    known: Vec<(usize, Place)>,
}

impl<'a> Places<'a> {
    /// The places of a text.
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        let mut places = Self {
            text,
            known: vec![(0, Place { line: 1, column: 1 })],
        };
        for at in (STEP..text.len()).step_by(STEP) {
            let at = (0..=at).rev().find(|at| text.is_char_boundary(*at));
            let at = at.unwrap_or_default();
            let place = places.at(at);
            places.known.push((at, place));
        }
        places
    }

    /// The place of a byte.
    #[must_use]
    pub fn at(&self, byte: usize) -> Place {
        let after = self.known.partition_point(|(start, _)| *start <= byte);
        let before = self.known.get(after.saturating_sub(1)).copied();
        let (start, place) = before.unwrap_or((0, Place { line: 1, column: 1 }));
        let passed = self.text.get(start..byte).unwrap_or_default();
        match passed.rsplit_once('\n') {
            Some((before, line)) => Place {
                line: place.line + before.matches('\n').count() + 1,
                column: line.chars().count() + 1,
            },
            None => Place {
                column: place.column + passed.chars().count(),
                ..place
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a\néb\n\n";
        let places = Places::of(text);
        for (at, expected) in [
            (0, (1, 1)),
            (1, (1, 2)),
            (2, (2, 1)),
            (4, (2, 2)),
            (6, (3, 1)),
            (7, (4, 1)),
        ] {
            let Place { line, column } = places.at(at);
            assert_eq!((line, column), expected, "{at}");
        }
    }

    #[test]
    fn long_texts_are_counted_from_the_nearest_known_place() {
        let text = "é\nab😀".repeat(700) + &"😀".repeat(900) + "\nx";
        let places = Places::of(&text);
        assert!(places.known.len() > 8);
        let mut expected = Place { line: 1, column: 1 };
        for (at, c) in text.char_indices() {
            assert_eq!(places.at(at), expected, "{at}");
            expected = match c {
                '\n' => Place {
                    line: expected.line + 1,
                    column: 1,
                },
                _ => Place {
                    column: expected.column + 1,
                    ..expected
                },
            };
        }
    }
}
